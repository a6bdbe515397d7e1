"""The missing cells as units of work: columns, or stretches of one, longest first, and small ones at the end.

A unit's networks load once, and its rows share their composition steps. A column is cut only where the WebUIs would
otherwise not end together: guided self-scheduling (Polychronopoulos and Kuck, 1987), with whole columns as long as each
is less than a WebUI's share of what is left.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sd_expression_grid.study.study import CellKey, Study

CostOfCells = Callable[[int], float]
"""The cost of a number of cells of one column, in denoiser rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Cells of one column, in their order, that a WebUI makes in one call.

    ``tries`` counts the calls that brought nothing; ``excluded`` has the workers whose WebUIs answered one badly.
    """

    keys: tuple[CellKey, ...]
    tries: int = 0
    excluded: frozenset[str] = frozenset()


class Units:
    """The units that are not handed out. Stretches are multiples of ``step`` cells, except for the last of a column."""

    def __init__(self, columns: Iterable[tuple[CellKey, ...]], rows: CostOfCells, step: int = 1) -> None:
        self._rows, self._step = rows, step
        units = [Unit(keys=keys) for keys in columns]
        units.reverse()
        self._waiting = sorted(units, key=self.cost)  # the longest last; alike ones are taken in their order
        self.left = sum(map(self.cost, units))
        """The cost of all waiting units."""

    def __len__(self) -> int:
        return len(self._waiting)

    def cost(self, unit: Unit) -> float:
        """The cost of a unit."""
        return self._rows(len(unit.keys))

    def take(self, webuis: int, under_way: Callable[[], float]) -> Unit:
        """The next unit for one of so many WebUIs; ``under_way`` tells the cost of what they still have to make."""
        unit = self._waiting.pop()
        cost = self.cost(unit)
        share = self.left / webuis
        if cost > share:
            share += under_way() / webuis
        self.left -= cost
        cells = self._share(len(unit.keys), share)
        if cells < len(unit.keys):
            self.give_back(replace(unit, keys=unit.keys[cells:]))
        return replace(unit, keys=unit.keys[:cells])

    def give_back(self, unit: Unit) -> None:
        """Puts a unit back, to be handed out again."""
        self.left += self.cost(unit)
        insort(self._waiting, unit, key=self.cost)

    def _share(self, cells: int, share: float) -> int:
        """The number of cells that cost no more than the share; at least one step."""
        if self._rows(cells) <= share * (1 + 1e-9):
            return cells
        fitting = [n for n in range(self._step, cells, self._step) if self._rows(n) <= share]
        return max(fitting, default=min(self._step, cells))


def columns_of(study: Study, missing: Iterable[CellKey]) -> list[tuple[CellKey, ...]]:
    """The missing cells of each column and seed; those of a scout, which has one row, are all one column."""
    columns = groupby(missing, key=lambda key: key.character if study.scout else (key.character, key.seed))
    return [tuple(keys) for _, keys in columns]


def study_of(study: Study, unit: Unit) -> Study:
    """The study with exactly a unit's cells; its one column stands alone, even if it is the reference."""
    if study.scout:
        seeds = tuple(key.seed for key in unit.keys)
        return replace(study, seeds=seeds, scout=replace(study.scout, seeds=seeds))
    rows = {key.expression for key in unit.keys}
    column = next(column for column in study.columns if column.label == unit.keys[0].character)
    return replace(
        study,
        expressions=tuple(row for row in study.expressions if row.label in rows),
        characters=(column,),
        reference="",
        seeds=(unit.keys[0].seed,),
    )
