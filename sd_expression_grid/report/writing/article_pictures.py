"""The pictures of an article: parts of a study as grids, of chosen rows and columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sd_expression_grid.base.file_names import file_stem, first_free

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from PIL import Image

    from sd_expression_grid.grids.grid_tables import GridTable
    from sd_expression_grid.grids.grids import StudyGrids
    from sd_expression_grid.study.study import Character

_WIDEST = 2400
"""Of a picture, in pixels: as much as a page shows."""
_QUALITY = 90
_SPACES = re.compile(r"[\s(),]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rows and columns of a study that a picture shows, and what it is called; the reference comes by itself."""

    name: str
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFolder:
    """Where the pictures of one article are saved, no two of them under names that are alike to any file system."""

    path: Path
    _names: set[str] = field(default_factory=set, init=False)

    def save(self, picture: Image.Image, stem: str) -> str:
        """Saves a picture as ``stem``, with the first free number added where the article has that already."""
        free = first_free(stem, lambda each: each.casefold() in self._names, "{}-{}")
        self._names.add(free.casefold())
        file = f"{free}.jpg"
        picture.save(self.path / file, quality=_QUALITY)
        return file


def draw_part(grids: StudyGrids, part: Part, seed: int, folder: PictureFolder) -> list[str]:
    """Draws a part of a study into a folder, without a legend; returns the names of the files, one for each page."""
    study = replace(
        grids.study,
        expressions=tuple(row for row in grids.study.expressions if row.label in part.rows),
        characters=tuple(replace(each, group=part.title) for each in _in_order(grids, part.columns)),
        seeds=(seed,),
        grid=replace(grids.study.grid, legend=False),
    )
    chosen = replace(grids, study=study)
    return [name for table in chosen.all for name in _drawn(chosen, table, part.name, folder)]


def _in_order(grids: StudyGrids, labels: Sequence[str]) -> Iterator[Character]:
    by_label = {character.label: character for character in grids.study.characters}
    return (by_label[label] for label in labels if label in by_label)


def _drawn(grids: StudyGrids, table: GridTable, name: str, folder: PictureFolder) -> Iterator[str]:
    stem = _SPACES.sub("-", file_stem(name)).strip("-")
    for page in grids.pages(table):
        image = page.draw().convert("RGB")
        image.thumbnail((_WIDEST, image.height))
        yield folder.save(image, f"{stem}-{page.number}" if page.of > 1 else stem)
