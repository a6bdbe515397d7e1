"""Pictures for the gallery and the API, none of which is open or decoded before somebody looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import overload

from modules import shared
from PIL import Image

from sd_expression_grid.store.folder import read_picture


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """A picture with its infotext: a file, or the picture itself where nothing may be written.

    ``places`` tells where a grid's cells are.
    """

    picture: Path | Image.Image
    infotext: str
    seed: int
    places: Mapping[str, object] = field(default_factory=dict)


def gallery_pictures(entries: Sequence[GalleryEntry]) -> list[Image.Image]:
    """What the page's gallery takes: for a file a 1×1 picture that names it, which the WebUI serves from disk."""
    return [_named(entry.picture) if isinstance(entry.picture, Path) else entry.picture for entry in entries]


class ApiPictures(Sequence[Image.Image]):
    """What the API encodes one after the other: every file is read when its turn comes."""

    def __init__(self, entries: Sequence[GalleryEntry]) -> None:
        self._open: list[Callable[[], Image.Image]] = [_opener(entry) for entry in entries]

    def __add__(self, others: list[Image.Image]) -> ApiPictures:
        """With other extensions' pictures after them, as Forge puts it."""
        both = ApiPictures(())
        both._open = [*self._open, *(partial(_itself, other) for other in others)]
        return both

    @overload
    def __getitem__(self, index: int) -> Image.Image: ...

    @overload
    def __getitem__(self, index: slice) -> list[Image.Image]: ...

    def __getitem__(self, index: int | slice) -> Image.Image | list[Image.Image]:
        if isinstance(index, slice):
            return [open_one() for open_one in self._open[index]]
        return self._open[index]()

    def __len__(self) -> int:
        return len(self._open)


def _itself(picture: Image.Image) -> Image.Image:
    return picture


def _named(file: Path) -> Image.Image:
    picture = Image.new("RGB", (1, 1))
    picture.already_saved_as = str(file)  # type: ignore[attr-defined]
    return picture


def _opener(entry: GalleryEntry) -> Callable[[], Image.Image]:
    def read() -> Image.Image:
        if isinstance(entry.picture, Image.Image):
            return entry.picture
        picture = read_picture(entry.picture)
        if shared.opts.enable_pnginfo:  # a grid saved as JPEG has it elsewhere
            picture.info["parameters"] = entry.infotext
        return picture

    return read
