"""Characters as units of comparison: one at several weights, CFG scales or denoising strengths is one subject."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from sd_expression_grid.study.study import COLUMN_AXES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sd_expression_grid.ratings.ratings_table import Column
    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.study.list_keys import ListKey
    from sd_expression_grid.study.study import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A character with the places of its cells; ``person`` is its label where no person is named."""

    label: str
    person: str
    kind: Kind | None
    tags: tuple[str, ...]
    creator: str
    cells: tuple[int, ...]


def subjects_of(matrix: Matrix) -> tuple[Subject, ...]:
    """All characters but excluded ones; a tag is spelt as it is first, whatever its capitals are elsewhere.

    One in several columns (see ``subject_columns``) has, for each seed, the cells of the column that does best on all
    other seeds: so no weight is chosen by the cells that it is then judged by (cross-validation).
    """
    tags = [tag for column in matrix.characters for tag in column.tags]
    spelling = {tag.casefold(): tag for tag in reversed(tags)}
    return tuple(_subject(matrix, group, spelling) for group in subject_columns(matrix))


def subject_columns(matrix: Matrix) -> list[list[Column]]:
    """The columns of each character: of one person and kind at several weights, CFG scales or denoising strengths.

    They have the same label but for the numbers at its end; those at several weights may also have any labels that end
    in no number of theirs.
    """
    columns = sorted(matrix.characters, key=_subject_key)
    return [list(group) for _, group in groupby(columns, key=_subject_key)]


def person_of(column: Column) -> str:
    """The person whom a column shows: its label where no person is named."""
    return column.person or column.label


def subject_name(column: Column) -> str:
    """What a character is called that this column shows, as others do."""
    return _own_name(column) or person_of(column)


def _own_name(column: Column) -> str:
    """What tells the models of one person apart: two of one person, each at several weights, are two characters."""
    has_any_label = column.weight is not None and column.person and column.own_label == column.label
    return "" if has_any_label else column.own_label


def _subject_key(column: Column) -> tuple[str, str, str]:
    return person_of(column), column.kind or "", _own_name(column)


def settings_of(column: Column, but: ListKey) -> tuple[float | None, ...]:
    """The numbers of a column for all axes but one."""
    return tuple(getattr(column, key.name) for key in COLUMN_AXES if key is not but)


def _subject(matrix: Matrix, columns: Sequence[Column], spelling: Mapping[str, str]) -> Subject:
    first = columns[0]
    cells = tuple(matrix.column(first.label))
    if len(columns) > 1:
        cells = tuple(place for seed in matrix.table.seeds for place in _cells_of_best(matrix, columns, seed))
    return Subject(
        label=first.label if len(columns) == 1 else subject_name(first),
        person=person_of(first),
        kind=first.kind,
        tags=tuple(dict.fromkeys(spelling[tag.casefold()] for column in columns for tag in column.tags)),
        creator=first.creator,
        cells=cells,
    )


def _cells_of_best(matrix: Matrix, columns: Sequence[Column], seed: int) -> tuple[int, ...]:
    def cross_validated(column: Column) -> tuple[float, float]:
        others = (place for place in matrix.column(column.label) if matrix.cells[place].key.seed != seed)
        return matrix.share(matrix.eligible(others)) or 0.0, -abs((column.weight or 0.0) - 1)

    best = max(columns, key=cross_validated)
    return tuple(place for place in matrix.column(best.label) if matrix.cells[place].key.seed == seed)
