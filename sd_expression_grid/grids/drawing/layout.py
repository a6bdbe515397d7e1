"""Where everything on a page goes: sizes in, boxes out, integers only. Nothing here draws or measures text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


class Box(NamedTuple):
    """Pixels from (left, top) up to, but without, (right, bottom); Pillow's own order."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> Size:
        """Width and height."""
        return Size(self.right - self.left, self.bottom - self.top)


class Placed(NamedTuple):
    """A cell of the figure and its box on the page."""

    row: int
    column: int
    box: Box


NOTHING = Size(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The sizes a page is made of, in pixels; a block of size 0 takes no room and no gap."""

    cell: Size
    margin: int
    padding: int
    label_gap: int
    section_gap: int
    reference_gap: int
    hairline: int
    column_labels: int
    row_labels: int
    corner: Size = NOTHING
    title: Size = NOTHING
    mark: Size = NOTHING
    legend: Size = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How many rows and columns a figure has, and whether its first column is the reference."""

    rows: int
    columns: int
    has_reference: bool = False

    @property
    def references(self) -> int:
        """Columns that every page repeats: 1 or 0."""
        return int(self.has_reference and self.columns > 0)

    @property
    def others(self) -> int:
        """Columns that appear on one page only."""
        return self.columns - self.references


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The largest page: pixels in all, and along one side."""

    pixels: int
    side: int = 65_535

    def admits(self, size: Size) -> bool:
        """Whether a page of this size is small enough."""
        return max(size) <= self.side and size.width * size.height <= self.pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLayout:
    """One page: which part of the figure it shows, and the box of everything on it."""

    measures: Measures
    size: Size
    rows: range
    columns: tuple[int, ...]
    corner: Box
    title: Box
    mark: Box
    column_labels: tuple[tuple[int, Box], ...]
    row_labels: tuple[tuple[int, Box], ...]
    cells: tuple[Placed, ...]
    hairline: Box | None
    legend: Box


def plan_pages(measures: Measures, shape: Shape, limit: Limit) -> tuple[PageLayout, ...]:
    """Lay a figure out on one page, or on as few balanced pages as the limit allows.

    Every page repeats the labels and the reference column. Rows are split before columns, so that the
    columns of a row stay side by side. If not even one cell fits, everything is scaled down until it does.
    """
    unmarked = replace(measures, mark=NOTHING)
    if limit.admits(page_size(unmarked, shape)):
        return (lay_out(unmarked, range(shape.rows), tuple(range(shape.columns)), shape.references),)
    small = _shrunk(measures, shape, limit)
    across, down = _fewest_pages(small, shape, limit)
    if across * down == 1:
        small = replace(small, mark=NOTHING)
    reference = tuple(range(shape.references))
    return tuple(
        lay_out(small, rows, reference + tuple(index + len(reference) for index in others), len(reference))
        for rows in balanced(shape.rows, down)
        for others in balanced(shape.others, across)
    )


def lay_out(measures: Measures, rows: range, columns: tuple[int, ...], references: int) -> PageLayout:
    """Give everything on one page its box."""
    size = page_size(measures, Shape(rows=len(rows), columns=len(columns), has_reference=references > 0))
    lefts = _lefts(measures, len(columns), references)
    top = measures.padding + _before_cells(measures)
    label_top = top - _after(measures.column_labels, measures.label_gap)
    tops = [top + index * (measures.cell.height + measures.margin) for index in range(len(rows))]
    bottom = tops[-1] + measures.cell.height if tops else top
    return PageLayout(
        measures=measures,
        size=size,
        rows=rows,
        columns=columns,
        corner=_at(measures.padding, measures.padding, measures.corner),
        title=_at(measures.padding + _before_title(measures), measures.padding, measures.title),
        mark=_at(size.width - measures.padding - measures.mark.width, measures.padding, measures.mark),
        column_labels=tuple(
            (column, _at(left, label_top, Size(measures.cell.width, measures.column_labels)))
            for column, left in zip(columns, lefts, strict=True)
        ),
        row_labels=tuple(
            (row, _at(measures.padding, top, Size(_labels_width(measures), measures.cell.height)))
            for row, top in zip(rows, tops, strict=True)
        ),
        cells=tuple(
            Placed(row, column, _at(left, top, measures.cell))
            for row, top in zip(rows, tops, strict=True)
            for column, left in zip(columns, lefts, strict=True)
        ),
        hairline=_hairline(measures, lefts, references, label_top, bottom),
        legend=_at(measures.padding, bottom + _before(measures.legend.height, measures), measures.legend),
    )


def page_size(measures: Measures, shape: Shape) -> Size:
    """The size of a page that shows so many rows and columns; at least one pixel."""
    header = _before_title(measures) + measures.title.width + _before_mark(measures)
    width = max(_grid_width(measures, shape.columns, shape.references), header, measures.legend.width)
    height = (
        _before_cells(measures)
        + _span(shape.rows, measures.cell.height, measures.margin)
        + _before(measures.legend.height, measures)
        + measures.legend.height
    )
    return Size(max(1, width + 2 * measures.padding), max(1, height + 2 * measures.padding))


def balanced(count: int, parts: int) -> tuple[range, ...]:
    """Split range(count) into so many ranges, in order, whose lengths differ by at most one."""
    edges = [count * part // parts for part in range(parts + 1)]
    return tuple(range(start, stop) for start, stop in pairwise(edges))


def scaled(measures: Measures, percent: int) -> Measures:
    """Every size taken down to so many hundredths."""

    def less(size: Size) -> Size:
        return Size(size.width * percent // 100, size.height * percent // 100)

    return Measures(
        cell=less(measures.cell),
        margin=measures.margin * percent // 100,
        padding=measures.padding * percent // 100,
        label_gap=measures.label_gap * percent // 100,
        section_gap=measures.section_gap * percent // 100,
        reference_gap=measures.reference_gap * percent // 100,
        hairline=measures.hairline * percent // 100,
        corner=less(measures.corner),
        title=less(measures.title),
        mark=less(measures.mark),
        column_labels=measures.column_labels * percent // 100,
        row_labels=measures.row_labels * percent // 100,
        legend=less(measures.legend),
    )


def _shrunk(measures: Measures, shape: Shape, limit: Limit) -> Measures:
    smallest = Shape(
        rows=min(1, shape.rows),
        columns=shape.references + min(1, shape.others),
        has_reference=shape.has_reference,
    )
    for percent in range(100, 0, -1):
        candidate = scaled(measures, percent)
        if limit.admits(page_size(candidate, smallest)):
            return candidate
    return scaled(measures, 0)


def _fewest_pages(measures: Measures, shape: Shape, limit: Limit) -> tuple[int, int]:
    """How many pages across and down; among equals, the fewest across."""
    choices = []
    for across in range(1, max(1, shape.others) + 1):
        columns = shape.references + -(-shape.others // across)
        rows = _rows_that_fit(measures, replace(shape, rows=1, columns=columns), limit)
        if rows:
            down = max(1, -(-shape.rows // rows))
            choices.append((across * down, across, down))
    if not choices:
        return max(1, shape.others), max(1, shape.rows)
    _, across, down = min(choices)
    return across, down


def _rows_that_fit(measures: Measures, one_row: Shape, limit: Limit) -> int:
    size = page_size(measures, one_row)
    if not limit.admits(size):
        return 0
    room = min(limit.side, limit.pixels // size.width) - size.height
    return 1 + room // max(1, measures.cell.height + measures.margin)


def _lefts(measures: Measures, columns: int, references: int) -> list[int]:
    left = measures.padding + _after(_labels_width(measures), measures.label_gap)
    step = measures.cell.width + measures.margin
    extra = max(0, measures.reference_gap - measures.margin) if references else 0
    return [left + index * step + (extra if index else 0) for index in range(columns)]


def _grid_width(measures: Measures, columns: int, references: int) -> int:
    if not columns:
        return _labels_width(measures)
    return _lefts(measures, columns, references)[-1] + measures.cell.width - measures.padding


def _hairline(measures: Measures, lefts: list[int], references: int, top: int, bottom: int) -> Box | None:
    if not references or len(lefts) < 2:
        return None
    left = (lefts[0] + measures.cell.width + lefts[1] - measures.hairline) // 2
    return Box(left, top, left + measures.hairline, bottom)


def _labels_width(measures: Measures) -> int:
    """The corner's block stands above the rows' labels."""
    return max(measures.row_labels, measures.corner.width)


def _before_cells(measures: Measures) -> int:
    """What stands above the first row: title and columns' labels, with the corner's block beside them."""
    beside = _after(_header(measures), measures.section_gap) + _after(measures.column_labels, measures.label_gap)
    return max(beside, _after(measures.corner.height, measures.label_gap))


def _before_title(measures: Measures) -> int:
    return measures.corner.width and _labels_width(measures) + measures.label_gap


def _header(measures: Measures) -> int:
    return max(measures.title.height, measures.mark.height)


def _before_mark(measures: Measures) -> int:
    return measures.mark.width and measures.mark.width + measures.section_gap


def _before(height: int, measures: Measures) -> int:
    return measures.section_gap if height else 0


def _after(size: int, gap: int) -> int:
    return size + gap if size else 0


def _span(count: int, size: int, gap: int) -> int:
    return count * size + max(0, count - 1) * gap


def _at(left: int, top: int, size: Size) -> Box:
    return Box(left, top, left + size.width, top + size.height)
