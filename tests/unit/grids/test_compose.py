from __future__ import annotations

import weakref
from collections import Counter
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sd_expression_grid.grids.drawing.compose import Figure, compose_pages, page_sizes
from sd_expression_grid.grids.drawing.layout import Box, Size
from sd_expression_grid.grids.drawing.pictures import as_rgb, hatched, ready_to_paste
from sd_expression_grid.grids.drawing.style import PALETTES, Style, text_styles
from tests.unit.grids.ink import cut_out, drawn, ink_in, shows

if TYPE_CHECKING:
    from types import SimpleNamespace

    from sd_expression_grid.grids.drawing.compose import OpenCell

WHITE = (255, 255, 255)
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
COLUMNS = ("reference", "Ada Lovelace", "Grace Hopper", "nobody-07")
ROWS = ("neutral", "smiling, open mouth", "sad")
LEGEND = (("prompt", "closeup of woman facing viewer, RAW photo, 1girl"), ("seed", "7"))


def bare(rows: int, columns: int, *, has_reference: bool = False) -> Figure:
    return Figure(title="", columns=("",) * columns, rows=("",) * rows, has_reference=has_reference)


def full(**changes: object) -> Figure:
    parts = {"title": "A study", "columns": COLUMNS, "rows": ROWS, "has_reference": True, "legend": LEGEND}
    return Figure(**(parts | changes))  # type: ignore[arg-type]


def plain(colour: tuple[int, int, int] = RED, size: tuple[int, int] = (4, 4)) -> OpenCell:
    return lambda row, column: Image.new("RGB", size, colour)


def only(figure: Figure, open_cell: OpenCell, size: tuple[int, int], **style: object) -> SimpleNamespace:
    (page,) = compose_pages(figure, open_cell, size, Style(**style))  # type: ignore[arg-type]
    return drawn(page)


def pixels(image: Image.Image, box: Box | None = None) -> np.ndarray:
    return np.asarray(image.crop(box) if box else image)


def has_ink(image: Image.Image, box: Box) -> bool:
    return bool((pixels(image, box) != image.getpixel((0, 0))).any())


def test_tiny_pictures_land_pixel_by_pixel():
    colours = {(0, 0): RED, (0, 1): GREEN, (1, 0): BLUE, (1, 1): (9, 8, 7)}
    page = only(bare(2, 2), lambda row, column: Image.new("RGB", (2, 1), colours[row, column]), (2, 1), margin=1)
    expected = np.full((3 + 26, 5 + 26, 3), 255, dtype=np.uint8)
    for (row, column), colour in colours.items():
        expected[13 + 2 * row, 13 + 3 * column : 15 + 3 * column] = colour
    assert (pixels(page.image) == expected).all()
    assert page.image.mode == "RGB"
    assert [tuple(cell) for cell in page.cells][:2] == [(0, 0, Box(13, 13, 15, 14)), (0, 1, Box(16, 13, 18, 14))]


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((8, 8), Box(0, 0, 8, 8)),
        ((4, 2), Box(2, 3, 6, 5)),
        ((16, 16), Box(0, 0, 8, 8)),
        ((16, 8), Box(0, 2, 8, 6)),
        ((2, 32), Box(3, 0, 4, 8)),
        ((900, 1), Box(0, 3, 8, 4)),
    ],
)
def test_another_size_is_centred_and_only_ever_made_smaller(size: tuple[int, int], shown: Box):
    page = only(bare(1, 1), plain(size=size), (8, 8))
    cell = pixels(page.image, page.cells[0].box)
    expected = np.full((8, 8, 3), 255, dtype=np.uint8)
    expected[shown.top : shown.bottom, shown.left : shown.right] = RED
    assert (cell == expected).all()


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (Image.new("RGB", (1, 1), (1, 2, 3)), (1, 2, 3)),
        (Image.new("RGBA", (1, 1), (1, 2, 3, 255)), (1, 2, 3)),
        (Image.new("RGBA", (1, 1), (1, 2, 3, 0)), WHITE),
        (Image.new("LA", (1, 1), (5, 0)), WHITE),
        (Image.new("L", (1, 1), 77), (77, 77, 77)),
        (Image.new("1", (1, 1), 1), WHITE),
        (Image.new("CMYK", (1, 1), (0, 255, 255, 0)), RED),
        (Image.new("I;16", (1, 1), 65535), WHITE),
        (Image.new("I;16", (1, 1), 257), (1, 1, 1)),
        (Image.new("I", (1, 1), 65535), WHITE),
        (Image.new("I", (1, 1), 200), (200, 200, 200)),
        (Image.new("F", (1, 1), 99.5), (99, 99, 99)),
        (Image.new("F", (1, 1), -5.0), (0, 0, 0)),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else str(value),
)
def test_every_mode_becomes_rgb(picture: Image.Image, expected: tuple[int, int, int]):
    assert as_rgb(picture, WHITE).getpixel((0, 0)) == expected


