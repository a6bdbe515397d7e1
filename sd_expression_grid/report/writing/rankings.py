"""The rankings of characters and of expressions, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.report.answers import VERDICT_MEANINGS, success_of
from sd_expression_grid.report.wording import MEASURES, percent, percents, singular, upper_first
from sd_expression_grid.report.writing.buttons import Button, rate_button
from sd_expression_grid.report.writing.figures import IntervalFigure, rate_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sd_expression_grid.report.types import (
        CharacterResult,
        Estimate,
        ExpressionResult,
        Measure,
        Rate,
        Report,
        Verdict,
    )


_SHORT = {"easy candidate": "easy", "hard candidate": "hard", "no LoRA needed": "no need"}
"""Verdicts as the estimates' column says them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterLine:
    """A character: its flexibility as a figure, a share and an interval, then its rates over all cells."""

    label: str
    kind: str
    creator: str
    is_stiff: bool
    figure: IntervalFigure
    flexibility: Button
    interval: str
    cells: str
    partly: int
    rates: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterRanking:
    """The characters, most flexible first, and what their flexibility is a share of.

    ``has_creators`` is true where any creator is known, ``scores`` are the heads over the lines' rates. ``unranked``
    says who has no place here; empty where all have.
    """

    lead: str
    confidence: str
    has_creators: bool
    scores: tuple[str, ...]
    lines: tuple[CharacterLine, ...]
    unranked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictBadge:
    """A verdict with its colour's class, and its meaning and reason, which it opens."""

    name: str
    css_class: str
    meaning: str
    is_provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionLine:
    """An expression: the reference beside the characters, the two scores, and the verdict, if there is one."""

    label: str
    figure: IntervalFigure
    reference: Button
    reference_cells: str
    characters: Button
    interval: str
    cells: str
    partly: int
    rates: tuple[Button, ...]
    verdict: VerdictBadge | None
    estimate: str
    estimate_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionRanking:
    """The expressions, hardest first. ``unrated`` says which have no place here; empty where all have."""

    scores: tuple[str, ...]
    has_estimates: bool
    lines: tuple[ExpressionLine, ...]
    unrated: str


def character_ranking(report: Report) -> CharacterRanking:
    """The ranking of characters."""
    success, measures = success_of(report), _rates_of_characters(report)
    of = "the cells in which the reference shows the expression" if report.is_corrected else "all rated cells"
    return CharacterRanking(
        lead=f"{upper_first(success)}, as a share of {of}. Every number opens the cells behind it.",
        confidence=f"{100 * report.thresholds.confidence:g}%",
        has_creators=any(result.column.creator for result in report.characters),
        scores=tuple("Both" if each == "both" else MEASURES[each] for each in measures),
        lines=tuple(_character(result, measures) for result in report.characters if result.is_ranked),
        unranked=", ".join(result.column.label for result in report.characters if not result.is_ranked),
    )


def _scores(report: Report) -> tuple[Measure, ...]:
    """The single scores that anybody gave, of which each has a rate."""
    of_person: list[Measure] = ["likeness"] if report.judges_likeness else []
    return ("expression", *of_person, *(("natural",) if report.judges_natural else ()))


def _rates_of_characters(report: Report) -> tuple[Measure, ...]:
    """The single scores, and both of expression and person, where anybody gave these."""
    return (*_scores(report), *(("both",) if report.judges_likeness else ()))


def _character(result: CharacterResult, measures: Sequence[Measure]) -> CharacterLine:
    label, rate = result.column.label, result.flexibility
    return CharacterLine(
        label=label,
        kind=singular(result.column.kind),
        creator=result.column.creator,
        is_stiff=result.fails_nearly_everywhere,
        figure=rate_figure([(rate, "both")]),
        flexibility=rate_button(rate, f"{label}: cells in which the reference shows the expression"),
        interval=percents(rate.interval),
        cells=_cells(rate),
        partly=rate.partly,
        rates=tuple(rate_button(result.rates[each], f"{label}: {MEASURES[each]}") for each in measures),
    )


def expression_ranking(report: Report) -> ExpressionRanking:
    """The ranking of expressions, with verdicts."""
    return ExpressionRanking(
        scores=tuple(MEASURES[score] for score in _scores(report)),
        has_estimates=any(result.estimate for result in report.expressions),
        lines=tuple(_expression(result, report) for result in report.expressions if result.is_rated),
        unrated=", ".join(result.label for result in report.expressions if not result.is_rated),
    )


def _expression(result: ExpressionResult, report: Report) -> ExpressionLine:
    label, characters = result.label, result.rates[report.success]
    return ExpressionLine(
        label=label,
        figure=rate_figure([(result.reference, "reference"), (characters, "beside")]),
        reference=rate_button(result.reference, f"{label}: reference"),
        reference_cells=_cells(result.reference),
        characters=rate_button(characters, f"{label}: characters"),
        interval=percents(characters.interval),
        cells=_cells(characters),
        partly=characters.partly,
        rates=tuple(rate_button(result.rates[each], f"{label}: {MEASURES[each]}") for each in _scores(report)),
        verdict=_badge(result.verdict) if result.verdict else None,
        estimate=_probable(result.estimate) if result.estimate else "",
        estimate_reason=_chances(result.estimate) if result.estimate else "",
    )


def _probable(estimate: Estimate) -> str:
    return f"{_SHORT[estimate.likeliest]} {percent(estimate.probabilities[estimate.likeliest])}"


def _chances(estimate: Estimate) -> str:
    """All that the model says of a row."""
    names = ", ".join(f"{name} {percent(share)}" for name, share in estimate.probabilities.items())
    chances = f"the reference's chance is {percents(estimate.reference)}, a character's {percents(estimate.characters)}"
    return f"{names}; {chances}"


def _badge(verdict: Verdict) -> VerdictBadge:
    return VerdictBadge(
        name=verdict.name,
        css_class=verdict.name.replace(" ", "-").lower(),
        meaning=f"{VERDICT_MEANINGS[verdict.name]}; {verdict.reason}",
        is_provisional=verdict.is_provisional,
    )


def _cells(rate: Rate) -> str:
    return f"{rate.successes}/{rate.count}"
