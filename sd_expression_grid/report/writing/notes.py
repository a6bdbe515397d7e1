"""The small print of a report: rows that are alike, raters, what does not count, and the thresholds of the methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.report.statistics.agreement import Agreement
from sd_expression_grid.report.wording import MEASURES, number, percent
from sd_expression_grid.report.writing.buttons import Button, button, share_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sd_expression_grid.report.types import Report
    from sd_expression_grid.study.study import CellKey


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeLine:
    """Two rows that the ratings do not tell apart: in how many pairs of cells they have the same score."""

    first: str
    second: str
    same: Button
    kappa: str


def alike_lines(report: Report) -> tuple[AlikeLine, ...]:
    """All pairs of such rows."""
    return tuple(
        AlikeLine(
            first=pair.first,
            second=pair.second,
            same=button(f"{pair.same} of {pair.count}", pair.cells, f"{pair.first} and {pair.second}"),
            kappa=f"{pair.kappa:.2f}",
        )
        for pair in report.alike_rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterLine:
    """A rater: how many cells, and the share of *yes* in each score."""

    name: str
    cells: int
    expression: str
    likeness: str
    natural: str


def rater_lines(report: Report) -> tuple[RaterLine, ...]:
    """All raters."""
    return tuple(
        RaterLine(
            name=rater.name or "(no name)",
            cells=rater.cells,
            expression=share_text(rater.expression_yes),
            likeness=share_text(rater.likeness_yes),
            natural=share_text(rater.natural_yes),
        )
        for rater in report.raters
    )


def agreement_sentences(report: Report) -> Iterator[str]:
    """How far the raters agree."""
    for measure, title in MEASURES.items():
        found = report.agreement.get(measure, Agreement(cells=0))
        if found.alpha is not None:
            yield f"{title}: {_alpha(found.alpha, found)}."
        elif found.cells:
            yield f"{title}: all scores are the same, so that agreement cannot be told from chance."
    if not any(found.cells for found in report.agreement.values()):
        yield "No cell has two raters, so that their agreement is not known."


def _alpha(alpha: float, found: Agreement) -> str:
    cells = f"{number(found.cells, 'cell')} with two raters or more"
    if found.interval is None:
        return f"Krippendorff's α = {alpha:.2f}, from {cells}, of one row and column: too few to tell how certain it is"
    interval = f"{found.interval.low:.2f} to {found.interval.high:.2f}"
    word = "good" if alpha >= 0.8 else "tentative" if alpha >= 0.667 else "poor"
    return f"Krippendorff's α = {alpha:.2f} ({interval}), from {cells}: {word}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellList:
    """Cells by name: for each column, its rows with their seeds."""

    title: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutPart:
    """What does not count: characters, and cells by the reason."""

    excluded: str
    lists: tuple[CellList, ...]


def left_out_part(report: Report) -> LeftOutPart:
    """What does not count, by name; never as a zero."""
    left = report.left_out
    cells: dict[str, Sequence[CellKey]] = {
        "Not rated": [report.cells[place].key for place in left.unrated],
        "Rated by half, so that the two scores together are not known": [
            report.cells[place].key for place in left.half_rated
        ],
        "Without a picture": left.not_drawn,
        "Rated before the picture was made anew": sorted({rating.key for rating in left.stale}),
        "Rated, but not in this study": sorted({rating.key for rating in left.strange}),
    }
    lists = tuple(_cell_list(title, keys) for title, keys in cells.items() if keys)
    return LeftOutPart(excluded=", ".join(left.excluded), lists=lists)


def _cell_list(title: str, keys: Sequence[CellKey]) -> CellList:
    by_column: dict[str, dict[str, list[int]]] = {}
    for key in keys:
        by_column.setdefault(key.character, {}).setdefault(key.expression, []).append(key.seed)
    columns = tuple((column, _rows(rows.items())) for column, rows in by_column.items())
    return CellList(title=f"{title}: {number(len(keys), 'cell')}", columns=columns)


def _rows(rows: Iterable[tuple[str, Sequence[int]]]) -> str:
    return "; ".join(f"{row} ({', '.join(map(str, seeds))})" for row, seeds in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """What the explanation of the numbers depends on: what is judged, and the thresholds as texts."""

    judges_likeness: bool
    judges_natural: bool
    is_corrected: bool
    confidence: str
    significance: str
    reference_can: str
    characters_can: str
    seeds: int
    probable: str
    stiff: str
    alike: str


def methods_of(report: Report) -> Methods:
    """The methods of a report."""
    limits = report.thresholds
    return Methods(
        judges_likeness=report.judges_likeness,
        judges_natural=report.judges_natural,
        is_corrected=report.is_corrected,
        confidence=percent(limits.confidence),
        significance=f"{limits.significance:g}",
        reference_can=percent(limits.reference_can),
        characters_can=percent(limits.characters_can),
        seeds=limits.seeds,
        probable=percent(limits.probable),
        stiff=percent(limits.stiff),
        alike=f"{limits.alike:g}",
    )
