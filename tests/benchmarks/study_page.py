"""The page of a study of 10,000 cells: how it is written, opened and scrolled through, in headless Chromium.

    python -m tests.benchmarks.study_page [--cells 100 1000 10000] [--size 512]

Times are the processor's: of this process for writing; of the page's main thread for opening, until its table is drawn
and nothing is left to do, and for scrolling 100 pixels, as a mouse's wheel does, from top to bottom. *Longest* is the
longest task of the page's while it scrolls, by the clock. Memory is that of the page's scripts, and of its process.
"""

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path

from PIL import Image

from sd_expression_grid.page.page import write_page
from sd_expression_grid.store.folder import CELLS_FOLDER, INFOTEXTS_FOLDER, Outcome, create_folder, png_of, sha256_of
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey
from tests.benchmarks.own_time import SHAPES
from tests.browser.page import browser

PROMPT = "closeup of woman facing viewer, [hair, neck, eyes, lips:{} face expression:0.2], RAW photo, {}"
NEGATIVE = "naked, illustration, 3d, drawing, cartoon, anime, 2girls"
SETTINGS = (
    "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 7, Size: {0}x{0}, "
    'Model hash: 0123456789, Model: photoreal_v51, Lora hashes: "person_{1}: 0123456789ab", Version: v1.10.1'
)
LONGEST = """
    new PerformanceObserver((list) => {
        window.longest = Math.max(window.longest || 0, ...list.getEntries().map((entry) => entry.duration));
    }).observe({ type: "longtask", buffered: true });
"""
SCROLL = """async () => {
    const main = document.querySelector("main");
    window.longest = 0;
    const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    let steps = 0;
    for (main.scrollTop = 0; main.scrollTop + main.clientHeight < main.scrollHeight - 1; steps += 1) {
        main.scrollTop += 100;
        await drawn();
    }
    return steps;
}"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, nargs="*", default=[100, 1000, 10_000], choices=SHAPES)
    parser.add_argument("--size", type=int, default=512)
    args = parser.parse_args()
    print(f"{platform.machine()}, cells of {args.size}×{args.size}")
    with browser() as chrome:
        for cells in args.cells:
            with tempfile.TemporaryDirectory() as folder:
                told = measured(chrome, *SHAPES[cells], args.size, Path(folder))
            if cells == args.cells[0]:
                print(f"{'cells':>7}" + "".join(f"{name:>{len(name) + 2}}" for name in told))
            print(f"{cells:>7}" + "".join(f"{value:>{len(name) + 2}}" for name, value in told.items()), flush=True)


def measured(chrome, rows, columns, size, parent):
    folder = study_of(parent, rows, columns, size)
    start = time.process_time()
    file = write_page(folder)
    written = time.process_time() - start
    page = chrome.new_page(viewport={"width": 1366, "height": 768})
    page.add_init_script(LONGEST)
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(file.as_uri())
    page.wait_for_function("document.querySelector('td img')?.complete")
    page.evaluate("new Promise((resolve) => requestIdleCallback(resolve))")
    opened = metrics(tools)
    steps = page.evaluate(SCROLL)
    scrolled, longest = metrics(tools), page.evaluate("window.longest")
    memory = resident(page)
    page.close()
    took = scrolled["TaskDuration"] - opened["TaskDuration"]
    return {
        "write s": round(written, 2), "page MB": megabytes(file),
        "infotexts MB": megabytes(*(folder.path / INFOTEXTS_FOLDER).iterdir()),
        "open s": round(opened["TaskDuration"], 2),
        "script s": round(opened["ScriptDuration"], 2), "layout s": round(opened["LayoutDuration"], 2),
        "style s": round(opened["RecalcStyleDuration"], 2), "elements": int(opened["Nodes"]),
        "scroll ms a step": round(1000 * took / max(1, steps), 1), "longest ms": round(longest),
        "scripts MB": round(scrolled["JSHeapUsedSize"] / 2**20), "process MB": memory,
    }  # fmt: skip


def megabytes(*files):
    return round(sum(file.stat().st_size for file in files) / 1e6, 2)


def metrics(tools):
    return {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}


def resident(page):
    """Megabytes of the page's process, the largest renderer."""
    tools = page.context.browser.new_browser_cdp_session()
    renderers = [
        one["id"] for one in tools.send("SystemInfo.getProcessInfo")["processInfo"] if one["type"] == "renderer"
    ]
    return max(pages_of(process) for process in renderers) * os.sysconf("SC_PAGE_SIZE") // 2**20


def pages_of(process):
    return int(Path(f"/proc/{process}/statm").read_text().split()[1])


def study_of(parent, rows, columns, size):
    """A finished study whose cells are links to a few pictures."""
    folder = create_folder(parent, "study")
    study = study_from_dict(
        {
            "name": "study", "prompt": PROMPT.format("{expression}", "{character}"), "negative_prompt": NEGATIVE,
            "seeds": [7],
            "expressions": "\n".join(f"row {n} | face number {n}, smiling" for n in range(rows)),
            "characters": "\n".join(f"Person {n} | <lora:person_{n}:1> person{n} woman" for n in range(columns - 1)),
        }
    )  # fmt: skip
    folder.write_study(study)
    pictures = [parent / f"{number}.png" for number in range(8)]
    for number, picture in enumerate(pictures):
        picture.write_bytes(png_of(Image.new("RGB", (size, size), (number * 30, 90, 120))))
    hashes = [sha256_of(picture) for picture in pictures]
    outcomes = []
    for number, column in enumerate(study.columns):
        (folder.path / CELLS_FOLDER / f"{number}").mkdir(parents=True)
        for place, row in enumerate(study.expressions):
            nth = (number + place) % len(pictures)
            file = f"{CELLS_FOLDER}/{number}/{place}.png"
            os.link(pictures[nth], folder.path / file)
            infotext = (
                f"{PROMPT.format(row.text, column.text)}\nNegative prompt: {NEGATIVE}\n{SETTINGS.format(size, number)}"
            )
            key = CellKey(expression=row.label, character=column.label, seed=7)
            identity = f"{number:016x}{place:016x}"
            done = {"status": "done", "file": file, "identity": identity, "sha256": hashes[nth]}
            outcomes.append(Outcome(key=key, infotext=infotext, **done))
    folder.record(*outcomes)
    return folder


if __name__ == "__main__":
    main()
