"""Draws the grids of a study, one for each group and seed; where its pictures are kept is the caller's concern."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sd_expression_grid import __version__
from sd_expression_grid.base.contents import hash_of
from sd_expression_grid.grids.drawing.captions import Captions
from sd_expression_grid.grids.drawing.compose import Figure, OpenCell, OpenPicture, Page, compose_pages, page_sizes
from sd_expression_grid.grids.drawing.pictures import StartingPicture
from sd_expression_grid.grids.drawing.style import Style
from sd_expression_grid.grids.grid_tables import GridTable, tables_of
from sd_expression_grid.grids.own_numbers import network_weights, own_numbers
from sd_expression_grid.plan.plan import plan_cells
from sd_expression_grid.prompts.infotext_text import SCOUT_FIELD, settings_in
from sd_expression_grid.store.folder import read_picture
from sd_expression_grid.study.cell_prompts import edit_of, template_of, templates_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from PIL import Image

    from sd_expression_grid.grids.drawing.layout import Size
    from sd_expression_grid.store.folder import Outcome, StudyFolder
    from sd_expression_grid.study.study import CellKey, GridOptions, PictureFiles, Study

NOT_MADE = "not made"
"""What a grid says in a cell that has no record."""

_OF_COLUMNS = {"CFG scale": "cfg_scale", "Denoising strength": "denoising"}
"""The settings that a column may have of its own, and their keys in a list of characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyGrids:
    """All that the grids of a study show.

    ``outcomes`` may lack cells. ``open_cell`` gives a finished cell's picture. ``settings`` are those of the legend, as
    ``settings_in`` reads them from an infotext. ``cell_size``, width and height in pixels, is used where no cell is
    finished. ``open_picture`` gives what the cells of img2img start from.
    """

    study: Study
    outcomes: Mapping[CellKey, Outcome]
    open_cell: Callable[[Outcome], Image.Image]
    settings: Mapping[str, str] = field(default_factory=dict)
    style: Style = field(default_factory=Style)
    cell_size: tuple[int, int] = (512, 512)
    open_picture: OpenPicture = lambda: ""

    @property
    def all(self) -> tuple[GridTable, ...]:
        """The grids of the finished study."""
        return tables_of(self.study, self.cell_size)

    @property
    def begun(self) -> tuple[GridTable, ...]:
        """The grids of which a cell was begun; the reference column, which all repeat, counts for the first one only.

        Of a scout that was interrupted, one grid of the seeds that were begun.
        """
        study = self.study
        if study.scout:
            begun = {key.seed for key, outcome in self.outcomes.items() if outcome.status != "interrupted"}
            study = replace(study, seeds=tuple(seed for seed in study.seeds if seed in begun))
        return tuple(table for table in tables_of(study, self.cell_size) if self._is_begun(table))

    def pages(self, table: GridTable) -> tuple[Page, ...]:
        """The pages of a grid, each to be drawn when it is wanted."""
        size, open_one = self.cell_size_of(table), self.opener(table)
        if table.is_sheet:
            captions = Captions(size, self.style)
            size, open_one = captions.size, _captioned(table, open_one, captions)
        return compose_pages(self._figure(table), open_one, size, self.style, self.open_picture)

    def page_sizes(self) -> tuple[Size, ...]:
        """The sizes of all pages in pixels, once all cells are there."""
        return tuple(size for table in self.all for size in self._sizes(table))

    def cell_size_of(self, table: GridTable) -> tuple[int, int]:
        """The size of the first finished cell that can be read."""
        for outcome in self._outcomes_of(table):
            if outcome.status == "done":
                try:
                    return self.open_cell(outcome).size
                except (OSError, SyntaxError, ValueError):  # it is drawn as a note, which says why
                    continue
        return self.cell_size

    def name(self, table: GridTable, page: Page) -> str:
        """A page's file name, without ending; no two of a study are alike to any file system."""
        return f"{table.name} - page {page.number} of {page.of}" if page.of > 1 else table.name

    def places(self, table: GridTable, page: Page) -> dict[str, object]:
        """Where the cells of a page are, as JSON values.

        ``seed``; ``size``: width and height of the page in pixels; ``rows`` and ``columns``: a list of label, first
        pixel, and the one after the last; ``cells``: a list for each row with the cells' numbers among the finished
        ones, from 0, None for one without picture. A sheet has empty labels, and ``seeds``: a list for each of its
        rows, with None for a place without cell.
        """
        rows = {cell.row: (cell.box.top, cell.box.bottom) for cell in page.cells}
        columns = {cell.column: (cell.box.left, cell.box.right) for cell in page.cells}
        keys = [[table.keys.get((row, column)) for column in columns] for row in rows]
        numbers = self._numbers()
        places: dict[str, object] = {
            "seed": table.seed,
            "size": list(page.size),
            "rows": [[table.rows[row], *pixels] for row, pixels in rows.items()],
            "columns": [[table.columns[column], *pixels] for column, pixels in columns.items()],
            "cells": [[numbers.get(key) if key else None for key in row] for row in keys],
        }
        if table.is_sheet:
            places["seeds"] = [[key.seed if key else None for key in row] for row in keys]
        return places

    def contents(self, table: GridTable, page: Page) -> str:
        """A hash of all that a page shows, and of how; equal for pages that are equal pixel for pixel."""
        keys = [table.keys.get((cell.row, cell.column)) for cell in page.cells]
        outcomes = [self.outcomes.get(key) if key else None for key in keys]
        shown = [outcome and (outcome.status, outcome.error, outcome.file, outcome.sha256) for outcome in outcomes]
        captions = [key and key.seed for key in keys] if table.is_sheet else []
        layout = page.size, page.cells, page.number, page.of
        return hash_of((__version__, self._figure(table), self.style, layout, captions, shown, self.study.picture))

    def opener(self, table: GridTable) -> OpenCell:
        """Gives a grid's cells by row and column: pictures, and notes where there is none."""

        def open_one(row: int, column: int) -> Image.Image | str:
            outcome = self.outcomes.get(table.keys[row, column])
            if outcome is None or outcome.status != "done":
                return _why_no_picture(outcome)
            try:
                return self.open_cell(outcome)
            except FileNotFoundError:
                return f"missing: {outcome.file}"

        return open_one

    def _numbers(self) -> dict[CellKey, int]:
        done = (key for key, outcome in self.outcomes.items() if outcome.status == "done")
        return {key: number for number, key in enumerate(done)}

    def _is_begun(self, table: GridTable) -> bool:
        is_first = table.is_sheet or table.group == self.study.groups[0]
        own = [column.label for column in self.study.characters if column.group == table.group]
        outcomes = self._outcomes_of(table)
        return any(o.status != "interrupted" for o in outcomes if is_first or o.key.character in own)

    def _outcomes_of(self, table: GridTable) -> list[Outcome]:
        found = (self.outcomes.get(key) for key in table.keys.values())
        return [outcome for outcome in found if outcome]

    def _sizes(self, table: GridTable) -> tuple[Size, ...]:
        size = self.cell_size_of(table)
        shown = Captions(size, self.style).size if table.is_sheet else size
        return page_sizes(self._figure(table), shown, self.style)

    def _figure(self, table: GridTable) -> Figure:
        return Figure(
            title=table.title,
            columns=table.columns,
            rows=table.rows,
            has_reference=bool(self.study.reference) and not table.is_sheet,
            legend=self._legend(table) if self.study.grid.legend else (),
            has_picture=self.study.picture is not None,
        )

    def _legend(self, table: GridTable) -> tuple[tuple[str, str], ...]:
        own = tuple(character for character in self.study.characters if character.group == table.group)
        files, lines = self.study.picture, legend(replace(self.study, characters=own), table.seed, self.settings)
        if files is None:
            return lines
        return (*lines, ("Picture", f"in the corner{', with the outline of its mask' if files.mask else ''}"))


