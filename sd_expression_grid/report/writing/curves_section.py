"""Shares over weights, CFG scales, denoising strengths and the strengths of expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.report.wording import upper_first
from sd_expression_grid.report.writing.buttons import Button, rate_button
from sd_expression_grid.report.writing.figures import CurveFigure, curve_figure

if TYPE_CHECKING:
    from sd_expression_grid.report.types import Curve, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLine:
    """A number with its rates."""

    number: str
    rates: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePart:
    """One character or expression over its numbers."""

    name: str
    best: str
    figure: CurveFigure
    lines: tuple[NumberLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvesSection:
    """All curves over one key. ``names`` are those of the two lines of each, ``heads`` those of its table's columns."""

    title: str
    names: tuple[str, ...]
    heads: tuple[str, ...]
    parts: tuple[CurvePart, ...]


def curves_sections(report: Report) -> tuple[CurvesSection, ...]:
    """A section for each key that has curves."""
    keys = dict.fromkeys(curve.key for curve in report.curves)
    return tuple(_section([curve for curve in report.curves if curve.key == key]) for key in keys)


def curves_title(curve: Curve) -> str:
    """What several curves over one key are called, in sections and file names."""
    return f"{upper_first(curve.axis)}s"


def _section(curves: list[Curve]) -> CurvesSection:
    names = tuple(line.name for line in curves[0].lines)
    heads = tuple(map(upper_first, (curves[0].axis, *names)))
    return CurvesSection(title=curves_title(curves[0]), names=names, heads=heads, parts=tuple(map(_part, curves)))


def _part(curve: Curve) -> CurvePart:
    best = f"no {curve.axis} is rated" if curve.best is None else f"best at {curve.best:g}"
    clear = "" if curve.is_clear or curve.best is None else ", not clearly better than the next"
    lines = tuple(_line(curve, place) for place in range(len(curve.numbers)))
    return CurvePart(name=curve.name, best=f"{best}{clear}", figure=curve_figure(curve), lines=lines)


def _line(curve: Curve, place: int) -> NumberLine:
    rates = tuple(rate_button(line.rates[place], f"{curve.labels[place]}: {line.name}") for line in curve.lines)
    return NumberLine(number=f"{curve.numbers[place]:g}", rates=rates)
