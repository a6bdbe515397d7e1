"""Where something is drawn, and what text looks like where it stands alone."""

from dataclasses import fields
from types import SimpleNamespace

import numpy as np
from PIL import Image

from sd_expression_grid.grids.drawing.layout import Box
from sd_expression_grid.grids.drawing.lettering import draw, fit


def ink_in(image, box=None):
    """The box of what differs from the picture's first pixel, within a box; None where nothing does."""
    box = box or Box(0, 0, *image.size)
    where = np.argwhere((np.asarray(image.crop(box)) != image.getpixel((0, 0))).any(axis=2))
    if not len(where):
        return None
    (top, left), (bottom, right) = where.min(axis=0), where.max(axis=0)
    return Box(*map(int, (box.left + left, box.top + top, box.left + right + 1, box.top + bottom + 1)))


def cut_out(image, box=None):
    """The pixels of the ink within a box."""
    return np.asarray(image.crop(ink_in(image, box)))


def text_alone(text, room, style, fill, background):
    """The pixels of the ink of text, set in a room."""
    image = Image.new("RGB", room, background)
    draw(image, Box(0, 0, *room), fit(text, room, style), fill)
    return cut_out(image)


def shows(image, box, text, style, fill):
    """Whether a text, and nothing else, is drawn within a box of one colour."""
    expected = text_alone(text, box.size, style, fill, image.getpixel((0, 0)))
    found = cut_out(image, box)
    return found.shape == expected.shape and bool((found == expected).all())


def drawn(page):
    """A page with its picture as ``image``, drawn once."""
    values = {field.name: getattr(page, field.name) for field in fields(page) if field.name != "draw"}
    image = page.draw()
    assert image.size == page.size
    return SimpleNamespace(image=image, **values)
