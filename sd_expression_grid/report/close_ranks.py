"""Characters that are behind the first of the ranking, but not clearly: how many cells it takes, and which."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from math import comb
from typing import TYPE_CHECKING

from sd_expression_grid.report.characters import rank_characters
from sd_expression_grid.report.paired import discordant_pairs, same_row
from sd_expression_grid.report.statistics.permutation import mcnemar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.report.types import CharacterResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRank:
    """A character that is clearly behind the ``leader`` once the cells at these places are rated, like those so far."""

    leader: str
    label: str
    cells: tuple[int, ...]


def close_ranks(matrix: Matrix) -> tuple[CloseRank, ...]:
    """The close ranks that unrated cells can decide, those that take the fewest first."""
    results = rank_characters(matrix)
    ranked = [result for result in results if result.is_ranked]
    tests = max(1, comb(len(results), 2))
    found = [rank for result in ranked[1:] for rank in _close_rank(matrix, ranked[0], result, tests)]
    return tuple(sorted(found, key=lambda rank: len(rank.cells)))


def _close_rank(matrix: Matrix, leader: CharacterResult, result: CharacterResult, tests: int) -> Iterator[CloseRank]:
    if result.p_behind <= matrix.thresholds.significance:
        return
    ahead, behind, pairs = discordant_pairs(matrix, leader.flexibility, result.flexibility, same_row)
    free = _free_pairs(matrix, leader.column.label, result.column.label)
    sizes = list(accumulate((pair.chance for pair in free), initial=pairs))

    def decides(size: float) -> bool:
        return tests * mcnemar(*(round(count * size / pairs) for count in (ahead, behind))) <= significance

    significance = matrix.thresholds.significance
    if ahead > behind and decides(sizes[-1]):
        need = bisect_left(sizes, 1, key=decides)
        cells = tuple(place for pair in free[:need] for place in pair.unrated)
        yield CloseRank(leader=leader.column.label, label=result.column.label, cells=cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class _FreePair:
    """The unrated cells of a row and seed that tell two characters apart, if its reference shows the expression."""

    unrated: tuple[int, ...]
    chance: float


def _free_pairs(matrix: Matrix, first: str, second: str) -> list[_FreePair]:
    """The pairs that can still be rated: those that count for certain and lack the fewest cells first.

    Where the reference is not rated, it is one of the cells, and shows the expression as often as in all others.
    """
    columns = [matrix.column(label) for label in (first, second)]
    reference = matrix.column(matrix.reference.label) if matrix.reference and matrix.is_corrected else None
    usual = (matrix.share(reference) or 0.0) if reference else 1.0
    not_drawn = set(matrix.table.not_drawn)
    free = []
    for offset in range(matrix.column_size):
        places = [column[offset] for column in columns]
        chance = 1.0
        if reference and matrix.cells[reference[offset]].score(matrix.success) is None:
            places, chance = [reference[offset], *places], usual
        elif reference and not matrix.succeeds(reference[offset]):
            continue
        unrated = matrix.unrated(places)
        if unrated and not_drawn.isdisjoint(matrix.cells[place].key for place in places):
            free.append(_FreePair(unrated=unrated, chance=chance))
    return sorted(free, key=lambda pair: (-pair.chance, len(pair.unrated)))
