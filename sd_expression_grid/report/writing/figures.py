"""The report's small figures as inline SVG: intervals in a table's line, and lines over weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sd_expression_grid.report.statistics.intervals import Interval
    from sd_expression_grid.report.types import Rate, Weighing

_WIDTH, _HEIGHT, _EDGE = 200, 20, 6


def rate_figure(marks: Iterable[tuple[Rate, str]]) -> str:
    """Shares with their intervals on a line from 0 to 100%, each drawn in the style of its class."""
    parts = [_mark(rate.share, rate.interval, name, (0.0, 1.0)) for rate, name in marks if rate.share is not None]
    return _line(parts, (0, 0.25, 0.5, 0.75, 1), (0.0, 1.0))


def difference_figure(difference: float, interval: Interval | None) -> str:
    """A difference with its interval on a line from -100 to +100 points."""
    return _line([_mark(difference, interval, "both", (-1.0, 1.0))], (-1, -0.5, 0, 0.5, 1), (-1.0, 1.0))


def _line(parts: Sequence[str], ticks: Sequence[float], span: tuple[float, float]) -> str:
    middle = (span[0] + span[1]) / 2
    lines = "".join(
        f'<line class="{"zero" if tick == middle else "tick"}" x1="{_x(tick, span)}" x2="{_x(tick, span)}" y1="0" '
        f'y2="{_HEIGHT}"/>'
        for tick in ticks
    )
    size = f'width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    return f'<svg class="interval" {size} aria-hidden="true">{lines}{"".join(parts)}</svg>'


def _mark(value: float, interval: Interval | None, name: str, span: tuple[float, float]) -> str:
    y = _HEIGHT / 2 + {"reference": -4, "beside": 4}.get(name, 0)
    reach = ""
    if interval:
        low, high = (_x(min(max(end, span[0]), span[1]), span) for end in interval)
        reach = f'<line class="reach" x1="{low}" x2="{high}" y1="{y:g}" y2="{y:g}"/>'
    return f'<g class="{name}">{reach}{_point(name, _x(value, span), f"{y:g}")}</g>'


def _point(name: str, x: str, y: str) -> str:
    """A full circle, or an empty diamond where it is beside one."""
    if name == "reference":
        return f'<path d="M{x} {y}m-4.5 0l4.5 -4.5l4.5 4.5l-4.5 4.5z"/>'
    return f'<circle cx="{x}" cy="{y}" r="3.5"/>'


def _x(value: float, span: tuple[float, float]) -> str:
    return f"{_EDGE + (value - span[0]) / (span[1] - span[0]) * (_WIDTH - 2 * _EDGE):.1f}"


_CHART, _LEFT, _TOP, _PLOT_WIDTH, _PLOT_HEIGHT = (320, 190), 40, 14, 250, 130


def weights_figure(weighing: Weighing) -> str:
    """Flexibility and likeness over the weight, with intervals."""
    weights = [weight for weight, _ in weighing.weights]
    span = (min(weights), max(weights)) if min(weights) < max(weights) else (weights[0] - 0.5, weights[0] + 0.5)
    grid = "".join(_level(share) for share in (0, 0.25, 0.5, 0.75, 1))
    ticks = "".join(
        f'<text x="{_across(weight, span):.1f}" y="{_TOP + _PLOT_HEIGHT + 18}" text-anchor="middle">{weight:g}</text>'
        for weight in weights
    )
    rates = {
        "both": [(weight, result.flexibility) for weight, result in weighing.weights],
        "reference": [(weight, result.rates["likeness"]) for weight, result in weighing.weights],
    }
    lines = "".join(_curve(points, name, span) for name, points in rates.items())
    width, height = _CHART
    axis = f'<text x="{_LEFT + _PLOT_WIDTH / 2}" y="{height - 8}" text-anchor="middle">weight</text>'
    return f'<svg class="weights" width="{width}" height="{height}" aria-hidden="true">{grid}{ticks}{axis}{lines}</svg>'


def _level(share: float) -> str:
    y = _up(share)
    line = f'<line class="tick" x1="{_LEFT - 8}" x2="{_LEFT + _PLOT_WIDTH + 8}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text x="{_LEFT - 12}" y="{y + 4:.1f}" text-anchor="end">{100 * share:.0f}</text>'


def _curve(points: Sequence[tuple[float, Rate]], name: str, span: tuple[float, float]) -> str:
    known = [(weight, rate.share, rate.interval) for weight, rate in points if rate.share is not None and rate.interval]
    places = " ".join(f"{_across(weight, span):.1f},{_up(share):.1f}" for weight, share, _ in known)
    marks = "".join(
        f'<line class="reach" x1="{_across(weight, span):.1f}" x2="{_across(weight, span):.1f}" '
        f'y1="{_up(interval.low):.1f}" y2="{_up(interval.high):.1f}"/>'
        + _point(name, f"{_across(weight, span):.1f}", f"{_up(share):.1f}")
        for weight, share, interval in known
    )
    return f'<g class="{name}"><polyline points="{places}"/>{marks}</g>'


def _across(weight: float, span: tuple[float, float]) -> float:
    return _LEFT + (weight - span[0]) / (span[1] - span[0]) * _PLOT_WIDTH


def _up(share: float) -> float:
    return _TOP + (1 - share) * _PLOT_HEIGHT
