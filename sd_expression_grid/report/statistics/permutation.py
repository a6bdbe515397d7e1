"""Tests that hold for any distribution and any number of units: exact where the arrangements can be counted out."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.report.statistics.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

ARRANGEMENTS = 9999
"""With more arrangements than these, so many are drawn at random, always the same ones."""


class Effect(NamedTuple):
    """A mean difference with its interval (None where the units are too few for one) and its two-sided p.

    ``smallest_p`` is the least that these units could have given, had all gone the same way.
    """

    difference: float
    interval: Interval | None
    p: float
    smallest_p: float


def scipy_stats() -> Any:  # noqa: ANN401
    """scipy.stats, which a WebUI has and a bare environment may lack."""
    try:
        from scipy import stats  # noqa: PLC0415
    except ImportError as error:
        message = "the report needs scipy, which is not installed here: pip install 'sd-expression-grid[report]'"
        raise StudyError(message) from error
    return stats


def paired(first: Sequence[float], second: Sequence[float], confidence: float) -> Effect:
    """First minus second, pair by pair, by flipping signs; the interval is Student's. Needs a pair, and two to tell."""
    stats, differences = scipy_stats(), np.subtract(first, second).round(12)
    if len(differences) < 2:
        return _untold(differences.mean())
    test = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=ARRANGEMENTS, random_state=0
    )
    interval = None
    if np.ptp(differences):
        interval = Interval(*stats.ttest_1samp(differences, 0).confidence_interval(confidence))
    return Effect(float(np.mean(differences)), interval, float(test.pvalue), 2.0 ** (1 - len(differences)))


def unpaired(first: Sequence[float], second: Sequence[float], confidence: float) -> Effect:
    """The first's mean minus the second's, by exchanging units; the interval is Welch's.

    Needs a unit in each group, and two in each to tell: one does not show how much its like differ.
    """
    stats = scipy_stats()
    effect = float(np.mean(first) - np.mean(second))
    groups = np.round(first, 12), np.round(second, 12)
    if min(map(len, groups)) < 2:
        return _untold(effect)
    test = stats.permutation_test(
        groups, _mean_difference, permutation_type="independent", n_resamples=ARRANGEMENTS, random_state=0
    )
    interval = None
    if any(np.ptp(group) for group in groups):
        interval = Interval(*stats.ttest_ind(*groups, equal_var=False).confidence_interval(confidence))
    smallest = min(1.0, 2 / comb(len(first) + len(second), len(first)))
    return Effect(effect, interval, float(test.pvalue), smallest)


def _untold(difference: float) -> Effect:
    return Effect(float(difference), None, 1.0, 1.0)


def _mean_difference(first: Any, second: Any, axis: int = -1) -> Any:  # noqa: ANN401
    return np.mean(first, axis=axis) - np.mean(second, axis=axis)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p of McNemar's test, from the pairs in which just one of the two succeeds."""
    both = only_first + only_second
    return float(scipy_stats().binomtest(only_first, both, 0.5).pvalue) if both else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values that hold for all of them at once (Holm 1979)."""
    adjusted, running = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = running
    return adjusted
