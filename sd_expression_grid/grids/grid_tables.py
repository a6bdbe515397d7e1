"""The grids of a study as tables: which cell stands where, and what they are called."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.base.file_names import file_stem, first_free, same_file_key
from sd_expression_grid.study.study import CellKey, Study

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GROUP_BYTES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class GridTable:
    """One grid: its labels, and its cells by (row, column), counted from 0.

    ``name`` is that of its file, without ending. All its cells have the ``seed``, unless it is a scout's sheet: that
    has a cell for each seed, with the seed as its caption, ``seed`` is the first one, rows and columns have empty
    labels, and the last row may be short.
    """

    group: str
    seed: int
    title: str
    name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    keys: Mapping[tuple[int, int], CellKey]
    is_sheet: bool = False


def tables_of(study: Study, cell_size: tuple[int, int]) -> tuple[GridTable, ...]:
    """A table for each group and seed; for a scout one sheet, about as wide as it is high with cells of this size."""
    if study.scout:
        return (_sheet(study, cell_size),) if study.seeds else ()
    names = zip(study.groups, _names_of_groups(study.groups), strict=True)
    return tuple(_table(study, group, name, seed) for group, name in names for seed in study.seeds)


def _table(study: Study, group: str, name: str, seed: int) -> GridTable:
    rows = tuple(row.label for row in study.expressions)
    columns = tuple(column.label for column in study.columns_of(group))
    seed_title = f"seed {seed}" if len(study.seeds) > 1 else ""
    return GridTable(
        group=group,
        seed=seed,
        title=_joined(" · ", (group, seed_title)),
        name=_joined(" - ", ("grid", name, seed_title)),
        rows=rows,
        columns=columns,
        keys={
            (y, x): CellKey(expression=row, character=column, seed=seed)
            for y, row in enumerate(rows)
            for x, column in enumerate(columns)
        },
    )


def _sheet(study: Study, cell_size: tuple[int, int]) -> GridTable:
    row, column, seeds = study.expressions[0].label, study.reference_column.label, study.seeds
    width, height = cell_size
    across = min(len(seeds), math.ceil(math.sqrt(len(seeds) * height / width)))
    return GridTable(
        group="",
        seed=seeds[0],
        title=f"{row} · {len(seeds)} seed{'s' * (len(seeds) > 1)}",
        name=_joined(" - ", ("grid", file_stem(f"seeds of {row}", GROUP_BYTES))),
        rows=("",) * math.ceil(len(seeds) / across),
        columns=("",) * across,
        keys={
            divmod(number, across): CellKey(expression=row, character=column, seed=seed)
            for number, seed in enumerate(seeds)
        },
        is_sheet=True,
    )


def _names_of_groups(groups: Sequence[str]) -> list[str]:
    """The groups' titles as file names, numbered where a file system would take another group's for the same."""
    keys = [same_file_key(group, GROUP_BYTES) for group in groups]
    times = Counter(keys)
    stems = [file_stem(group, GROUP_BYTES) if group else "" for group in groups]
    numbered = enumerate(zip(stems, keys, strict=True), start=1)
    return _all_unlike([f"{number} {stem}" if times[key] > 1 else stem for number, (stem, key) in numbered])


def _all_unlike(names: Sequence[str]) -> list[str]:
    """The names, with a number added to each that is another one's before it to a file system that ignores case."""
    taken = {name.casefold() for name in names}
    found: dict[str, str] = {}
    for name in names:
        others = found.keys() | taken - {name.casefold()}
        free = first_free(name, lambda each: each.casefold() in others)  # noqa: B023 - called at once
        found[free.casefold()] = free
    return list(found.values())


def _joined(divider: str, parts: Iterable[str]) -> str:
    return divider.join(filter(None, parts))
