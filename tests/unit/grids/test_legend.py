"""The legend as it is read: names, beside each its value, and an ellipsis where something was left out."""

import pytest
from PIL import Image

from sd_expression_grid.grids.drawing.layout import Box, Size
from sd_expression_grid.grids.drawing.legend import LINES_OF_A_VALUE, draw_legend, set_legend
from sd_expression_grid.grids.drawing.text_lines import TextStyle, pitch
from tests.unit.grids.ink import ink_in, shows

STYLE = TextStyle(size=12, smallest=12)
LINE = pitch(STYLE)
INK = (10, 20, 30)


def set_in(width, lines, *pairs):
    return set_legend(pairs, Size(width, lines * LINE + (len(pairs) - 1) * (STYLE.size // 4)), STYLE)


def drawn(legend, box):
    image = Image.new("RGB", (box.right + 20, box.bottom + 20), "white")
    draw_legend(image, box, legend, INK)
    return image


def said(legend):
    return [(entry.name.lines, entry.value.lines) for entry in legend.entries]


def test_each_name_has_its_value_beside_it():
    legend = set_in(300, 3, ("Checkpoint", "photoreal"), ("Steps", "20"), ("Seed", "7"))
    box = Box(10, 5, 310, 5 + legend.size.height)
    image = drawn(legend, box)
    for number, (name, value) in enumerate((("Checkpoint", "photoreal"), ("Steps", "20"), ("Seed", "7"))):
        top = box.top + number * (LINE + STYLE.size // 4)
        middle = box.left + legend.indent
        assert shows(image, Box(0, top, middle - 2, top + LINE), name, STYLE, INK)
        assert shows(image, Box(middle - 2, top, image.width, top + LINE), value, STYLE, INK)
        assert abs(ink_in(image, Box(middle - 2, top, image.width, top + LINE)).left - middle) <= 2
        assert abs(ink_in(image, Box(0, top, middle - 2, top + LINE)).left - box.left) <= 2


def test_it_takes_the_room_that_its_longest_lines_need():
    legend = set_in(300, 2, ("Seed", "7"), ("Checkpoint", "photoreal"))
    ink = ink_in(drawn(legend, Box(0, 0, *legend.size)))
    assert abs(legend.size.width - ink.right) <= 2
    assert legend.size.height == 2 * LINE + STYLE.size // 4


def test_what_has_no_room_any_more_is_an_ellipsis():
    assert said(set_in(300, 2, ("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"))) == [(("a",), ("1",)), (("…",), ())]
    assert said(set_in(300, 4, ("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")))[-1] == (("d",), ("4",))


@pytest.mark.parametrize(("words", "is_cut"), [(3, False), (500, True)])
def test_a_long_value_has_twelve_lines_at_most_and_pushes_the_next_down(words, is_cut):
    long, after = set_in(160, 40, ("Prompt", "closeup " * words), ("Seed", "7")).entries
    assert long.value.is_cut is is_cut
    assert len(long.value.lines) == (LINES_OF_A_VALUE if is_cut else 2)
    assert (LINES_OF_A_VALUE, after.top) == (12, len(long.value.lines) * LINE + STYLE.size // 4)


def test_without_entries_it_takes_no_room():
    assert set_in(300, 3).size == (0, 0)
