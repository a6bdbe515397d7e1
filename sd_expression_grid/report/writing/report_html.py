"""A report as one HTML page that needs no network, for the screen, the printer and the dark."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sd_expression_grid.report.answers import caution
from sd_expression_grid.report.wording import number
from sd_expression_grid.report.writing import notes, sections
from sd_expression_grid.report.writing.pictures_section import pictures_section, seen_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.report.types import Judged, Report

_ROOM = Path(__file__).parent


def report_html(report: Report, pictures: str | None = "") -> str:
    """The whole page. ``pictures`` leads from the page to the study's folder, as a part of an address that ends in /;
    None where there are no pictures.
    """
    title = escape(report.title or "Expression grid")
    head = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{title}: report</title></head>'
    )
    return f"{head}<body>{report_part(report, pictures)}</body></html>\n"


def report_part(report: Report, pictures: str | None = "") -> str:
    """The report as a part of another page, with its style and script."""
    style, script = ((_ROOM / f"report.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    body = "".join(_sections(report))
    dialog = '<dialog><form method="dialog"><h2></h2><button aria-label="Close">×</button></form><div></div></dialog>'
    data = f'<script type="application/json" class="report-cells">{_data(report, pictures)}</script>'
    return (
        f'<style>{style}</style><article class="expression-grid-report">{_header(report)}{body}{dialog}{data}</article>'
        f"<script>{script}</script>"
    )


def _header(report: Report) -> str:
    rated = sum(bool(cell.scores) for cell in report.cells)
    ratings = sum(len(cell.scores) for cell in report.cells)
    counts = [number(len(report.rows), "row"), number(len(report.columns), "column"), number(len(report.seeds), "seed")]
    facts = [
        " × ".join(counts),
        f"{rated:,} of {number(len(report.cells), 'cell')} rated",
        f"{number(ratings, 'rating')} by {number(len(report.raters), 'rater')}",
    ]
    warning = f'<p class="caution">{escape(caution(report))}</p>' if caution(report) else ""
    return f"<header><h1>{escape(report.title or 'Report')}</h1><p>{' · '.join(facts)}</p>{warning}</header>"


def _sections(report: Report) -> Iterator[str]:
    yield sections.answers_section(report)
    yield _section(
        "The matrix", sections.heat_map_section(report), "Easy expressions first, flexible characters first."
    )
    yield _section("Characters by flexibility", sections.characters_section(report), _flexibility(report))
    yield _section(
        "Expressions by difficulty",
        sections.expressions_section(report),
        "Hardest for the characters first. Point at a verdict for its reason.",
    )
    yield _section("Embeddings, LoRAs and tags", sections.comparisons_section(report), "Flexibility, by character.")
    if report.weighings:
        key = 'Flexibility <span class="both">●</span> and person kept <span class="reference">◇</span>, in percent.'
        yield _section("Weights", sections.weights_section(report), key)
    if report.alike_rows:
        yield _section("Rows that the ratings do not tell apart", notes.alike_section(report), "Do the pictures?")
    yield _section("Raters", sections.raters_section(report))
    if report.pictures:
        lead = "Where a second look may be worth it. Nothing above is reckoned from it."
        yield _section("What the pictures say", pictures_section(report.pictures), lead)
    yield _section("What does not count", notes.left_out_section(report))
    yield _section("How the numbers are made", notes.methods_section(report))


def _section(title: str, body: str, lead: str = "") -> str:
    note = f'<p class="note">{lead}</p>' if lead else ""
    return f"<section><h2>{title}</h2>{note}{body}</section>"


def _flexibility(report: Report) -> str:
    success = "Expression reached and person kept" if report.judges_likeness else "Expression reached"
    of = "the cells in which the reference shows the expression" if report.is_corrected else "all rated cells"
    return f"{success}, as a share of {of}. Every number opens the cells behind it."


def _data(report: Report, pictures: str | None) -> str:
    """What the script shows of the cells; no text in it can end the element that it stands in."""
    text = json.dumps(
        [_cell(cell, report, pictures) for cell in report.cells], ensure_ascii=False, separators=(",", ":")
    )
    return text.replace("<", "\\u003c")


def _cell(cell: Judged, report: Report, pictures: str | None) -> list[object]:
    file = quote(f"{cell.file}") if cell.file and pictures is not None else ""
    scores = [[score.rater, score.expression, score.likeness] for score in cell.scores]
    seen = seen_of(cell, report.pictures)
    return [cell.key.expression, cell.key.character, cell.key.seed, f"{pictures}{file}" if file else "", scores, seen]
