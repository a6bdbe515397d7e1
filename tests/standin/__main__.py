"""`python -m tests.standin`: make a small study, or with --serve open the page."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import webbrowser
from pathlib import Path

from tests import standin

SCRIPT = "Expression grid"
STUDY = {
    "expressions": [
        {"label": "neutral", "text": "neutral face expression"},
        {"label": "bored", "text": "bored apathetic tired"},
        {"label": "frowning", "text": "frowning disappointed"},
        {"label": "surprised", "text": "open mouth confused surprised gasping"},
        {"label": "smiling, open mouth", "text": "smiling with open mouth"},
        {"label": "smiling, closed mouth", "text": "closed mouth closed smiling"},
        {"label": "laughing", "text": "laughing hysterically"},
        {"label": "sad", "text": "sad crying eyes closed"},
        {"label": "flirty", "text": "teasing flirty playful suggestive seductive smirking squinting"},
    ],
    "characters": "<lora:aria_v2:1>\n<lora:Noor:1>\n<lora:tomas_winter:1>\nember_nobody\nJuneNobody",
}
REQUEST = {
    "prompt": "closeup of woman facing viewer, {expression}, RAW photo, {character}",
    "negative_prompt": "naked, illustration, 3d, drawing, cartoon, anime, 2girls",
    "seed": 4, "steps": 20, "sampler_name": "Euler a", "width": 192, "height": 192, "save_images": True,
    "send_images": False,
}  # fmt: skip


def make_study(webui: standin.WebUI, study: dict) -> bool:
    """Run the extension on a study, and say where its pictures are."""
    if SCRIPT not in webui.runner.titles:
        print(f'There is no script "{SCRIPT}" in {webui.runner.titles}.', *webui.errors, sep="\n")
        return False
    started = time.time()
    answer = webui.txt2img({**REQUEST, "script_name": SCRIPT, "script_args": [json.dumps(study)]})
    infotexts = json.loads(answer["info"])["infotexts"]
    print(f"{len(infotexts)} pictures in {time.time() - started:.1f} s, {webui.counter.rows} denoiser rows computed")
    outputs = webui.data_dir / "outputs"
    folders: dict[Path, list[Path]] = {}
    for path in sorted(outputs.rglob("*.*")):
        folders.setdefault(path.parent, []).append(path)
    for folder, files in folders.items():
        print(f"{folder}: {len(files)} files, such as {files[0].name}")
    return bool(folders)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--serve", action="store_true", help="open the page and the API on a port")
    parser.add_argument("--port", type=int, default=7860, help="0 picks a free one")
    parser.add_argument("--open", action="store_true", help="show the page in the browser (implies --serve)")
    parser.add_argument("--data", type=Path, help="data folder; a new temporary one by default")
    parser.add_argument("--study", type=Path, help="a JSON file with the study to make instead of the built-in one")
    args = parser.parse_args()
    serve = args.serve or args.open
    webui = standin.start(args.data or tempfile.mkdtemp(prefix="standin-"), port=args.port if serve else None)
    if not serve:
        study = json.loads(args.study.read_text(encoding="utf8")) if args.study else STUDY
        return 0 if make_study(webui, study) else 1
    print(f"data folder: {webui.data_dir}")
    print(f"listening on http://127.0.0.1:{webui.port}", flush=True)
    if args.open:
        webbrowser.open(f"http://127.0.0.1:{webui.port}")
    try:
        webui.serve_until_stopped()
    except KeyboardInterrupt:
        webui.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