def draw_grids(folder: StudyFolder, options: GridOptions | None = None) -> Iterator[tuple[str, Page]]:
    """The grids of a study as its folder has them: file names without ending, and pages to be drawn.

    Without ``options`` they look as the study says. Raises StudyError for a folder without study, or with a record
    that cannot be read; a cell that cannot is drawn as a note.
    """
    grids = grids_of(folder, options)
    for table in grids.begun:
        for page in grids.pages(table):
            yield grids.name(table, page), page


def grids_of(folder: StudyFolder, options: GridOptions | None = None) -> StudyGrids:
    """The grids of the study in a folder; StudyError as for ``draw_grids``."""
    study = folder.existing_study()
    study = replace(study, grid=options or study.grid)
    outcomes = folder.read_record()
    return StudyGrids(
        study=study,
        outcomes=outcomes,
        open_cell=lambda outcome: read_picture(folder.path / outcome.file),
        settings=settings_of(study, outcomes),
        style=Style(background=study.grid.ground, margin=study.grid.margin),
        open_picture=partial(_starting_picture, folder.path, study.picture) if study.picture else lambda: "",
    )


def _starting_picture(folder: Path, files: PictureFiles) -> StartingPicture | str:
    """What a study's folder keeps of the picture that its cells start from; why it cannot be shown."""
    try:
        mask = read_picture(folder / files.mask) if files.mask else None
        return StartingPicture(picture=read_picture(folder / files.picture), mask=mask)
    except FileNotFoundError as error:
        return f"missing: {Path(error.filename).name}"


