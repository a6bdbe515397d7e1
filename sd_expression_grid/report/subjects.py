"""Characters as units of comparison: one that was drawn at several weights is one of them, not several."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sd_expression_grid.ratings.ratings_table import Column
    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.study.study import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A character with its cells; ``person`` is its label where none is named."""

    label: str
    person: str
    kind: Kind | None
    tags: tuple[str, ...]
    cells: tuple[int, ...]


def subjects_of(matrix: Matrix) -> tuple[Subject, ...]:
    """All characters that count.

    Of one at several weights, each seed has the cells of the weight that does best on the other seeds, so that no
    weight is chosen by the very cells that it is judged by.
    """
    return tuple(_subject(matrix, group) for group in _groups(matrix))


def weight_groups(matrix: Matrix) -> tuple[tuple[Column, ...], ...]:
    """The columns that differ in their weight only, lightest first, of every character drawn at several."""
    return tuple(tuple(sorted(group, key=_weight)) for group in _groups(matrix) if len(group) > 1)


def _groups(matrix: Matrix) -> list[list[Column]]:
    columns = sorted(matrix.characters, key=_subject_key)
    return [list(group) for _, group in groupby(columns, key=_subject_key)]


def person_of(column: Column) -> str:
    """Whom a column shows: nobody else where no person is named."""
    return column.person or column.label


def _subject_key(column: Column) -> tuple[str, str, str]:
    own = "" if column.weight is not None and column.person else column.label
    return person_of(column), column.kind or "", own


def _weight(column: Column) -> float:
    return column.weight or 0.0


def _subject(matrix: Matrix, columns: Sequence[Column]) -> Subject:
    first = columns[0]
    cells = tuple(matrix.column(first.label))
    if len(columns) > 1:
        cells = tuple(place for seed in matrix.table.seeds for place in _cells_of_best(matrix, columns, seed))
    return Subject(
        label=first.label if len(columns) == 1 else person_of(first),
        person=person_of(first),
        kind=first.kind,
        tags=tuple(dict.fromkeys(tag for column in columns for tag in column.tags)),
        cells=cells,
    )


def _cells_of_best(matrix: Matrix, columns: Sequence[Column], seed: int) -> tuple[int, ...]:
    def merit(column: Column) -> tuple[float, float]:
        others = (place for place in matrix.column(column.label) if matrix.cells[place].key.seed != seed)
        return matrix.share(matrix.asked(others)) or 0.0, -abs(_weight(column) - 1)

    best = max(columns, key=merit)
    return tuple(place for place in matrix.column(best.label) if matrix.cells[place].key.seed == seed)
