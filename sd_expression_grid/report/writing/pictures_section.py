"""What the pictures say, in sentences and as HTML: a second look for the reader, and no verdict."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sd_expression_grid.report.wording import few, fine_percent, number
from sd_expression_grid.report.writing.sections import cells_button, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.report.types import Judged, Pictures, Stillness

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
        "differ more says nothing, since other light does it, too. To compare faces instead, install mediapipe by hand "
        "in the WebUI's Python, and look at the pictures again: pip install --no-deps mediapipe==0.10.9, then "
        "pip install absl-py attrs flatbuffers sounddevice; OpenCV and matplotlib, which it needs as well, a WebUI has."
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


def pictures_section(pictures: Pictures) -> str:
    """The same as HTML, with how much each row and character changed; every number opens its cells."""
    items = [
        f"{before}{cells_button(number(len(cells), 'cell'), cells, before.rstrip(': '))}{after}."
        for before, cells, after in _findings(pictures)
    ]
    found = "".join(f"<li>{item}</li>" for item in (*items, *map(escape, _everywhere(pictures))))
    head = ("Expression rated", "No visible change", _MORE[pictures.method].capitalize())
    scores = table(head, (_score(line, _MORE[pictures.method]) for line in pictures.by_score), "plain")
    tables = f"{scores}{_table('Row', pictures.rows)}{_table('Character', pictures.columns)}"
    return f'<ul>{found}</ul><div class="side-by-side">{tables}</div><p class="note">{escape(_method(pictures))}</p>'


def seen_of(cell: Judged, pictures: Pictures | None) -> str:
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


def _score(line: Stillness, more: str) -> tuple[str, str, str]:
    still = set(line.still)
    others = tuple(place for place in line.measured if place not in still)
    return (
        line.label,
        cells_button(str(len(line.still)), line.still, f"Rated {line.label}, no visible change"),
        cells_button(str(len(others)), others, f"Rated {line.label}, {more}"),
    )


def _table(title: str, lines: Sequence[Stillness]) -> str:
    parts = list(dict.fromkeys(part for line in lines for part in line.medians if part != "picture"))
    head = (title, "No visible change", *(escape(part.capitalize()) for part in parts))
    return table(head, (_line(line, parts) for line in lines), "plain")


def _line(line: Stillness, parts: Sequence[str]) -> Iterator[str]:
    flag = ' <em class="flag">no visible change</em>' if line.is_still else ""
    yield f"{escape(line.label)}{flag}"
    count = f"{len(line.still)} of {len(line.measured)}"
    yield cells_button(count, line.measured, f"{line.label}: measured cells")
    for part in parts:
        yield fine_percent(line.medians[part]) if part in line.medians else "–"
