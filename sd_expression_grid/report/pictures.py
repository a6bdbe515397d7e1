"""Measurements of the pictures, grouped for a second look beside the ratings; no other number depends on them."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

from sd_expression_grid.ratings.ratings import SCORES
from sd_expression_grid.report.types import Pictures, UnchangedCells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sd_expression_grid.evidence.measurements import Faceless
    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.report.types import RatedCell

UNRATED = "not rated"


def pictures_of(matrix: Matrix) -> Pictures | None:
    """What was measured of the pictures, by score, row and column; None where nothing was.

    Excluded characters are left out.
    """
    evidence, limits, table = matrix.table.evidence, matrix.thresholds, matrix.table
    if evidence is None:
        return None
    limit = limits.moved if evidence.method == "landmarks" else limits.differs
    comparable = _comparable(matrix, evidence.neutral)
    known = [place for place in comparable if matrix.cells[place].change is not None]

    def lines(names: Iterable[str], name: Callable[[RatedCell], str]) -> tuple[UnchangedCells, ...]:
        groups: dict[str, list[int]] = {each: [] for each in names}
        for place in known:
            groups[name(matrix.cells[place])].append(place)
        return tuple(_unchanged_cells(each, places, matrix, limit) for each, places in groups.items() if places)

    return Pictures(
        method=evidence.method,
        neutral=evidence.neutral,
        limit=limit,
        all=_unchanged_cells("all", known, matrix, limit),
        by_score=lines((*reversed(SCORES), UNRATED), _score),
        rows=lines(table.rows, lambda cell: cell.key.expression),
        columns=lines((column.label for column in table.columns), lambda cell: cell.key.character),
        faceless=_faceless(matrix, comparable, "picture"),
        neutral_faceless=_faceless(matrix, comparable, "neutral"),
        unmeasured=tuple(place for place in comparable if matrix.cells[place].measurement is None),
    )


def _comparable(matrix: Matrix, neutral: str) -> tuple[int, ...]:
    """The places of cells that have a picture and are not themselves of the neutral row."""
    counted = {column.label for column in matrix.table.columns if not column.exclude}
    return tuple(
        place
        for place, cell in enumerate(matrix.cells)
        if cell.file and cell.key.character in counted and cell.key.expression != neutral
    )


def _unchanged_cells(label: str, places: Sequence[int], matrix: Matrix, limit: float) -> UnchangedCells:
    shares, unchanged = defaultdict(list), []
    for place in places:
        measurement = matrix.cells[place].measurement
        for part, share in measurement.parts.items() if measurement else ():
            shares[part].append(share)
        if (matrix.cells[place].change or 0) < limit:
            unchanged.append(place)
    return UnchangedCells(
        label=label,
        measured=tuple(places),
        still=tuple(unchanged),
        is_still=bool(places) and len(unchanged) >= matrix.thresholds.stiff * len(places),
        medians={part: median(found) for part, found in shares.items()},
    )


def _score(cell: RatedCell) -> str:
    return UNRATED if cell.expression is None else SCORES[cell.expression]


def _faceless(matrix: Matrix, places: Iterable[int], where: Faceless) -> tuple[int, ...]:
    measurements = ((place, matrix.cells[place].measurement) for place in places)
    return tuple(place for place, found in measurements if found and found.faceless == where)