def test_a_palette_with_a_transparent_colour_shows_the_background():
    picture = Image.new("P", (2, 1), 0)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.putpixel((1, 0), 1)
    picture.info["transparency"] = 1
    assert [as_rgb(picture, (9, 9, 9)).getpixel((x, 0)) for x in (0, 1)] == [RED, (9, 9, 9)]


def test_a_picture_of_its_rooms_size_is_kept_as_it_is():
    picture = Image.effect_noise((16, 16), 50).convert("RGB")
    assert (pixels(ready_to_paste(picture, Size(16, 16), WHITE)) == pixels(picture)).all()


@pytest.mark.parametrize("background", ["light", "dark"])
def test_everything_a_full_page_should_show_is_there(background: str):
    page = only(full(), plain(size=(96, 96)), (96, 96), background=background)
    first = page.cells[0].box
    assert page.image.getpixel((0, 0)) == PALETTES[background].background
    assert has_ink(page.image, Box(0, 0, first.left, first.top - 20))
    assert all(has_ink(page.image, cell.box._replace(top=first.top - 18, bottom=first.top)) for cell in page.cells[:4])
    assert all(has_ink(page.image, cell.box._replace(left=0, right=first.left)) for cell in page.cells[::4])
    assert has_ink(page.image, Box(0, page.cells[-1].box.bottom, *page.image.size))
    assert (pixels(page.image, first) == RED).all()


@pytest.mark.parametrize(
    ("side", "margin", "page", "lefts", "tops"),
    [
        (64, 8, (245, 162), (13, 96, 168), (13, 85)),
        (512, 8, (1664, 1112), (40, 592, 1112), (40, 560)),
        (64, 0, (229, 154), (13, 88, 152), (13, 77)),
        (64, -5, (229, 154), (13, 88, 152), (13, 77)),
    ],
)
def test_gaps_grow_with_the_cells(side: int, margin: int, page: tuple[int, int], lefts: object, tops: object):
    """11 and 32 are the sizes of labels; the edge is 5/4 of it, the reference's gap one more than the margin."""
    made = only(bare(2, 3, has_reference=True), plain(size=(side, side)), (side, side), margin=margin)
    assert made.image.size == page
    assert tuple(cell.box.left for cell in made.cells[:3]) == lefts
    assert tuple(cell.box.top for cell in made.cells[::3]) == tops


@pytest.mark.parametrize(("rows", "columns", "size"), [(0, 2, (154, 26)), (2, 0, (26, 162)), (0, 0, (26, 26))])
def test_nothing_takes_no_room(rows: int, columns: int, size: tuple[int, int]):
    assert only(bare(rows, columns), plain(), (64, 64), margin=8 if rows else -8).image.size == size


def test_the_reference_is_set_apart_by_a_gap_and_a_hairline():
    page = only(bare(1, 3, has_reference=True), plain(size=(64, 64)), (64, 64))
    reference, second, third = (cell.box for cell in page.cells)
    assert third.left - second.right == 8
    assert second.left - reference.right > 2 * 8
    between = pixels(page.image, Box(reference.right, reference.top, second.left, reference.bottom))
    assert (between == PALETTES["light"].line).all(axis=2).all(axis=0).sum() == 1


def test_a_cell_without_a_picture_says_why():
    shown = only(bare(1, 1), lambda row, column: "failed: out of memory", (128, 128))
    silent = only(bare(1, 1), lambda row, column: "", (128, 128))
    cell, hatch = pixels(shown.image, shown.cells[0].box), hatched(Size(128, 128), *note_colours())
    assert (pixels(silent.image, silent.cells[0].box) == pixels(hatch)).all()
    assert (cell != pixels(hatch)).any()
    assert len(np.unique(pixels(hatch).reshape(-1, 3), axis=0)) == 2


def note_colours() -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    return PALETTES["light"].tint, PALETTES["light"].hatch


def test_a_broken_file_becomes_a_note(tmp_path):
    whole, torn = tmp_path / "whole.png", tmp_path / "torn.png"
    Image.effect_noise((64, 64), 80).save(whole)
    torn.write_bytes(whole.read_bytes()[:900])
    files = {0: whole, 1: torn, 2: tmp_path / "missing.png"}
    page = only(bare(1, 3), lambda row, column: Image.open(files[column]), (64, 64))
    edges = [page.image.getpixel((cell.box.left, cell.box.top)) for cell in page.cells]
    assert edges[1] == edges[2] == PALETTES["light"].hatch


