"""From ratings to a report: rankings, comparisons, verdicts, and answers to the study's four questions.

A cell counts once, however many raters it has. A success is a *yes* on both scores: the expression is reached and the
person kept; in the reference column, which shows nobody, on the expression alone.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, get_args

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.report.answers import answers_of, hints_of
from sd_expression_grid.report.characters import groups_of, rank_characters, weight_curves
from sd_expression_grid.report.comparisons import compare
from sd_expression_grid.report.expressions import alike_rows, rank_expressions
from sd_expression_grid.report.matrix import Matrix, matrix_of
from sd_expression_grid.report.pictures import pictures_of
from sd_expression_grid.report.raters import agreement_of, left_out, raters_of
from sd_expression_grid.report.subjects import subjects_of
from sd_expression_grid.report.types import Measure, Rate, Report, RowColumn, Thresholds

if TYPE_CHECKING:
    from sd_expression_grid.ratings.ratings_table import RatingsTable


def report_on(table: RatingsTable, thresholds: Thresholds | None = None) -> Report:
    """The report on a table's ratings, by default with the default thresholds.

    StudyError without scipy, and where no rating counts: then there is nothing to report.
    """
    _check_ratings(table)
    matrix = matrix_of(table, thresholds or Thresholds())
    subjects, characters = subjects_of(matrix), rank_characters(matrix)
    report = Report(
        title=table.title,
        thresholds=matrix.thresholds,
        rows=table.rows,
        columns=table.columns,
        seeds=table.seeds,
        judges_likeness=matrix.judges_likeness,
        is_corrected=matrix.is_corrected,
        cells=matrix.cells,
        squares=_row_columns(matrix),
        characters=characters,
        expressions=rank_expressions(matrix, subjects),
        comparisons=compare(matrix, subjects),
        groups=groups_of(matrix, subjects),
        weighings=weight_curves(matrix, characters),
        alike_rows=alike_rows(matrix),
        raters=raters_of(matrix),
        agreement=agreement_of(matrix),
        left_out=left_out(matrix),
        pictures=pictures_of(matrix),
    )
    return replace(report, answers=answers_of(report), hints=hints_of(report))


def _check_ratings(table: RatingsTable) -> None:
    if table.ratings:
        return
    if table.stale:
        message = "all ratings are of pictures that were made anew since; rate some of the new ones first"
    else:
        message = "no cell is rated yet; rate some first"
    raise StudyError(message)


def report_to_dict(report: Report) -> dict[str, object]:
    """The report as JSON values, with the fields' names as keys; cells are named by their index in ``cells``."""
    return asdict(report)


def _row_columns(matrix: Matrix) -> tuple[RowColumn, ...]:
    return tuple(
        RowColumn(expression=row, character=column.label, rates=_rates(matrix, row, column.label))
        for row in matrix.table.rows
        for column in matrix.table.columns
    )


def _rates(matrix: Matrix, row: str, label: str) -> dict[Measure, Rate]:
    cells = matrix.row_column(row, label)
    return {measure: matrix.rate(cells, measure) for measure in get_args(Measure)}
