"""The legend under a grid: what was drawn and how, as names and wrapped values in two columns of small type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.grids.drawing.layout import Box, Size
from sd_expression_grid.grids.drawing.lettering import ELLIPSIS, Lettering, draw, fit
from sd_expression_grid.grids.drawing.text_lines import pitch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PIL import Image

    from sd_expression_grid.grids.drawing.fonts import Colour
    from sd_expression_grid.grids.drawing.text_lines import TextStyle

LINES_OF_A_VALUE = 12
LINES_IN_ALL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendEntry:
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

    entries: tuple[LegendEntry, ...]
    indent: int
    size: Size


def set_legend(pairs: Iterable[tuple[str, str]], room: Size, style: TextStyle) -> Legend:
    """Set names and values as wide as the room; entries that would end below it are left out, with an ellipsis."""
    names = [(fit(name, Size(room.width * 3 // 10, 2 * pitch(style)), style), value) for name, value in pairs]
    widest = max((name.room.width for name, _ in names), default=0)
    indent = widest + style.size if widest else 0
    entries = tuple(_stack(names, Size(room.width - indent, room.height), style))
    width = max((indent + entry.value.room.width for entry in entries), default=0)
    return Legend(entries=entries, indent=indent, size=Size(max(width, widest), entries[-1].bottom if entries else 0))


def draw_legend(image: Image.Image, box: Box, legend: Legend, fill: Colour) -> None:
    """Draw a legend into its box."""
    for entry in legend.entries:
        top, bottom = box.top + entry.top, min(box.bottom, box.top + entry.bottom)
        draw(image, Box(box.left, top, min(box.right, box.left + legend.indent), bottom), entry.name, fill)
        draw(image, Box(box.left + legend.indent, top, box.right, bottom), entry.value, fill)


def _stack(names: list[tuple[Lettering, str]], room: Size, style: TextStyle) -> Iterator[LegendEntry]:
    """Entries one below the other; an ellipsis where the next has no room, for which all but the last leave a line."""
    line, nothing, top = pitch(style), fit("", room, style), 0
    for index, (name, value) in enumerate(names):
        is_last = index == len(names) - 1
        free = room.height - top - (0 if is_last else line)
        tall = Size(room.width, min(free, LINES_OF_A_VALUE * line))
        entry = LegendEntry(name=name, value=fit(value, tall, style), top=top)
        if entry.bottom > top + free or (entry.value.is_cut and not entry.value.lines):
            yield LegendEntry(name=fit(ELLIPSIS, Size(room.width, line), style), value=nothing, top=top)
            return
        yield entry
        top = entry.bottom + style.size // 4