def test_a_picture_that_cannot_be_read_says_why():
    def broken(row: int, column: int) -> Image.Image:
        raise OSError("truncated")

    page = only(bare(1, 1), broken, (256, 128))
    assert (pixels(page.image) == pixels(only(bare(1, 1), said("unreadable: truncated"), (256, 128)).image)).all()
    assert (pixels(page.image) != pixels(only(bare(1, 1), said("unreadable: other"), (256, 128)).image)).any()


def said(words: str) -> OpenCell:
    return lambda row, column: words


@pytest.mark.parametrize(("size", "step"), [((40, 30), 6), ((300, 420), 15)])
def test_a_hatched_box_has_slanting_lines_everywhere(size: tuple[int, int], step: int):
    box = pixels(hatched(Size(*size), (1, 1, 1), (9, 9, 9)))[:, :, 0]
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    expected = np.where((x + y - size[1]) % step == 0, 9, 1)
    assert (box[1:-1, 1:-1] == expected[1:-1, 1:-1]).all()


def test_a_hatched_box_has_an_edge_all_around():
    box = pixels(hatched(Size(40, 30), (1, 1, 1), (9, 9, 9)))
    assert all((edge == 9).all() for edge in (box[0], box[-1], box[:, 0], box[:, -1]))
    assert 0.5 < (box[1:-1, 1:-1] == 1).mean() < 0.95


def test_other_faults_of_the_caller_are_not_hidden():
    with pytest.raises(KeyError):
        only(bare(1, 1), lambda row, column: {}[row], (8, 8))


