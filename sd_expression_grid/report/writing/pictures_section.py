"""What the pictures say, in sentences and in tables: a second look for the reader, and no verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.report.wording import few, fine_percent, number
from sd_expression_grid.report.writing.buttons import Button, button

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.report.types import Pictures, RatedCell, UnchangedCells

_METHODS = {
    "landmarks": (
        "By landmarks of the face, which mediapipe found: how far brows, eyes, gaze and mouth moved from those of the "
        "cell “{neutral}” in the same column and seed, as a share of the distance between the eyes' outer corners. "
        "Below {limit} nothing counts as changed: other light, noise and a slightly tilted head make up to as much. "
        "What moved need not be the expression that was asked for, and tears, blushing and wrinkles do not move. "
        "Rows and characters have the medians of their cells."
    ),
    "difference": (
        "By pixels alone, without landmarks of faces: a cell counts as unchanged where no field of it differs in its "
        "mean brightness from the cell “{neutral}” in the same column and seed by {limit} of full white. That others "
        "differ more says nothing, since other light does it, too."
    ),
}

_MORE = {"landmarks": "changed", "difference": "differs"}
"""What is said of a cell at or above the limit; a picture that differs need not have changed visibly."""

Finding = tuple[str, "tuple[int, ...]", str]
"""What comes before the number of these cells, and after it."""


def sentences_of(pictures: Pictures) -> Iterator[str]:
    """How the pictures were compared, and what was found."""
    yield _method(pictures)
    for before, cells, after in _findings(pictures):
        yield f"{before}{number(len(cells), 'cell')}{after}."
    yield from _everywhere(pictures)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """A sentence in the middle of which a number opens its cells."""

    before: str
    cells: Button
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """Cells that were rated alike: those without visible change, and the others."""

    score: str
    unchanged: Button
    others: Button


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """A row or character: its cells without visible change of all measured ones, and how far each part moved."""

    label: str
    is_unchanged: bool
    cells: Button
    shares: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTable:
    """Rows or characters, with a head for each part of the face."""

    heads: tuple[str, ...]
    lines: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesPart:
    """What the pictures say, with how much each row and character changed."""

    method: str
    findings: tuple[FindingLine, ...]
    sentences: tuple[str, ...]
    others: str
    scores: tuple[ScoreLine, ...]
    tables: tuple[ChangeTable, ...]


def pictures_part(pictures: Pictures) -> PicturesPart:
    """The same as ``sentences_of`` says for the page; every number opens its cells."""
    others = _MORE[pictures.method]
    return PicturesPart(
        method=_method(pictures),
        findings=tuple(_finding(*finding) for finding in _findings(pictures)),
        sentences=tuple(_everywhere(pictures)),
        others=others.capitalize(),
        scores=tuple(_score(line, others) for line in pictures.by_score),
        tables=(_table("Row", pictures.rows), _table("Character", pictures.columns)),
    )


def _finding(before: str, cells: Sequence[int], after: str) -> FindingLine:
    found = button(number(len(cells), "cell"), cells, before.rstrip(": "))
    return FindingLine(before=before, cells=found, after=f"{after}.")


def seen_of(cell: RatedCell, pictures: Pictures | None) -> str:
    """What was measured of one cell, as it stands under its picture; empty where nothing was."""
    if pictures is None or cell.measurement is None:
        return ""
    if cell.change is None:
        return "no face found" if cell.measurement.faceless == "picture" else "no face found in the neutral cell"
    shares = ", ".join(f"{part} {fine_percent(share)}" for part, share in cell.measurement.parts.items())
    return f"{'no visible change' if cell.change < pictures.limit else _MORE[pictures.method]}: {shares}"


def _method(pictures: Pictures) -> str:
    return _METHODS[pictures.method].format(neutral=pictures.neutral, limit=fine_percent(pictures.limit))


def _findings(pictures: Pictures) -> Iterator[Finding]:
    yield "No visible change: ", pictures.all.still, f" of {len(pictures.all.measured):,} measured"
    for line in pictures.by_score:
        if line.label == "yes" and line.still:
            yield "Rated yes, though without visible change: ", line.still, "; look again"
    if pictures.faceless:
        yield "No face found: ", pictures.faceless, ", of which nothing is known"
    if pictures.neutral_faceless:
        yield "No face found in the neutral cell: ", pictures.neutral_faceless, ", of which nothing is known"
    if pictures.unmeasured:
        yield "Not measured: ", pictures.unmeasured, " (made since, not readable, or without a neutral cell)"


def _everywhere(pictures: Pictures) -> Iterator[str]:
    for what, lines in (("Rows", pictures.rows), ("Characters", pictures.columns)):
        still = [line.label for line in lines if line.is_still]
        if still:
            yield f"{what} without visible change in nearly every cell: {few(still)}."


def _score(line: UnchangedCells, others: str) -> ScoreLine:
    unchanged = set(line.still)
    changed = tuple(place for place in line.measured if place not in unchanged)
    return ScoreLine(
        score=line.label,
        unchanged=button(str(len(line.still)), line.still, f"Rated {line.label}, no visible change"),
        others=button(str(len(changed)), changed, f"Rated {line.label}, {others}"),
    )


def _table(title: str, lines: Sequence[UnchangedCells]) -> ChangeTable:
    parts = list(dict.fromkeys(part for line in lines for part in line.medians if part != "picture"))
    heads = (title, "No visible change", *(part.capitalize() for part in parts))
    return ChangeTable(heads=heads, lines=tuple(_line(line, parts) for line in lines))


def _line(line: UnchangedCells, parts: Sequence[str]) -> ChangeLine:
    count = f"{len(line.still)} of {len(line.measured)}"
    return ChangeLine(
        label=line.label,
        is_unchanged=line.is_still,
        cells=button(count, line.measured, f"{line.label}: measured cells"),
        shares=tuple(fine_percent(line.medians[part]) if part in line.medians else "–" for part in parts),
    )
