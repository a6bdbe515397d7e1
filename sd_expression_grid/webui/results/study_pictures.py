"""The grids of a study: one a group and seed, saved as the WebUI saves grids."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modules import errors, images, shared

from sd_expression_grid.base.contents import hash_of
from sd_expression_grid.base.file_names import free_stem
from sd_expression_grid.grids.drawing.pictures import StartingPicture
from sd_expression_grid.grids.drawing.style import Style
from sd_expression_grid.grids.grids import StudyGrids
from sd_expression_grid.prompts.infotext_text import SCOUT_FIELD
from sd_expression_grid.store.drawn_grids import DrawnGrids
from sd_expression_grid.webui.host.picture import final_size, mask_of, picture_of, strength_of
from sd_expression_grid.webui.host.settings import grid_fonts, page_pixels
from sd_expression_grid.webui.results.gallery import GalleryEntry
from sd_expression_grid.webui.results.infotext import STUDY_FIELD, grid_infotext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL import Image

    from sd_expression_grid.grids.drawing.compose import Page
    from sd_expression_grid.grids.drawing.layout import Size
    from sd_expression_grid.store.folder import Outcome
    from sd_expression_grid.store.saver import CellStore
    from sd_expression_grid.study.study import CellKey, GridOptions, Study
    from sd_expression_grid.webui.host.processing import Processing

API_SIDES = {"webp": 16_383}
"""The API encodes every picture as a sample; when saving, the WebUI turns to PNG by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPictures:
    """The pictures of a study that was run: its grids, drawn and saved one after the other, and its cells.

    ``p`` is the page's processing object after the run, as ``page_after`` gives it.
    """

    p: Processing
    request: Mapping[str, object]
    study: Study
    store: CellStore
    outcomes: Mapping[CellKey, Outcome]

    def grids(self) -> Iterator[GalleryEntry]:
        """Draws and saves the grids one after the other, but those that were drawn of the same before.

        A grid of which no cell was begun is left out.
        """
        grids, folder = self._study_grids(), self.store.folder
        drawn = DrawnGrids(folder) if folder and shared.opts.grid_save else None
        for table in grids.begun:
            infotext = self._infotext(table.seed)
            for page in grids.pages(table):
                picture = _PageFile(name=grids.name(table, page), seed=table.seed, infotext=infotext)
                contents = hash_of((grids.contents(table, page), infotext, _format()))
                there = drawn.file_of(contents) if drawn else None
                saved = there or self._drawn(page, picture, contents, drawn)
                yield GalleryEntry(saved, infotext, table.seed, grids.places(table, page))

    def cells(self) -> Iterator[GalleryEntry]:
        """The finished cells."""
        for outcome in self.outcomes.values():
            if outcome.status == "done":
                picture = self.store.file_of(outcome) or self.store.open(outcome)
                yield GalleryEntry(picture, outcome.infotext, outcome.key.seed)

    def page_sizes(self) -> tuple[Size, ...]:
        """The sizes of all grids, once all cells are there."""
        return self._study_grids().page_sizes()

    def _study_grids(self) -> StudyGrids:
        p = self.p
        return StudyGrids(
            study=self.study,
            outcomes=self.outcomes,
            open_cell=self.store.open,
            settings=_settings(p),
            style=_style(self.study.grid, is_api=p.is_api),
            cell_size=final_size(p),
            open_picture=self._starting_picture,
        )

    def _starting_picture(self) -> StartingPicture | str:
        picture = picture_of(self.p)
        return StartingPicture(picture=picture, mask=mask_of(self.p)) if picture else ""

    def _infotext(self, seed: int) -> str:
        infotext = grid_infotext(self.p, self.study, self.request, seed)
        if STUDY_FIELD not in infotext:
            self.p.comment("The study is too long for the grids' infotexts; it is in study.json.")
        return infotext

    def _drawn(self, page: Page, file: _PageFile, contents: str, drawn: DrawnGrids | None) -> Path | Image.Image:
        """The page's file; the picture itself where grids are not saved, ``drawn`` being None, or cannot be."""
        picture = _with_infotext(page.draw(), file.infotext)
        if drawn is None:
            return picture
        try:
            saved = self._save(picture, drawn.folder, file)
            drawn.remember(saved, contents)
        except Exception as error:
            errors.report("Error saving a grid of the expression grid", exc_info=True)
            self.p.comment(f"A grid could not be saved: {error}")
            return picture
        return saved

    def _save(self, picture: Image.Image, folder: Path, file: _PageFile) -> Path:
        opts = shared.opts
        # Without numbers, the WebUI's extended names leave the basename out: all grids would have one name.
        is_bare = opts.grid_extended_filename and not opts.save_images_add_number
        saved, _ = images.save_image(
            picture,
            str(folder),
            file.name,
            seed=file.seed,
            prompt=self.study.prompt,
            extension=opts.grid_format,
            info=file.infotext,
            short_filename=not opts.grid_extended_filename,
            grid=True,
            p=self.p,
            forced_filename=free_stem(folder, file.name) if is_bare else None,
            save_to_dirs=False,
        )
        return Path(saved)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PageFile:
    """What a page is saved with: its name without ending, and its infotext."""

    name: str
    seed: int
    infotext: str


def _with_infotext(picture: Image.Image, infotext: str) -> Image.Image:
    if shared.opts.enable_pnginfo:
        picture.info["parameters"] = infotext
    return picture


def _format() -> tuple[object, ...]:
    """The user's settings that decide the bytes of a saved grid."""
    names = "grid_format", "jpeg_quality", "webp_lossless", "enable_pnginfo"
    return tuple(getattr(shared.opts, name) for name in names)


def _style(options: GridOptions, *, is_api: bool) -> Style:
    """The study's style, with the fonts of the user and the WebUI, and pages that the WebUI can show and save."""
    return Style(
        background=options.ground,
        margin=options.margin,
        fonts=grid_fonts(),
        max_pixels=min(page_pixels(), Style().max_pixels),
        max_side=API_SIDES.get(shared.opts.samples_format, Style().max_side) if is_api else Style().max_side,
    )


def _settings(p: Processing) -> dict[str, str]:
    """The legend's settings by their names in infotexts."""
    return {
        "Model": p.sd_model_name or "",
        "Sampler": p.sampler_name,
        "Schedule type": p.scheduler or "Automatic",
        "Steps": str(p.steps),
        "CFG scale": str(p.cfg_scale),
        "Size": f"{p.width}x{p.height}",
        "Denoising strength": strength_of(p),
        SCOUT_FIELD: str(p.extra_generation_params.get(SCOUT_FIELD, "")),
    }
