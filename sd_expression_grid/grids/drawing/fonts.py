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
from sd_expression_grid.grids.drawing.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sd_expression_grid.grids.drawing.graphemes import Script

PillowFont = ImageFont.FreeTypeFont | ImageFont.ImageFont
Colour = tuple[int, int, int]
"""Red, green and blue, from 0 to 255."""

# Bitmap fonts exist in a few sizes only: Noto's emoji in 109, Apple's in 160 and below.
STRIKES = (109, 160, 136, 128, 96, 64, 48, 32, 20)
# Pillow's own font, where FreeType is missing or Pillow older than 10.1, knows no base line.
BITMAP_SIZE, BITMAP_WIDTH, BITMAP_ASCENT = 11, 6, 9
PROBE_SIZE = 24
# Chinese characters, kana, Hangul, full-width forms and their punctuation.
UNSHAPED = re.compile("[ \u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffee]+")
NOT_A_CHARACTER = "\uffff"


@dataclass(frozen=True, slots=True)
class Font:
    """A font that opens, of any size: `source` None is Pillow's own; `strike` is the only size a bitmap font has."""

    source: FontFile | None
    strike: int | None = None

    @property
    def is_pillows_bitmap(self) -> bool:
        """Whether it is the font of old Pillows, which has the characters of Latin-1 alone."""
        return self.source is None and self.strike is not None

    def zoom(self, size: int) -> float:
        """By how much what this font draws is enlarged to be of a size in pixels."""
        return size / self.strike if self.strike else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """The room text takes, in whole pixels from its start on the base line; the next text starts at its right."""

    left: int
    right: int
    ascent: int
    descent: int


@lru_cache(maxsize=16)
def base_font(fonts: tuple[str, ...]) -> Font:
    """The font for all ordinary text: the first of these files that opens, else one that is always there."""
    return next(font for font in _candidates("latin", fonts) if font.strike is None or font.source is None)


@remembered(65_536)
def font_for(cluster: str, script: Script, fonts: tuple[str, ...]) -> Font:
    """The first font that has a character with all its marks, else the character alone, else the base font."""
    needed = [char for char in cluster if not is_ignorable(char)]
    for chars in (needed, needed[:1]):
        for font in _candidates(script, fonts, emoji_first=is_emoji(cluster)):
            if all(has_glyph(font, char) for char in chars):
                return font
    return base_font(fonts)


@remembered(65_536)
def has_glyph(font: Font, char: str) -> bool:
    """Whether a font draws something for a character other than what it draws for an unknown one."""
    if font.is_pillows_bitmap:
        return char.isprintable() and ord(char) < 256
    ink = _glyph(font, char)
    return any(ink) and ink != _unknown(font)


@lru_cache(maxsize=1)
def knows_directions() -> bool:
    """Whether Pillow itself sets Hebrew and Arabic from right to left; on Windows it usually cannot."""
    check: Callable[[str], bool | None] = features.check
    return bool(check("raqm") and check("fribidi"))


@lru_cache(maxsize=256)
def line_height(font: Font, size: int) -> tuple[int, int]:
    """How many pixels the lines of a font reach above and below the base line."""
    opened = _sized(font, size)
    if not isinstance(opened, ImageFont.FreeTypeFont):
        return ceil(0.8 * size), ceil(0.2 * size)
    ascent, descent = opened.getmetrics()
    return ceil(ascent * font.zoom(size)), ceil(descent * font.zoom(size))


def advance_of(text: str, font: Font, size: int) -> float:
    """How many pixels text in one font moves on, ink beyond that left out."""
    opened = _opened_for(text, font, size)
    if not isinstance(opened, ImageFont.FreeTypeFont):
        return BITMAP_WIDTH * len(text) * font.zoom(size)
    return float(opened.getlength(text)) * font.zoom(size)


@remembered(8192)
def extent_of(text: str, font: Font, size: int) -> Extent:
    """Measure text in one font."""
    left, top, right, bottom = _zoomed(_ink(text, _opened_for(text, font, size)), font.zoom(size))
    return Extent(left=left, right=right, ascent=-top, descent=bottom)


def set_text(image: Image.Image, origin: tuple[int, int], text: str, font: Font, size: int, fill: Colour) -> None:
    """Draw text in one font into an RGB picture, from a point (x, y) on the base line."""
    opened = _opened_for(text, font, size)
    if font.strike is None:
        _draw(image, origin, text, opened, fill)
    else:
        _draw_zoomed(image, origin, text, opened, fill, font.zoom(size))