def settings_of(study: Study, outcomes: Mapping[CellKey, Outcome]) -> dict[str, str]:
    """The settings that a study's finished cells tell; what a column may have of its own only where it has none.

    ``outcomes`` may have cells of other rows, columns and seeds too, which were asked for before under the same name.
    """
    rows, columns = {row.label for row in study.expressions}, {column.label for column in study.columns}
    seeds = set(study.seeds)

    def is_former(key: CellKey) -> bool:
        return not (key.expression in rows and key.character in columns and key.seed in seeds)

    done = [outcome for outcome in outcomes.values() if outcome.status == "done"]
    done = [outcome for outcome in done if not is_former(outcome.key)] or done
    settings: dict[str, str | None] = {**_first_settings(done)}
    for name, key in _OF_COLUMNS.items():
        own = {column.label for column in study.columns if getattr(column, key) is not None}
        settings[name] = _first_settings(cell for cell in done if cell.key.character not in own).get(name)
    return {name: value for name, value in settings.items() if value is not None}


def _first_settings(outcomes: Iterable[Outcome]) -> dict[str, str]:
    return next((settings_in(outcome.infotext) for outcome in outcomes), {})


def legend(study: Study, seed: int | None, settings: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What was drawn and how, as names and values; ``settings`` are those that an infotext tells.

    Without a ``seed`` it is what all seeds have in common.
    """
    schedule = settings.get("Schedule type", "Automatic")
    values = {
        "Prompt": _prompt(study),
        "Negative prompt": study.negative_prompt or "",
        "Checkpoint": settings.get("Model", ""),
        "Sampler": " ".join([settings.get("Sampler", ""), *([schedule] if schedule != "Automatic" else [])]),
        "Steps": settings.get("Steps", ""),
        "CFG scale": own_numbers(study.characters, "cfg_scale", _plain(settings.get("CFG scale", ""))),
        "Size": settings.get("Size", "").replace("x", "×"),
        "Seed": "" if study.scout or seed is None else str(seed),
        "Denoising strength": _strengths(study, settings),
        "Network weight": network_weights(study.characters),
        SCOUT_FIELD: settings.get(SCOUT_FIELD, ""),
    }
    return tuple((name, value) for name, value in values.items() if value)


def _prompt(study: Study) -> str:
    """The prompt of a scout's pictures; in other studies it stands with its placeholders."""
    if study.scout:
        return plan_cells(study, templates_of(study), study.seeds)[0].prompt
    template = template_of(study, study.prompt or "")
    return template.fill(study.expression_placeholder, study.character_placeholder, edit_of(study)).text


def _why_no_picture(outcome: Outcome | None) -> str:
    """Why a cell has no picture, in words: ``failed: out of memory``, ``skipped``."""
    if outcome is None:
        return NOT_MADE
    return f"{outcome.status}: {outcome.error}" if outcome.error else outcome.status


def _captioned(table: GridTable, open_cell: OpenCell, captions: Captions) -> OpenCell:
    """Cells with their seeds under them; empty places at the end of the last row."""

    def opened(row: int, column: int) -> Image.Image | str:
        key = table.keys.get((row, column))
        if key is None:
            return captions.blank()
        found = open_cell(row, column)
        return f"{key.seed}: {found}" if isinstance(found, str) else captions.under(found, str(key.seed))

    return opened


def _strengths(study: Study, settings: Mapping[str, str]) -> str:
    """Of img2img: a hires pass has one, too."""
    common = settings.get("Denoising strength", "")
    return own_numbers(study.characters, "denoising", common) if study.picture else ""


def _plain(number: str) -> str:
    """A number as people write it: 7 for 7.0."""
    try:
        return f"{float(number):g}"
    except ValueError:
        return number
