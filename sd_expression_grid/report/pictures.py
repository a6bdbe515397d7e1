"""What the pictures say, sorted for a second look beside the ratings. Nothing else in a report is reckoned from it."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

from sd_expression_grid.ratings.ratings import SCORES
from sd_expression_grid.report.types import Pictures, Stillness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sd_expression_grid.evidence.measurements import Faceless
    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.report.types import Judged

UNRATED = "not rated"


def pictures_of(matrix: Matrix) -> Pictures | None:
    """The cells by what was measured of their pictures; None where nothing was. Excluded characters are left out."""
    evidence, limits, table = matrix.table.evidence, matrix.thresholds, matrix.table
    if evidence is None:
        return None
    limit = limits.moved if evidence.method == "landmarks" else limits.differs
    looked = _looked_at(matrix, evidence.neutral)
    known = [place for place in looked if matrix.cells[place].change is not None]

    def lines(names: Iterable[str], name: Callable[[Judged], str]) -> tuple[Stillness, ...]:
        groups: dict[str, list[int]] = {each: [] for each in names}
        for place in known:
            groups[name(matrix.cells[place])].append(place)
        return tuple(_stillness(each, places, matrix, limit) for each, places in groups.items() if places)

    return Pictures(
        method=evidence.method,
        neutral=evidence.neutral,
        limit=limit,
        all=_stillness("all", known, matrix, limit),
        by_score=lines((*reversed(SCORES), UNRATED), _score),
        rows=lines(table.rows, lambda cell: cell.key.expression),
        columns=lines((column.label for column in table.columns), lambda cell: cell.key.character),
        faceless=_faceless(matrix, looked, "picture"),
        neutral_faceless=_faceless(matrix, looked, "neutral"),
        unmeasured=tuple(place for place in looked if matrix.cells[place].measurement is None),
    )


def _looked_at(matrix: Matrix, neutral: str) -> tuple[int, ...]:
    """The cells with a picture that could be compared with a neutral one."""
    counted = {column.label for column in matrix.table.columns if not column.exclude}
    return tuple(
        place
        for place, cell in enumerate(matrix.cells)
        if cell.file and cell.key.character in counted and cell.key.expression != neutral
    )


def _stillness(label: str, places: Sequence[int], matrix: Matrix, limit: float) -> Stillness:
    shares, still = defaultdict(list), []
    for place in places:
        measurement = matrix.cells[place].measurement
        for part, share in measurement.parts.items() if measurement else ():
            shares[part].append(share)
        if (matrix.cells[place].change or 0) < limit:
            still.append(place)
    return Stillness(
        label=label,
        measured=tuple(places),
        still=tuple(still),
        is_still=bool(places) and len(still) >= matrix.thresholds.stiff * len(places),
        medians={part: median(found) for part, found in shares.items()},
    )


def _score(cell: Judged) -> str:
    return UNRATED if cell.expression is None else SCORES[cell.expression]


def _faceless(matrix: Matrix, places: Iterable[int], where: Faceless) -> tuple[int, ...]:
    measurements = ((place, matrix.cells[place].measurement) for place in places)
    return tuple(place for place, found in measurements if found and found.faceless == where)
