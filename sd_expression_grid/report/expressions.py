"""Which expressions are hard, for whom, and whether a LoRA of their own is worth it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from sd_expression_grid.report.statistics.intervals import Interval, difference
from sd_expression_grid.report.subjects import person_of
from sd_expression_grid.report.types import (
    AlikeRows,
    ExpressionResult,
    Measure,
    Rate,
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
"""From fewer cells it is not said that two rows are alike."""


def rank_expressions(matrix: Matrix, subjects: Sequence[Subject]) -> tuple[ExpressionResult, ...]:
    """The expressions, hardest for the characters first; those of which nothing is known come last.

    The intervals are Wilson's. Those of the characters' rates are of the cells' effective number: persons are the
    clusters, for one who can make an expression often can of every seed.
    """
    by_row: dict[str, list[int]] = {row: [] for row in matrix.table.rows}
    for subject in subjects:
        for place in subject.cells:
            by_row[matrix.cells[place].key.expression].append(place)
    persons = {column.label: person_of(column) for column in matrix.characters}
    spreads = {
        measure: matrix.spread(list(by_row.values()), lambda key: persons[key.character], measure)
        for measure in get_args(Measure)
    }
    return tuple(sorted((_result(matrix, row, cells, spreads) for row, cells in by_row.items()), key=_ease))


def _ease(result: ExpressionResult) -> tuple[float, float]:
    shares = result.rates["both"].share, result.reference.share
    return tuple(2.0 if share is None else share for share in shares)  # type: ignore[return-value]


def _result(matrix: Matrix, row: str, cells: Sequence[int], spreads: dict[Measure, float]) -> ExpressionResult:
    column = matrix.reference
    reference = matrix.rate(matrix.square(row, column.label) if column else (), "expression")
    rates = {measure: matrix.rate(cells, measure, spread) for measure, spread in spreads.items()}
    places = reference.cells or rates["both"].cells
    seeds = {matrix.cells[place].key.seed for place in places}
    verdict = verdict_on(reference, rates["both"], len(seeds), matrix.thresholds)
    return ExpressionResult(label=row, reference=reference, rates=rates, verdict=verdict)


def verdict_on(reference: Rate, characters: Rate, seeds: int, thresholds: Thresholds) -> Verdict:
    """What an expression needs.

    *No LoRA needed* where the characters' share lies above ``characters_can``; else *hard candidate* where the
    reference's lies below ``reference_can``; else *easy candidate* where the reference's lies above it, and the
    characters' is below ``characters_can`` and lower than the reference's; else *undecided*. "Lies" means the whole
    interval, or with fewer rated seeds than ``thresholds.seeds`` the share itself: then the verdict is provisional.
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
        is_lower = difference(reference, characters).low > 0
        if is_lower and characters[0] < thresholds.characters_can:
            return "easy candidate"
    return "undecided"


def alike_rows(matrix: Matrix) -> tuple[AlikeRows, ...]:
    """Pairs of rows that the ratings do not tell apart: the same expression scores, cell by cell, beyond chance."""
    columns = [column.label for column in matrix.table.columns if not column.exclude]
    places = np.array([[p for label in columns for p in matrix.square(row, label)] for row in matrix.table.rows], int)
    values = np.array([-1 if cell.expression is None else cell.expression for cell in matrix.cells])
    found = []
    for i, j in combinations(range(len(places)), 2):
        rated = (values[places[i]] >= 0) & (values[places[j]] >= 0)
        first, second = values[places[i]][rated], values[places[j]][rated]
        kappa = _kappa(first, second)
        if len(first) >= LEAST_CELLS and kappa >= matrix.thresholds.alike:
            cells = (*places[i][rated].tolist(), *places[j][rated].tolist())
            rows = matrix.table.rows[i], matrix.table.rows[j]
            found.append(_alike(rows, kappa, int(np.sum(first == second)), cells))
    return tuple(sorted(found, key=lambda pair: -pair.kappa))


def _alike(rows: tuple[str, str], kappa: float, same: int, cells: tuple[int, ...]) -> AlikeRows:
    return AlikeRows(first=rows[0], second=rows[1], kappa=kappa, same=same, count=len(cells) // 2, cells=cells)


def _kappa(first: Any, second: Any) -> float:  # noqa: ANN401
    """Agreement beyond chance (Cohen 1960); 0 where there is no score to tell apart."""
    if not len(first):
        return 0.0
    chance = sum(float(np.mean(first == score) * np.mean(second == score)) for score in range(3))
    return (float(np.mean(first == second)) - chance) / (1 - chance) if chance < 1 else 0.0
