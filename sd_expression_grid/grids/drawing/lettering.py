"""Labels: wrapped, shrunk and at last cut until they fit their box, then drawn into it and never beyond."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, islice, takewhile
from math import ceil
from typing import TYPE_CHECKING, Literal

from sd_expression_grid.grids.drawing.fonts import (
    advance_of,
    base_face,
    extent_of,
    face_for,
    knows_directions,
    line_height,
    set_text,
)
from sd_expression_grid.grids.drawing.graphemes import (
    Word,
    clean,
    clusters,
    from_left,
    han_script,
    script_of,
    soft_pieces,
    words,
)
from sd_expression_grid.grids.drawing.layout import Box, Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from sd_expression_grid.grids.drawing.fonts import Colour, Face

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """How text is set: its size in pixels, how small it may become, and the font files to try first."""

    size: int
    smallest: int
    fonts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """Text as it fits: its lines, the size it came down to, and the room it takes."""

    lines: tuple[str, ...]
    type: Type
    room: Size
    ascent: int
    descent: int
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """One line's ink, in whole pixels from its start on the base line."""

    left: int
    right: int
    ascent: int
    descent: int


def fit(text: str, room: Size, face: Type, *, even: bool = False) -> Lettering:
    """Fit text into a room: wrap it, make it smaller, break its words, and if nothing helps cut it.

    Words stay whole where three quarters of the size suffice. With `even`, the lines come out about equally long.
    """
    return _fit(text, Size(max(0, room.width), max(0, room.height)), face, even)


def draw(
    image: Image.Image,
    box: Box,
    lettering: Lettering,
    fill: Colour,
    *,
    align: Literal["left", "center", "right"] = "left",
    rest: Literal["top", "middle", "bottom"] = "top",
) -> None:
    """Draw text into a box of an RGB picture, aligned within it; nothing outside the box is touched."""
    if not lettering.lines or min(box.size) <= 0:
        return
    layer = image.crop(box)
    step = lettering.ascent + lettering.descent
    top = _share(box.size.height - lettering.room.height, {"top": 0, "middle": 1, "bottom": 2}[rest])
    for index, line in enumerate(lettering.lines):
        span = _span(line, lettering.type)
        spare = box.size.width - (span.right - span.left)
        left = _share(spare, {"left": 0, "center": 1, "right": 2}[align]) - span.left
        _draw_line(layer, (left, top + index * step + lettering.ascent), line, lettering.type, fill)
    image.paste(layer, box[:2])


def pitch(face: Type) -> int:
    """From one line to the next."""
    return sum(line_height(base_face(face.fonts), face.size))


def wrap(text: str, width: int, face: Type, *, anywhere: bool) -> Iterator[str]:
    """Break clean text into lines; where a word is too long, only at its hyphens and the like, or `anywhere`.

    A line counts as long as its words and spaces together, which kerning may change by a pixel or two.
    """
    space = _advance(" ", face)
    for paragraph in text.split("\n"):
        line, length = "", 0.0
        for piece, spaced in _pieces(paragraph, width, face, anywhere=anywhere):
            gap = " " if spaced and line else ""
            longer = length + len(gap) * space + _advance(piece, face)
            if line and longer > width:
                yield line
                line, length = piece, _advance(piece, face)
            else:
                line, length = line + gap + piece, longer
        if line:
            yield line


