"""Boxes, pictures and labels -> the pages of a figure, as in a good paper; one page, one cell in memory at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

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
from sd_expression_grid.grids.drawing.lettering import Lettering, Type, draw, fit, pitch
from sd_expression_grid.grids.drawing.pictures import hatched, ready_to_paste

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.grids.drawing.fonts import Colour

# (row, column) -> its picture, or a few words on what became of it: "failed: out of memory", "skipped"
OpenCell = Callable[[int, int], Image.Image | str]

ATTEMPTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a figure looks: its ground, the pixels between cells, font files to try first, the largest page.

    ``max_pixels`` and ``max_side`` are in pixels; Pillow refuses to open pictures of more than 178 megapixels.
    """

    ground: Literal["light", "dark"] = "light"
    margin: int = 8
    fonts: tuple[str, ...] = ()
    max_pixels: int = 170_000_000
    max_side: int = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a figure says: title, labels, and a legend of (name, value); all of it may be empty."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    has_reference: bool
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, the part of the figure on it (the reference column included), and where its cells are."""

    image: Image.Image
    number: int
    of: int
    rows: range
    columns: tuple[int, ...]
    cells: tuple[Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of a ground."""

    ground: Colour
    ink: Colour
    quiet: Colour
    line: Colour
    tint: Colour
    hatch: Colour


