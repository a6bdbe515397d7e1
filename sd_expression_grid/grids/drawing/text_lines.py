"""One line of text, in as many fonts as its characters need: measured, and drawn from a point on its base line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.grids.drawing.fonts import (
    advance_of,
    base_font,
    extent_of,
    font_for,
    knows_directions,
    line_height,
    set_text,
)
from sd_expression_grid.grids.drawing.graphemes import clusters, from_left, han_script, is_from_right, script_of
from sd_expression_grid.grids.drawing.remembered import remembered

if TYPE_CHECKING:
    from PIL import Image

    from sd_expression_grid.grids.drawing.fonts import Colour, Font


READ_FROM_RIGHT = "\u200f"
"""An invisible mark before text, which is set from right to left then, its spaces and Latin words included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStyle:
    """How text is set: its size in pixels, how small it may become, and the font files to try first."""

    size: int
    smallest: int
    fonts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A line's ink, in whole pixels from its start on the base line: left is 0 or below, the others 0 or above."""

    left: int
    right: int
    ascent: int
    descent: int

    @property
    def width(self) -> int:
        """From its left to its right."""
        return self.right - self.left


def base_height(style: TextStyle) -> tuple[int, int]:
    """How many pixels a line of ordinary text reaches above and below its base line."""
    return line_height(base_font(style.fonts), style.size)


def pitch(style: TextStyle) -> int:
    """How many pixels there are from one line of ordinary text to the next."""
    return sum(base_height(style))


@remembered(32_768)
def advance(text: str, style: TextStyle) -> float:
    """How many pixels a line moves on, ink beyond that left out."""
    return sum(advance_of(part, font, style.size) for font, part in _runs(text, style.fonts))


@remembered(32_768)
def span_of(line: str, style: TextStyle) -> Span:
    """Measure a line."""
    left = right = ascent = descent = 0
    for font, text in _runs(line, style.fonts):
        extent = extent_of(text, font, style.size)
        left, right = min(left, right + extent.left), right + extent.right
        ascent, descent = max(ascent, extent.ascent), max(descent, extent.descent)
    return Span(left, right, ascent, descent)


def exceeds(line: str, width: int, style: TextStyle) -> bool:
    """Whether a line's ink is wider than a width in pixels; of an endless one, only the start is measured."""
    start = line[: width + 16]
    length = advance(start, style)
    if length <= width and start != line:
        length = advance(line, style)
    return ink_exceeds(line, length, width, style)


def ink_exceeds(line: str, length: float, width: int, style: TextStyle) -> bool:
    """Whether the ink of a line of about this advance is wider; only where the two are close is it measured."""
    return length > width - style.size and (length > width + style.size or span_of(line, style).width > width)


def draw_line(image: Image.Image, origin: tuple[int, int], line: str, style: TextStyle, fill: Colour) -> None:
    """Draw a line into an RGB picture, from a point (x, y) on its base line."""
    left, base = origin
    for font, text in _runs(line, style.fonts):
        set_text(image, (left, base), text, font, style.size, fill)
        left += extent_of(text, font, style.size).right


@remembered(8192)
def _runs(line: str, fonts: tuple[str, ...]) -> tuple[tuple[Font, str], ...]:
    """The parts of a line, each in one font, in the order in which they stand from left to right."""
    if not knows_directions():
        return _split(from_left(line), fonts)
    parts = _split(line, fonts)
    if is_from_right(line):
        parts = tuple((font, READ_FROM_RIGHT + text) for font, text in reversed(parts))
    return parts


def _split(line: str, fonts: tuple[str, ...]) -> tuple[tuple[Font, str], ...]:
    """Split a line where its font changes."""
    han = han_script(line)
    found: list[tuple[Font, str]] = []
    for cluster in clusters(line):
        before = found[-1][0] if found else None
        font = _font_of_space(before, fonts) if cluster == " " else font_for(cluster, script_of(cluster, han), fonts)
        if font == before:
            found[-1] = (font, found[-1][1] + cluster)
        else:
            found.append((font, cluster))
    return tuple(found)


def _font_of_space(before: Font | None, fonts: tuple[str, ...]) -> Font:
    """A space stays with what stands before it, unless that is in a bitmap font, whose spaces are wide."""
    return base_font(fonts) if before is None or before.strike else before
