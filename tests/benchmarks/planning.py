"""Reading, checking and planning a study of 10,000 cells, before its first step: seconds of each.

    python -m tests.benchmarks.planning [--rows 100] [--columns 99] [--repeats 5]

Prompts are judged by the stand-in's schedule parser, or with $PARSER_OF=<webui> by that WebUI's own, which needs lark.
"""

import argparse
import platform
import statistics
import time
from dataclasses import replace

from sd_expression_grid.plan.network_check import Catalog, names_in, network_faults
from sd_expression_grid.plan.plan import plan_batches, plan_cells
from sd_expression_grid.plan.prompt_check import edit_faults, prompt_faults
from sd_expression_grid.study.cell_prompts import templates_of
from sd_expression_grid.study.schema import read_study
from sd_expression_grid.study.study import STUDY_NEGATIVE_PROMPT, STUDY_PROMPT
from tests.unit.schedules import STEPS, negative_schedule, schedule

FACES = ("smiling, open mouth", "(sad:1.3), crying", "angry", "bored", "[open|closed] mouth, laughing")

EMBEDDINGS = tuple(f"embedding_{n}" for n in range(2000))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--columns", type=int, default=99, help="besides the reference")
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    runs = [once(args.rows, args.columns) for _ in range(args.repeats)]
    cells = args.rows * (args.columns + 1)
    print(f"{cells} cells, {platform.machine()}, Python {platform.python_version()}, medians of {args.repeats}")
    for step in runs[0]:
        print(f"{step:32}{statistics.median(run[step] for run in runs):8.3f} s")
    print(f"{'all':32}{statistics.median(sum(run.values()) for run in runs):8.3f} s")


def once(rows, columns):
    seconds, last = {}, time.perf_counter()

    def lap(name):
        nonlocal last
        seconds[name], last = time.perf_counter() - last, time.perf_counter()

    study, faults = read_study(
        {
            "expressions": "\n".join(f"row {n} | {FACES[n % len(FACES)]} {n}" for n in range(rows)),
            "characters": "\n".join(f"Person {n} | <lora:person_{n}:0.8> person{n} woman" for n in range(columns)),
        }
    )
    study = replace(study, prompt=STUDY_PROMPT, negative_prompt=STUDY_NEGATIVE_PROMPT)
    templates = templates_of(study)
    lap("reading the lists")
    catalog = Catalog(checkpoint="", architecture="SD1", loras={f"person_{n}": "SD1" for n in range(columns)})
    faults += network_faults(study, {"prompt": templates.prompt}, catalog)
    faults += prompt_faults(study, templates, STEPS)
    lap("checking texts and networks")
    faults += edit_faults(study, templates, (schedule, negative_schedule), STEPS)
    lap("judging the prompt edits")
    cells = plan_cells(study, templates, (7,))
    batches = plan_batches(cells, 4, lambda _: 1)
    lap("planning cells and batches")
    assert not any(names_in(cell.prompt, EMBEDDINGS) for cell in cells)
    lap("looking for 2,000 embeddings")
    assert not faults, faults[:3]
    assert sum(len(batch.cells) for batch in batches) == rows * (columns + 1)
    return seconds


if __name__ == "__main__":
    main()
