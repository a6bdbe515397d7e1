"""Where the parts of the report's small figures are, in pixels from the top left, for SVG to draw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sd_expression_grid.report.statistics.intervals import Interval
    from sd_expression_grid.report.types import Curve, CurveLine, Rate

MarkStyle = Literal["both", "reference", "beside"]
"""A mark's class: ``reference`` is an empty diamond, the others are full circles; ``beside`` is one below a diamond."""

_WIDTH, _HEIGHT, _EDGE = 200, 20, 6
_BELOW_MIDDLE: dict[MarkStyle, int] = {"both": 0, "reference": -4, "beside": 4}

Span = tuple[float, float]
"""The numbers at both ends of an axis."""
_SHARES: Span = (0.0, 1.0)
_DIFFERENCES: Span = (-1.0, 1.0)
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A number at (x, y), and its interval as a line: from ``low`` to ``high`` along the axis of the numbers."""

    style: MarkStyle
    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line across the figure; the one in the middle stands out."""

    x: float
    is_middle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalFigure:
    """Numbers with their intervals on one line."""

    width: int
    height: int
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]


def rate_figure(marks: Iterable[tuple[Rate, MarkStyle]]) -> IntervalFigure:
    """Shares on a line from 0 to 100%; those that are not known are left out."""
    known = [(rate.share, rate.interval, style) for rate, style in marks if rate.share is not None]
    return _interval_figure([_mark(share, interval, style, _SHARES) for share, interval, style in known], _SHARES)


def difference_figure(difference: float, interval: Interval | None) -> IntervalFigure:
    """A difference of shares on a line from -100 to +100 points; its interval ends there, too."""
    return _interval_figure([_mark(difference, interval, "both", _DIFFERENCES)], _DIFFERENCES)


def _interval_figure(marks: Sequence[Mark], span: Span) -> IntervalFigure:
    places = [span[0] + quarter * (span[1] - span[0]) for quarter in _QUARTERS]
    ticks = tuple(Tick(x=_along(place, span), is_middle=place == sum(span) / 2) for place in places)
    return IntervalFigure(width=_WIDTH, height=_HEIGHT, ticks=ticks, marks=tuple(marks))


def _mark(value: float, interval: Interval | None, style: MarkStyle, span: Span) -> Mark:
    mark = Mark(style=style, x=_along(value, span), y=_HEIGHT // 2 + _BELOW_MIDDLE[style])
    if interval is None:
        return mark
    low, high = (_along(min(max(end, span[0]), span[1]), span) for end in interval)
    return replace(mark, low=low, high=high)


def _along(value: float, span: Span) -> float:
    return round(_EDGE + (value - span[0]) / (span[1] - span[0]) * (_WIDTH - 2 * _EDGE), 1)


_CHART_WIDTH, _CHART_HEIGHT, _LEFT, _TOP, _PLOT_WIDTH, _PLOT_HEIGHT = 320, 190, 40, 14, 250, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A share's line across the plot, with its label."""

    y: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTick:
    """A number's label below the plot."""

    x: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigure:
    """Shares over the numbers; the intervals of its marks are upright."""

    style: MarkStyle
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFigure:
    """The lines of a curve. The plot reaches from ``left`` to ``right`` and down to ``bottom``."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    levels: tuple[Level, ...]
    ticks: tuple[NumberTick, ...]
    axis: str
    lines: tuple[LineFigure, ...]


_LINE_STYLES: tuple[MarkStyle, ...] = ("both", "reference")


def curve_figure(curve: Curve) -> CurveFigure:
    """The figure of a curve."""
    span = min(curve.numbers), max(curve.numbers)
    lines = (_line(curve.numbers, line, style, span) for line, style in zip(curve.lines, _LINE_STYLES, strict=True))
    return CurveFigure(
        width=_CHART_WIDTH,
        height=_CHART_HEIGHT,
        left=_LEFT,
        right=_LEFT + _PLOT_WIDTH,
        bottom=_TOP + _PLOT_HEIGHT,
        levels=tuple(Level(y=_up(share), text=f"{100 * share:.0f}") for share in _QUARTERS),
        ticks=tuple(NumberTick(x=_across(number, span), text=f"{number:g}") for number in curve.numbers),
        axis=curve.axis,
        lines=tuple(lines),
    )


def _line(numbers: Sequence[float], line: CurveLine, style: MarkStyle, span: Span) -> LineFigure:
    rates = zip(numbers, line.rates, strict=True)
    known = [(number, rate.share, rate.interval) for number, rate in rates if rate.share is not None and rate.interval]
    return LineFigure(
        style=style,
        marks=tuple(
            Mark(style=style, x=_across(number, span), y=_up(share), low=_up(interval.low), high=_up(interval.high))
            for number, share, interval in known
        ),
    )


def _across(number: float, span: Span) -> float:
    return round(_LEFT + (number - span[0]) / (span[1] - span[0]) * _PLOT_WIDTH, 1)


def _up(share: float) -> float:
    return round(_TOP + (1 - share) * _PLOT_HEIGHT, 1)
