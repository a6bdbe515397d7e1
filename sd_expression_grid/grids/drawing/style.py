"""How a figure looks: its colours, and the sizes of its texts, which follow from the size of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sd_expression_grid.grids.drawing.text_lines import TextStyle

if TYPE_CHECKING:
    from sd_expression_grid.grids.drawing.fonts import Colour
    from sd_expression_grid.grids.drawing.layout import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What a user may choose: background, pixels between the cells, font files to try first, the largest page.

    A page has at most ``max_pixels`` pixels, and ``max_side`` along one side; Pillow refuses to open pictures of more
    than 178 megapixels.
    """

    background: Literal["light", "dark"] = "light"
    margin: int = 8
    fonts: tuple[str, ...] = ()
    max_pixels: int = 170_000_000
    max_side: int = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours that go with a background.

    ``ink`` is for title and labels, ``quiet`` for page numbers, legend and notes, ``line`` for the hairline beside the
    reference column, ``tint`` and ``hatch`` for cells without picture.
    """

    background: Colour
    ink: Colour
    quiet: Colour
    line: Colour
    tint: Colour
    hatch: Colour


PALETTES = {
    "light": Palette(
        background=(255, 255, 255),
        ink=(28, 28, 30),
        quiet=(108, 108, 114),
        line=(208, 208, 212),
        tint=(244, 244, 246),
        hatch=(222, 222, 227),
    ),
    "dark": Palette(
        background=(24, 25, 27),
        ink=(236, 236, 238),
        quiet=(152, 153, 160),
        line=(66, 67, 72),
        tint=(38, 39, 43),
        hatch=(56, 57, 63),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStyles:
    """How each text of a figure is set: title, labels of rows and columns, page number, notes in cells, legend."""

    title: TextStyle
    label: TextStyle
    mark: TextStyle
    note: TextStyle
    legend: TextStyle


def label_size(cell: tuple[int, int]) -> int:
    """The size of labels beside cells of a width and height, all in pixels."""
    width, height = cell
    return max(11, min(width, 2 * height) // 16)


def text_styles(cell: Size, shown: Size, fonts: tuple[str, ...]) -> TextStyles:
    """The texts' styles for cells of a size; all smaller where the cells are shown smaller to fit the page."""
    size = label_size(cell)

    def style(largest: int, smallest: int) -> TextStyle:
        most = max(1, largest * shown.width // cell.width)
        return TextStyle(size=most, smallest=max(1, smallest * most // largest), fonts=fonts)

    small = max(10, size * 3 // 4)
    return TextStyles(
        title=style(size * 3 // 2, size),
        label=style(size, max(9, size * 3 // 5)),
        mark=style(size, size),
        note=style(max(10, size * 7 // 8), 8),
        legend=style(small, small),
    )
