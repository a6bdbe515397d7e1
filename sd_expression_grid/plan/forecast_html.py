"""A forecast, or the faults of a study that cannot be made, as HTML for the panel."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import MAX_SHOWN_FAULTS
from sd_expression_grid.base.html import templates_in
from sd_expression_grid.study.study import CellKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.base.errors import StudyError
    from sd_expression_grid.plan.forecast import Forecast, ForecastCell, Phase
    from sd_expression_grid.study.study import Character, Kind, Study

_TEMPLATES = Path(__file__).parent / "templates"
_KINDS = {"lora": "LoRA", "embedding": "embedding", "none": "words only"}
_MOST_CELLS = 3000
"""A table of more would be too much for the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultLine:
    """A fault's text, with the list and the number of the line that is wrong, if one is."""

    text: str
    line: tuple[str, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLine:
    """A column with the networks that are loaded for it; ``is_suspect`` is a character for which there are none."""

    label: str
    loads: str
    text: str
    is_suspect: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CellButton:
    """A cell as a button: a sign, and ``lines``, the JSON pairs of name and text that a click shows."""

    sign: str
    title: str
    lines: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row's label and cells; None for one that is not asked for, beside picked ones."""

    label: str
    cells: tuple[CellButton | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellTable:
    """The cells of one seed, or of all seeds that are scouted."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastView:
    """What the template lays out. ``tables`` is None where they have more cells than a page can show.

    ``kinds`` sums up the characters by what they were recognised as; empty without characters.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    kinds: str
    columns: tuple[ColumnLine, ...]
    cells: str
    tables: tuple[CellTable, ...] | None


def faults_html(error: StudyError) -> str:
    """All that is wrong, a line each; StudyError without jinja2."""
    title = f"{_counted(len(error.faults), 'fault')}: nothing can be generated yet"
    shown = zip_longest(error.lines, error.faults[:MAX_SHOWN_FAULTS])
    lines = [FaultLine(text=text, line=fault.line if fault else None) for text, fault in shown]
    missing = json.dumps([fault.missing for fault in error.faults if fault.missing])
    return templates_in(_TEMPLATES).get_template("faults.html").render(title=title, lines=lines, missing=missing)


def forecast_html(forecast: Forecast) -> str:
    """What will be made, what it costs, and the table, whose cells show their prompts; StudyError without jinja2."""
    return templates_in(_TEMPLATES).get_template("forecast.html").render(view=forecast_view(forecast))


def forecast_view(forecast: Forecast) -> ForecastView:
    """The texts and numbers of a forecast."""
    study, count = forecast.study, len(forecast.cells)
    kinds = Counter(_kind(column.kind) for column in study.characters)
    return ForecastView(
        title="Ready to generate" if forecast.missing else "Nothing is left to make",
        facts=tuple(_facts(forecast)),
        notes=forecast.notes,
        kinds=", ".join(f"{number} × {kind}" for kind, number in kinds.items()),
        columns=tuple(_column(forecast, column) for column in study.columns),
        cells=f"{count:,}",
        tables=tuple(_tables(forecast)) if count <= _MOST_CELLS else None,
    )


def _column(forecast: Forecast, column: Character) -> ColumnLine:
    loads = forecast.loads.get(column.label, ())
    is_suspect = not loads and column != forecast.study.reference_column
    return ColumnLine(
        label=column.label, loads=", ".join(loads) or _kind("none"), text=column.text, is_suspect=is_suspect
    )


def _kind(kind: Kind | None) -> str:
    return _KINDS[kind or "none"]


def _facts(forecast: Forecast) -> Iterator[tuple[str, str]]:
    study, count, missing = forecast.study, len(forecast.cells), forecast.missing
    there = count - missing
    yield ("Picked cells", f"{count:,}, made large") if study.picked else _count(study)
    yield "To make", f"{missing}; {there} {'is' if there == 1 else 'are'} on disk" if there else str(missing)
    if forecast.folder:
        yield "Goes on in", forecast.folder
    if missing:
        saved = f", {forecast.rows / forecast.stock_rows:.2f} of the X/Y/Z plot's" if forecast.stock_rows else ""
        yield "Denoiser rows", f"about {forecast.rows:,}{saved}"
        yield "Time", _time(forecast.seconds)
    yield "Grids", _grids(forecast)


def _count(study: Study) -> tuple[str, str]:
    rows, columns, seeds = len(study.expressions), len(study.columns), len(study.seeds)
    if study.scout:
        return "Seeds", f"{seeds}, for {study.expressions[0].label}"
    times = f" × {seeds} seeds" if seeds > 1 else ""
    sizes = f"{_counted(rows, 'row')} × {_counted(columns, 'column')}{times}"
    return "Cells", f"{rows * columns * seeds:,} ({sizes})"


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "not known before a first study with these settings was made"
    is_long = seconds >= 90
    time = _counted(round(seconds / 60), "minute") if is_long else _counted(max(1, round(seconds)), "second")
    return f"about {time}"


def _grids(forecast: Forecast) -> str:
    if not forecast.pages:
        return "none"
    pixels = [width * height for width, height in forecast.pages]
    width, height = forecast.pages[pixels.index(max(pixels))]
    size = f"{width}×{height} px, {max(pixels) / 1e6:.1f} megapixels"
    return f"{_counted(len(pixels), 'page')}, the largest {size}; all at most {3 * sum(pixels) / 1e6:,.0f} MB"


def _tables(forecast: Forecast) -> Iterator[CellTable]:
    study = forecast.study
    if study.scout:
        heads = tuple(str(n if forecast.draws_seed else seed) for n, seed in enumerate(study.seeds, start=1))
        row = _row(study.expressions[0].label, heads, forecast.cells)
        yield CellTable(caption="Random seeds" if forecast.draws_seed else "Seeds", heads=heads, rows=(row,))
        return
    heads = tuple(column.label for column in study.columns)
    by_key = {cell.key: cell for cell in forecast.cells}
    for seed in study.seeds:
        rows = []
        for label in (row.label for row in study.expressions):
            keys = (CellKey(expression=label, character=head, seed=seed) for head in heads)
            rows.append(_row(label, heads, [by_key.get(key) for key in keys]))
        yield CellTable(caption="Random seed" if forecast.draws_seed else f"Seed {seed}", heads=heads, rows=tuple(rows))


def _row(label: str, heads: Sequence[str], cells: Sequence[ForecastCell | None]) -> TableRow:
    buttons = (_button(f"{head}, {label}", cell) if cell else None for head, cell in zip(heads, cells, strict=True))
    return TableRow(label=label, cells=tuple(buttons))


def _button(name: str, cell: ForecastCell) -> CellButton:
    sign, state = ("✓", "on disk") if cell.is_made else ("·", "to make")
    return CellButton(sign=sign, title=f"{name}: {state}", lines=json.dumps(_lines(name, cell)))


def _lines(name: str, cell: ForecastCell) -> list[tuple[str, str]]:
    lines = [("Cell", name), ("Prompt", cell.prompt)]
    lines += [(_steps(phase), phase.text) for phase in cell.phases]
    return [*lines, ("Negative prompt", cell.negative_prompt)] if cell.negative_prompt else lines


def _steps(phase: Phase) -> str:
    return f"Step {phase.first}" if phase.first == phase.last else f"Steps {phase.first} to {phase.last}"
