"""How far raters agree: Krippendorff's alpha for scores that have an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sd_expression_grid.ratings import SCORES
from sd_expression_grid.reporting.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

RESAMPLES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Alpha with its interval: 1 is full agreement, 0 is chance. None where no score differs, so that nothing is shown.

    ``cells`` have two or more raters.
    """

    cells: int
    alpha: float | None = None
    interval: Interval | None = None


def krippendorff(
    units: Mapping[Hashable, Sequence[Sequence[int]]], confidence: float, levels: int = len(SCORES)
) -> Agreement:
    """Alpha of scores from 0 to ``levels - 1`` (Krippendorff 2004, chapter 11: ordinal data, any number of raters).

    ``units`` holds lists of the scores that one cell was given, by what the bootstrap draws as a whole: cells that
    differ in their seed alone. Cells with a single score say nothing about agreement and are passed over.
    """
    pairs = np.array([sum((_coincidences(cell, levels) for cell in unit), _none(levels)) for unit in units.values()])
    cells = sum(len(scores) > 1 for unit in units.values() for scores in unit)
    if not cells:
        return Agreement(cells=0)
    alpha = _alpha(pairs.sum(axis=0))
    draws = np.random.default_rng(0).multinomial(len(pairs), [1 / len(pairs)] * len(pairs), size=RESAMPLES)
    resampled = _alpha(np.tensordot(draws, pairs, axes=1))
    resampled = resampled[~np.isnan(resampled)]
    if np.isnan(alpha) or not len(resampled):
        return Agreement(cells=cells)
    tail = (1 - confidence) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return Agreement(cells=cells, alpha=float(alpha), interval=Interval(float(low), float(high)))


def _none(levels: int) -> Any:  # noqa: ANN401
    return np.zeros((levels, levels))


def _coincidences(scores: Sequence[int], levels: int) -> Any:  # noqa: ANN401
    """Every ordered pair of raters of one cell, weighted so that the cell counts once for each of its scores."""
    if len(scores) < 2:
        return _none(levels)
    counts = np.bincount(scores, minlength=levels).astype(float)
    return (np.outer(counts, counts) - np.diag(counts)) / (len(scores) - 1)


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
