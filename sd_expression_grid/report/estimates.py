"""The probability of each verdict on each row, by a model of the whole study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sd_expression_grid.report.statistics.hierarchy import row_chances
from sd_expression_grid.report.statistics.intervals import Interval
from sd_expression_grid.report.types import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.report.statistics.hierarchy import Floats
    from sd_expression_grid.report.subjects import Subject

LEAST = 3
"""With fewer rows or characters there is little to learn from each other."""


def estimates_of(matrix: Matrix, subjects: Sequence[Subject]) -> dict[str, Estimate]:
    """The estimates of all rows, by their labels; none without a rated reference, or of a study that is too small."""
    rows, reference = matrix.table.rows, matrix.reference
    if reference is None or not matrix.is_corrected or min(len(rows), len(subjects)) < LEAST:
        return {}
    of_reference = _counts(matrix, [matrix.row_column(row, reference.label) for row in rows])
    of_subjects = [_counts(matrix, _by_row(matrix, subject)) for subject in subjects]
    wins, cells = (np.stack(counts, axis=1) for counts in zip(*of_subjects, strict=True))
    chances = row_chances(of_reference, (wins, cells))
    return {
        row: _estimate(matrix, chances.reference[:, number], chances.characters[:, number])
        for number, row in enumerate(rows)
    }


def _by_row(matrix: Matrix, subject: Subject) -> list[list[int]]:
    places: dict[str, list[int]] = {row: [] for row in matrix.table.rows}
    for place in subject.cells:
        places[matrix.cells[place].key.expression].append(place)
    return list(places.values())


def _counts(matrix: Matrix, groups: Iterable[Iterable[int]]) -> tuple[Floats, Floats]:
    scored = [matrix.scored(places, matrix.success) for places in groups]
    wins = [sum(map(matrix.succeeds, places)) for places in scored]
    return np.array(wins, float), np.array([len(places) for places in scored], float)


def _estimate(matrix: Matrix, reference: NDArray[np.float64], characters: NDArray[np.float64]) -> Estimate:
    limits = matrix.thresholds
    is_needless = characters > limits.characters_can
    is_hard = ~is_needless & (reference < limits.reference_can)
    tails = [(1 - limits.confidence) / 2, (1 + limits.confidence) / 2]
    return Estimate(
        probabilities={
            "easy candidate": float(np.mean(~is_needless & ~is_hard)),
            "hard candidate": float(np.mean(is_hard)),
            "no LoRA needed": float(np.mean(is_needless)),
        },
        reference=Interval(*map(float, np.quantile(reference, tails))),
        characters=Interval(*map(float, np.quantile(characters, tails))),
    )
