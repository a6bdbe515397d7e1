"""The raters, their agreement, and what does not count."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sd_expression_grid.report.matrix import YES
from sd_expression_grid.report.statistics.agreement import Agreement, krippendorff
from sd_expression_grid.report.types import LeftOut, Measure, RaterResult

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.report.types import RatedCell, Score


def raters_of(matrix: Matrix) -> tuple[RaterResult, ...]:
    """Everybody who gave a score, by name; ratings of excluded characters count here, too, notes alone do not."""
    given: dict[str, list[Score]] = defaultdict(list)
    for cell in matrix.cells:
        for score in cell.scores:
            if score.is_given:
                given[score.rater].append(score)
    return tuple(
        RaterResult(
            name=name,
            cells=len(scores),
            expression_yes=_yes(score.expression for score in scores),
            likeness_yes=_yes(score.likeness for score in scores),
            natural_yes=_yes(score.natural for score in scores),
        )
        for name, scores in sorted(given.items())
    )


def _yes(scores: Iterable[int | None]) -> float | None:
    given = [score for score in scores if score is not None]
    return given.count(YES) / len(given) if given else None


def agreement_of(matrix: Matrix) -> dict[Measure, Agreement]:
    """The agreement on each measure; a rater's score for both is the lower of the two, for all the lowest."""
    confidence = matrix.thresholds.confidence
    return {measure: krippendorff(_units(matrix, measure), confidence) for measure in matrix.measures}


def _units(matrix: Matrix, measure: Measure) -> dict[Hashable, list[list[int]]]:
    units: dict[Hashable, list[list[int]]] = defaultdict(list)
    for cell in matrix.cells:
        scores = [_score(score, measure) for score in cell.scores]
        units[cell.key.expression, cell.key.character].append([score for score in scores if score is not None])
    return units


def _score(score: Score, measure: Measure) -> int | None:
    both = score.expression, score.likeness
    values = {
        "expression": (score.expression,), "likeness": (score.likeness,), "both": both, "natural": (score.natural,),
        "all": (*both, score.natural),
    }[measure]  # fmt: skip
    return None if None in values else min(values)  # type: ignore[type-var]


def left_out(matrix: Matrix) -> LeftOut:
    """All that does not count: excluded characters, and cells by the reason."""
    table = matrix.table
    excluded = tuple(column.label for column in table.columns if column.exclude)
    not_drawn = tuple(key for key in table.not_drawn if key.character not in excluded)
    counting = [(place, cell) for place, cell in enumerate(matrix.cells) if cell.key.character not in excluded]
    missing = set(not_drawn)
    return LeftOut(
        excluded=excluded,
        unrated=tuple(place for place, cell in counting if not cell.is_rated and cell.key not in missing),
        half_rated=tuple(place for place, cell in counting if cell.is_rated and _is_half(cell)),
        not_drawn=not_drawn,
        stale=table.stale,
        strange=table.strange,
    )


def _is_half(cell: RatedCell) -> bool:
    return cell.both is None
