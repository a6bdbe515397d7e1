"""`report FOLDER`, `report --ratings FILE.csv`: the four questions, answered from a study's ratings or from a table."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from urllib.parse import quote

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.evidence.measuring import measure_pictures
from sd_expression_grid.evidence.picture_measures import best_measure
from sd_expression_grid.ratings.ratings_csv import read_ratings_csv, write_ratings
from sd_expression_grid.ratings.ratings_table import RatingsTable, read_table
from sd_expression_grid.report.answers import caution
from sd_expression_grid.report.report import report_to_dict, reports_on
from sd_expression_grid.report.types import Report, Success, Thresholds
from sd_expression_grid.report.writing.charts import write_charts
from sd_expression_grid.report.writing.pictures_section import sentences_of
from sd_expression_grid.report.writing.report_csv import report_csv
from sd_expression_grid.report.writing.report_html import report_html
from sd_expression_grid.store.folder import StudyFolder

if TYPE_CHECKING:
    import argparse
    from argparse import Namespace
    from collections.abc import Callable, Sequence

    from sd_expression_grid.commands import Subparsers


def add_to(subparsers: Subparsers) -> None:
    """Adds the command and its arguments."""
    text = "answer the four questions from a study's ratings, or from a table of ratings"
    parser = subparsers.add_parser("report", help=text, description=text)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="a study's folder, with its ratings")
    source.add_argument("--ratings", type=Path, metavar="FILE.csv", help="a table of ratings; no pictures are needed")
    parser.add_argument("--html", type=Path, metavar="OUT", help="one page that needs no network")
    parser.add_argument("--json", type=Path, metavar="OUT", help="all numbers, each with the cells behind it")
    parser.add_argument("--csv", type=Path, metavar="OUT", help="all numbers as a table")
    parser.add_argument("--ratings-csv", type=Path, metavar="OUT", help="the ratings, as --ratings reads them")
    parser.add_argument("--charts", type=Path, metavar="DIR", help="heat map and rankings as PNG")
    text = "what counts: expression and person (both, the default), the expression alone, or also looking natural (all)"
    parser.add_argument("--success", choices=get_args(Success), default="both", help=text)
    text = "look at the pictures of FOLDER as well, as a second opinion; what was looked at once is kept there"
    parser.add_argument("--evidence", action="store_true", help=text)
    _add_thresholds(parser.add_argument_group("thresholds"))
    parser.set_defaults(run=run)


def _add_thresholds(group: argparse._ArgumentGroup) -> None:
    for threshold in fields(Thresholds):
        kind = type(threshold.default)
        group.add_argument(
            f"--{threshold.name.replace('_', '-')}",
            type=kind,
            default=threshold.default,
            metavar={float: "SHARE", int: "NUMBER", str: "TAG"}[kind],
            help=f"default: {threshold.default}",
        )


def run(arguments: Namespace) -> None:
    """Writes the files that the arguments name; without any, prints the answers."""
    if arguments.evidence:
        _measure_pictures(arguments.folder)
    table = read_ratings_csv(arguments.ratings) if arguments.ratings else read_table(StudyFolder(arguments.folder))
    report, *others = reports_on(table, _thresholds(arguments), arguments.success)
    outputs = _outputs(arguments, table, report, others)
    for file, text in outputs.items():
        _write(file, text())
    if arguments.charts:
        for file in write_charts(report, arguments.charts):
            print(file)
    if not outputs and not arguments.charts:
        print(_answers(report))


def _measure_pictures(folder: Path | None) -> None:
    """Measures a study's pictures, with progress on the standard error stream. StudyError without a folder."""
    if folder is None:
        raise StudyError([Fault("--evidence", "needs a study's folder, whose pictures it looks at")])
    measure = best_measure()
    if measure.note:
        print(measure.note, file=sys.stderr)
    for progress in measure_pictures(StudyFolder(folder), measure):
        print(progress, file=sys.stderr)


def _thresholds(arguments: Namespace) -> Thresholds:
    thresholds = Thresholds(**{field.name: getattr(arguments, field.name) for field in fields(Thresholds)})
    shares = [field.name for field in fields(Thresholds) if isinstance(field.default, float)]
    faults = [
        Fault(f"--{name.replace('_', '-')}", f"must be above 0 and below 1, is {getattr(thresholds, name):g}")
        for name in shares
        if not 0 < getattr(thresholds, name) < 1
    ]
    if faults:
        raise StudyError(faults)
    return thresholds


def _outputs(
    arguments: Namespace, table: RatingsTable, report: Report, others: Sequence[Report]
) -> dict[Path, Callable[[], str]]:
    texts: dict[Path | None, Callable[[], str]] = {
        arguments.html: lambda: report_html(report, _relative_address(arguments.folder, arguments.html), others),
        arguments.json: lambda: json.dumps(report_to_dict(report), ensure_ascii=False),
        arguments.csv: lambda: report_csv(report),
        arguments.ratings_csv: lambda: write_ratings(table),
    }
    return {file: text for file, text in texts.items() if file}


def _relative_address(folder: Path | None, page: Path) -> str | None:
    """The address of the study's folder relative to the page; None without a folder."""
    if folder is None:
        return None
    address = os.path.relpath(folder.resolve(), page.resolve().parent).replace(os.sep, "/")
    return "" if address == "." else f"{quote(address)}/"


def _write(file: Path, text: str) -> None:
    """Writes a text; Excel reads CSV as UTF-8 only with the mark in front."""
    try:
        file.write_text(text, encoding="utf-8-sig" if file.suffix == ".csv" else "utf-8")
    except OSError as error:
        raise StudyError([Fault(str(file), f"cannot be written: {error.strerror}")]) from error
    print(file)


def _answers(report: Report) -> str:
    parts = {answer.question: answer.sentences for answer in report.answers}
    if report.hints:
        parts["Not asked of this study:"] = report.hints
    if report.pictures:
        parts["What the pictures say, of which nothing above is reckoned:"] = tuple(sentences_of(report.pictures))
    texts = ["\n".join((title, *(f"  - {sentence}" for sentence in said))) for title, said in parts.items()]
    return "\n\n".join(filter(None, (caution(report), *texts)))
