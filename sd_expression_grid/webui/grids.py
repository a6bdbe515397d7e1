"""The grids of a study: one a group and seed, saved as the WebUI saves grids."""

from __future__ import annotations

import glob
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import errors, images, shared
from modules.paths_internal import roboto_ttf_file

from sd_expression_grid.drawing.captions import Captions
from sd_expression_grid.drawing.compose import Figure, OpenCell, Page, Style, compose_pages, page_sizes
from sd_expression_grid.keeping import Kept, KeptInFolder
from sd_expression_grid.plan import edit_of, plan_cells, template_of, templates_of
from sd_expression_grid.tables import Table, tables_of
from sd_expression_grid.webui.gallery import Entry
from sd_expression_grid.webui.infotext import SCOUT_FIELD, grid_infotext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL import Image

    from sd_expression_grid.drawing.layout import Size
    from sd_expression_grid.folder import Outcome
    from sd_expression_grid.study import CellKey, Study

MAX_PIXELS = 170_000_000
"""Pillow refuses to open pictures of more than 178 megapixels."""

MAX_SIDE = 65_535
MAX_SIDES = {"webp": 16_383}
"""The API encodes every picture as a sample; when saving, the WebUI turns to PNG by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPictures:
    """The pictures of a study that was run: its grids, drawn and saved one after the other, and its cells.

    ``p`` is the page's processing object after the run, as ``page_after`` gives it.
    """

    p: Any
    asked: Mapping[str, object]
    study: Study
    kept: Kept
    outcomes: Mapping[CellKey, Outcome]

    def grids(self) -> Iterator[Entry]:
        """Draws and saves the grids one after the other; what was not begun is left out."""
        for table in tables_of(self._begun(), _final_size(self.p)):
            if self._was_begun(table):
                yield from self._grid(table)

    def cells(self) -> Iterator[Entry]:
        """The finished cells."""
        for outcome in self.outcomes.values():
            if outcome.status == "done":
                picture = self._file_of(outcome) or self.kept.open(outcome)
                yield Entry(picture, outcome.infotext, outcome.key.seed)

    def page_sizes(self) -> tuple[Size, ...]:
        """The sizes of all grids, once all cells are there."""
        return tuple(size for table in tables_of(self.study, _final_size(self.p)) for size in self._sizes(table))

    def _begun(self) -> Study:
        """The study to draw: of a scout that was interrupted, the seeds that were begun."""
        if not self.study.scout:
            return self.study
        begun = {key.seed for key, outcome in self.outcomes.items() if outcome.status != "interrupted"}
        return replace(self.study, seeds=tuple(seed for seed in self.study.seeds if seed in begun))

    def _was_begun(self, table: Table) -> bool:
        """Whether the grid has more to show than cells that were never begun, and the first grid's reference."""
        is_first = table.is_sheet or table.group == self.study.groups[0]
        own = [column.label for column in self.study.characters if column.group == table.group]
        outcomes = [self.outcomes[key] for key in table.keys.values()]
        return any(o.status != "interrupted" for o in outcomes if is_first or o.key.character in own)

    def _file_of(self, outcome: Outcome) -> Path | None:
        return self.kept.folder.path / outcome.file if isinstance(self.kept, KeptInFolder) else None

    def _sizes(self, table: Table) -> tuple[Size, ...]:
        size = self._cell_size(table)
        shown = Captions(size, self._style()).size if table.is_sheet else size
        return page_sizes(self._figure(table), shown, self._style())

    def _figure(self, table: Table) -> Figure:
        return Figure(
            title=table.title,
            columns=table.columns,
            rows=table.rows,
            has_reference=bool(self.study.reference) and not table.is_sheet,
            legend=self._legend(table) if self.study.grid.legend else (),
        )

    def _grid(self, table: Table) -> Iterator[Entry]:
        infotext = grid_infotext(self.p, self.study, self.asked, table.seed)
        size, open_cell = self._cell_size(table), self._opener(table)
        if table.is_sheet:
            captions = Captions(size, self._style())
            size, open_cell = captions.size, _captioned(table, open_cell, captions)
        for page in compose_pages(self._figure(table), open_cell, size, self._style()):
            entry = Entry(self._saved(page, table, infotext), infotext, table.seed)
            del page  # else it would live on while the next one is drawn
            yield entry

    def _opener(self, table: Table) -> OpenCell:
        def open_cell(row: int, column: int) -> Image.Image | str:
            outcome = self.outcomes[table.keys[row, column]]
            if outcome.status == "done":
                return self.kept.open(outcome)
            return f"{outcome.status}: {outcome.error}" if outcome.error else outcome.status

        return open_cell

    def _cell_size(self, table: Table) -> tuple[int, int]:
        outcomes = (self.outcomes[key] for key in table.keys.values())
        done = next((outcome for outcome in outcomes if outcome.status == "done"), None)
        return self.kept.open(done).size if done else _final_size(self.p)

    def _style(self) -> Style:
        fonts = (str(getattr(shared.opts, "font", "") or ""), roboto_ttf_file)
        return Style(
            ground=self.study.grid.ground,
            margin=self.study.grid.margin,
            fonts=tuple(font for font in fonts if font),
            max_pixels=min(int(shared.opts.img_max_size_mp * 1_000_000), MAX_PIXELS),
            max_side=MAX_SIDES.get(shared.opts.samples_format, MAX_SIDE) if self.p.is_api else MAX_SIDE,
        )

    def _legend(self, table: Table) -> tuple[tuple[str, str], ...]:
        study, p = self.study, self.p
        schedule = "" if (p.scheduler or "Automatic") == "Automatic" else f" {p.scheduler}"
        settings = {
            "Prompt": self._prompt(),
            "Negative prompt": study.negative_prompt or "",
            "Checkpoint": p.sd_model_name or "",
            "Sampler": f"{p.sampler_name}{schedule}",
            "Steps": str(p.steps),
            "CFG scale": self._cfg_scales(),
            "Size": f"{p.width}×{p.height}",
            "Seed": "" if table.is_sheet else str(table.seed),
            SCOUT_FIELD: p.extra_generation_params.get(SCOUT_FIELD, ""),
        }
        return tuple((name, value) for name, value in settings.items() if value)

    def _prompt(self) -> str:
        """The prompt of a scout's pictures; in other studies it stands with its placeholders."""
        study = self.study
        if study.scout:
            return plan_cells(study, templates_of(study), study.seeds)[0].prompt
        template = template_of(study, study.prompt or "")
        return template.fill(study.expression_placeholder, study.character_placeholder, edit_of(study)).text

    def _cfg_scales(self) -> str:
        own = [f"{c.cfg_scale:g} for {c.label}" for c in self.study.characters if c.cfg_scale is not None]
        return ", ".join([f"{self.p.cfg_scale:g}", *own])

    def _saved(self, page: Page, table: Table, infotext: str) -> Path | Image.Image:
        """The page's file; the picture itself where grids are not saved, or cannot be."""
        if shared.opts.enable_pnginfo:
            page.image.info["parameters"] = infotext
        if not isinstance(self.kept, KeptInFolder) or not shared.opts.grid_save:
            return page.image
        try:
            return self._save(page, self.kept.folder.path, table, infotext)
        except Exception as error:
            errors.report("Error saving a grid of the expression grid", exc_info=True)
            self.p.comment(f"A grid could not be saved: {error}")
            return page.image

    def _save(self, page: Page, folder: Path, table: Table, infotext: str) -> Path:
        opts = shared.opts
        name = f"{table.name} - page {page.number} of {page.of}" if page.of > 1 else table.name
        # Without numbers, the WebUI's extended names leave the basename out: all grids would have one name.
        is_bare = opts.grid_extended_filename and not opts.save_images_add_number
        file, _ = images.save_image(
            page.image,
            str(folder),
            name,
            seed=table.seed,
            prompt=self.study.prompt,
            extension=opts.grid_format,
            info=infotext,
            short_filename=not opts.grid_extended_filename,
            grid=True,
            p=self.p,
            forced_filename=_free_name(folder, name) if is_bare else None,
            save_to_dirs=False,
        )
        return Path(file)


def _captioned(table: Table, open_cell: OpenCell, captions: Captions) -> OpenCell:
    """Cells with their seeds under them; empty places at the end of the last row."""

    def opened(row: int, column: int) -> Image.Image | str:
        key = table.keys.get((row, column))
        if key is None:
            return captions.blank()
        found = open_cell(row, column)
        return f"{key.seed}: {found}" if isinstance(found, str) else captions.under(found, str(key.seed))

    return opened


def _final_size(p: Any) -> tuple[int, int]:
    """Width and height of a picture after its hires pass; one side left at 0 follows the other."""
    if not p.enable_hr:
        return p.width, p.height
    if not (p.hr_resize_x or p.hr_resize_y):
        return int(p.width * p.hr_scale), int(p.height * p.hr_scale)
    across, down = p.hr_resize_x, p.hr_resize_y
    return across or down * p.width // p.height, down or across * p.height // p.width


def _free_name(folder: Path, name: str) -> str:
    free, number = name, 1
    while any(folder.glob(f"{glob.escape(free)}.*")):
        number += 1
        free = f"{name} {number}"
    return free
