from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sd_expression_grid.grids.drawing.layout import (
    Box,
    Limit,
    Measures,
    PageLayout,
    Placed,
    Shape,
    Size,
    balanced,
    lay_out,
    page_size,
    plan_pages,
)

UNLIMITED = Limit(pixels=10**9)
BARE = Measures(
    cell=Size(10, 10), margin=0, padding=0, label_gap=0, section_gap=0, reference_gap=0, hairline=1, column_labels=0,
    row_labels=0,
)  # fmt: skip
FULL = Measures(
    cell=Size(100, 80),
    margin=4,
    padding=10,
    label_gap=5,
    section_gap=12,
    reference_gap=20,
    hairline=1,
    title=Size(60, 30),
    column_labels=25,
    row_labels=40,
    legend=Size(50, 33),
)


def only(pages: tuple[PageLayout, ...]) -> PageLayout:
    assert len(pages) == 1
    return pages[0]


def test_bare_cells_lie_a_margin_apart():
    page = only(plan_pages(replace(BARE, cell=Size(10, 8), margin=2), Shape(rows=2, columns=2), UNLIMITED))
    assert page.size == Size(22, 18)
    assert page.cells == (
        Placed(0, 0, Box(0, 0, 10, 8)),
        Placed(0, 1, Box(12, 0, 22, 8)),
        Placed(1, 0, Box(0, 10, 10, 18)),
        Placed(1, 1, Box(12, 10, 22, 18)),
    )
    assert page.hairline is None


def test_every_block_of_a_full_page_has_its_place():
    page = only(plan_pages(FULL, Shape(rows=2, columns=3, has_reference=True), UNLIMITED))
    assert page.size == Size(389, 301)
    assert page.title == Box(10, 10, 70, 40)
    assert page.column_labels == (
        (0, Box(55, 52, 155, 77)),
        (1, Box(175, 52, 275, 77)),
        (2, Box(279, 52, 379, 77)),
    )
    assert page.row_labels == ((0, Box(10, 82, 50, 162)), (1, Box(10, 166, 50, 246)))
    assert page.cells[0] == Placed(0, 0, Box(55, 82, 155, 162))
    assert page.cells[-1] == Placed(1, 2, Box(279, 166, 379, 246))
    assert page.hairline == Box(164, 52, 165, 246)
    assert page.legend == Box(10, 258, 60, 291)


def test_the_corner_is_beside_the_title_and_the_columns_labels():
    page = only(plan_pages(replace(FULL, corner=Size(50, 90)), Shape(rows=1, columns=1), UNLIMITED))
    assert page.corner == Box(10, 10, 60, 100)
    assert page.title == Box(65, 10, 125, 40)
    assert page.column_labels == ((0, Box(65, 75, 165, 100)),)
    assert page.cells == (Placed(0, 0, Box(65, 105, 165, 185)),)
    assert page.row_labels == ((0, Box(10, 105, 60, 185)),)
    assert page.size == Size(175, 240)


def test_a_corner_that_is_lower_than_what_is_beside_it_moves_nothing_down():
    shape = Shape(rows=1, columns=1)
    without, with_corner = (
        only(plan_pages(each, shape, UNLIMITED)) for each in (FULL, replace(FULL, corner=Size(9, 9)))
    )
    assert with_corner.cells == without.cells
    assert with_corner.size == without.size


def test_a_block_without_size_takes_no_gap():
    bare = replace(BARE, cell=FULL.cell, margin=4, padding=10, label_gap=5, section_gap=12)
    page = only(plan_pages(bare, Shape(rows=1, columns=1), UNLIMITED))
    assert page.cells == (Placed(0, 0, Box(10, 10, 110, 90)),)
    assert page.size == Size(120, 100)


def test_a_reference_alone_needs_no_hairline_and_no_wider_gap():
    page = only(plan_pages(FULL, Shape(rows=1, columns=1, has_reference=True), UNLIMITED))
    assert page.hairline is None
    assert page.size.width == 10 + 40 + 5 + 100 + 10


def test_a_title_wider_than_the_grid_widens_the_page():
    wide = replace(BARE, title=Size(90, 5), padding=3)
    assert page_size(wide, Shape(rows=1, columns=1)) == Size(96, 21)


@pytest.mark.parametrize(
    ("count", "parts", "lengths"),
    [(10, 1, [10]), (10, 3, [3, 3, 4]), (40, 3, [13, 13, 14]), (3, 3, [1, 1, 1]), (0, 1, [0])],
)
def test_balanced(count: int, parts: int, lengths: list[int]):
    ranges = balanced(count, parts)
    assert [len(part) for part in ranges] == lengths
    assert [index for part in ranges for index in part] == list(range(count))


@pytest.mark.parametrize(
    ("shape", "limit", "expected"),
    [
        (Shape(rows=4, columns=4), Limit(pixels=1600), [(4, 4)]),
        (Shape(rows=4, columns=4), Limit(pixels=1599), [(2, 4), (2, 4)]),
        (Shape(rows=4, columns=4), Limit(pixels=10**9, side=39), [(2, 2)] * 4),
        (Shape(rows=2, columns=5), Limit(pixels=10**9, side=40), [(2, 2), (2, 3)]),
        (Shape(rows=1, columns=7), Limit(pixels=300), [(1, 2), (1, 2), (1, 3)]),
        (Shape(rows=2, columns=5, has_reference=True), Limit(pixels=10**9, side=30), [(2, 3), (2, 3)]),
        (Shape(rows=40, columns=2, has_reference=True), Limit(pixels=2000), [(10, 2)] * 4),
    ],
)
def test_pages_are_few_and_balanced(shape: Shape, limit: Limit, expected: list[tuple[int, int]]):
    pages = plan_pages(BARE, shape, limit)
    assert [(len(page.rows), len(page.columns)) for page in pages] == expected


