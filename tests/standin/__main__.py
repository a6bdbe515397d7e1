"""`python -m tests.standin`: make a small study, or with --serve open the page."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import webbrowser
from pathlib import Path

from sd_expression_grid.store.drawn_grids import GRIDS_FILE
from sd_expression_grid.study.preset_lists import preset_text, preset_titles
from tests import standin
from tests.standin.portraits import painter

SCRIPT = "Expression grid"
NO_PAGE = Path(__file__).parent / "no_page"
CHARACTERS = """
Aria | <lora:aria_v2:1>
Noor | <lora:Noor:0.8>
Tomas | <lora:tomas-w:1>
Ember | ember_nobody
June | JuneNobody
"""
STUDY = {"expressions": preset_text(preset_titles()[0]), "characters": CHARACTERS}
REQUEST = {
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
    info = json.loads(answer["info"])
    folder = Path(info["extra_generation_params"]["Study folder"])
    seconds, rows = time.time() - started, webui.counter.rows
    print(f"{len(info['infotexts'])} pictures in {seconds:.1f} s, {rows} denoiser rows computed")
    grids = sorted(file for file in folder.glob("grid*") if file.name != GRIDS_FILE)
    print(*(f"grid:  {grid}" for grid in grids), f"cells: {folder / 'cells'}", sep="\n")
    return bool(grids)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--serve", action="store_true", help="open the page and the API on a port")
    parser.add_argument("--port", type=int, default=7860, help="0 picks a free one")
    parser.add_argument("--open", action="store_true", help="show the page in the browser (implies --serve)")
    parser.add_argument("--data", type=Path, help="data folder; a new temporary one by default")
    parser.add_argument("--study", type=Path, help="a JSON file with the study to make instead of the built-in one")
    parser.add_argument("--seconds-per-step", type=float, default=0, help="what a step of the denoiser takes at least")
    parser.add_argument("--api-only", action="store_true", help="without a page, which is ready in less than a second")
    parser.add_argument("--api-auth", metavar="USER:PASSWORD", help="what the API asks for, as the WebUI's option")
    args = parser.parse_args()
    painter.speed.seconds_per_step = args.seconds_per_step
    serve = args.serve or args.open
    if args.api_only:
        sys.path.insert(0, str(NO_PAGE))
    data = args.data or tempfile.mkdtemp(prefix="standin-")
    webui = standin.start(data, port=args.port if serve else None, api_auth=args.api_auth)
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
