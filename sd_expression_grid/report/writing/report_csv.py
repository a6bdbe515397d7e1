"""A report's numbers as one table, a line for each: for spreadsheets and for other programs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from sd_expression_grid.ratings.ratings_csv import harmless
from sd_expression_grid.report.wording import units, versus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.report.statistics.intervals import Interval
    from sd_expression_grid.report.types import ExpressionResult, Pictures, Rate, Report

HEADER = (
    "of",
    "name",
    "beside",
    "measure",
    "value",
    "low",
    "high",
    "successes",
    "partly",
    "cells",
    "ratings",
    "p",
    "says",
)
"""``value``, ``low`` and ``high`` are shares, differences of shares, or alpha.

``beside`` is a square's column; of a comparison it is what it rests on, which tells one of persons from one of all.
"""

Line = dict[str, object]


def report_csv(report: Report) -> str:
    """All numbers of a report; what is not known is empty."""
    file = io.StringIO()
    writer = csv.DictWriter(file, HEADER, lineterminator="\n")
    writer.writeheader()
    for line in _lines(report):
        writer.writerow({name: _text(value) for name, value in line.items()})
    return file.getvalue()


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else harmless(str(value))


def _lines(report: Report) -> Iterator[Line]:
    yield from _characters(report)
    yield from _expressions(report)
    for square in report.squares:
        for measure, rate in square.rates.items():
            yield {**_rate("square", square.expression, measure, rate), "beside": square.character}
    yield from _comparisons(report)
    if report.pictures:
        yield from _pictures(report.pictures)


def _characters(report: Report) -> Iterator[Line]:
    for result in report.characters:
        says = "fails on nearly every row" if result.fails_nearly_everywhere else ""
        line = _rate("character", result.column.label, "flexibility", result.flexibility)
        yield {**line, "p": result.p_behind, "says": says}
        for measure, rate in result.rates.items():
            yield _rate("character", result.column.label, measure, rate)


def _expressions(report: Report) -> Iterator[Line]:
    for result in report.expressions:
        line = _rate("expression", result.label, "reference", result.reference)
        yield {**line, "says": _verdict(result)}
        for measure, rate in result.rates.items():
            yield _rate("expression", result.label, measure, rate)


def _verdict(result: ExpressionResult) -> str:
    if result.verdict is None:
        return ""
    return f"{result.verdict.name}{' (provisional)' if result.verdict.is_provisional else ''}"


def _comparisons(report: Report) -> Iterator[Line]:
    for comparison in report.comparisons:
        line = _line("comparison", versus(comparison), "flexibility", comparison.difference, comparison.interval)
        outcomes = {"first": f"{comparison.first} more", "second": f"{comparison.second} more"}
        says = outcomes.get(comparison.outcome, comparison.outcome)
        numbers = {"beside": units(comparison), "cells": len(comparison.cells), "p": comparison.p}
        yield {**line, **numbers, "says": says}
    for measure, found in report.agreement.items():
        yield {**_line("agreement", "Krippendorff's alpha", measure, found.alpha, found.interval), "cells": found.cells}


def _pictures(pictures: Pictures) -> Iterator[Line]:
    """How many measured cells show no visible change, of each row and of each character."""
    for of, lines in (("pictures of row", pictures.rows), ("pictures of character", pictures.columns)):
        for line in lines:
            still, count = len(line.still), len(line.measured)
            numbers = {"successes": still, "cells": count, "says": "no visible change" if line.is_still else ""}
            yield {**_line(of, line.label, f"no visible change, by {pictures.method}", still / count, None), **numbers}


def _rate(of: str, name: str, measure: str, rate: Rate) -> Line:
    counts = {"successes": rate.successes, "partly": rate.partly, "cells": rate.count, "ratings": rate.ratings}
    return {**_line(of, name, measure, rate.share, rate.interval), **counts}


def _line(of: str, name: str, measure: str, value: float | None, interval: Interval | None) -> Line:
    low, high = interval or (None, None)
    return {"of": of, "name": name, "measure": measure, "value": value, "low": low, "high": high}
