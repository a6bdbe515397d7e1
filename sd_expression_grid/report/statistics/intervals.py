"""Confidence intervals of shares of a few cells that are not all independent of each other."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cluster = tuple[int, int]
"""(successes, cells) of one cluster: cells whose outcomes may be correlated, such as those of one seed."""


class Interval(NamedTuple):
    """The two ends of a confidence interval."""

    low: float
    high: float


def wilson(successes: float, count: float, confidence: float) -> Interval:
    """The score interval of the share successes / count (Wilson 1927), within 0 and 1.

    Brown, Cai and DasGupta (2001) recommend it for few cells. ``count`` is above 0. Both numbers may be fractions, for
    which scipy has no interval: ``Matrix.rate`` passes the effective number of cells. ``confidence`` is 0.95 for 95%.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = z / (1 + z * z / count) * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return Interval(max(0.0, min(centre - reach, share)), min(1.0, max(centre + reach, share)))


def pooled_dispersion(groups: Iterable[Sequence[Cluster]]) -> float:
    """How many times more the shares of clusters vary than independent cells would make them vary; at least 1.

    Each group has clusters around one share of its own; groups without variance, or with one cluster, do not count.
    It is Pearson's statistic over its degrees of freedom, pooled over all groups (McCullagh and Nelder 1989, 4.5), with
    the unbiased binomial variance, so that clusters of one cell each give exactly 1.
    """
    found = expected = 0.0
    for clusters in groups:
        successes = sum(cluster[0] for cluster in clusters)
        count = sum(cluster[1] for cluster in clusters)
        if 0 < successes < count and len(clusters) > 1:
            share = successes / count
            found += sum(n * (k / n - share) ** 2 for k, n in clusters)
            expected += (len(clusters) - 1) * share * (1 - share) * count / (count - 1)
    return max(1.0, found / expected) if expected else 1.0


def difference_interval(first: tuple[float, Interval], second: tuple[float, Interval]) -> Interval:
    """The interval of the difference of two shares, first minus second (Newcombe 1998, method 10).

    ``first`` and ``second`` are (share, its interval). The method assumes that the shares are independent; where they
    have seeds in common and so a positive correlation, the interval is wider than needed.
    """
    (p, a), (q, b) = first, second
    low = p - q - sqrt((p - a.low) ** 2 + (b.high - q) ** 2)
    return Interval(low, p - q + sqrt((a.high - p) ** 2 + (q - b.low) ** 2))