def test_a_page_mark_only_where_there_are_several():
    corner = Box(-160, 0, 0, 40)
    single = only(full(), plain(), (64, 64)).image
    pages = list(map(drawn, compose_pages(full(), plain(), (64, 64), Style(max_pixels=60_000))))
    assert len(pages) > 1
    assert [(page.number, page.of) for page in pages] == [(number, len(pages)) for number in range(1, len(pages) + 1)]
    for image, marked in ((single, False), (pages[0].image, True)):
        width = image.width
        assert has_ink(image, Box(width + corner.left // 4, 0, width, corner.bottom)) is marked


@pytest.mark.parametrize(("rows", "pages", "most"), [(12, 1, 170_000_000), (24, 5, 85_000_000)])
def test_pages_are_smaller_where_one_is_not_enough(rows: int, pages: int, most: int):
    figure = full(rows=tuple(map(str, range(rows))), columns=tuple(map(str, range(12))))
    sizes = page_sizes(figure, (1024, 1024), Style())
    assert len(sizes) == pages
    assert most / 2 < max(width * height for width, height in sizes) <= most


def test_cells_are_not_smaller_for_it():
    figure = replace(full(rows=("0", "1"), columns=("0", "1")), has_reference=False)
    pages = compose_pages(figure, plain(), (9_000, 6_500), Style())
    assert len(pages) == 4
    assert {cell.box.size for page in pages for cell in page.cells} == {Size(9_000, 6_500)}


def test_every_page_repeats_the_reference():
    seen: Counter[tuple[int, int]] = Counter()

    def open_cell(row: int, column: int) -> Image.Image:
        seen[row, column] += 1
        return Image.new("RGB", (64, 64), RED)

    pages = list(
        map(
            drawn,
            compose_pages(full(rows=ROWS * 3, columns=COLUMNS * 4), open_cell, (64, 64), Style(max_pixels=150_000)),
        )
    )
    assert len({page.columns for page in pages}) > 1
    assert all(page.columns[0] == 0 for page in pages)
    assert set(seen) == {(row, column) for row in range(9) for column in range(16)}
    assert all(count == 1 for (_, column), count in seen.items() if column)
    assert all(page.image.width * page.image.height <= 150_000 for page in pages)


def test_memory_is_one_page_and_a_few_cells():
    living = most = 0

    def forget() -> None:
        nonlocal living
        living -= 1

    def open_cell(row: int, column: int) -> Image.Image:
        nonlocal living, most
        picture = Image.new("RGB", (64, 64), None)
        picture.putpixel((0, 0), (row, column, 0))
        weakref.finalize(picture, forget)
        living += 1
        most = max(most, living)
        return picture

    figure = full(columns=tuple(f"c{index}" for index in range(40)), rows=tuple(f"r{index}" for index in range(40)))
    shown = 0
    for page in map(drawn, compose_pages(figure, open_cell, (64, 64), Style(max_pixels=1_250_000))):
        shown += sum(cell.column > 0 for cell in page.cells)
        assert page.image.getpixel(page.cells[-1].box[:2])[:2] == (page.rows[-1], page.columns[-1])
        del page
    assert shown == 40 * 39
    assert most <= 2


@pytest.mark.parametrize("size", [(64, 64), (512, 16), (16, 512), (1, 1), (1024, 1024)])
@pytest.mark.parametrize("rows", [("neutral",), ("a label with a great many words " * 9, "Donaudampfschiff" * 9)])
def test_any_size_of_cell_will_do(size: tuple[int, int], rows: tuple[str, ...]):
    page = only(full(rows=rows, columns=("reference", "🙂 微笑")), plain(size=size), size)
    assert all((pixels(page.image, cell.box) == RED).all() for cell in page.cells)


@pytest.mark.parametrize("side", [64, 256, 512])
def test_the_longest_row_label_decides_the_width_and_is_not_wrapped_again(side: int):
    page = only(full(rows=("smiling", "open mouth")), plain(), (side, side))
    for cell in page.cells[::4]:
        beside = pixels(page.image, cell.box._replace(left=0, right=cell.box.left))
        inked = (beside != 255).any(axis=2).any(axis=1)
        assert inked.sum() < max(11, side // 16) * 1.2


@pytest.mark.parametrize("pixels_allowed", [1, 10, 500, 5_000])
def test_no_limit_is_too_small(pixels_allowed: int):
    pages = list(map(drawn, compose_pages(full(), plain(), (64, 64), Style(max_pixels=pixels_allowed))))
    assert all(page.image.width * page.image.height <= pixels_allowed for page in pages)
    assert len({(cell.row, cell.column) for page in pages for cell in page.cells}) == 12


@pytest.mark.parametrize(("rows", "columns"), [(0, 0), (0, 2), (2, 0)])
def test_a_figure_without_cells_is_still_a_page(rows: int, columns: int):
    assert only(full(rows=ROWS[:rows], columns=COLUMNS[:columns]), plain(), (64, 64)).cells == ()


def test_a_legend_is_the_same_under_every_page():
    pages = list(map(drawn, compose_pages(full(), plain(), (64, 64), Style(max_pixels=60_000))))
    assert len(pages) > 1
    (legend,) = {cut_out(page.image, below(page)).tobytes() for page in pages}
    assert legend != cut_out(only(full(legend=LEGEND[:1]), plain(), (64, 64)).image).tobytes()


def below(page: SimpleNamespace) -> Box:
    return Box(0, page.cells[-1].box.bottom, *page.image.size)


@pytest.mark.parametrize("background", ["light", "dark"])
def test_labels_stand_above_their_columns_and_left_of_their_rows(background: str):
    columns, rows = ("reference", "Ada", "Grace Hopper", "i"), ("neutral", "open mouth", "j")
    page = only(full(title="", columns=columns, rows=rows), plain(), (96, 96), background=background)
    style, ink = text_styles(Size(96, 96), Size(96, 96), ()).label, PALETTES[background].ink
    first = page.cells[0].box
    for label, cell in zip(columns, page.cells[:4], strict=True):
        above = Box(cell.box.left - 4, 0, cell.box.right + 4, first.top)
        assert shows(page.image, above._replace(left=cell.box.left), label, style, ink)
        found = ink_in(page.image, above)
        assert abs((found.left + found.right) - (cell.box.left + cell.box.right)) <= 4
        assert 0 < first.top - found.bottom <= style.size
    for label, cell in zip(rows, page.cells[::4], strict=True):
        beside = Box(0, cell.box.top, first.left, cell.box.bottom)
        assert shows(page.image, beside, label, style, ink)
        found = ink_in(page.image, beside)
        assert abs((found.top + found.bottom) - (cell.box.top + cell.box.bottom)) <= 6
        assert 0 < first.left - found.right <= style.size


def test_short_column_labels_stand_at_the_foot_of_higher_ones():
    page = only(full(title="", columns=("reference", "x", "a\nb\nc")), plain(), (96, 96))
    feet = [
        ink_in(page.image, cell.box._replace(top=0, bottom=page.cells[0].box.top)).bottom for cell in page.cells[:3]
    ]
    assert feet == [feet[0]] * 3


def test_title_and_page_number_stand_in_the_corners_on_one_base_line():
    styles, palette = text_styles(Size(64, 64), Size(64, 64), ()), PALETTES["light"]
    figure = full(title="HHH", columns=("",) * 4, rows=("",) * 3, legend=())
    pages = list(map(drawn, compose_pages(figure, plain(), (64, 64), Style(max_pixels=60_000))))
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        top = page.cells[0].box.top
        left, right = Box(0, 0, 60, top), Box(60, 0, page.image.width, top)
        assert shows(page.image, left, "HHH", styles.title, palette.ink)
        assert shows(page.image, right, f"{number} / {len(pages)}", styles.mark, palette.quiet)
        title, mark = ink_in(page.image, left), ink_in(page.image, right)
        padding = styles.label.size * 5 // 4
        assert (abs(title.left - padding) <= 2, abs(page.image.width - mark.right - padding) <= 2) == (True, True)
        assert title.top >= padding
        assert title.bottom == ink_in(page.image, right._replace(right=mark.left + 5)).bottom


@pytest.mark.parametrize("background", ["light", "dark"])
def test_text_is_easy_to_read(background: str):
    """By the contrast that WCAG 2.1 asks of text: 7 to 1 is enhanced, 4.5 to 1 the minimum."""
    palette = PALETTES[background]
    assert contrast(palette.ink, palette.background) >= 7
    assert contrast(palette.quiet, palette.background) >= 4.5
    assert contrast(palette.quiet, palette.tint) >= 4.5
    page = only(full(), plain(), (256, 256), background=background)
    shown = {tuple(colour) for colour in cut_out(page.image, below(page)).reshape(-1, 3).tolist()}
    assert palette.quiet in shown
    assert palette.ink not in shown


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("cell", "sizes"),
    [((512, 512), (48, 32, 28, 24)), ((512, 768), (48, 32, 28, 24)), ((64, 64), (16, 11, 10, 10))],
)
def test_texts_grow_with_the_cells(cell: tuple[int, int], sizes: tuple[int, ...]):
    styles = text_styles(Size(*cell), Size(*cell), ())
    assert (styles.title.size, styles.label.size, styles.note.size, styles.legend.size) == sizes
    assert styles.mark == replace(styles.label, smallest=styles.label.size)


def test_texts_may_shrink_to_fit_but_not_below_what_can_be_read():
    styles = text_styles(Size(512, 512), Size(512, 512), ("a.ttf",))
    assert [style.smallest for style in (styles.title, styles.label, styles.note, styles.legend)] == [32, 19, 8, 24]
    small = text_styles(Size(64, 64), Size(64, 64), ())
    assert [style.smallest for style in (small.title, small.label, small.note, small.legend)] == [11, 9, 8, 10]
    tiny = text_styles(Size(64, 64), Size(1, 1), ())
    assert {style.smallest for style in (tiny.title, tiny.label, tiny.note, tiny.legend)} == {1}
    assert styles.title.fonts == styles.legend.fonts == ("a.ttf",)


def test_a_study_is_drawn_in_the_same_colours_for_ever():
    """So that grids of one study, drawn at different times, go together."""
    hexes = {name: {part: bytes(colour).hex() for part, colour in asdict(palette).items()} for name, palette in
             PALETTES.items()}  # fmt: skip
    assert hexes == {
        "light": {"background": "ffffff", "ink": "1c1c1e", "quiet": "6c6c72", "line": "d0d0d4", "tint": "f4f4f6",
                  "hatch": "dedee3"},
        "dark": {"background": "18191b", "ink": "ececee", "quiet": "9899a0", "line": "424348", "tint": "26272b",
                 "hatch": "38393f"},
    }  # fmt: skip


def test_texts_are_smaller_where_cells_are_shown_smaller():
    assert text_styles(Size(512, 512), Size(256, 256), ()).label.size == 16


texts = st.sampled_from(("", "sad", "smiling, open mouth", "微笑", "x" * 90, "two\nlines", "😀"))


@settings(max_examples=20)
@given(
    st.lists(texts, max_size=4),
    st.lists(texts, max_size=4),
    texts,
    st.integers(2, 40),
    st.integers(200, 200_000),
    st.booleans(),
)
def test_no_label_reaches_into_a_cell(
    rows: list[str], columns: list[str], title: str, side: int, limit: int, reference: bool
):
    figure = full(title=title, rows=tuple(rows), columns=tuple(columns), has_reference=reference)
    style = Style(max_pixels=limit)
    cells: Counter[tuple[int, int]] = Counter()
    for page in map(drawn, compose_pages(figure, plain(BLUE, (side, side)), (side, side), style)):
        assert page.image.width * page.image.height <= limit
        assert all((pixels(page.image, cell.box) == BLUE).all() for cell in page.cells)
        cells.update((cell.row, cell.column) for cell in page.cells)
    assert len(cells) == len(rows) * len(columns)
