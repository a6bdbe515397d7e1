import numpy as np
import pytest
from PIL import Image

from sd_expression_grid.export.sheet import contact_sheet
from sd_expression_grid.grids.drawing.captions import Captions
from sd_expression_grid.grids.drawing.style import PALETTES, Style

GAP, THUMBNAIL = 8, 256
COLOURS = {
    "neutral": (200, 0, 0),
    "smile": (0, 200, 0),
    "sad": (0, 0, 200),
    "angry": (200, 200, 0),
    "afraid": (0, 0, 0),
}


def sheet_of(names, size):
    return contact_sheet([(name, Image.new("RGB", size, COLOURS[name])) for name in names], len(names), size)


def expected(names, size, across, down):
    """Each face with its name in its place, eight pixels between them and around."""
    captions = Captions(size, Style())
    wide, high = captions.size
    places = [
        (GAP + column * (wide + GAP), GAP + row * (high + GAP)) for row in range(down) for column in range(across)
    ]
    whole = (GAP + across * (wide + GAP), GAP + down * (high + GAP))
    sheet = Image.new("RGB", whole, PALETTES["light"].background)
    for name, place in zip(names, places, strict=False):
        sheet.paste(captions.under(Image.new("RGB", size, COLOURS[name]), name), place)
    return sheet


@pytest.mark.parametrize(
    ("count", "size", "across", "down"),
    [(5, (60, 40), 3, 2), (5, (40, 80), 4, 2), (4, (96, 40), 2, 2), (2, (40, 80), 2, 1), (1, (40, 80), 1, 1)],
)
def test_every_face_stands_above_its_name_in_rows_that_make_about_a_square(count, size, across, down):
    names = list(COLOURS)[:count]
    found, wanted = sheet_of(names, size), expected(names, size, across, down)
    assert found.size == wanted.size
    assert (np.asarray(found) == np.asarray(wanted)).all()


def test_large_faces_are_shown_small_and_in_their_shape():
    wide, high = sheet_of(["neutral"], (4 * THUMBNAIL, 2 * THUMBNAIL)).size
    captions = Captions((THUMBNAIL, THUMBNAIL // 2), Style())
    assert (wide, high) == (captions.size.width + 2 * GAP, captions.size.height + 2 * GAP)


def test_a_face_of_a_single_line_of_pixels_is_shown():
    captions = Captions((THUMBNAIL, 1), Style())
    assert sheet_of(["neutral"], (4 * THUMBNAIL, 1)).size == (THUMBNAIL + 2 * GAP, captions.size.height + 2 * GAP)
