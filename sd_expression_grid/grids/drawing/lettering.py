"""Labels: wrapped, shrunk and at last cut until they fit their box, then drawn into it and never beyond."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING, Literal

from sd_expression_grid.grids.drawing.graphemes import clean, clusters, words
from sd_expression_grid.grids.drawing.layout import Box, Size
from sd_expression_grid.grids.drawing.line_breaks import wrap
from sd_expression_grid.grids.drawing.remembered import remembered
from sd_expression_grid.grids.drawing.text_lines import (
    TextStyle,
    advance,
    base_height,
    draw_line,
    exceeds,
    pitch,
    span_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from sd_expression_grid.grids.drawing.fonts import Colour

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """Text as it fits: its lines, the style it came down to, and the room it takes.

    Each line reaches ``ascent`` pixels above and ``descent`` below its base line.
    """

    lines: tuple[str, ...]
    style: TextStyle
    room: Size
    ascent: int
    descent: int
    is_cut: bool = False


def fit(text: str, room: Size, style: TextStyle, *, even: bool = False) -> Lettering:
    """Fit text into a room: wrap it, make it smaller, break its words, and if nothing helps cut it.

    Words stay whole where three quarters of the size suffice. With `even`, the lines come out about equally long.
    """
    return _fit(text, Size(max(0, room.width), max(0, room.height)), style, even)


def draw(
    image: Image.Image,
    box: Box,
    lettering: Lettering,
    fill: Colour,
    *,
    align: Literal["left", "center", "right"] = "left",
    valign: Literal["top", "middle", "bottom"] = "top",
) -> None:
    """Draw text into a box of an RGB picture, aligned within it; nothing outside the box is touched."""
    if not lettering.lines or min(box.size) <= 0:
        return
    layer = image.crop(box)
    step = lettering.ascent + lettering.descent
    top = _share(box.size.height - lettering.room.height, {"top": 0, "middle": 1, "bottom": 2}[valign])
    for index, line in enumerate(lettering.lines):
        span = span_of(line, lettering.style)
        left = _share(box.size.width - span.width, {"left": 0, "center": 1, "right": 2}[align]) - span.left
        draw_line(layer, (left, top + index * step + lettering.ascent), line, lettering.style, fill)
    image.paste(layer, box[:2])


@remembered(4096)
def _fit(text: str, room: Size, style: TextStyle, even: bool) -> Lettering:  # noqa: FBT001 - a cache key
    text = clean(text)
    for anywhere, smallest in ((False, style.size * 3 // 4), (True, style.smallest)):
        for smaller in _sizes(style, max(smallest, style.smallest)):
            found = _set(text, room, smaller, anywhere=anywhere)
            if found:
                return _evened(text, room, found) if even and not anywhere else found
    return _cut(text, room, replace(style, size=min(style.size, style.smallest)))


def _sizes(style: TextStyle, smallest: int) -> Iterator[TextStyle]:
    """The sizes to try, each a little smaller."""
    size = style.size
    yield style
    while size > smallest:
        size = max(smallest, size - max(1, size // 12))
        yield replace(style, size=size)


def _set(text: str, room: Size, style: TextStyle, *, anywhere: bool) -> Lettering | None:
    """The text at one size; None where it does not fit into the room."""
    most = room.height // pitch(style)
    if text and not most:
        return None
    lines = tuple(islice(wrap(text, room.width, style, anywhere=anywhere), most + 1))
    if len(lines) > most or any(exceeds(line, room.width, style) for line in lines):
        return None
    found = _block(lines, style)
    return found if _admits(room, found) else None


def _evened(text: str, room: Size, found: Lettering) -> Lettering:
    """The same number of lines, as narrow as they can be with every word whole."""
    longest = max((advance(word.text, found.style) for line in text.split("\n") for word in words(line)), default=0)
    low, high = ceil(longest), found.room.width
    while low < high and len(found.lines) > 1:
        width = (low + high) // 2
        lines = tuple(islice(wrap(text, width, found.style, anywhere=False), len(found.lines) + 1))
        low, high = (low, width) if len(lines) <= len(found.lines) else (width + 1, high)
    even = _block(tuple(wrap(text, high, found.style, anywhere=False)), found.style)
    return even if _admits(room, even) and len(even.lines) == len(found.lines) else found


def _block(lines: tuple[str, ...], style: TextStyle) -> Lettering:
    """Lines with as much room above and below as the highest and the deepest ink needs."""
    ascent, descent = base_height(style)
    spans = [span_of(line, style) for line in lines]
    ascent = max([ascent, *(span.ascent for span in spans)])
    descent = max([descent, *(span.descent for span in spans)])
    size = Size(max((span.width for span in spans), default=0), len(lines) * (ascent + descent))
    return Lettering(lines=lines, style=style, room=size, ascent=ascent, descent=descent)


def _admits(room: Size, found: Lettering) -> bool:
    return found.room.width <= room.width and found.room.height <= room.height


def _cut(text: str, room: Size, style: TextStyle) -> Lettering:
    """As many lines as the room has, the last with an ellipsis; lines that are too wide are cut as well."""
    ascent, descent = base_height(style)
    most = room.height // (ascent + descent)
    lines = list(islice(wrap(text, room.width, style, anywhere=True), most + 1))
    if most and len(lines) > most:
        lines[most - 1] = _shortened(lines[most - 1], room.width, style)
    fitting = [_shortened(line, room.width, style) if _width(line, style) > room.width else line for line in lines]
    kept = tuple(line for line in fitting[:most] if line)
    size = Size(max((_width(line, style) for line in kept), default=0), len(kept) * (ascent + descent))
    return Lettering(lines=kept, style=style, room=size, ascent=ascent, descent=descent, is_cut=True)


def _shortened(line: str, width: int, style: TextStyle) -> str:
    """A line with an ellipsis at its end, or nothing if not even that has room."""
    kept = list(clusters(line))
    while kept and _width("".join(kept).rstrip() + ELLIPSIS, style) > width:
        kept.pop()
    shorter = "".join(kept).rstrip() + ELLIPSIS
    return shorter if _width(shorter, style) <= width else ""


def _width(line: str, style: TextStyle) -> int:
    return span_of(line, style).width


def _share(spare: int, halves: int) -> int:
    return spare * halves // 2
