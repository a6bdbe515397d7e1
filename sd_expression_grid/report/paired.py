"""Two rates compared cell by cell: of two characters in the same rows, or of two rows in the same characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sd_expression_grid.report.statistics.permutation import mcnemar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.report.types import Rate
    from sd_expression_grid.study.study import CellKey

    Unit = Callable[[CellKey], Hashable]
    """What two cells have in common that are a pair."""


def same_row(key: CellKey) -> Hashable:
    """Pairs the cells of two columns."""
    return key.expression, key.seed


def same_character(key: CellKey) -> Hashable:
    """Pairs the cells of two rows."""
    return key.character, key.seed


def discordant_pairs(matrix: Matrix, first: Rate, second: Rate, unit: Unit) -> tuple[int, int, int]:
    """In how many pairs of cells only the first succeeds, only the second does, and how many pairs there are."""
    others = {unit(matrix.cells[place].key): place for place in second.cells}
    pairs = [
        (matrix.succeeds(place), matrix.succeeds(others[found]))
        for place in first.cells
        if (found := unit(matrix.cells[place].key)) in others
    ]
    return pairs.count((True, False)), pairs.count((False, True)), len(pairs)


def p_between(matrix: Matrix, first: Rate, second: Rate, unit: Unit) -> float:
    """McNemar's p-value for the cells that two rates have in pairs."""
    only_first, only_second, _ = discordant_pairs(matrix, first, second, unit)
    return mcnemar(only_first, only_second)
