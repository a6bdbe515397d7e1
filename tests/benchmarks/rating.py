"""Rating and reporting a study of 10,000 cells with four raters: processor seconds of what a person waits for.

    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.rating [--rows 25] [--columns 100] [--seeds 4] [--raters 4]

Threads that wait for others count as if they worked, hence one. The reference is one of the columns. Raters see what
the picture shows with chances of their own, and two thirds of the columns are of known makers, so that all questions of
the report are asked.
"""

import argparse
import json
import os
import platform
import random
import tempfile
import time
from pathlib import Path

from PIL import Image

from sd_expression_grid.ratings.ratings import Rating, add_ratings
from sd_expression_grid.ratings.ratings_table import read_table
from sd_expression_grid.ratings.session import rate, read_session, session_to_dict
from sd_expression_grid.report.deciding import what_decides
from sd_expression_grid.report.report import report_to_dict, reports_on
from sd_expression_grid.report.statistics.permutation import scipy_stats
from sd_expression_grid.report.writing.report_html import report_html
from sd_expression_grid.store.folder import CELLS_FOLDER, Outcome, create_folder, png_of, sha256_of
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=25)
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--raters", type=int, default=4)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        study = rated_study(Path(folder), args.rows, args.columns, args.seeds, args.raters)
        cells = args.rows * args.columns * args.seeds
        print(f"{cells} cells, {args.raters} raters, {platform.machine()}, Python {platform.python_version()}")
        for name, seconds in measured(study).items():
            print(f"{name:44}{seconds:8.2f} s")


def measured(folder):
    seconds, last = {}, time.process_time()

    def lap(name):
        nonlocal last
        seconds[name], last = time.process_time() - last, time.process_time()

    session = read_session(folder, "rater 0")
    lap("open: the session")
    deciding = what_decides(read_table(folder))
    session.numbers_of(deciding.cells)
    lap("open: what decides")
    json.dumps(session_to_dict(session))
    lap("open: as JSON")
    key = next(iter(folder.read_record()))
    scipy_stats()
    lap("(loading scipy, once, and reading the record)")
    said = {"expression": key.expression, "character": key.character, "seed": key.seed, "rater": "rater 0"}
    rate(folder, {**said, "expression_score": 2})
    lap("rate a cell")
    table = read_table(folder)
    lap("report: reading the table")
    report, *others = reports_on(table)
    lap("report: reckoning")
    report_html(report, "", others)
    lap("report: as HTML")
    json.dumps(report_to_dict(report))
    lap("report: as JSON")
    return seconds


def rated_study(parent, rows, columns, seeds, raters):
    """A study with all cells, links to one picture, and all ratings."""
    folder = create_folder(parent, "study")
    makers = ("Ada", "Bo", "")
    study = study_from_dict(
        {
            "name": "study", "prompt": "closeup, {expression}, {character}", "negative_prompt": "",
            "seeds": list(range(seeds)),
            "expressions": "\n".join(f"row {n} | face number {n}" for n in range(rows)),
            "characters": "\n".join(
                f"Person {n} | <lora:person_{n}:1> | kind={('lora', 'embedding')[n % 2]} | person=P{n // 2}"
                f" | tags={('famous', 'invented')[n % 2]}" + (f" | creator={makers[n % 3]}" if makers[n % 3] else "")
                for n in range(columns - 1)
            ),
        }
    )  # fmt: skip
    folder.write_study(study)
    picture = parent / "picture.png"
    picture.write_bytes(png_of(Image.new("RGB", (8, 8))))
    sha256, draw, outcomes = sha256_of(picture), random.Random(7), []
    for number, column in enumerate(study.columns):
        (folder.path / CELLS_FOLDER / f"{number}").mkdir(parents=True)
        for place, row in enumerate(study.expressions):
            for seed in study.seeds:
                file = f"{CELLS_FOLDER}/{number}/{place}_{seed}.png"
                os.link(picture, folder.path / file)
                key = CellKey(expression=row.label, character=column.label, seed=seed)
                infotext = f"closeup, {row.text}, {column.text}\nSteps: 20, Sampler: Euler, CFG scale: 7"
                outcomes.append(Outcome(key=key, status="done", file=file, sha256=sha256, infotext=infotext))
    folder.record(*outcomes)
    add_ratings(folder.path, ratings_of(study, outcomes, raters, draw))
    return folder


def ratings_of(study, outcomes, raters, draw):
    chances = {row.label: draw.random() for row in study.expressions}
    chances |= {column.label: draw.random() for column in study.columns}
    for outcome in outcomes:
        key = outcome.key
        shown = draw.random() < (chances[key.expression] + chances[key.character]) / 2
        for number in range(raters):
            agrees = draw.random() < 0.9
            scores = {"expression_score": 2 if shown == agrees else draw.randrange(2)}
            if key.character != study.reference_column.label:
                scores["likeness_score"] = draw.choice((1, 2, 2, 2))
            at = "2026-01-02T03:04:05+00:00"
            yield Rating(key=key, rater=f"rater {number}", picture=outcome.sha256, rated_at=at, **scores)


if __name__ == "__main__":
    main()
