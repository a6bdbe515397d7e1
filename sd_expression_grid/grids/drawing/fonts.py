"""Fonts: which one has a character, how much room text takes in it, and setting text into a picture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, features

from sd_expression_grid.grids.drawing.font_files import FontFile, matplotlib_font, system_fonts
from sd_expression_grid.grids.drawing.graphemes import is_emoji, is_ignorable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sd_expression_grid.grids.drawing.graphemes import Script

AnyFont = ImageFont.FreeTypeFont | ImageFont.ImageFont
Colour = tuple[int, int, int]

# Bitmap fonts exist in a few sizes only: Noto's emoji in 109, Apple's in 160 and below.
STRIKES = (109, 160, 136, 128, 96, 64, 48, 32, 20)
# Pillow's own font, where FreeType is missing or Pillow older than 10.1, knows no base line.
BITMAP_SIZE, BITMAP_WIDTH, BITMAP_ASCENT = 11, 6, 9
PROBE_SIZE = 24
# Chinese characters, kana, Hangul, full-width forms and their punctuation.
UNSHAPED = re.compile("[ \u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffee]+")
NOT_A_CHARACTER = "\uffff"


@dataclass(frozen=True, slots=True)
class Face:
    """A font that opens: `source` None is Pillow's own; `strike` is the only size a bitmap font has."""

    source: FontFile | None
    strike: int | None = None

    def zoom(self, size: int) -> float:
        """By how much what this font draws is to be enlarged."""
        return size / self.strike if self.strike else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """The room text takes, in whole pixels from its start on the base line; the next text starts at its right."""

    left: int
    right: int
    ascent: int
    descent: int


@lru_cache(maxsize=16)
def base_face(fonts: tuple[str, ...]) -> Face:
    """The font for all ordinary text: the first of those given that opens, else one that is always there."""
    return next(face for face in _faces("latin", fonts) if face.strike is None or face.source is None)


@lru_cache(maxsize=65_536)
def face_for(cluster: str, script: Script, fonts: tuple[str, ...]) -> Face:
    """The first font that has a character with all its marks, else the character alone, else the base font."""
    needed = [char for char in cluster if not is_ignorable(char)]
    for chars in (needed, needed[:1]):
        for face in _faces(script, fonts, emoji_first=is_emoji(cluster)):
            if all(has_glyph(face, char) for char in chars):
                return face
    return base_face(fonts)


@lru_cache(maxsize=65_536)
def has_glyph(face: Face, char: str) -> bool:
    """Whether a font draws something for a character other than what it draws for an unknown one."""
    if _is_plain_bitmap(face):
        return char.isprintable() and ord(char) < 256
    ink = _glyph(face, char)
    return any(ink) and ink != _unknown(face)


@lru_cache(maxsize=1)
def knows_directions() -> bool:
    """Whether Pillow itself sets Hebrew and Arabic from right to left; on Windows it usually cannot."""
    check: Callable[[str], bool | None] = features.check
    return bool(check("raqm") and check("fribidi"))


