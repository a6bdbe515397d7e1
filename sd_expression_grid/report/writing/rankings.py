"""The rankings of characters and of expressions, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.report.answers import VERDICT_MEANINGS, success_of
from sd_expression_grid.report.wording import MEASURES, percents, singular
from sd_expression_grid.report.writing.buttons import Button, rate_button
from sd_expression_grid.report.writing.figures import IntervalFigure, rate_figure

if TYPE_CHECKING:
    from sd_expression_grid.report.types import CharacterResult, ExpressionResult, Rate, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterLine:
    """A character: its flexibility as a figure, a share and an interval, then its rates over all cells."""

    label: str
    kind: str
    is_stiff: bool
    figure: IntervalFigure
    flexibility: Button
    interval: str
    cells: str
    partly: int
    rates: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterRanking:
    """The characters, most flexible first, and what their flexibility is a share of."""

    lead: str
    confidence: str
    lines: tuple[CharacterLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionLine:
    """An expression: the reference beside the characters, the two scores, and what the expression needs."""

    label: str
    figure: IntervalFigure
    reference: Button
    reference_cells: str
    characters: Button
    interval: str
    cells: str
    partly: int
    rates: tuple[Button, ...]
    verdict: str
    verdict_class: str
    meaning: str
    is_provisional: bool


def character_ranking(report: Report) -> CharacterRanking:
    """The ranking of characters."""
    success = success_of(report)
    of = "the cells in which the reference shows the expression" if report.is_corrected else "all rated cells"
    return CharacterRanking(
        lead=f"{success[:1].upper()}{success[1:]}, as a share of {of}. Every number opens the cells behind it.",
        confidence=f"{100 * report.thresholds.confidence:g}%",
        lines=tuple(_character(result) for result in report.characters),
    )


def _character(result: CharacterResult) -> CharacterLine:
    label, rate = result.column.label, result.flexibility
    return CharacterLine(
        label=label,
        kind=singular(result.column.kind),
        is_stiff=result.fails_nearly_everywhere,
        figure=rate_figure([(rate, "both")]),
        flexibility=rate_button(rate, f"{label}: cells in which the reference shows the expression"),
        interval=percents(rate.interval),
        cells=_cells(rate),
        partly=rate.partly,
        rates=(
            rate_button(result.rates["expression"], f"{label}: {MEASURES['expression']}"),
            rate_button(result.rates["likeness"], f"{label}: {MEASURES['likeness']}"),
            rate_button(result.rates["both"], f"{label}: {MEASURES['both']}"),
        ),
    )


def expression_ranking(report: Report) -> tuple[ExpressionLine, ...]:
    """The ranking of expressions, with verdicts."""
    return tuple(_expression(result) for result in report.expressions)


def _expression(result: ExpressionResult) -> ExpressionLine:
    label, both, verdict = result.label, result.rates["both"], result.verdict
    return ExpressionLine(
        label=label,
        figure=rate_figure([(result.reference, "reference"), (both, "beside")]),
        reference=rate_button(result.reference, f"{label}: reference"),
        reference_cells=_cells(result.reference),
        characters=rate_button(both, f"{label}: characters"),
        interval=percents(both.interval),
        cells=_cells(both),
        partly=both.partly,
        rates=(
            rate_button(result.rates["expression"], f"{label}: {MEASURES['expression']}"),
            rate_button(result.rates["likeness"], f"{label}: {MEASURES['likeness']}"),
        ),
        verdict=verdict.name,
        verdict_class=verdict.name.replace(" ", "-").lower(),
        meaning=f"{VERDICT_MEANINGS[verdict.name]}; {verdict.reason}",
        is_provisional=verdict.is_provisional,
    )


def _cells(rate: Rate) -> str:
    return f"{rate.successes}/{rate.count}"
