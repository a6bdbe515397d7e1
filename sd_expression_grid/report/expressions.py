"""The difficulty of expressions, for the base model and for characters, and which are candidates for a LoRA."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from sd_expression_grid.evidence.measurements import NEUTRAL
from sd_expression_grid.report.estimates import estimates_of
from sd_expression_grid.report.more_seeds import GrowingRate, seeds_that_decide
from sd_expression_grid.report.statistics.intervals import Interval, difference_interval
from sd_expression_grid.report.subjects import person_of
from sd_expression_grid.report.types import (
    AlikeRows,
    ExpressionResult,
    Measure,
    Rate,
    Success,
    Thresholds,
    Verdict,
    VerdictName,
)
from sd_expression_grid.report.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.report.subjects import Subject

LEAST_CELLS = 10
"""With fewer pairs of rated cells, no two rows are said to be alike."""


def rank_expressions(matrix: Matrix, subjects: Sequence[Subject]) -> tuple[ExpressionResult, ...]:
    """The expressions, hardest for the characters first; those without rated characters, and without any, come last.

    Intervals are Wilson's. Those of the characters' rates are of the effective number of cells; the clusters are the
    persons, since one who can show an expression often can with every seed.
    """
    by_row: dict[str, list[int]] = {row: [] for row in matrix.table.rows}
    for subject in subjects:
        for place in subject.cells:
            by_row[matrix.cells[place].key.expression].append(place)
    persons = {column.label: person_of(column) for column in matrix.characters}
    dispersions = {
        measure: matrix.dispersion(list(by_row.values()), lambda key: persons[key.character], measure)
        for measure in matrix.measures
    }
    estimates = estimates_of(matrix, subjects)
    results = [_result(matrix, row, cells, dispersions) for row, cells in by_row.items()]
    results = [replace(each, estimate=estimates.get(each.label) if each.verdict else None) for each in results]
    return tuple(sorted(results, key=lambda result: _ease(result, matrix.success)))


def _ease(result: ExpressionResult, success: Success) -> tuple[float, float]:
    shares = result.rates[success].share, result.reference.share
    return tuple(2.0 if share is None else share for share in shares)  # type: ignore[return-value]


def _result(matrix: Matrix, row: str, cells: Sequence[int], dispersions: dict[Measure, float]) -> ExpressionResult:
    column = matrix.reference
    reference = matrix.rate(matrix.row_column(row, column.label) if column else (), matrix.success)
    rates = {measure: matrix.rate(cells, measure, dispersion) for measure, dispersion in dispersions.items()}
    characters = rates[matrix.success]
    places = reference.cells or characters.cells
    seeds = {matrix.cells[place].key.seed for place in places}
    verdict = None
    if places and row.strip().lower() != NEUTRAL:
        verdict = verdict_on(reference, characters, len(seeds), matrix.thresholds)
    if verdict and verdict.name == "undecided":
        pairs = ((reference, 1.0), (characters, dispersions[matrix.success]))
        confidence = matrix.thresholds.confidence
        growing = [GrowingRate(rate=rate, dispersion=spread, confidence=confidence) for rate, spread in pairs]
        verdict = _with_more_seeds(verdict, matrix.thresholds, growing, len(seeds))
    return ExpressionResult(label=row, reference=reference, rates=rates, verdict=verdict)


def _with_more_seeds(verdict: Verdict, limits: Thresholds, rates: Sequence[GrowingRate], seeds: int) -> Verdict:
    def decide(reference: Rate, characters: Rate, count: int) -> VerdictName:
        return verdict_on(reference, characters, count, limits).name

    of_reference, of_all = seeds_that_decide(rates[0], rates[1], seeds, decide)
    return replace(verdict, more_reference_seeds=of_reference, more_seeds=of_all)


def verdict_on(reference: Rate, characters: Rate, seeds: int, thresholds: Thresholds) -> Verdict:
    """Whether an expression is a candidate for a LoRA of its own; the first of these that holds:

    - *no LoRA needed*: the characters' interval is above ``characters_can``;
    - *hard candidate*: the reference's interval is below ``reference_can``;
    - *easy candidate*: the reference's interval is above ``reference_can``, the characters' share is below
      ``characters_can``, and the interval of the difference of both is above 0;
    - *undecided*.

    With fewer rated ``seeds`` than ``thresholds.seeds`` the verdict is provisional: the shares count as intervals.
    """
    provisional = seeds < thresholds.seeds
    name = _name_of(_bounds(reference, provisional), _bounds(characters, provisional), thresholds)
    base = f"the reference shows it in {counted(reference)}" if reference.count else "the reference is not rated"
    rest = f"the characters in {counted(characters)}" if characters.count else "the characters are not rated"
    return Verdict(name=name, is_provisional=provisional, reason=f"{base}, {rest}")


def _bounds(rate: Rate, provisional: bool) -> tuple[float, Interval] | None:  # noqa: FBT001
    if rate.share is None or rate.interval is None:
        return None
    return rate.share, Interval(rate.share, rate.share) if provisional else rate.interval


def _name_of(
    reference: tuple[float, Interval] | None, characters: tuple[float, Interval] | None, thresholds: Thresholds
) -> VerdictName:
    if characters and characters[1].low > thresholds.characters_can:
        return "no LoRA needed"
    if reference and reference[1].high < thresholds.reference_can:
        return "hard candidate"
    if reference and characters and reference[1].low > thresholds.reference_can:
        is_lower = difference_interval(reference, characters).low > 0
        if is_lower and characters[0] < thresholds.characters_can:
            return "easy candidate"
    return "undecided"


def alike_rows(matrix: Matrix) -> tuple[AlikeRows, ...]:
    """Pairs of rows with almost the same expression scores in the same columns and seeds, most alike first."""
    columns = [column.label for column in matrix.table.columns if not column.exclude]
    rows = [[p for label in columns for p in matrix.row_column(row, label)] for row in matrix.table.rows]
    places = np.array(rows, int)
    values = np.array([-1 if cell.expression is None else cell.expression for cell in matrix.cells])
    found = []
    for i, j in combinations(range(len(places)), 2):
        rated = (values[places[i]] >= 0) & (values[places[j]] >= 0)
        first, second = values[places[i]][rated], values[places[j]][rated]
        kappa = _kappa(first, second)
        if len(first) >= LEAST_CELLS and kappa >= matrix.thresholds.alike:
            cells = (*places[i][rated].tolist(), *places[j][rated].tolist())
            labels = matrix.table.rows[i], matrix.table.rows[j]
            found.append(_alike(labels, kappa, int(np.sum(first == second)), cells))
    return tuple(sorted(found, key=lambda pair: -pair.kappa))


def _alike(rows: tuple[str, str], kappa: float, same: int, cells: tuple[int, ...]) -> AlikeRows:
    return AlikeRows(first=rows[0], second=rows[1], kappa=kappa, same=same, count=len(cells) // 2, cells=cells)


def _kappa(first: Any, second: Any) -> float:  # noqa: ANN401
    """Cohen's kappa (1960) of two arrays of scores; 0 where both are empty or all scores are the same."""
    if not len(first):
        return 0.0
    chance = sum(float(np.mean(first == score) * np.mean(second == score)) for score in range(3))
    return (float(np.mean(first == second)) - chance) / (1 - chance) if chance < 1 else 0.0
