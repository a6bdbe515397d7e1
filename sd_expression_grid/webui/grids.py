"""The grids of a study: one a group and seed, saved as the WebUI saves grids."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import errors, images, shared
from modules.paths_internal import roboto_ttf_file

from sd_expression_grid.drawing.compose import Figure, Page, Style, compose_pages, page_sizes
from sd_expression_grid.file_names import file_stem, same_file_key
from sd_expression_grid.keeping import Kept, KeptInFolder
from sd_expression_grid.plan import edit_of, template_of
from sd_expression_grid.study import CellKey, Study
from sd_expression_grid.webui.gallery import Entry
from sd_expression_grid.webui.infotext import grid_infotext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from PIL import Image

    from sd_expression_grid.drawing.layout import Size
    from sd_expression_grid.folder import Outcome

MAX_PIXELS = 170_000_000
"""Pillow refuses to open pictures of more than 178 megapixels."""

MAX_SIDE = 65_535
MAX_SIDES = {"webp": 16_383}
"""The API encodes every picture as a sample; when saving, the WebUI turns to PNG by itself."""

GROUP_BYTES = 40


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
        """Draws and saves the grids one after the other; a grid of which no cell was begun is left out."""
        for group in self.study.groups:
            for seed in self.study.seeds:
                if self._was_begun(group, seed):
                    yield from self._grid(group, seed)

    def cells(self) -> Iterator[Entry]:
        """The finished cells."""
        for outcome in self.outcomes.values():
            if outcome.status == "done":
                picture = self._file_of(outcome) or self.kept.open(outcome)
                yield Entry(picture, outcome.infotext, outcome.key.seed)

    def _was_begun(self, group: str, seed: int) -> bool:
        """Whether the grid has more to show than cells that were never begun, and the first grid's reference."""
        is_first = group == self.study.groups[0]
        own = [column.label for column in self.study.characters if column.group == group]
        outcomes = self._outcomes_of(group, seed)
        return any(o.status != "interrupted" for o in outcomes if is_first or o.key.character in own)

    def _file_of(self, outcome: Outcome) -> Path | None:
        return self.kept.folder.path / outcome.file if isinstance(self.kept, KeptInFolder) else None

    def _outcomes_of(self, group: str, seed: int) -> list[Outcome]:
        rows, columns = self.study.expressions, self.study.columns_of(group)
        return [self._outcome(row.label, column.label, seed) for column in columns for row in rows]

    def _outcome(self, row: str, column: str, seed: int) -> Outcome:
        return self.outcomes[CellKey(expression=row, character=column, seed=seed)]

    def page_sizes(self) -> tuple[Size, ...]:
        """The sizes of all grids, once all cells are there."""
        places = [(group, seed) for group in self.study.groups for seed in self.study.seeds]
        sizes = (page_sizes(self._figure(*at), self._cell_size(*at), self._style()) for at in places)
        return tuple(size for pages in sizes for size in pages)

    def _figure(self, group: str, seed: int) -> Figure:
        return Figure(
            title=" · ".join(filter(None, (group, self._seed_title(seed)))),
            columns=tuple(column.label for column in self.study.columns_of(group)),
            rows=tuple(row.label for row in self.study.expressions),
            has_reference=bool(self.study.reference),
            legend=self._legend(seed) if self.study.grid.legend else (),
        )

    def _grid(self, group: str, seed: int) -> Iterator[Entry]:
        figure = self._figure(group, seed)
        infotext = grid_infotext(self.p, self.study, self.asked, seed)
        for page in compose_pages(figure, self._opener(figure, seed), self._cell_size(group, seed), self._style()):
            entry = Entry(self._saved(page, group, seed, infotext), infotext, seed)
            del page  # else it would live on while the next one is drawn
            yield entry

    def _opener(self, figure: Figure, seed: int) -> Callable[[int, int], Image.Image | str]:
        def open_cell(row: int, column: int) -> Image.Image | str:
            outcome = self._outcome(figure.rows[row], figure.columns[column], seed)
            if outcome.status == "done":
                return self.kept.open(outcome)
            return f"{outcome.status}: {outcome.error}" if outcome.error else outcome.status

        return open_cell

    def _cell_size(self, group: str, seed: int) -> tuple[int, int]:
        done = next((o for o in self._outcomes_of(group, seed) if o.status == "done"), None)
        return self.kept.open(done).size if done else _final_size(self.p)

    def _seed_title(self, seed: int) -> str:
        return f"seed {seed}" if len(self.study.seeds) > 1 else ""

    def _style(self) -> Style:
        fonts = (str(getattr(shared.opts, "font", "") or ""), roboto_ttf_file)
        return Style(
            ground=self.study.grid.ground,
            margin=self.study.grid.margin,
            fonts=tuple(font for font in fonts if font),
            max_pixels=min(int(shared.opts.img_max_size_mp * 1_000_000), MAX_PIXELS),
            max_side=MAX_SIDES.get(shared.opts.samples_format, MAX_SIDE) if self.p.is_api else MAX_SIDE,
        )

    def _legend(self, seed: int) -> tuple[tuple[str, str], ...]:
        study, p = self.study, self.p
        template = template_of(study, study.prompt or "")
        shown = template.fill(study.expression_placeholder, study.character_placeholder, edit_of(study))
        schedule = "" if (p.scheduler or "Automatic") == "Automatic" else f" {p.scheduler}"
        settings = {
            "Prompt": shown.text,
            "Negative prompt": study.negative_prompt or "",
            "Checkpoint": p.sd_model_name or "",
            "Sampler": f"{p.sampler_name}{schedule}",
            "Steps": str(p.steps),
            "CFG scale": self._cfg_scales(),
            "Size": f"{p.width}×{p.height}",
            "Seed": str(seed),
        }
        return tuple((name, value) for name, value in settings.items() if value)

    def _cfg_scales(self) -> str:
        own = [f"{c.cfg_scale:g} for {c.label}" for c in self.study.characters if c.cfg_scale is not None]
        return ", ".join([f"{self.p.cfg_scale:g}", *own])

    def _saved(self, page: Page, group: str, seed: int, infotext: str) -> Path | Image.Image:
        """The page's file; the picture itself where grids are not saved, or cannot be."""
        if shared.opts.enable_pnginfo:
            page.image.info["parameters"] = infotext
        if not isinstance(self.kept, KeptInFolder) or not shared.opts.grid_save:
            return page.image
        try:
            return self._save(page, self.kept.folder.path, group, seed, infotext)
        except Exception as error:
            errors.report("Error saving a grid of the expression grid", exc_info=True)
            self.p.comment(f"A grid could not be saved: {error}")
            return page.image

    def _save(self, page: Page, folder: Path, group: str, seed: int, infotext: str) -> Path:
        opts = shared.opts
        name = self._name(page, group, seed)
        # Without numbers, the WebUI's extended names leave the basename out: all grids would have one name.
        is_bare = opts.grid_extended_filename and not opts.save_images_add_number
        file, _ = images.save_image(
            page.image,
            str(folder),
            name,
            seed=seed,
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

    def _name(self, page: Page, group: str, seed: int) -> str:
        """A name of the grid's own, also where two groups are one to a file system."""
        number = f"page {page.number} of {page.of}" if page.of > 1 else ""
        alike = [same_file_key(title, GROUP_BYTES) for title in self.study.groups]
        place = self.study.groups.index(group)
        title = file_stem(group, GROUP_BYTES) if group else ""
        if alike.count(alike[place]) > 1:
            title = f"{place + 1} {title}"
        return " - ".join(filter(None, ("grid", title, self._seed_title(seed), number)))


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