PALETTES = {
    "light": Palette(
        ground=(255, 255, 255),
        ink=(28, 28, 30),
        quiet=(108, 108, 114),
        line=(208, 208, 212),
        tint=(244, 244, 246),
        hatch=(222, 222, 227),
    ),
    "dark": Palette(
        ground=(24, 25, 27),
        ink=(236, 236, 238),
        quiet=(152, 153, 160),
        line=(66, 67, 72),
        tint=(38, 39, 43),
        hatch=(56, 57, 63),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """The types a figure is set in; all follow from the size of its cells."""

    title: Type
    label: Type
    mark: Type
    note: Type
    legend: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What all pages of a figure have in common; its texts are set once and fit their boxes."""

    columns: tuple[Lettering, ...]
    rows: tuple[Lettering, ...]
    title: Lettering
    legend: Legend
    faces: Faces
    palette: Palette


def compose_pages(figure: Figure, open_cell: OpenCell, cell_size: tuple[int, int], style: Style) -> Iterator[Page]:
    """Draw a figure page by page; a cell is opened when it is pasted, a reference cell once on each page.

    A picture of another size is centred in its cell, scaled down if it is larger, never up. One that cannot be read
    is drawn as a note. A page is let go before the next is begun, if the caller lets it go too.
    """
    cell = Size(max(1, cell_size[0]), max(1, cell_size[1]))
    sheet, pages = _plan(figure, cell, style)
    for number, page in enumerate(pages, 1):
        yield Page(
            image=_draw_page(sheet, page, f"{number} / {len(pages)}", open_cell),
            number=number,
            of=len(pages),
            rows=page.rows,
            columns=page.columns,
            cells=page.cells,
        )


def page_sizes(figure: Figure, cell_size: tuple[int, int], style: Style) -> tuple[Size, ...]:
    """The sizes of the pages that ``compose_pages`` would draw, in pixels."""
    _, pages = _plan(figure, Size(max(1, cell_size[0]), max(1, cell_size[1])), style)
    return tuple(page.size for page in pages)


def _plan(figure: Figure, cell: Size, style: Style) -> tuple[Sheet, tuple[PageLayout, ...]]:
    """Plan the pages; where even one cell is too large for the limit, set the texts for smaller cells and try again."""
    shown, limit = cell, Limit(pixels=max(1, style.max_pixels), side=style.max_side)
    for _ in range(ATTEMPTS):
        sheet, measures = _prepare(figure, cell, shown, style)
        pages = plan_pages(measures, _shape(figure), limit)
        if pages[0].measures.cell == shown:
            break
        shown = pages[0].measures.cell
    return sheet, pages


def _shape(figure: Figure) -> Shape:
    return Shape(rows=len(figure.rows), columns=len(figure.columns), has_reference=figure.has_reference)


def _prepare(figure: Figure, cell: Size, shown: Size, style: Style) -> tuple[Sheet, Measures]:
    """Set all texts of a figure and measure it; if its cells are shown smaller than they are, all else is too."""
    faces = _faces(cell, shown, style.fonts)
    columns, rows = _column_labels(figure.columns, shown, faces.label), _row_labels(figure.rows, shown, faces.label)
    margin = max(0, style.margin) * shown.width // cell.width
    bare = _bare_measures(shown, columns, rows, faces.label.size, margin)
    width = max(24 * faces.label.size, page_size(bare, _shape(figure)).width - 2 * bare.padding)
    sheet = Sheet(
        columns=columns,
        rows=rows,
        title=fit(figure.title, Size(min(width, 60 * faces.title.size), 2 * pitch(faces.title)), faces.title),
        legend=set_legend(figure.legend, _legend_room(width, faces.legend), faces.legend),
        faces=faces,
        palette=PALETTES[style.ground],
    )
    count = max(1, len(rows) * len(columns))
    mark = fit(f"{count} / {count}", Size(width, pitch(faces.mark)), faces.mark).room
    return sheet, replace(bare, title=sheet.title.room, mark=mark, legend=sheet.legend.size)


def _bare_measures(
    cell: Size, columns: tuple[Lettering, ...], rows: tuple[Lettering, ...], em: int, margin: int
) -> Measures:
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


def _faces(cell: Size, shown: Size, fonts: tuple[str, ...]) -> Faces:
    """The types for a cell; all smaller where the page had to be scaled down to fit the limit."""
    size = max(11, min(cell.width, 2 * cell.height) // 16)

    def face(largest: int, smallest: int) -> Type:
        most = max(1, largest * shown.width // cell.width)
        return Type(size=most, smallest=max(1, smallest * most // largest), fonts=fonts)

    small = max(10, size * 3 // 4)
    return Faces(
        title=face(size * 3 // 2, size),
        label=face(size, max(9, size * 3 // 5)),
        mark=face(size, size),
        note=face(max(10, size * 7 // 8), 8),
        legend=face(small, small),
    )


def _column_labels(labels: tuple[str, ...], cell: Size, face: Type) -> tuple[Lettering, ...]:
    """A column label keeps a little away from its neighbours."""
    room = Size(max(1, cell.width - face.size // 2), max(cell.height // 2, 5 * pitch(face)))
    return tuple(fit(label, room, face, even=True) for label in labels)


def _row_labels(labels: tuple[str, ...], cell: Size, face: Type) -> tuple[Lettering, ...]:
    room = Size(max(cell.width * 3 // 4, 9 * face.size), cell.height)
    return tuple(fit(label, room, face, even=True) for label in labels)


def _legend_room(width: int, face: Type) -> Size:
    return Size(min(width, 80 * face.size), LINES_IN_ALL * pitch(face))


def _draw_page(sheet: Sheet, page: PageLayout, mark: str, open_cell: OpenCell) -> Image.Image:
    image = Image.new("RGB", page.size, sheet.palette.ground)
    _draw_header(image, page, sheet, mark)
    for column, box in page.column_labels:
        draw(image, box, sheet.columns[column], sheet.palette.ink, align="center", rest="bottom")
    for row, box in page.row_labels:
        draw(image, box, sheet.rows[row], sheet.palette.ink, align="right", rest="middle")
    draw_legend(image, page.legend, sheet.legend, sheet.palette.quiet)
    if page.hairline:
        image.paste(sheet.palette.line, page.hairline)
    for cell in page.cells:
        if min(cell.box.size) > 0:
            _draw_cell(image, cell, open_cell, sheet)
    return image


def _draw_header(image: Image.Image, page: PageLayout, sheet: Sheet, mark: str) -> None:
    draw(image, page.title, sheet.title, sheet.palette.ink)
    marked = fit(mark, page.mark.size, sheet.faces.mark)
    lower = max(0, sheet.title.ascent - marked.ascent) if sheet.title.lines else 0
    box = page.mark._replace(top=page.mark.top + lower, bottom=page.mark.bottom + lower)
    draw(image, box, marked, sheet.palette.quiet, align="right")


def _draw_cell(image: Image.Image, cell: Placed, open_cell: OpenCell, sheet: Sheet) -> None:
    content = _content(open_cell, cell, sheet.palette.ground)
    if isinstance(content, str):
        _draw_note(image, cell.box, content, sheet)
    else:
        _paste_cell(image, cell.box, content)


def _content(open_cell: OpenCell, cell: Placed, ground: Colour) -> Image.Image | str:
    """A cell made ready; that a file is broken may show as late as when it is converted."""
    try:
        found = open_cell(cell.row, cell.column)
        return found if isinstance(found, str) else ready_to_paste(found, cell.box.size, ground)
    except (OSError, SyntaxError, ValueError) as error:
        return f"unreadable: {error}"


def _paste_cell(image: Image.Image, box: Box, picture: Image.Image) -> None:
    left = box.left + (box.size.width - picture.width) // 2
    top = box.top + (box.size.height - picture.height) // 2
    image.paste(picture, (left, top))


def _draw_note(image: Image.Image, box: Box, words: str, sheet: Sheet) -> None:
    face, palette = sheet.faces.note, sheet.palette
    image.paste(hatched(box.size, palette.tint, palette.hatch), box[:2])
    inset = min(face.size, min(box.size) // 8)
    inner = Box(box.left + inset, box.top + inset, box.right - inset, box.bottom - inset)
    lettering = fit(words, inner.size, face, even=True)
    draw(image, inner, lettering, palette.quiet, align="center", rest="middle")
