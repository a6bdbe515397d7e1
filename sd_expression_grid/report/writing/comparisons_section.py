"""Comparisons of kinds and tags, and the groups' means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from sd_expression_grid.report.types import GroupTrait
from sd_expression_grid.report.wording import p_value, percent, point_range, points, units, versus
from sd_expression_grid.report.writing.buttons import Button, button
from sd_expression_grid.report.writing.figures import IntervalFigure, difference_figure

if TYPE_CHECKING:
    from sd_expression_grid.report.types import Comparison, GroupResult, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonLine:
    """Two groups: the difference of their means in points, the means, what they rest on, and the outcome."""

    name: str
    figure: IntervalFigure
    points: Button
    interval: str
    first: str
    second: str
    units: str
    p: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """A kind, tag or creator: the mean of its characters' flexibilities."""

    trait: str
    name: str
    mean: Button
    characters: str


def comparison_lines(report: Report) -> tuple[ComparisonLine, ...]:
    """All comparisons."""
    return tuple(_comparison(comparison) for comparison in report.comparisons)


def _comparison(comparison: Comparison) -> ComparisonLine:
    name = versus(comparison)
    needed = f"{comparison.needed} {'persons' if comparison.is_paired else 'of each'} needed"
    outcomes = {
        "first": f"{comparison.first} more flexible",
        "second": f"{comparison.second} more flexible",
        "too few to tell": f"too few to tell; {needed}",
    }
    return ComparisonLine(
        name=name,
        figure=difference_figure(comparison.difference, comparison.interval),
        points=button(points(comparison.difference), comparison.cells, name),
        interval=point_range(comparison.interval) or "–",
        first=percent(comparison.means[0]),
        second=percent(comparison.means[1]),
        units=units(comparison),
        p=_p(comparison),
        outcome=outcomes.get(comparison.outcome, comparison.outcome),
    )


def _p(comparison: Comparison) -> str:
    if comparison.outcome == "too few to tell":
        return "–"
    return p_value(comparison.p).removeprefix("p ").removeprefix("= ")


def group_lines(report: Report) -> tuple[GroupLine, ...]:
    """All groups: kinds, tags, then creators, the most flexible of each first."""
    traits = get_args(GroupTrait)
    ranked = sorted(report.groups, key=lambda group: (traits.index(group.trait), -group.mean))
    return tuple(_group(group) for group in ranked)


def _group(group: GroupResult) -> GroupLine:
    mean = button(percent(group.mean), group.cells, group.name)
    characters = f"{', '.join(group.characters)} ({len(group.characters)})"
    return GroupLine(trait=group.trait, name=group.name, mean=mean, characters=characters)
