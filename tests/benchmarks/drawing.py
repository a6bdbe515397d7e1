"""Drawing grids of 100, 800 and 3,200 cells: seconds and peak memory, beside the WebUI's own drawing functions.

    A1111_DIR=<webui> python -m tests.benchmarks.drawing [--size 256] [--repeats 3]

Each drawing is a process of its own, on the WebUI's Python: pictures from files, as after a resumed run, or held in
memory, as the X/Y/Z plot holds them. Memory is the most that was added to what the process had before it drew, and for
pictures in memory includes them. Without $A1111_DIR only Expression grid draws.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from tests.hosts import ROOT

SHAPES = {100: (10, 10), 800: (40, 20), 3200: (80, 40)}  # rows, columns
WORDS = ("neutral face expression", "frowning, disappointed", "open mouth, surprised", "smiling, closed mouth")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    drawers = ["stock", "ours"] if os.environ.get("A1111_DIR") else ["ours"]
    print(f"cells of {args.size}×{args.size}, {platform.machine()}, medians of {args.repeats}")
    print(f"{'cells':>6}  {'pictures':9}{'drawn by':17}{'seconds':>8}{'of stock':>9}{'MB':>7}")
    with tempfile.TemporaryDirectory() as folder:
        paint_cells(Path(folder), max(SHAPES), args.size)
        for count in SHAPES:
            for source in ("files", "memory"):
                compare(drawers, source, Path(folder), count, args.repeats)


def paint_cells(folder, count, size):
    """Smooth pictures with some grain, which compress as photographs do."""
    random = np.random.default_rng(7)
    for number in range(count):
        colours = Image.fromarray(random.integers(0, 256, (4, 4, 3), dtype=np.uint8)).resize(
            (size, size), Image.BICUBIC
        )
        grain = random.integers(-3, 4, (size, size, 3))
        Image.fromarray((np.asarray(colours) + grain).clip(0, 255).astype(np.uint8)).save(folder / f"{number:04}.png")


def compare(drawers, source, folder, count, repeats):
    measured = {drawer: [] for drawer in drawers}
    for _ in range(repeats):
        for drawer in drawers:
            measured[drawer].append(in_a_process(drawer, source, folder, count))
    first = measured[drawers[0]]
    for drawer, runs in measured.items():
        seconds, megabytes = (statistics.median(run[key] for run in runs) for key in ("seconds", "megabytes"))
        ratio = statistics.median(run["seconds"] / stock["seconds"] for run, stock in zip(runs, first, strict=True))
        of_stock = f"{ratio:9.2f}" if "stock" in drawers else f"{'':9}"
        name = {"stock": "stock functions", "ours": "Expression grid"}[drawer]
        print(f"{count:6}  {source:9}{name:17}{seconds:8.2f}{of_stock}{megabytes:7.0f}", flush=True)


def in_a_process(drawer, source, folder, count):
    webui = os.environ.get("A1111_DIR")
    python = os.environ.get("A1111_PYTHON") or (Path(webui) / "venv/bin/python" if webui else sys.executable)
    command = [str(python), str(Path(__file__)), drawer, source, str(folder), str(count)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=webui or ROOT, check=False)
    if run.returncode:
        sys.exit(run.stderr)
    return json.loads(run.stdout.splitlines()[-1])


def draw_one(drawer, source, folder, count):
    """In a process of its own: draws once, and prints what that took."""
    prepared = {"stock": stock_functions, "ours": our_pages}[drawer]()
    files = sorted(Path(folder).glob("*.png"))[: int(count)]
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    pictures = [Image.open(file) for file in files] if source == "memory" else files
    for picture in pictures if source == "memory" else ():
        picture.load()
    start = time.perf_counter()
    prepared(pictures, *SHAPES[int(count)])
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "megabytes": (memory("VmHWM") - before) / 1024}))


def memory(name):
    """Kilobytes that the kernel counts for this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def row_label(row):
    return f"{WORDS[row % len(WORDS)]} {row}"


def column_label(column):
    return f"character {column}"


def stock_functions():
    folder = os.environ["A1111_DIR"]
    sys.argv = ["launch.py", "--skip-torch-cuda-test", "--use-cpu", "all", "--no-half", "--precision", "full"]
    sys.path.insert(0, folder)
    from modules import initialize

    initialize.imports()
    from modules import images

    def draw(pictures, rows, columns):
        opened = [Image.open(picture) if isinstance(picture, Path) else picture for picture in pictures]
        grid = images.image_grid(opened, rows=rows)
        across = [[images.GridAnnotation(column_label(column))] for column in range(columns)]
        down = [[images.GridAnnotation(row_label(row))] for row in range(rows)]
        return images.draw_grid_annotations(grid, *opened[0].size, across, down, 8)

    return draw


def our_pages():
    from sd_expression_grid.grids.drawing.compose import Figure, compose_pages
    from sd_expression_grid.grids.drawing.style import Style

    def draw(pictures, rows, columns):
        figure = Figure(
            title="A study",
            columns=tuple(map(column_label, range(columns))),
            rows=tuple(map(row_label, range(rows))),
            has_reference=True,
        )

        def open_cell(row, column):
            picture = pictures[row * columns + column]
            return Image.open(picture) if isinstance(picture, Path) else picture

        first = open_cell(0, 0)
        for page in compose_pages(figure, open_cell, first.size, Style()):
            page.draw()

    return draw


if __name__ == "__main__":
    draw_one(*sys.argv[1:]) if len(sys.argv) == 5 else main()
