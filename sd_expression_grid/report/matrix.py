"""The cells of a table with the ratings of all raters combined, and shares of *yes* among any of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sd_expression_grid.report.statistics.intervals import Cluster, pooled_dispersion, wilson
from sd_expression_grid.report.types import Measure, Rate, RatedCell, Score, Success, Thresholds

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from sd_expression_grid.ratings.ratings import Rating
    from sd_expression_grid.ratings.ratings_table import Column, RatingsTable
    from sd_expression_grid.study.study import CellKey

YES = 2
"""The score of a success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All cells of a table. A cell's place is its index: column after column, row after row, seed after seed.

    ``rows`` and ``columns`` map labels to their numbers. ``success`` is the measure whose *yes* is a success.
    ``judges_likeness`` and ``judges_natural`` are true where any character has that score, ``is_corrected`` where any
    cell of the reference column is rated.
    """

    table: RatingsTable
    thresholds: Thresholds
    cells: tuple[RatedCell, ...]
    rows: dict[str, int]
    columns: dict[str, int]
    success: Success
    judges_likeness: bool
    judges_natural: bool
    is_corrected: bool

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures; those with the natural score only where anybody gave it."""
        return ("expression", "likeness", "both", *(("natural", "all") if self.judges_natural else ()))

    @property
    def reference(self) -> Column | None:
        """The column without a character; None where the study has none."""
        return next((column for column in self.table.columns if column.is_reference), None)

    @property
    def characters(self) -> tuple[Column, ...]:
        """All columns but the reference and excluded ones."""
        return tuple(column for column in self.table.columns if not column.is_reference and not column.exclude)

    @property
    def column_size(self) -> int:
        """The number of cells in a column; two places with the same remainder have the same row and seed."""
        return len(self.table.rows) * len(self.table.seeds)

    def column(self, label: str) -> range:
        """The places of a column, row after row."""
        first = self.columns[label] * self.column_size
        return range(first, first + self.column_size)

    def row_column(self, row: str, label: str) -> range:
        """The places of one row and column, seed after seed."""
        seeds = len(self.table.seeds)
        first = self.columns[label] * self.column_size + self.rows[row] * seeds
        return range(first, first + seeds)

    def eligible(self, places: Iterable[int]) -> tuple[int, ...]:
        """The places whose reference cell, in the same row and with the same seed, is a success.

        A character is not to be blamed for what the base model cannot draw either. Without a rated reference column,
        all places are eligible.
        """
        reference = self.reference
        if reference is None or not self.is_corrected:
            return tuple(places)
        first, size = self.columns[reference.label] * self.column_size, self.column_size
        return tuple(place for place in places if self.succeeds(first + place % size))

    def scored(self, places: Iterable[int], measure: Measure) -> tuple[int, ...]:
        """The places of cells that have this score."""
        return tuple(place for place in places if self.cells[place].score(measure) is not None)

    def unrated(self, places: Iterable[int]) -> tuple[int, ...]:
        """The places of cells that have a picture, but no score that says whether they are a success."""
        missing, cells = set(self.table.not_drawn), self.cells
        return tuple(p for p in places if cells[p].score(self.success) is None and cells[p].key not in missing)

    def succeeds(self, place: int) -> bool:
        """Whether a cell is a success."""
        return self.cells[place].score(self.success) == YES

    def share(self, places: Iterable[int]) -> float | None:
        """The share of successes among the cells that are scored for it, from 0 to 1; None where none is."""
        scored = self.scored(places, self.success)
        return sum(map(self.succeeds, scored)) / len(scored) if scored else None

    def rate(self, places: Iterable[int], measure: Measure, dispersion: float = 1.0) -> Rate:
        """The share of *yes* among the scored cells, with Wilson's interval.

        Correlated cells tell less than as many independent ones: the interval is that of the effective number of
        cells, count / ``dispersion``, at least 1, as in surveys with clusters (Kish 1965).
        """
        scored = self.scored(places, measure)
        scores = [self.cells[place].score(measure) for place in scored]
        count, successes = len(scores), scores.count(YES)
        effective = max(1.0, count / dispersion)
        interval = None
        if count:
            interval = wilson(successes / count * effective, effective, self.thresholds.confidence)
        return Rate(
            share=successes / count if count else None,
            interval=interval,
            successes=successes,
            partly=scores.count(1),
            count=count,
            ratings=sum(self.cells[place].ratings for place in scored),
            cells=scored,
        )

    def dispersion(
        self, groups: Iterable[Sequence[int]], cluster: Callable[[CellKey], Hashable], measure: Measure
    ) -> float:
        """The dispersion of a measure among clusters, pooled over groups of places; 1 where cells are independent.

        ``cluster`` gives the cluster of a cell: cells for which it is equal may be correlated.
        """
        return pooled_dispersion(self._clusters(group, cluster, measure) for group in groups)

    def _clusters(
        self, places: Iterable[int], cluster: Callable[[CellKey], Hashable], measure: Measure
    ) -> list[Cluster]:
        counts: dict[Hashable, list[bool]] = defaultdict(list)
        for place in self.scored(places, measure):
            counts[cluster(self.cells[place].key)].append(self.cells[place].score(measure) == YES)
        return [(sum(successes), len(successes)) for successes in counts.values()]


