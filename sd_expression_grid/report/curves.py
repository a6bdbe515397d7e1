"""Curves: the shares of a character, or of an expression, over the numbers of a key, such as its weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.ratings.ratings_table import ROW_TRAITS
from sd_expression_grid.report.paired import p_between, same_character, same_row
from sd_expression_grid.report.subjects import settings_of, subject_columns, subject_name
from sd_expression_grid.report.types import Curve, CurveLine
from sd_expression_grid.report.wording import singular
from sd_expression_grid.study.study import COLUMN_AXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sd_expression_grid.ratings.ratings_table import Column
    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.report.paired import Unit
    from sd_expression_grid.report.types import CharacterResult, ExpressionResult, Rate
    from sd_expression_grid.study.list_keys import ListKey

_OF_CHARACTERS = ("flexibility", "person kept")
_OF_EXPRESSIONS = ("characters", "reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A row or column of a curve, with the rates of the curve's lines; ``rank`` decides which is the best."""

    label: str
    number: float
    rates: tuple[Rate, Rate]
    rank: tuple[Rate, ...]


def curves_of(
    matrix: Matrix, characters: Sequence[CharacterResult], expressions: Sequence[ExpressionResult]
) -> tuple[Curve, ...]:
    """The curves of all characters and expressions that were drawn at several numbers of a key, key by key.

    A character's are flexibility and likeness; an expression's are the successes of characters and of the reference.
    """
    return (*_of_characters(matrix, characters), *_of_expressions(matrix, expressions))


def _of_characters(matrix: Matrix, results: Iterable[CharacterResult]) -> Iterator[Curve]:
    by_label = {result.column.label: result for result in results}
    for key in COLUMN_AXES:
        for columns in _series_of_columns(matrix, key):
            points = [_column_point(matrix, by_label[column.label], key) for column in columns]
            yield _curve(matrix, key, _name_of(columns[0], key), points, (_OF_CHARACTERS, same_row))


def _of_expressions(matrix: Matrix, results: Iterable[ExpressionResult]) -> Iterator[Curve]:
    by_label = {result.label: result for result in results}
    for key in ROW_TRAITS:
        if key.axis:
            for name, labels in _series_of_rows(matrix, key):
                points = [_row_point(matrix, by_label[label], key) for label in labels]
                yield _curve(matrix, key, name, points, (_OF_EXPRESSIONS, same_character))


def _series_of_columns(matrix: Matrix, key: ListKey) -> Iterator[list[Column]]:
    """The columns of each character that differ in this key, and in no other that has an axis."""
    for columns in subject_columns(matrix):
        series: dict[tuple[object, ...], list[Column]] = {}
        for column in columns:
            if getattr(column, key.name) is not None:
                series.setdefault(settings_of(column, key), []).append(column)
        yield from (each for each in series.values() if len({getattr(column, key.name) for column in each}) > 1)


def _series_of_rows(matrix: Matrix, key: ListKey) -> Iterator[tuple[str, list[str]]]:
    """The rows of each expression that differ in this key, with the expression's name."""
    series: dict[str, list[str]] = {}
    for label in matrix.table.rows:
        row = matrix.table.row_traits.get(label)
        if row and row.strength_of and getattr(row, key.name) is not None:
            series.setdefault(row.strength_of, []).append(label)
    yield from ((name, labels) for name, labels in series.items() if len(labels) > 1)


def _name_of(column: Column, key: ListKey) -> str:
    others = zip((other for other in COLUMN_AXES if other is not key), settings_of(column, key), strict=True)
    fixed = [f"{other.axis.name} {number:g}" for other, number in others if other.axis and number is not None]
    return " · ".join(filter(None, (subject_name(column), singular(column.kind), *fixed)))


def _column_point(matrix: Matrix, result: CharacterResult, key: ListKey) -> _Point:
    kept = result.rates["likeness"]
    return _Point(
        label=result.column.label,
        number=getattr(result.column, key.name),
        rates=(result.flexibility, kept),
        rank=(result.flexibility, result.rates[matrix.success], kept),
    )


def _row_point(matrix: Matrix, result: ExpressionResult, key: ListKey) -> _Point:
    rates = result.rates[matrix.success], result.reference
    number = getattr(matrix.table.row_traits[result.label], key.name)
    return _Point(label=result.label, number=number, rates=rates, rank=rates)


def _rank_key(point: _Point) -> list[float]:
    return [-1.0 if rate.share is None else rate.share for rate in point.rank]


def _curve(
    matrix: Matrix, key: ListKey, name: str, points: Iterable[_Point], of: tuple[tuple[str, str], Unit]
) -> Curve:
    """A curve of two lines, ``of`` which these are the names, and by what the cells of two points are paired."""
    names, unit = of
    in_order = sorted(points, key=lambda point: point.number)
    known = [point for point in in_order if point.rates[0].share is not None]
    ranked = sorted(known, key=_rank_key, reverse=True)
    clear = len(ranked) > 1 and (
        p_between(matrix, ranked[0].rates[0], ranked[1].rates[0], unit) <= matrix.thresholds.significance
    )
    return Curve(
        key=key.name,
        axis=key.axis.name if key.axis else key.name,
        name=name,
        numbers=tuple(point.number for point in in_order),
        labels=tuple(point.label for point in in_order),
        lines=tuple(
            CurveLine(name=line, rates=tuple(point.rates[place] for point in in_order))
            for place, line in enumerate(names)
        ),
        best=ranked[0].number if ranked else None,
        is_clear=clear,
    )