def test_cells_keep_their_size_on_every_page():
    pages = plan_pages(replace(BARE, cell=Size(200, 100), margin=300), Shape(rows=3, columns=3), Limit(pixels=300_000))
    assert len(pages) > 1
    assert {cell.box.size for page in pages for cell in page.cells} == {Size(200, 100)}


@pytest.mark.parametrize(("pixels", "shown"), [(20_000, (200, 100)), (19_999, (198, 99)), (5_000, (100, 50))])
def test_a_cell_is_scaled_down_no_more_than_it_must_be(pixels: int, shown: tuple[int, int]):
    page = only(plan_pages(replace(BARE, cell=Size(200, 100)), Shape(rows=1, columns=1), Limit(pixels=pixels)))
    assert page.cells[0].box.size == shown


def test_the_mark_takes_room_only_on_one_of_several_pages():
    marked = replace(BARE, title=Size(10, 4), mark=Size(7, 4), section_gap=1)
    assert only(plan_pages(marked, Shape(rows=1, columns=1), UNLIMITED)).mark.size == Size(0, 0)
    first, second = plan_pages(marked, Shape(rows=2, columns=3), Limit(pixels=460))
    assert first.mark == second.mark == Box(23, 0, 30, 4)


def test_the_reference_stands_first_on_every_page():
    pages = plan_pages(BARE, Shape(rows=1, columns=5, has_reference=True), Limit(pixels=300))
    assert [page.columns for page in pages] == [(0, 1, 2), (0, 3, 4)]


@pytest.mark.parametrize("pixels", [1, 10, 300, 5_000, 20_000])
def test_a_cell_too_large_for_any_page_is_scaled_down(pixels: int):
    pages = plan_pages(FULL, Shape(rows=3, columns=3, has_reference=True), Limit(pixels=pixels))
    assert all(page.size.width * page.size.height <= pixels for page in pages)
    assert {(cell.row, cell.column) for page in pages for cell in page.cells} == {
        (row, column) for row in range(3) for column in range(3)
    }


@pytest.mark.parametrize(("rows", "columns"), [(0, 0), (0, 3), (3, 0)])
def test_a_figure_without_cells_is_one_page(rows: int, columns: int):
    page = only(plan_pages(FULL, Shape(rows=rows, columns=columns, has_reference=True), UNLIMITED))
    assert page.cells == ()
    assert page.legend.bottom <= page.size.height


sides = st.integers(0, 60)
sizes = st.builds(Size, sides, sides)
measures = st.builds(
    Measures,
    cell=st.builds(Size, st.integers(1, 60), st.integers(1, 60)),
    margin=st.integers(0, 9),
    padding=st.integers(0, 9),
    label_gap=st.integers(0, 9),
    section_gap=st.integers(0, 9),
    reference_gap=st.integers(0, 20),
    hairline=st.just(1),
    corner=sizes,
    title=sizes,
    mark=sizes,
    column_labels=sides,
    row_labels=sides,
    legend=sizes,
)
shapes = st.builds(Shape, rows=st.integers(0, 7), columns=st.integers(0, 7), has_reference=st.booleans())
limits = st.builds(Limit, pixels=st.integers(1, 60_000), side=st.integers(1, 400))


def boxes_of(page: PageLayout) -> list[Box]:
    labels = [box for _, box in (*page.column_labels, *page.row_labels)]
    boxes = [page.corner, page.title, page.mark, page.legend, *labels, *(cell.box for cell in page.cells)]
    return [box for box in boxes if min(box.size) > 0]


def overlap(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


@settings(max_examples=100)
@given(measures, shapes, limits)
def test_boxes_lie_on_the_page_and_never_overlap(made: Measures, shape: Shape, limit: Limit):
    for page in plan_pages(made, shape, limit)[:4]:
        boxes = boxes_of(page)
        width, height = page.size
        assert all(box.left >= 0 and box.top >= 0 and box.right <= width and box.bottom <= height for box in boxes)
        assert not any(overlap(one, other) for one, other in combinations(boxes, 2))


@settings(max_examples=120)
@given(measures, shapes, limits)
def test_pages_keep_the_limit_and_share_out_the_cells(made: Measures, shape: Shape, limit: Limit):
    pages = plan_pages(made, shape, limit)
    assert all(limit.admits(page.size) for page in pages)
    times = Counter((cell.row, cell.column) for page in pages for cell in page.cells)
    assert set(times) == {(row, column) for row in range(shape.rows) for column in range(shape.columns)}
    assert all(count == 1 for (_, column), count in times.items() if column >= shape.references)
    for lengths in (sorted({len(page.rows) for page in pages}), sorted({len(page.columns) for page in pages})):
        assert lengths[-1] - lengths[0] <= 1


def test_lay_out_keeps_the_cells_of_a_later_page_in_the_figures_own_count():
    page = lay_out(FULL, range(4, 6), (0, 3), 1)
    assert [(cell.row, cell.column) for cell in page.cells] == [(4, 0), (4, 3), (5, 0), (5, 3)]
