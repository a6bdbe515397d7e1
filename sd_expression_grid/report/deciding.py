"""Which unrated cells would decide something: verdicts that are open, and close ranks; with how many it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.evidence.measurements import NEUTRAL
from sd_expression_grid.report.close_ranks import close_ranks
from sd_expression_grid.report.expressions import verdict_on
from sd_expression_grid.report.matrix import matrix_of
from sd_expression_grid.report.more_seeds import GrowingRate
from sd_expression_grid.report.subjects import person_of
from sd_expression_grid.report.types import Thresholds
from sd_expression_grid.report.wording import few, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.ratings.ratings_table import RatingsTable
    from sd_expression_grid.report.close_ranks import CloseRank
    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.study.study import CellKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """The unrated cells of open rows and close ranks, those that decide with the least work first.

    ``needs`` is how many of them would decide a row, if its shares stay as they are. ``unknown`` are rows with too few
    ratings to tell, ``stuck`` those that not even all cells of the study would decide, or that have none left to rate.
    ``ranks`` are characters that would be clearly behind the first.
    """

    cells: tuple[CellKey, ...]
    needs: dict[str, int]
    unknown: tuple[str, ...]
    stuck: tuple[str, ...]
    ranks: tuple[CloseRank, ...]

    @property
    def sentence(self) -> str:
        """What the next ratings are good for."""
        parts = []
        if self.needs:
            total = number(sum(self.needs.values()), "more cell")
            decide = "decides" if sum(self.needs.values()) == 1 else "decide"
            parts.append(f"{total} {decide} {few(list(self.needs))}, if their shares stay as they are.")
        if self.unknown:
            parts.append(f"Too few ratings to tell: {few(self.unknown)}.")
        if self.stuck:
            parts.append(f"Not to be decided by the cells that there are: {few(self.stuck)}.")
        parts = parts or ["All verdicts are decided."]
        return " ".join([*parts, *_of_ranks(self.ranks)])


def _of_ranks(ranks: Sequence[CloseRank]) -> Iterator[str]:
    if ranks:
        count = len({place for rank in ranks for place in rank.cells})
        cells, puts = number(count, "more cell"), "puts" if count == 1 else "put"
        behind = f"{few([rank.label for rank in ranks])} clearly behind {ranks[0].leader}"
        yield f"{cells} {puts} {behind}, if their shares stay as they are."


@dataclass(frozen=True, slots=True, kw_only=True)
class _OpenRow:
    """A row whose verdict is open: its unrated places, and how many cells decide; None where that is not known."""

    label: str
    reference: tuple[int, ...]
    characters: tuple[int, ...]
    is_known: bool
    need: int | None

    @property
    def places(self) -> tuple[int, ...]:
        """The reference's first: they are few, and say much."""
        return (*self.reference, *self.characters)


def what_decides(table: RatingsTable, thresholds: Thresholds | None = None) -> Deciding:
    """The unrated cells of a table that decide verdicts. Excluded characters and cells without picture do not count."""
    matrix = matrix_of(table, thresholds or Thresholds())
    rows = list(_open_rows(matrix))
    known = sorted((row for row in rows if row.need), key=lambda row: row.need or 0)
    unknown = [row for row in rows if row.places and not row.is_known]
    stuck = [row for row in rows if not row.places or (row.is_known and not row.need)]
    ranks = close_ranks(matrix)
    order = [
        *(place for row in unknown for place in row.reference),
        *(place for row in known for place in row.places[: row.need]),
        *(place for rank in ranks for place in rank.cells),
        *(place for row in unknown for place in row.characters),
        *(place for row in stuck for place in row.places),
        *(place for row in known for place in row.places[row.need :]),
    ]
    return Deciding(
        cells=tuple(matrix.cells[place].key for place in dict.fromkeys(order)),
        needs={row.label: row.need for row in known if row.need},
        unknown=tuple(row.label for row in unknown),
        stuck=tuple(row.label for row in stuck),
        ranks=ranks,
    )


def _open_rows(matrix: Matrix) -> Iterator[_OpenRow]:
    persons = {column.label: person_of(column) for column in matrix.characters}
    rows = [row for row in matrix.table.rows if row.strip().lower() != NEUTRAL]
    places = {row: _of_characters(matrix, row) for row in rows}
    dispersion = matrix.dispersion(list(places.values()), lambda key: persons[key.character], matrix.success)
    for row, characters in places.items():
        reference = tuple(matrix.row_column(row, matrix.reference.label)) if matrix.reference else ()
        rates = _growing(matrix, reference, 1.0), _growing(matrix, characters, dispersion)
        seeds = {matrix.cells[place].key.seed for place in rates[0].rate.cells or rates[1].rate.cells}
        is_known = bool(rates[1].rate.count and (rates[0].rate.count or not reference))
        free = matrix.unrated(reference), matrix.unrated(characters)
        if not is_known:
            yield _OpenRow(label=row, reference=free[0], characters=free[1], is_known=False, need=None)
        elif not _is_decided(matrix, rates, (0, 0), len(seeds)):
            need = _need(matrix, rates, free, len(seeds))
            yield _OpenRow(label=row, reference=free[0], characters=free[1], is_known=True, need=need)


def _growing(matrix: Matrix, places: Sequence[int], dispersion: float) -> GrowingRate:
    rate = matrix.rate(places, matrix.success, dispersion)
    return GrowingRate(rate=rate, dispersion=dispersion, confidence=matrix.thresholds.confidence)


def _of_characters(matrix: Matrix, row: str) -> tuple[int, ...]:
    """Seed after seed, so that all characters are rated alike."""
    columns = [matrix.row_column(row, column.label) for column in matrix.characters]
    return tuple(place for seed in zip(*columns, strict=True) for place in seed)


def _need(matrix: Matrix, rates: Sequence[GrowingRate], free: Sequence[Sequence[int]], seeds: int) -> int | None:
    of_reference, of_characters = map(len, free)
    for count in range(1, of_reference + of_characters + 1):
        more = min(count, of_reference), max(0, count - of_reference)
        grown = min(seeds + more[0], len(matrix.table.seeds)) if of_reference else seeds
        if _is_decided(matrix, rates, more, grown):
            return count
    return None


def _is_decided(matrix: Matrix, rates: Sequence[GrowingRate], more: tuple[int, int], seeds: int) -> bool:
    """Whether so many more cells of the reference and of characters decide; provisionally, where no seed is left."""
    reference, characters = (rate.with_cells(count) for rate, count in zip(rates, more, strict=True))
    verdict = verdict_on(reference, characters, seeds, matrix.thresholds)
    return verdict.name != "undecided" and (not verdict.is_provisional or seeds >= len(matrix.table.seeds))
