"""`python -m tests.benchmarks.fleet`: one stand-in against three, each with a painter of fixed speed; equal pixels.

Wanted: three make the study at least 2.7 times as fast as one.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

from sd_expression_grid.__main__ import main as command
from sd_expression_grid.store.folder import StudyFolder
from tests import hosts

WANTED = 2.7
CHARACTERS = ("<lora:aria_v2:1>", "<lora:Noor:0.8>", "<lora:tomas-w:1>", "<lora:mei:1>", "<lora:Lena_Q:1>",
              "ember_nobody", "JuneNobody")  # fmt: skip
EXPRESSIONS = ("neutral", "bored", "frowning", "surprised", "smiling", "closed smile", "laughing", "sad", "flirty")


def study(columns: int) -> dict:
    """With the reference, so many columns."""
    return {"expressions": "\n".join(EXPRESSIONS), "characters": "\n".join(CHARACTERS[: columns - 1]), "seeds": [4]}


def seconds_for(urls: list[str], folder: Path, file: Path) -> float:
    """From the command's start to its end, grids and page included."""
    size = ["--steps", "20", "--width", "64", "--height", "64", "--sampler", "Euler a"]
    at = [word for url in urls for word in ("--webui", url)]
    start = time.monotonic()
    with redirect_stdout(io.StringIO()) as printed:
        code = command(["sweep", str(file), "--out", str(folder), *size, *at])
    if code:
        raise RuntimeError(printed.getvalue())
    return time.monotonic() - start


def pixels(folder: Path) -> dict:
    """What became of every cell, with the digest of its file."""
    return {key: (outcome.status, outcome.sha256) for key, outcome in StudyFolder(folder).read_record().items()}


def compare(urls: list[str], columns: int, folder: Path) -> bool:
    """Makes a study with one and with all, and prints how they did."""
    file = folder / f"{columns}.json"
    file.write_text(json.dumps(study(columns)))
    one, all_of_them = (seconds_for(some, folder / f"{columns} {len(some)}", file) for some in (urls[:1], urls))
    equal = pixels(folder / f"{columns} 1") == pixels(folder / f"{columns} {len(urls)}")
    cells = len(EXPRESSIONS) * columns
    print(
        f"{cells} cells: {one:.1f} s with one, {all_of_them:.1f} s with {len(urls)}: {one / all_of_them:.2f} times",
        end="",
    )
    print(f" as fast, {'equal' if equal else 'OTHER'} files")
    return equal and one / all_of_them >= WANTED


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fleet", description=__doc__)
    parser.add_argument("--seconds-per-step", default="0.05")
    parser.add_argument("--columns", type=int, nargs="*", default=[6, 7, 8], help="those of the studies to make")
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        hosts.standins(Path(name), 3, "--seconds-per-step", args.seconds_per_step) as webuis,
    ):
        good = [compare([webui.url for webui in webuis], columns, Path(name)) for columns in args.columns]
    return 0 if all(good) else 1


if __name__ == "__main__":
    raise SystemExit(main())
