"""A report as one HTML page that needs no network, for the screen, the printer and the dark."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sd_expression_grid.base.html import templates_in
from sd_expression_grid.page.assets import joined_script, joined_style
from sd_expression_grid.report.answers import caution, success_of
from sd_expression_grid.report.wording import number, upper_first
from sd_expression_grid.report.writing.comparisons_section import comparison_lines, group_lines
from sd_expression_grid.report.writing.curves_section import curves_sections
from sd_expression_grid.report.writing.matrix_section import matrix_section
from sd_expression_grid.report.writing.notes import (
    agreement_sentences,
    alike_lines,
    left_out_part,
    methods_of,
    rater_lines,
)
from sd_expression_grid.report.writing.pictures_section import pictures_part, seen_of
from sd_expression_grid.report.writing.rankings import character_ranking, expression_ranking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sd_expression_grid.report.types import Answer, RatedCell, Report, Success
    from sd_expression_grid.report.writing.comparisons_section import ComparisonLine, GroupLine
    from sd_expression_grid.report.writing.curves_section import CurvesSection
    from sd_expression_grid.report.writing.matrix_section import MapTable
    from sd_expression_grid.report.writing.notes import AlikeLine, LeftOutPart, Methods, RaterLine
    from sd_expression_grid.report.writing.pictures_section import PicturesPart
    from sd_expression_grid.report.writing.rankings import CharacterRanking, ExpressionRanking

_ROOM = Path(__file__).parent

ScoreData = tuple[str, int | None, int | None, int | None, str]
"""A rater with the scores for expression, likeness and natural, and a note."""
CellData = tuple[str, str, int, str, list[ScoreData], str]
"""What the page's script shows of a cell: expression, character, seed, the picture's address, scores, measurements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What depends on what counts as a success; the page shows one view, of the reader's choice."""

    success: Success
    title: str
    answers: tuple[Answer, ...]
    hints: tuple[str, ...]
    characters: CharacterRanking
    expressions: ExpressionRanking
    comparisons: tuple[ComparisonLine, ...]
    groups: tuple[GroupLine, ...]
    curves: tuple[CurvesSection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that the templates lay out, section by section."""

    title: str
    heading: str
    facts: str
    caution: str
    views: tuple[View, ...]
    maps: tuple[MapTable, ...]
    alike_rows: tuple[AlikeLine, ...]
    raters: tuple[RaterLine, ...]
    agreements: tuple[str, ...]
    pictures: PicturesPart | None
    left_out: LeftOutPart
    methods: Methods
    cells: tuple[CellData, ...]


def report_html(report: Report, pictures: str | None = "", others: Sequence[Report] = ()) -> str:
    """The whole page, in which ``others`` can be chosen: the same ratings with another ``success``.

    ``pictures`` leads from the page to the study's folder, as a part of an address that ends in /; None where there are
    no pictures. Raises StudyError without jinja2.
    """
    style, script = joined_style(_ROOM / "report.css"), joined_script(_ROOM / "report.js")
    template = templates_in(_ROOM / "templates").get_template("page.html")
    return template.render(page=page_of(report, pictures, others), style=style, script=script)


def page_of(report: Report, pictures: str | None = "", others: Sequence[Report] = ()) -> Page:
    """The texts and numbers of the page."""
    return Page(
        title=report.title or "Expression grid",
        heading=report.title or "Report",
        facts=_facts(report),
        caution=caution(report),
        views=tuple(map(_view, (report, *others))),
        maps=matrix_section(report),
        alike_rows=alike_lines(report),
        raters=rater_lines(report),
        agreements=tuple(agreement_sentences(report)),
        pictures=pictures_part(report.pictures) if report.pictures else None,
        left_out=left_out_part(report),
        methods=methods_of(report),
        cells=tuple(_cell(cell, report, pictures) for cell in report.cells),
    )


def _view(report: Report) -> View:
    return View(
        success=report.success,
        title=upper_first(success_of(report)),
        answers=report.answers,
        hints=report.hints,
        characters=character_ranking(report),
        expressions=expression_ranking(report),
        comparisons=comparison_lines(report),
        groups=group_lines(report),
        curves=curves_sections(report),
    )


def _facts(report: Report) -> str:
    rated = sum(cell.is_rated for cell in report.cells)
    ratings = sum(cell.ratings for cell in report.cells)
    size = number(len(report.rows), "row"), number(len(report.columns), "column"), number(len(report.seeds), "seed")
    cells = f"{rated:,} of {number(len(report.cells), 'cell')} rated"
    return f"{' × '.join(size)} · {cells} · {number(ratings, 'rating')} by {number(len(report.raters), 'rater')}"


def _cell(cell: RatedCell, report: Report, pictures: str | None) -> CellData:
    key, file = cell.key, f"{pictures}{quote(cell.file)}" if cell.file and pictures is not None else ""
    scores = [(each.rater, each.expression, each.likeness, each.natural, each.note) for each in cell.scores]
    return key.expression, key.character, key.seed, file, scores, seen_of(cell, report.pictures)
