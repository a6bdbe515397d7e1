"""Intervals for shares of a few cells that are not all independent of each other."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cluster = tuple[int, int]
"""Successes and cells of one cluster: cells that may go the same way, such as those of one seed."""


class Interval(NamedTuple):
    """Where a number lies with the report's confidence."""

    low: float
    high: float


def wilson(successes: float, count: float, confidence: float) -> Interval:
    """The score interval of a share (Wilson 1927), which Brown, Cai and DasGupta (2001) recommend for few cells.

    ``count`` is above 0 and need not be whole: ``effective_count`` gives fractions, for which scipy has no interval.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = z / (1 + z * z / count) * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return Interval(max(0.0, min(centre - reach, share)), min(1.0, max(centre + reach, share)))


def dispersion(groups: Iterable[Sequence[Cluster]]) -> float:
    """How much more the shares of clusters differ than chance lets them; 1 where they do not.

    Pearson's statistic over its degrees of freedom, pooled over all groups (McCullagh and Nelder 1989, 4.5); the
    binomial variance is taken without bias, so that clusters of one cell give exactly 1.
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


def difference(first: tuple[float, Interval], second: tuple[float, Interval]) -> Interval:
    """The interval of first minus second from the shares' own (Newcombe 1998, method 10).

    It takes the two for independent; where they share seeds, that errs on the safe side.
    """
    (p, a), (q, b) = first, second
    low = p - q - sqrt((p - a.low) ** 2 + (b.high - q) ** 2)
    return Interval(low, p - q + sqrt((a.high - p) ** 2 + (q - b.low) ** 2))
