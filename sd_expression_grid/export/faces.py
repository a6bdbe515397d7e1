"""A character's faces, ready to be written for a program: names, pictures, and how they are encoded."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sd_expression_grid.store.folder import read_picture

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sd_expression_grid.export.candidates import Candidate
    from sd_expression_grid.export.framing import Framing

ImageFormat = Literal["png", "webp"]

WEBP_QUALITY = 95

_EXIF_IFD, _USER_COMMENT = 0x8769, 0x9286


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One picture of one name. ``number`` is its place among those of the name, from 1; ``of`` is their number.

    ``file`` is the cell's picture, or the one that was made large of it, relative to the study's folder.
    """

    name: str
    number: int
    of: int
    cell: Candidate
    file: str

    @property
    def composition(self) -> tuple[str, int]:
        """The column and the seed: faces that have the same share their composition."""
        return self.cell.key.character, self.cell.key.seed

    @property
    def infotext(self) -> str:
        """That of the cell."""
        return self.cell.outcome.infotext if self.cell.outcome else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """All faces of one character, and how their pictures are to be. ``study`` is the path of the study's folder.

    ``called`` is the character's name in the program. ``outfit`` is one of SillyTavern's, empty for none;
    ``side_height`` is that of Ren'Py's side images in pixels, 0 for none. ``mattes`` are those of each composition,
    where the background is to be transparent.
    """

    called: str
    faces: tuple[Face, ...]
    study: Path
    framing: Framing
    image_format: ImageFormat
    infotext: bool
    outfit: str
    side_height: int
    mattes: Mapping[tuple[str, int], Image.Image]

    def picture(self, face: Face) -> Image.Image:
        """A face's picture in the common size; OSError and the like if its file cannot be read."""
        picture = read_picture(self.study / face.file)
        return self.framing.applied_to(picture, self.mattes.get(face.composition))

    def encoded(self, picture: Image.Image, face: Face) -> bytes:
        """A picture as a file, with the cell's infotext where it is to be kept."""
        infotext = face.infotext if self.infotext else ""
        return _webp(picture, infotext) if self.image_format == "webp" else _png(picture, infotext)


def _png(picture: Image.Image, infotext: str) -> bytes:
    info = PngInfo()
    if infotext:
        info.add_text("parameters", infotext)
    data = io.BytesIO()
    picture.save(data, format="PNG", pnginfo=info)
    return data.getvalue()


def _webp(picture: Image.Image, infotext: str) -> bytes:
    """A WebP, with its infotext in the Exif field in which the WebUI keeps it."""
    exif = Image.Exif()
    if infotext:
        exif[_EXIF_IFD] = {_USER_COMMENT: b"UNICODE\0" + infotext.encode("utf-16-be", errors="replace")}
    data = io.BytesIO()
    picture.save(data, format="WEBP", quality=WEBP_QUALITY, exif=exif.tobytes() if infotext else b"")
    return data.getvalue()