@lru_cache(maxsize=256)
def line_height(face: Face, size: int) -> tuple[int, int]:
    """How far the lines of a font reach above and below the base line."""
    font = _sized(face, size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        return ceil(0.8 * size), ceil(0.2 * size)
    ascent, descent = font.getmetrics()
    return ceil(ascent * face.zoom(size)), ceil(descent * face.zoom(size))


def advance_of(text: str, face: Face, size: int) -> float:
    """How far text that one font sets moves on, ink beyond that left out."""
    font = _font_for(text, face, size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        return BITMAP_WIDTH * len(text) * face.zoom(size)
    return float(font.getlength(text)) * face.zoom(size)


@lru_cache(maxsize=8192)
def extent_of(text: str, face: Face, size: int) -> Extent:
    """Measure text that one font sets."""
    zoom = face.zoom(size)
    left, top, right, bottom = _ink(text, _font_for(text, face, size))
    return Extent(
        left=floor(left * zoom), right=ceil(right * zoom), ascent=ceil(-top * zoom), descent=ceil(bottom * zoom)
    )


def set_text(image: Image.Image, origin: tuple[int, int], text: str, face: Face, size: int, fill: Colour) -> None:
    """Draw text that one font sets into an RGB picture, from a point on the base line."""
    font = _font_for(text, face, size)
    if face.strike is None:
        _draw(image, origin, text, font, fill)
        return
    zoom = face.zoom(size)
    left, top, right, bottom = _ink(text, font)
    box = (
        origin[0] + floor(left * zoom),
        origin[1] + floor(top * zoom),
        origin[0] + ceil(right * zoom),
        origin[1] + ceil(bottom * zoom),
    )
    if right <= left or bottom <= top:
        return
    patch = image.crop(box).resize((right - left, bottom - top))
    _draw(patch, (-left, -top), text, font, fill)
    shown = patch.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.LANCZOS)
    image.paste(shown, box[:2])


def _faces(script: Script, fonts: tuple[str, ...], *, emoji_first: bool = False) -> Iterator[Face]:
    """All fonts there are, in the order in which they are tried; later ones are looked for only when reached."""
    if emoji_first:
        yield from _opened(system_fonts("emoji"))
    yield from _opened(FontFile(font) for font in fonts)
    ours = matplotlib_font()
    yield from _opened(iter([ours] if ours else []))
    yield from _opened(system_fonts(script))
    yield _pillow_face()


def _opened(sources: Iterator[FontFile]) -> Iterator[Face]:
    return (face for source in sources if (face := _open(source)))


@lru_cache(maxsize=256)
def _open(source: FontFile) -> Face | None:
    """A font that is unreadable or missing is passed over; a bitmap font refuses all sizes but its own."""
    problem = _problem(source, PROBE_SIZE)
    if not problem:
        return Face(source)
    strikes = STRIKES if "size" in problem else ()
    return next((Face(source, strike) for strike in strikes if not _problem(source, strike)), None)


def _problem(source: FontFile, size: int) -> str:
    try:
        ImageFont.truetype(source.file, size, source.nth)
    except (OSError, ImportError, ValueError) as error:
        return str(error) or "unreadable"
    return ""


@lru_cache(maxsize=1)
def _pillow_face() -> Face:
    font: AnyFont = ImageFont.load_default()
    return Face(None, None if isinstance(font, ImageFont.FreeTypeFont) else BITMAP_SIZE)


def _font_for(text: str, face: Face, size: int) -> AnyFont:
    """The font at a size; characters that never touch are set one by one, since shaping them is slow."""
    return _sized(face, size, shaped=not UNSHAPED.fullmatch(text))


@lru_cache(maxsize=64)
def _sized(face: Face, size: int, *, shaped: bool = True) -> AnyFont:
    if face.source is None:
        return ImageFont.load_default() if face.strike else ImageFont.load_default(size)
    engine = None if shaped else ImageFont.Layout.BASIC
    return ImageFont.truetype(face.source.file, face.strike or size, face.source.nth, layout_engine=engine)


@lru_cache(maxsize=64)
def _unknown(face: Face) -> bytes:
    return _glyph(face, NOT_A_CHARACTER)


def _glyph(face: Face, char: str) -> bytes:
    side = 2 * (face.strike or PROBE_SIZE)
    image = Image.new("L", (side, side))
    ImageDraw.Draw(image).text(
        (side // 4, side * 2 // 3), char, font=_sized(face, PROBE_SIZE, shaped=False), fill=255, anchor="ls"
    )
    return image.tobytes()


def _is_plain_bitmap(face: Face) -> bool:
    return face.source is None and face.strike is not None


def _ink(text: str, font: AnyFont) -> tuple[int, int, int, int]:
    """The box of the ink around a point on the base line, as far to the right as the text advances."""
    if not isinstance(font, ImageFont.FreeTypeFont):
        return 0, -BITMAP_ASCENT, BITMAP_WIDTH * len(text), BITMAP_SIZE - BITMAP_ASCENT
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    return floor(left), floor(top), ceil(right), ceil(bottom)


def _draw(image: Image.Image, origin: tuple[int, int], text: str, font: AnyFont, fill: Colour) -> None:
    pen = ImageDraw.Draw(image)
    if isinstance(font, ImageFont.FreeTypeFont):
        pen.text(origin, text, font=font, fill=fill, anchor="ls", embedded_color=True)
    else:
        latin = text.encode("latin-1", "replace").decode("latin-1")
        pen.text((origin[0], origin[1] - BITMAP_ASCENT), latin, font=font, fill=fill)
