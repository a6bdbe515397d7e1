"""The extension's own time for a cell: all that is not the WebUI's, at 100, 1,000 and 10,000 cells, and 512×512 ones.

    python -m tests.benchmarks.own_time [--cells 100 1000 10000] [--large 2500]

Each study is made by the stand-in in a process of its own: new, then again with nothing left to make, then with a cell
that is missing. Times are the processor's, not the clock's: a shared machine does not change them much. *Own* is what
the sampling waits for, *saving* what goes on beside it in another thread, both for a cell; *first* is what passes
before the WebUI is first called. The large study has pictures of 512×512 and tells memory: *peak* is the most that the
process has held, *kept*, with --traced, what is left of the run's Python objects at its end. Pictures are of one
colour: a real one of 512×512 takes some 70 ms more to be written as a PNG, in the thread that saves.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

from PIL import Image

from tests.counted import counted
from tests.hosts import ROOT, TITLE

SHAPES = {100: (10, 10), 1000: (25, 40), 2500: (50, 50), 10_000: (100, 100)}
"""Rows and columns, the reference's included."""

RUNS = ("new", "nothing left", "one missing")
SMALL, LARGE = 64, 512
SHOWN = ("open cells.jsonl", "open study.json", "open cells", "encode", "decode", "hash")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, nargs="*", default=[100, 1000, 10_000], choices=SHAPES)
    parser.add_argument("--large", type=int, nargs="*", default=[2500], choices=SHAPES)
    parser.add_argument("--traced", action="store_true", help="with tracemalloc, which makes all of it slower")
    args = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, processor seconds")
    heads = ("own ms", "saving ms", "first s", "all s", "peak MB", "kept MB", *SHOWN)
    print(f"{'cells':>7} {'size':>4} {'run':13}" + "".join(f"{head:>{len(head) + 2}}" for head in heads))
    for size, counts in ((SMALL, args.cells), (LARGE, args.large)):
        for cells in counts:
            with tempfile.TemporaryDirectory() as folder:
                for run in RUNS:
                    told = in_a_process(run, cells, size, folder, "traced" if args.traced else "")
                    values = [told[head] for head in heads]
                    texts = (f"{v:>{len(h) + 2}}" for v, h in zip(values, heads, strict=True))
                    print(f"{cells:>7} {size:>4} {run:13}" + "".join(texts), flush=True)


def in_a_process(*arguments):
    command = [sys.executable, "-m", "tests.benchmarks.own_time", "once", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ, check=False)
    if run.returncode:
        sys.exit(run.stderr[-3000:])
    return json.loads(run.stdout.splitlines()[-1])


def once(run, cells, size, folder, traced=""):
    """One run in this process; prints what it took."""
    from tests import standin
    from tests.standin.__main__ import NO_PAGE

    sys.path.insert(0, str(NO_PAGE))
    webui = standin.start(Path(folder) / "webui")
    webui.opts.set("outdir_txt2img_grids", folder)
    quick_decoder(int(size))
    ledger = Ledger()
    ledger.charge_all()
    request = request_of(int(cells), int(size))
    if run == "one missing":
        forget_a_cell(Path(folder) / "study")
    if traced:
        tracemalloc.start()
    before, start = kept(), time.process_time()
    main_start = time.thread_time()
    with counted() as counts:
        webui.txt2img(request)
    whole, in_main = time.process_time() - start, time.thread_time() - main_start
    own, saving = in_main - ledger.theirs, whole - in_main
    first = None if ledger.first is None else ledger.first - start
    a_cell = 1000 / int(cells)
    told = {
        "own ms": round(own * a_cell, 2), "saving ms": round(saving * a_cell, 2), "first s": round(first or 0, 2),
        "all s": round(whole, 2), "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "kept MB": round((kept() - before) / 2**20, 1), **{name: counts[name] for name in SHOWN},
    }  # fmt: skip
    print(json.dumps(told))


def kept():
    return tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else 0


def request_of(cells, size):
    rows, columns = SHAPES[cells]
    study = {
        "name": "study",
        "switch_at": 0.34,
        "expressions": "\n".join(f"row {n} | face number {n}, smiling" for n in range(rows)),
        "characters": "\n".join(f"Person {n} | <lora:Noor:1> person{n} woman" for n in range(columns - 1)),
    }
    settings = {"steps": 3, "width": size, "height": size, "seed": 7, "sampler_name": "Euler", "save_images": True}
    return {**settings, "send_images": False, "script_name": TITLE, "script_args": [json.dumps(study)]}


def forget_a_cell(folder):
    record = folder / "cells.jsonl"
    record.write_text("".join(record.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")


def quick_decoder(size):
    """Plain colours in turn, instead of the stand-in's portraits: those take longer than all else."""
    from modules import shared

    numbers = count()
    model = type(shared.sd_model)
    model.decode_first_stage = lambda *_args, **_how: Image.new(
        "RGB", (size, size), (next(numbers) * 37 % 256, 90, 120)
    )


class Ledger:
    """Whose the main thread's time is: ``theirs`` is the WebUI's, without what it spends in our code."""

    def __init__(self):
        self.theirs, self.first = 0.0, None
        self._is_theirs, self._since = False, 0.0

    def charge_all(self):
        from modules import processing

        from sd_expression_grid.grids.drawing.contact_sheet import ContactSheet
        from sd_expression_grid.webui.denoiser.shared_steps import SharedSteps

        answer = SharedSteps._answer
        processing.process_images = self._charged(processing.process_images, theirs=True)
        ContactSheet.image_with = self._charged(ContactSheet.image_with, theirs=False)

        def ours(sharing, denoiser, checkpoint, call):
            return answer(
                sharing, denoiser, checkpoint, replace(call, compute=self._charged(call.compute, theirs=True))
            )

        SharedSteps._answer = self._charged(ours, theirs=False)

    def _charged(self, call, *, theirs):
        def charged(*args, **kwargs):
            with self._turn(theirs):
                return call(*args, **kwargs)

        return charged

    @contextmanager
    def _turn(self, theirs):
        if self.first is None:
            self.first = time.process_time()
        before = self._is_theirs
        self._become(theirs)
        try:
            yield
        finally:
            self._become(before)

    def _become(self, theirs):
        now = time.thread_time()
        if self._is_theirs:
            self.theirs += now - self._since
        self._is_theirs, self._since = theirs, now


if __name__ == "__main__":
    once(*sys.argv[2:]) if sys.argv[1:2] == ["once"] else main()
