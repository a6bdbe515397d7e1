"""Composes a figure, pictures with labels around them, page by page; a page is drawn when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PIL import Image

from sd_expression_grid.grids.drawing.layout import (
    Box,
    Limit,
    Measures,
    PageLayout,
    Placed,
    Shape,
    Size,
    page_size,
    plan_pages,
)
from sd_expression_grid.grids.drawing.legend import LINES_IN_ALL, Legend, draw_legend, set_legend
from sd_expression_grid.grids.drawing.lettering import Lettering, draw, fit
from sd_expression_grid.grids.drawing.pictures import StartingPicture, hatched, ready_to_paste
from sd_expression_grid.grids.drawing.style import PALETTES, Palette, Style, TextStyles, text_styles
from sd_expression_grid.grids.drawing.text_lines import TextStyle, pitch

if TYPE_CHECKING:
    from sd_expression_grid.grids.drawing.fonts import Colour

OpenCell = Callable[[int, int], Image.Image | str]
"""(row, column) -> its picture, or a few words on why there is none: "failed: out of memory", "skipped"."""

OpenOne = Callable[[], Image.Image | StartingPicture | str]
OpenPicture = Callable[[], StartingPicture | str]
"""What all cells start from, or a few words on why it cannot be shown."""

ATTEMPTS = 8

PIXELS_OF_SEVERAL = 85_000_000
"""The most pixels of a page where a figure needs several anyway: in memory, each takes four bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a figure says: title, labels, and a legend of (name, value); all of it may be empty.

    With ``has_picture``, the picture that its cells start from stands in the upper left corner.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    has_reference: bool
    legend: tuple[tuple[str, str], ...] = ()
    has_picture: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, the part of the figure on it (the reference column included), and where its cells are.

    ``draw`` draws it: it opens a cell when it pastes it, so that one picture and one cell are in memory at a time. A
    page may have 170 megapixels: let its picture go before the next is drawn. ``number`` counts from 1. ``rows`` and
    ``columns`` are those of the figure, counted from 0.
    """

    draw: Callable[[], Image.Image]
    size: Size
    number: int
    of: int
    rows: range
    columns: tuple[int, ...]
    cells: tuple[Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typesetting:
    """What all pages of a figure have in common: its texts, which are set once and fit their boxes, and colours."""

    columns: tuple[Lettering, ...]
    rows: tuple[Lettering, ...]
    title: Lettering
    legend: Legend
    styles: TextStyles
    palette: Palette


def compose_pages(
    figure: Figure,
    open_cell: OpenCell,
    cell_size: tuple[int, int],
    style: Style,
    open_picture: OpenPicture = lambda: "",
) -> tuple[Page, ...]:
    """The pages of a figure; a reference cell, and the picture in the corner, is opened once on each page.

    ``cell_size`` is the width and height of a cell in pixels. A picture of another size is centred in its cell, scaled
    down if it is larger, never up. One that cannot be read is drawn as a note.
    """
    typesetting, pages = _plan(figure, _at_least_one_pixel(cell_size), style)
    return tuple(
        Page(
            draw=partial(_draw_page, typesetting, page, f"{number} / {len(pages)}", open_cell, open_picture),
            size=page.size,
            number=number,
            of=len(pages),
            rows=page.rows,
            columns=page.columns,
            cells=page.cells,
        )
        for number, page in enumerate(pages, 1)
    )


def page_sizes(figure: Figure, cell_size: tuple[int, int], style: Style) -> tuple[Size, ...]:
    """The sizes of the pages of a figure, in pixels."""
    _, pages = _plan(figure, _at_least_one_pixel(cell_size), style)
    return tuple(page.size for page in pages)


def _at_least_one_pixel(cell_size: tuple[int, int]) -> Size:
    return Size(max(1, cell_size[0]), max(1, cell_size[1]))


def _plan(figure: Figure, cell: Size, style: Style) -> tuple[Typesetting, tuple[PageLayout, ...]]:
    """Plan the pages; where even one cell is too large for the limit, set the texts for smaller cells and try again."""
    shown, limit = cell, Limit(pixels=max(1, style.max_pixels), side=style.max_side)
    for _ in range(ATTEMPTS):
        typesetting, measures = _set_texts(figure, cell, shown, style)
        pages = plan_pages(measures, _shape(figure), limit)
        if pages[0].measures.cell == shown:
            break
        shown = pages[0].measures.cell
    return typesetting, _smaller(pages, measures, _shape(figure), limit)


def _smaller(pages: tuple[PageLayout, ...], measures: Measures, shape: Shape, limit: Limit) -> tuple[PageLayout, ...]:
    """More and smaller pages where there are several, unless cells would have to be smaller for it."""
    lower = replace(limit, pixels=min(limit.pixels, PIXELS_OF_SEVERAL))
    smaller = plan_pages(measures, shape, lower) if len(pages) > 1 else pages
    return smaller if smaller[0].measures.cell == pages[0].measures.cell else pages


def _shape(figure: Figure) -> Shape:
    return Shape(rows=len(figure.rows), columns=len(figure.columns), has_reference=figure.has_reference)


def _set_texts(figure: Figure, cell: Size, shown: Size, style: Style) -> tuple[Typesetting, Measures]:
    """Set all texts of a figure and measure it; if its cells are shown smaller than they are, all else is too."""
    styles = text_styles(cell, shown, style.fonts)
    columns = _column_labels(figure.columns, shown, styles.label)
    rows = _row_labels(figure.rows, shown, styles.label)
    margin = max(0, style.margin) * shown.width // cell.width
    bare = _bare_measures(shown, columns, rows, styles.label.size, margin)
    if figure.has_picture:
        bare = replace(bare, corner=Size(shown.width // 2, shown.height // 2))
    width = max(24 * styles.label.size, page_size(bare, _shape(figure)).width - 2 * bare.padding)
    typesetting = Typesetting(
        columns=columns,
        rows=rows,
        title=fit(figure.title, _title_room(width - bare.corner.width, styles.title), styles.title),
        legend=set_legend(figure.legend, _legend_room(width, styles.legend), styles.legend),
        styles=styles,
        palette=PALETTES[style.background],
    )
    mark = _longest_mark(len(rows) * len(columns), width, styles.mark)
    return typesetting, replace(bare, title=typesetting.title.room, mark=mark, legend=typesetting.legend.size)


def _bare_measures(
    cell: Size, columns: tuple[Lettering, ...], rows: tuple[Lettering, ...], em: int, margin: int
) -> Measures:
    """The measures of a figure without title, page number and legend; ``em`` is the size of its labels."""
    return Measures(
        cell=cell,
        margin=margin,
        padding=em * 5 // 4,
        label_gap=em // 2,
        section_gap=em,
        reference_gap=margin + em,
        hairline=max(1, em // 16),
        column_labels=max((label.room.height for label in columns), default=0),
        row_labels=max((label.room.width for label in rows), default=0),
    )


def _column_labels(labels: tuple[str, ...], cell: Size, style: TextStyle) -> tuple[Lettering, ...]:
    """A column label keeps a little away from its neighbours."""
    room = Size(max(1, cell.width - style.size // 2), max(cell.height // 2, 5 * pitch(style)))
    return tuple(fit(label, room, style, even=True) for label in labels)


def _row_labels(labels: tuple[str, ...], cell: Size, style: TextStyle) -> tuple[Lettering, ...]:
    room = Size(max(cell.width * 3 // 4, 9 * style.size), cell.height)
    return tuple(fit(label, room, style, even=True) for label in labels)


def _title_room(width: int, style: TextStyle) -> Size:
    return Size(min(width, 60 * style.size), 2 * pitch(style))


def _legend_room(width: int, style: TextStyle) -> Size:
    return Size(min(width, 80 * style.size), LINES_IN_ALL * pitch(style))


def _longest_mark(cells: int, width: int, style: TextStyle) -> Size:
    """The room of a page number if every cell had a page of its own."""
    count = max(1, cells)
    return fit(f"{count} / {count}", Size(width, pitch(style)), style).room


def _draw_page(
    typesetting: Typesetting, page: PageLayout, mark: str, open_cell: OpenCell, open_picture: OpenPicture
) -> Image.Image:
    palette = typesetting.palette
    image = Image.new("RGB", page.size, palette.background)
    _draw_header(image, page, typesetting, mark)
    for column, box in page.column_labels:
        draw(image, box, typesetting.columns[column], palette.ink, align="center", valign="bottom")
    for row, box in page.row_labels:
        draw(image, box, typesetting.rows[row], palette.ink, align="right", valign="middle")
    draw_legend(image, page.legend, typesetting.legend, palette.quiet)
    if page.hairline:
        image.paste(palette.line, page.hairline)
    _draw_content(image, page.corner, open_picture, typesetting)
    for cell in page.cells:
        _draw_content(image, cell.box, partial(open_cell, cell.row, cell.column), typesetting)
    return image


def _draw_header(image: Image.Image, page: PageLayout, typesetting: Typesetting, mark: str) -> None:
    """Title and page number, with their first lines on one base line."""
    title, palette = typesetting.title, typesetting.palette
    draw(image, page.title, title, palette.ink)
    marked = fit(mark, page.mark.size, typesetting.styles.mark)
    lower = max(0, title.ascent - marked.ascent) if title.lines else 0
    box = page.mark._replace(top=page.mark.top + lower, bottom=page.mark.bottom + lower)
    draw(image, box, marked, palette.quiet, align="right")


def _draw_content(image: Image.Image, box: Box, open_one: OpenOne, typesetting: Typesetting) -> None:
    if min(box.size) < 1:
        return
    content = _content(open_one, box.size, typesetting.palette.background)
    if isinstance(content, str):
        _draw_note(image, box, content, typesetting)
    else:
        _paste_centred(image, box, content)


def _content(open_one: OpenOne, room: Size, background: Colour) -> Image.Image | str:
    """A picture made ready; that a file is broken may show as late as when it is converted."""
    try:
        found = open_one()
        if isinstance(found, StartingPicture):
            return found.ready_to_paste(room, background)
        return found if isinstance(found, str) else ready_to_paste(found, room, background)
    except (OSError, SyntaxError, ValueError) as error:
        return f"unreadable: {error}"


def _paste_centred(image: Image.Image, box: Box, picture: Image.Image) -> None:
    left = box.left + (box.size.width - picture.width) // 2
    top = box.top + (box.size.height - picture.height) // 2
    image.paste(picture, (left, top))


def _draw_note(image: Image.Image, box: Box, words: str, typesetting: Typesetting) -> None:
    """A hatched box with words on why there is no picture."""
    style, palette = typesetting.styles.note, typesetting.palette
    image.paste(hatched(box.size, palette.tint, palette.hatch), box[:2])
    inset = min(style.size, min(box.size) // 8)
    inner = Box(box.left + inset, box.top + inset, box.right - inset, box.bottom - inset)
    draw(image, inner, fit(words, inner.size, style, even=True), palette.quiet, align="center", valign="middle")
