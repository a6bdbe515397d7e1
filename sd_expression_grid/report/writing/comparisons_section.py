"""Comparisons of kinds and tags, the groups' means, and flexibility over the weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from sd_expression_grid.report.types import GroupTrait
from sd_expression_grid.report.wording import MEASURES, p_value, percent, point_range, points, units, versus
from sd_expression_grid.report.writing.buttons import Button, button, rate_button
from sd_expression_grid.report.writing.figures import (
    IntervalFigure,
    WeightsFigure,
    difference_figure,
    weights_figure,
)

if TYPE_CHECKING:
    from sd_expression_grid.report.types import Comparison, GroupResult, Report, WeightCurve


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


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightLine:
    """A weight with its rates."""

    weight: str
    flexibility: Button
    likeness: Button


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsPart:
    """One character at several weights."""

    name: str
    best: str
    figure: WeightsFigure
    lines: tuple[WeightLine, ...]


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


def weights_section(report: Report) -> tuple[WeightsPart, ...]:
    """Every character that was drawn at several weights."""
    return tuple(_weights(curve) for curve in report.weighings)


def _weights(curve: WeightCurve) -> WeightsPart:
    best = "no weight is rated" if curve.best is None else f"best at {curve.best:g}"
    clear = "" if curve.is_clear or curve.best is None else ", not clearly better than the next"
    lines = tuple(
        WeightLine(
            weight=f"{weight:g}",
            flexibility=rate_button(result.flexibility, f"{result.column.label}: flexibility"),
            likeness=rate_button(result.rates["likeness"], f"{result.column.label}: {MEASURES['likeness']}"),
        )
        for weight, result in curve.weights
    )
    return WeightsPart(name=curve.name, best=f"{best}{clear}", figure=weights_figure(curve), lines=lines)
