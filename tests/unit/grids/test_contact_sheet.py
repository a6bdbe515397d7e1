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