@lru_cache(maxsize=4096)
def _fit(text: str, room: Size, face: Type, even: bool) -> Lettering:  # noqa: FBT001 - a cache key
    text = clean(text)
    for anywhere, smallest in ((False, face.size * 3 // 4), (True, face.smallest)):
        for smaller in _sizes(face, max(smallest, face.smallest)):
            found = _set(text, room, smaller, anywhere=anywhere)
            if found:
                return _evened(text, room, found) if even and not anywhere else found
    return _cut(text, room, replace(face, size=min(face.size, face.smallest)))


def _set(text: str, room: Size, face: Type, *, anywhere: bool) -> Lettering | None:
    most = room.height // pitch(face)
    if text and not most:
        return None
    lines = tuple(islice(wrap(text, room.width, face, anywhere=anywhere), most + 1))
    if len(lines) > most or any(_exceeds(line, room.width, face) for line in lines):
        return None
    found = _block(lines, face)
    return found if _admits(room, found) else None


def _evened(text: str, room: Size, found: Lettering) -> Lettering:
    """The same number of lines, as narrow as they can be with every word whole."""
    longest = max((_advance(word.text, found.type) for line in text.split("\n") for word in words(line)), default=0)
    low, high = ceil(longest), found.room.width
    while low < high and len(found.lines) > 1:
        width = (low + high) // 2
        lines = tuple(islice(wrap(text, width, found.type, anywhere=False), len(found.lines) + 1))
        low, high = (low, width) if len(lines) <= len(found.lines) else (width + 1, high)
    even = _block(tuple(wrap(text, high, found.type, anywhere=False)), found.type)
    return even if _admits(room, even) and len(even.lines) == len(found.lines) else found


def _admits(room: Size, found: Lettering) -> bool:
    return found.room.width <= room.width and found.room.height <= room.height


def _cut(text: str, room: Size, face: Type) -> Lettering:
    ascent, descent = line_height(base_face(face.fonts), face.size)
    most = room.height // (ascent + descent)
    lines = list(islice(wrap(text, room.width, face, anywhere=True), most + 1))
    if most and len(lines) > most:
        lines[most - 1] = _shortened(lines[most - 1], room.width, face)
    fitting = [_shortened(line, room.width, face) if _width(line, face) > room.width else line for line in lines]
    kept = tuple(line for line in fitting[:most] if line)
    width = max((_width(line, face) for line in kept), default=0)
    size = Size(width, len(kept) * (ascent + descent))
    return Lettering(lines=kept, type=face, room=size, ascent=ascent, descent=descent, is_cut=True)


def _shortened(line: str, width: int, face: Type) -> str:
    """A line with an ellipsis at its end, or nothing if not even that has room."""
    kept = list(clusters(line))
    while kept and _width("".join(kept).rstrip() + ELLIPSIS, face) > width:
        kept.pop()
    shorter = "".join(kept).rstrip() + ELLIPSIS
    return shorter if _width(shorter, face) <= width else ""


def _block(lines: tuple[str, ...], face: Type) -> Lettering:
    ascent, descent = line_height(base_face(face.fonts), face.size)
    spans = [_span(line, face) for line in lines]
    ascent = max([ascent, *(span.ascent for span in spans)])
    descent = max([descent, *(span.descent for span in spans)])
    width = max((span.right - span.left for span in spans), default=0)
    size = Size(width, len(lines) * (ascent + descent))
    return Lettering(lines=lines, type=face, room=size, ascent=ascent, descent=descent)


def _pieces(paragraph: str, width: int, face: Type, *, anywhere: bool) -> Iterator[Word]:
    """The words of a paragraph, those too long for a line taken apart."""
    for word in words(paragraph):
        if not _exceeds(word.text, width, face):
            yield word
            continue
        spaced = word.spaced
        for piece in soft_pieces(word.text):
            parts = _slices(piece, width, face) if anywhere and _exceeds(piece, width, face) else (piece,)
            for part in parts:
                yield Word(part, spaced)
                spaced = False


def _slices(word: str, width: int, face: Type) -> Iterator[str]:
    """As much of a word at a time as a line holds; at least one character."""
    rest = clusters(word)
    while rest:
        lengths = accumulate(_advance(cluster, face) for cluster in rest)
        count = max(1, sum(1 for _ in takewhile(lambda length: length <= width, lengths)))
        while count > 1 and _width("".join(rest[:count]), face) > width:
            count -= 1
        yield "".join(rest[:count])
        rest = rest[count:]


def _sizes(face: Type, smallest: int) -> Iterator[Type]:
    """The sizes to try, each a little smaller."""
    size = face.size
    yield face
    while size > smallest:
        size = max(smallest, size - max(1, size // 12))
        yield replace(face, size=size)


def _draw_line(image: Image.Image, origin: tuple[int, int], line: str, face: Type, fill: Colour) -> None:
    left, base = origin
    for font, text in _runs(line, face.fonts):
        set_text(image, (left, base), text, font, face.size, fill)
        left += extent_of(text, font, face.size).right


def _exceeds(line: str, width: int, face: Type) -> bool:
    """Whether a line is wider; of an endless one, only the start is measured."""
    start = line[: width + 16]
    return _advance(start, face) > width or (start != line and _advance(line, face) > width)


@lru_cache(maxsize=32_768)
def _advance(text: str, face: Type) -> float:
    return sum(advance_of(part, font, face.size) for font, part in _runs(text, face.fonts))


def _width(line: str, face: Type) -> int:
    span = _span(line, face)
    return span.right - span.left


@lru_cache(maxsize=32_768)
def _span(line: str, face: Type) -> Span:
    left = right = ascent = descent = 0
    for font, text in _runs(line, face.fonts):
        extent = extent_of(text, font, face.size)
        left, right = min(left, right + extent.left), right + extent.right
        ascent, descent = max(ascent, extent.ascent), max(descent, extent.descent)
    return Span(left, right, ascent, descent)


@lru_cache(maxsize=8192)
def _runs(line: str, fonts: tuple[str, ...]) -> tuple[tuple[Face, str], ...]:
    """Split a line where its font changes; a space stays with what stands before it."""
    han = han_script(line)
    found: list[tuple[Face, str]] = []
    for cluster in clusters(line if knows_directions() else from_left(line)):
        if cluster == " " and found and not found[-1][0].strike:
            font = found[-1][0]
        else:
            font = base_face(fonts) if cluster == " " else face_for(cluster, script_of(cluster, han), fonts)
        if found and found[-1][0] == font:
            found[-1] = (font, found[-1][1] + cluster)
        else:
            found.append((font, cluster))
    return tuple(found)


def _share(spare: int, halves: int) -> int:
    return spare * halves // 2
