"""How many more seeds would decide on an expression, if the shares stay as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sd_expression_grid.report.statistics.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Callable

    from sd_expression_grid.report.types import Rate, VerdictName

MOST_SEEDS = 64
"""What would take more seeds than that is said to be too near the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingRate:
    """A rate that grows by more cells of the same share; ``dispersion`` is that of ``Matrix.rate``."""

    rate: Rate
    dispersion: float
    confidence: float

    def with_seeds(self, more: int, seeds: int) -> Rate:
        """The rate of so many more seeds than there are. ``seeds`` is at least 1."""
        return self.with_cells(self.rate.count * more / seeds)

    def with_cells(self, more: float) -> Rate:
        """The rate of so many more cells."""
        rate, share = self.rate, self.rate.share
        if share is None:
            return rate
        effective = max(1.0, (rate.count + more) / self.dispersion)
        return replace(rate, interval=wilson(share * effective, effective, self.confidence))


def seeds_that_decide(
    reference: GrowingRate, characters: GrowingRate, seeds: int, decide: Callable[[Rate, Rate, int], VerdictName]
) -> tuple[int | None, int | None]:
    """How many more seeds of the reference column alone, and of all columns, would decide; None for too many."""

    def decides(more: int, others: int) -> bool:
        rates = reference.with_seeds(more, seeds), characters.with_seeds(others, seeds)
        return decide(*rates, seeds + more) != "undecided"

    counts = range(1, MOST_SEEDS + 1)
    return next((n for n in counts if decides(n, 0)), None), next((n for n in counts if decides(n, n)), None)
