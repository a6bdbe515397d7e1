"""Permutation tests of mean differences, McNemar's test, and Holm's correction for several tests."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.report.statistics.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

ARRANGEMENTS = 9999
"""The most permutations that are counted out; of more, this many are drawn at random, with a fixed seed."""


class Effect(NamedTuple):
    """A difference of means with its confidence interval and two-sided p-value.

    ``interval`` is None where the units are too few for one, or do not vary. ``smallest_p`` is the smallest p-value
    that so many units can give: where it is above the significance level, the test can never be significant.
    """

    difference: float
    interval: Interval | None
    p: float
    smallest_p: float


def scipy_stats() -> Any:  # noqa: ANN401
    """The module scipy.stats; StudyError where scipy is not installed. Every WebUI has it, a bare Python may not."""
    try:
        from scipy import stats  # noqa: PLC0415
    except ImportError as error:
        message = "the report needs scipy, which is not installed here: pip install 'sd-expression-grid[report]'"
        raise StudyError(message) from error
    return stats


def paired_test(first: Sequence[float], second: Sequence[float], confidence: float) -> Effect:
    """The mean of first minus second, pair by pair: p by flipping the differences' signs, Student's t interval.

    Both have the same length, at least 1. A single pair has no interval, and p = 1.
    """
    stats, differences = scipy_stats(), np.subtract(first, second).round(12)
    if len(differences) < 2:
        return _without_test(differences.mean())
    test = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=ARRANGEMENTS, random_state=0
    )
    interval = None
    if np.ptp(differences):
        interval = Interval(*stats.ttest_1samp(differences, 0).confidence_interval(confidence))
    return Effect(float(np.mean(differences)), interval, float(test.pvalue), 2.0 ** (1 - len(differences)))


def unpaired_test(first: Sequence[float], second: Sequence[float], confidence: float) -> Effect:
    """The first mean minus the second: p by exchanging units between the groups, Welch's t interval.

    Both have a length of at least 1. Where one is a single unit, the variance within its group is unknown: there is no
    interval, and p = 1.
    """
    stats = scipy_stats()
    effect = float(np.mean(first) - np.mean(second))
    groups = np.round(first, 12), np.round(second, 12)
    if min(map(len, groups)) < 2:
        return _without_test(effect)
    test = stats.permutation_test(
        groups, _mean_difference, permutation_type="independent", n_resamples=ARRANGEMENTS, random_state=0
    )
    interval = None
    if any(np.ptp(group) for group in groups):
        interval = Interval(*stats.ttest_ind(*groups, equal_var=False).confidence_interval(confidence))
    smallest_p = 2 / comb(len(first) + len(second), len(first))
    return Effect(effect, interval, float(test.pvalue), smallest_p)


def _without_test(difference: float) -> Effect:
    return Effect(float(difference), None, 1.0, 1.0)


def _mean_difference(first: Any, second: Any, axis: int = -1) -> Any:  # noqa: ANN401
    return np.mean(first, axis=axis) - np.mean(second, axis=axis)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value of McNemar's test; 1 without discordant pairs.

    ``only_first`` and ``only_second`` count the pairs in which only the first, or only the second, succeeds.
    """
    both = only_first + only_second
    return float(scipy_stats().binomtest(only_first, both, 0.5).pvalue) if both else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values, in their order, corrected for testing all of them (Holm 1979)."""
    adjusted, running = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = running
    return adjusted