def _candidates(script: Script, fonts: tuple[str, ...], *, emoji_first: bool = False) -> Iterator[Font]:
    """All fonts there are, in the order in which they are tried; later ones are looked for only when reached."""
    if emoji_first:
        yield from _openable(system_fonts("emoji"))
    yield from _openable(FontFile(file) for file in fonts)
    ours = matplotlib_font()
    yield from _openable(iter([ours] if ours else []))
    yield from _openable(system_fonts(script))
    yield _pillows_own()


def _openable(sources: Iterator[FontFile]) -> Iterator[Font]:
    return (font for source in sources if (font := _font_of(source)))


@lru_cache(maxsize=256)
def _font_of(source: FontFile) -> Font | None:
    """The font in a file; None where it is unreadable or missing. A bitmap font refuses all sizes but its own."""
    problem = _problem(source, PROBE_SIZE)
    if not problem:
        return Font(source)
    strikes = STRIKES if "size" in problem else ()
    return next((Font(source, strike) for strike in strikes if not _problem(source, strike)), None)


def _problem(source: FontFile, size: int) -> str:
    try:
        ImageFont.truetype(source.file, size, source.nth)
    except (OSError, ImportError, ValueError) as error:
        return str(error) or "unreadable"
    return ""


@lru_cache(maxsize=1)
def _pillows_own() -> Font:
    opened: PillowFont = ImageFont.load_default()
    return Font(None, None if isinstance(opened, ImageFont.FreeTypeFont) else BITMAP_SIZE)


def _opened_for(text: str, font: Font, size: int) -> PillowFont:
    """The font at a size; characters that never touch are set one by one, since shaping them is slow."""
    return _sized(font, size, shaped=not UNSHAPED.fullmatch(text))


@lru_cache(maxsize=64)
def _sized(font: Font, size: int, *, shaped: bool = True) -> PillowFont:
    if font.source is None:
        return ImageFont.load_default() if font.strike else ImageFont.load_default(size)
    engine = None if shaped else ImageFont.Layout.BASIC
    return ImageFont.truetype(font.source.file, font.strike or size, font.source.nth, layout_engine=engine)


@lru_cache(maxsize=64)
def _unknown(font: Font) -> bytes:
    return _glyph(font, NOT_A_CHARACTER)


def _glyph(font: Font, char: str) -> bytes:
    """What a font draws for a character: the pixels of a square picture."""
    side = 2 * (font.strike or PROBE_SIZE)
    image = Image.new("L", (side, side))
    opened = _sized(font, PROBE_SIZE, shaped=False)
    ImageDraw.Draw(image).text((side // 4, side * 2 // 3), char, font=opened, fill=255, anchor="ls")
    return image.tobytes()


def _ink(text: str, opened: PillowFont) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the ink around a point on the base line, as far to the right as the text advances."""
    if not isinstance(opened, ImageFont.FreeTypeFont):
        return 0, -BITMAP_ASCENT, BITMAP_WIDTH * len(text), BITMAP_SIZE - BITMAP_ASCENT
    left, top, right, bottom = opened.getbbox(text, anchor="ls")
    return floor(left), floor(top), ceil(right), ceil(bottom)


def _zoomed(box: tuple[int, int, int, int], zoom: float) -> tuple[int, int, int, int]:
    """A box around a point, enlarged: whole pixels that hold all of it."""
    left, top, right, bottom = box
    return floor(left * zoom), floor(top * zoom), ceil(right * zoom), ceil(bottom * zoom)


def _draw(image: Image.Image, origin: tuple[int, int], text: str, opened: PillowFont, fill: Colour) -> None:
    pen = ImageDraw.Draw(image)
    if isinstance(opened, ImageFont.FreeTypeFont):
        pen.text(origin, text, font=opened, fill=fill, anchor="ls", embedded_color=True)
    else:
        latin = text.encode("latin-1", "replace").decode("latin-1")
        pen.text((origin[0], origin[1] - BITMAP_ASCENT), latin, font=opened, fill=fill)


def _draw_zoomed(
    image: Image.Image, origin: tuple[int, int], text: str, opened: PillowFont, fill: Colour, zoom: float
) -> None:
    """Draw text in the only size that a bitmap font has, and scale that with what is behind it."""
    left, top, right, bottom = _ink(text, opened)
    if right <= left or bottom <= top:
        return
    shown = _zoomed((left, top, right, bottom), zoom)
    box = (origin[0] + shown[0], origin[1] + shown[1], origin[0] + shown[2], origin[1] + shown[3])
    patch = image.crop(box).resize((right - left, bottom - top))
    _draw(patch, (-left, -top), text, opened, fill)
    image.paste(patch.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.LANCZOS), box[:2])