def matrix_of(table: RatingsTable, thresholds: Thresholds, success: Success = "both") -> Matrix:
    """The table's cells, each with the median of its ratings.

    Where no character's likeness is scored at all, ``both`` is the expression's score.
    """
    scores: dict[CellKey, list[Score]] = defaultdict(list)
    for rating in sorted(table.ratings, key=lambda rating: rating.rater):
        scores[rating.key].append(_score(rating))
    reference = {column.label for column in table.columns if column.is_reference}
    of_characters = [s for key, given in scores.items() if key.character not in reference for s in given]
    judges = any(score.likeness is not None for score in of_characters)
    measurements = table.evidence.measurements if table.evidence else {}
    cells = tuple(
        replace(
            _rated_cell(key, scores[key], is_reference=key.character in reference, judges_likeness=judges),
            file=table.files.get(key, ""),
            measurement=measurements.get(key),
        )
        for key in table.cell_keys()
    )
    return Matrix(
        table=table,
        thresholds=thresholds,
        cells=cells,
        rows={row: number for number, row in enumerate(table.rows)},
        columns={column.label: number for number, column in enumerate(table.columns)},
        success=success,
        judges_likeness=judges,
        judges_natural=any(score.natural is not None for score in of_characters),
        is_corrected=any(cell.expression is not None for cell in cells if cell.key.character in reference),
    )


def _score(rating: Rating) -> Score:
    return Score(
        rater=rating.rater,
        expression=rating.expression_score,
        likeness=rating.likeness_score,
        natural=rating.natural_score,
        note=rating.note,
    )


def _rated_cell(key: CellKey, scores: Sequence[Score], *, is_reference: bool, judges_likeness: bool) -> RatedCell:
    """A cell with its medians. The reference shows nobody, and counts as natural where nobody says."""
    needs_likeness = judges_likeness and not is_reference
    expression = _median(score.expression for score in scores)
    likeness = _median(score.likeness for score in scores) if needs_likeness else None
    natural = _median(score.natural for score in scores)
    both = _lowest(expression, likeness) if needs_likeness else expression
    return RatedCell(
        key=key,
        expression=expression,
        likeness=likeness,
        both=both,
        natural=natural,
        all=both if is_reference and natural is None else _lowest(both, natural),
        scores=tuple(scores),
    )


def _lowest(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else min(first, second)


def _median(scores: Iterable[int | None]) -> int | None:
    """The median score, of an even number the lower middle one: a *yes* needs more than half of the raters."""
    given = sorted(score for score in scores if score is not None)
    return given[(len(given) - 1) // 2] if given else None
