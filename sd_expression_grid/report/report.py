"""From ratings to a report: rankings, comparisons, verdicts, and answers to the study's questions.

A cell counts once, however many raters it has. A success is by default a *yes* on two scores: the expression is reached
and the person kept; in the reference column, which shows nobody, on the expression alone. The reader may choose the
expression alone instead, or that the picture is natural as well.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.report.answers import answers_of, hints_of
from sd_expression_grid.report.characters import groups_of, rank_characters
from sd_expression_grid.report.comparisons import compare
from sd_expression_grid.report.curves import curves_of
from sd_expression_grid.report.expressions import alike_rows, rank_expressions
from sd_expression_grid.report.matrix import Matrix, matrix_of
from sd_expression_grid.report.pictures import pictures_of
from sd_expression_grid.report.raters import agreement_of, left_out, raters_of
from sd_expression_grid.report.subjects import subjects_of
from sd_expression_grid.report.types import Measure, Rate, Report, RowColumn, Success, Thresholds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.ratings.ratings_table import RatingsTable
    from sd_expression_grid.report.types import Curve


def reports_on(
    table: RatingsTable, thresholds: Thresholds | None = None, first: Success = "both"
) -> tuple[Report, ...]:
    """The reports on a table's ratings by all that may count as a success in it, that of ``first`` first.

    Where nobody judged the person, the expression alone is what *both* is. Raises StudyError as ``report_on`` does, and
    where nobody gave a score that ``first`` needs.
    """
    matrix = _matrix(table, thresholds)
    same_for_all = _same_for_all(matrix)
    both = _report(matrix, same_for_all)
    choices: list[Success] = ["both"]
    if both.judges_likeness:
        choices.append("expression")
    if both.judges_natural:
        choices.append("all")
    if first == "all" and not both.judges_natural:
        message = "nobody has scored whether the pictures look natural, so that it cannot count as a success"
        raise StudyError(message)
    choices.sort(key=lambda success: success != first)
    return tuple(
        both if success == "both" else _report(replace(matrix, success=success), same_for_all) for success in choices
    )


def report_on(table: RatingsTable, thresholds: Thresholds | None = None, success: Success = "both") -> Report:
    """The report on a table's ratings, by default with the default thresholds.

    StudyError without scipy, and where no rating counts: then there is nothing to report.
    """
    matrix = _matrix(table, thresholds, success)
    return _report(matrix, _same_for_all(matrix))


def _matrix(table: RatingsTable, thresholds: Thresholds | None, success: Success = "both") -> Matrix:
    _check_ratings(table)
    return matrix_of(table, thresholds or Thresholds(), success)


def _same_for_all(matrix: Matrix) -> dict[str, Any]:
    """The parts of a report that are the same whatever counts as a success."""
    return {
        "squares": _row_columns(matrix),
        "alike_rows": alike_rows(matrix),
        "raters": raters_of(matrix),
        "agreement": agreement_of(matrix),
        "left_out": left_out(matrix),
        "pictures": pictures_of(matrix),
    }


def _report(matrix: Matrix, same_for_all: Mapping[str, Any]) -> Report:
    table, subjects, characters = matrix.table, subjects_of(matrix), rank_characters(matrix)
    expressions = rank_expressions(matrix, subjects)
    report = Report(
        title=table.title,
        thresholds=matrix.thresholds,
        rows=table.rows,
        columns=table.columns,
        seeds=table.seeds,
        success=matrix.success,
        judges_likeness=matrix.judges_likeness,
        judges_natural=matrix.judges_natural,
        is_corrected=matrix.is_corrected,
        cells=matrix.cells,
        characters=characters,
        expressions=expressions,
        comparisons=compare(matrix, subjects),
        groups=groups_of(matrix, subjects),
        curves=curves_of(matrix, characters, expressions),
        **same_for_all,
    )
    return replace(report, answers=answers_of(report), hints=hints_of(report))


def _check_ratings(table: RatingsTable) -> None:
    if any(rating.has_score for rating in table.ratings):
        return
    if table.stale:
        message = "all ratings are of pictures that were made anew since; rate some of the new ones first"
    else:
        message = "no cell is rated yet; rate some first"
    raise StudyError(message)


def report_to_dict(report: Report) -> dict[str, object]:
    """The report as JSON values, with the fields' names as keys; cells are named by their index in ``cells``.

    ``weighings`` are the curves over weights as version 0.1.0 wrote them, with the whole results of their columns.
    """
    results = {result.column.label: asdict(result) for result in report.characters}
    weighings = [_weighing(curve, results) for curve in report.curves if curve.key == "weight"]
    return {**asdict(report), "weighings": weighings}


def _weighing(curve: Curve, results: Mapping[str, object]) -> dict[str, object]:
    weights = [[weight, results[label]] for weight, label in zip(curve.numbers, curve.labels, strict=True)]
    return {"name": curve.name, "weights": weights, "best": curve.best, "is_clear": curve.is_clear}


def _row_columns(matrix: Matrix) -> tuple[RowColumn, ...]:
    return tuple(
        RowColumn(expression=row, character=column.label, rates=_rates(matrix, row, column.label))
        for row in matrix.table.rows
        for column in matrix.table.columns
    )


def _rates(matrix: Matrix, row: str, label: str) -> dict[Measure, Rate]:
    cells = matrix.row_column(row, label)
    return {measure: matrix.rate(cells, measure) for measure in matrix.measures}
