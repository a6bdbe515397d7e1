import numpy as np
import pytest
from PIL import Image

from sd_expression_grid.grids.drawing.contact_sheet import ContactSheet

BEHIND, EMPTY = (24, 26, 30), (58, 62, 70)


def test_places_are_two_pixels_apart_and_empty_until_they_are_shown():
    sheet = ContactSheet([(0, 0), (1, 2)], (4, 3), 768)
    sheet.show((0, 0), Image.new("RGB", (40, 30), (255, 0, 0)))
    expected = np.full((3 + 2 + 3, 4 + 2 + 4 + 2 + 4, 3), BEHIND)
    expected[:3, :4] = (255, 0, 0)
    expected[5:, 12:] = EMPTY
    assert (np.asarray(sheet.image()) == expected).all()
    assert (np.asarray(sheet.image_with((1, 2), Image.new("L", (9, 9), 7)))[5:, 12:] == 7).all()
    assert (np.asarray(sheet.image()) == expected).all()


def test_what_was_finished_earlier_has_a_tick_and_may_still_be_shown():
    sheet = ContactSheet([(0, 0), (0, 1)], (64, 48), 768, there=[(0, 1)])
    marked = (np.asarray(sheet.image()) == (120, 126, 136)).all(axis=2)
    rows, columns = marked.nonzero()
    assert columns.min() > 66 + 16
    assert columns.max() < 66 + 48
    assert rows.min() > 12
    assert rows.max() < 36
    assert marked.sum() > 60
    sheet.show((0, 1), Image.new("RGB", (64, 48), (255, 0, 0)))
    assert (np.asarray(sheet.image())[:, 66:] == (255, 0, 0)).all()


@pytest.mark.parametrize(
    ("places", "cell", "longest", "size"),
    [
        ([(0, 0), (1, 2)], (400, 300), 300, (100 + 2 + 100 + 2 + 100, 75 + 2 + 75)),
        ([(0, 0), (3, 0)], (300, 400), 400, (75, 100 + 2 + 100 + 2 + 100 + 2 + 100)),
        ([(0, 0), (0, 1)], (400, 2), 80, (40 + 2 + 40, 1)),
        ([(0, 0), (1, 0)], (2, 400), 80, (1, 40 + 2 + 40)),
    ],
)
def test_the_longer_side_is_about_as_long_as_it_may_be(places, cell, longest, size):
    assert ContactSheet(places, cell, longest).image().size == size
