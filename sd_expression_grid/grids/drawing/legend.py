"""The legend under a grid: what was drawn and how, as names and wrapped values in two columns of small type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.grids.drawing.layout import Box, Size
from sd_expression_grid.grids.drawing.lettering import ELLIPSIS, Lettering, Type, draw, fit, pitch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PIL import Image

    from sd_expression_grid.grids.drawing.fonts import Colour

LINES_OF_A_VALUE = 12
LINES_IN_ALL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line or more of the legend, `top` pixels below its beginning."""

    name: Lettering
    value: Lettering
    top: int

    @property
    def bottom(self) -> int:
        """Where the entry ends."""
        return self.top + max(self.name.room.height, self.value.room.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """A legend that is set and measured; the values begin `indent` pixels from the left."""

    entries: tuple[Entry, ...]
    indent: int
    size: Size


def set_legend(pairs: Iterable[tuple[str, str]], room: Size, face: Type) -> Legend:
    """Set names and values as wide as the room; entries that would end below it are left out, with an ellipsis."""
    names = [(fit(name, Size(room.width * 3 // 10, 2 * pitch(face)), face), value) for name, value in pairs]
    widest = max((name.room.width for name, _ in names), default=0)
    indent = widest + face.size if widest else 0
    entries = tuple(_stack(names, Size(room.width - indent, room.height), face))
    width = max((indent + entry.value.room.width for entry in entries), default=0)
    return Legend(entries=entries, indent=indent, size=Size(max(width, widest), entries[-1].bottom if entries else 0))


def draw_legend(image: Image.Image, box: Box, legend: Legend, fill: Colour) -> None:
    """Draw a legend into its box."""
    for entry in legend.entries:
        top, bottom = box.top + entry.top, min(box.bottom, box.top + entry.bottom)
        draw(image, Box(box.left, top, min(box.right, box.left + legend.indent), bottom), entry.name, fill)
        draw(image, Box(box.left + legend.indent, top, box.right, bottom), entry.value, fill)


def _stack(names: list[tuple[Lettering, str]], room: Size, face: Type) -> Iterator[Entry]:
    line, nothing, top = pitch(face), fit("", room, face), 0
    for index, (name, value) in enumerate(names):
        left = room.height - top if index == len(names) - 1 else room.height - top - line
        tall = Size(room.width, min(left, LINES_OF_A_VALUE * line))
        entry = Entry(name=name, value=fit(value, tall, face), top=top)
        if entry.bottom > top + left or (entry.value.is_cut and not entry.value.lines):
            yield Entry(name=fit(ELLIPSIS, Size(room.width, line), face), value=nothing, top=top)
            return
        yield entry
        top = entry.bottom + face.size // 4
