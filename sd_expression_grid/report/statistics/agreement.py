"""Agreement of raters: Krippendorff's alpha for ordinal scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sd_expression_grid.ratings.ratings import SCORES
from sd_expression_grid.report.statistics.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

RESAMPLES = 1000
"""How often the bootstrap draws all units again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Krippendorff's alpha with its bootstrap interval: 1 is full agreement, 0 is chance.

    Both are None where all scores are the same, so that alpha is not defined, and the interval alone is where the
    bootstrap has a single unit to draw. ``cells`` is the number of cells with two or more raters.
    """

    cells: int
    alpha: float | None = None
    interval: Interval | None = None


def krippendorff(
    units: Mapping[Hashable, Sequence[Sequence[int]]], confidence: float, levels: int = len(SCORES)
) -> Agreement:
    """Alpha of scores from 0 to ``levels - 1`` (Krippendorff 2004, chapter 11: ordinal data, any number of raters).

    ``units`` maps what the bootstrap draws as a whole (a row and column) to the scores of each of its cells, one score
    for each rater. Cells with a single score say nothing about agreement and are ignored.
    """
    shared = [[scores for scores in unit if len(scores) > 1] for unit in units.values()]
    cells = sum(map(len, shared))
    if not cells:
        return Agreement(cells=0)
    pairs = np.array([_coincidences(unit, levels) for unit in shared if unit])
    alpha = _alpha(pairs.sum(axis=0))
    if np.isnan(alpha):
        return Agreement(cells=cells)
    return Agreement(cells=cells, alpha=float(alpha), interval=_interval(pairs, confidence))


def _interval(pairs: Any, confidence: float) -> Interval | None:  # noqa: ANN401
    """Where alpha lies, from the coincidences of each unit (unit, level, level); None of a single unit."""
    if len(pairs) < 2:
        return None
    resampled = _alpha(np.tensordot(_draws(len(pairs)), pairs, axes=1))
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(resampled, [tail, 1 - tail])
    return Interval(float(low), float(high))


def _coincidences(cells: Sequence[Sequence[int]], levels: int) -> Any:  # noqa: ANN401
    """The coincidence matrix (level, level): ordered pairs of raters, each weighted by 1 / (the cell's raters - 1)."""
    counts = np.array([[scores.count(level) for level in range(levels)] for scores in cells], float)
    weighted = counts / (counts.sum(axis=1, keepdims=True) - 1)
    return weighted.T @ counts - np.diag(weighted.sum(axis=0))


def _draws(count: int) -> Any:  # noqa: ANN401
    """How often each of so many units is drawn in every resample (RESAMPLES, count), with a fixed seed."""
    drawn = np.random.default_rng(0).integers(count, size=(RESAMPLES, count))
    return np.array([np.bincount(row, minlength=count) for row in drawn])


def _alpha(coincidences: Any) -> Any:  # noqa: ANN401
    """1 - observed / expected disagreement of matrices (…, level, level); NaN where nothing could disagree."""
    totals = coincidences.sum(axis=-1)
    upto = np.cumsum(totals, axis=-1) - totals / 2
    distance = (upto[..., :, None] - upto[..., None, :]) ** 2
    count = totals.sum(axis=-1)
    observed = (coincidences * distance).sum(axis=(-2, -1))
    expected = (totals[..., :, None] * totals[..., None, :] * distance).sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 - (count - 1) * observed / expected
