"""A forecast, or the faults of a study that cannot be made, as HTML for the panel; every text in it is escaped."""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from sd_expression_grid.study.study import CellKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sd_expression_grid.base.errors import StudyError
    from sd_expression_grid.plan.forecast import Forecast, ForecastCell
    from sd_expression_grid.study.study import Character, Study

_KINDS = {"lora": "LoRA", "embedding": "embedding", "none": "words"}
_MOST_CELLS = 3000
"""A table of more would be too much for the page."""


def faults_html(error: StudyError) -> str:
    """All that is wrong, a line each."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in error.lines)
    count = len(error.faults)
    return _section(f"{count:,} fault{'s' * (count > 1)}: nothing can be generated yet", f"<ul>{lines}</ul>", "faults")


def forecast_html(forecast: Forecast) -> str:
    """What will be made, what it costs, and the table; a click on a cell shows its prompt."""
    facts = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in _facts(forecast))
    body = f"<dl>{facts}</dl>{_recognised(forecast)}{''.join(_tables(forecast))}{_PROMPT}"
    return _section("Ready to generate" if forecast.missing else "Nothing is left to make", body, "ready")


_PROMPT = '<div class="expression-grid-prompt" aria-live="polite">Choose a cell to see its prompt.</div>'


def _section(title: str, body: str, kind: str) -> str:
    return f'<div class="expression-grid-check {kind}" role="status"><h4>{title}</h4>{body}</div>'


def _facts(forecast: Forecast) -> Iterator[tuple[str, str]]:
    study, count, missing = forecast.study, len(forecast.cells), forecast.missing
    yield _count(study)
    yield "To make", f"{missing}; {count - missing} are on disk" if missing < count else str(missing)
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
    return "Cells", f"{rows * columns * seeds} ({rows} rows × {columns} columns{times})"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "not known before a first study with these settings was made"
    return f"about {seconds / 60:.0f} minutes" if seconds >= 90 else f"about {max(1, round(seconds))} seconds"


def _grids(forecast: Forecast) -> str:
    if not forecast.pages:
        return "none"
    pixels = [width * height for width, height in forecast.pages]
    width, height = forecast.pages[pixels.index(max(pixels))]
    pages = f"{len(pixels)} pages" if len(pixels) > 1 else "1 page"
    size = f"{width}×{height} px, {max(pixels) / 1e6:.1f} megapixels"
    return f"{pages}, the largest {size}; all at most {3 * sum(pixels) / 1e6:,.0f} MB"


def _recognised(forecast: Forecast) -> str:
    if not forecast.study.characters:
        return ""
    columns = forecast.study.columns
    counts = Counter(_KINDS[column.kind or "none"] for column in forecast.study.characters)
    summary = ", ".join(f"{number} × {kind}" for kind, number in counts.items())
    rows = "".join(f"<tr>{_cells_of(column)}</tr>" for column in columns)
    head = "<tr><th>column</th><th>recognised as</th><th>text</th></tr>"
    return f"<details><summary>Characters: {summary}</summary><table>{head}{rows}</table></details>"


def _cells_of(column: Character) -> str:
    kind = _KINDS[column.kind or "none"]
    return "".join(f"<td>{escape(text)}</td>" for text in (column.label, kind, column.text))


def _tables(forecast: Forecast) -> Iterator[str]:
    study = forecast.study
    if len(forecast.cells) > _MOST_CELLS:
        yield f"<p>The table has {len(forecast.cells):,} cells, too many to show here.</p>"
        return
    if study.scout:
        heads = [f"{n}" if forecast.draws_seed else f"{seed}" for n, seed in enumerate(study.seeds, start=1)]
        caption = "Random seeds" if forecast.draws_seed else "Seeds"
        yield _table(caption, heads, [(study.expressions[0].label, forecast.cells)])
        return
    by_key = {cell.key: cell for cell in forecast.cells}
    for seed in study.seeds:
        caption = "Random seed" if forecast.draws_seed else f"Seed {seed}"
        yield _table(caption, [column.label for column in study.columns], _rows_of(forecast, by_key, seed))


def _table(caption: str, heads: Sequence[str], rows: Iterable[tuple[str, Sequence[ForecastCell]]]) -> str:
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(f'<tr><th scope="row">{escape(label)}</th>{_row(label, heads, cells)}</tr>' for label, cells in rows)
    head = f"<caption>{caption}</caption><tr><th></th>{top}</tr>"
    return f'<div class="expression-grid-table"><table>{head}{body}</table></div>'


def _rows_of(
    forecast: Forecast, by_key: dict[CellKey, ForecastCell], seed: int
) -> Iterator[tuple[str, list[ForecastCell]]]:
    for row in forecast.study.expressions:
        keys = (CellKey(expression=row.label, character=c.label, seed=seed) for c in forecast.study.columns)
        yield row.label, [by_key[key] for key in keys]


def _row(label: str, heads: Sequence[str], cells: Sequence[ForecastCell]) -> str:
    named = zip(heads, cells, strict=True)
    return "".join(f"<td>{_button(f'{head}, {label}', cell)}</td>" for head, cell in named)


def _button(name: str, cell: ForecastCell) -> str:
    sign, state = ("✓", "on disk") if cell.is_made else ("·", "to make")
    shown = json.dumps(_lines(name, cell), ensure_ascii=False)
    label = escape(f"{name}: {state}")
    return f'<button type="button" title="{label}" aria-label="{label}" data-lines="{escape(shown)}">{sign}</button>'


def _lines(name: str, cell: ForecastCell) -> list[tuple[str, str]]:
    lines = [("Cell", name), ("Prompt", cell.prompt)]
    lines += [(f"Steps {phase.first} to {phase.last}", phase.text) for phase in cell.phases]
    return [*lines, ("Negative prompt", cell.negative_prompt)] if cell.negative_prompt else lines
