"""What a cell shows: a picture of any mode and size made ready to paste, or the hatched box of a missing one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from sd_expression_grid.grids.drawing.fonts import Colour
    from sd_expression_grid.grids.drawing.layout import Size

MASKED = 128
"""A mask's values above are drawn anew, as the WebUI takes them."""

INNER, OUTER = (255, 255, 255), (0, 0, 0)
"""The two lines of an outline, one of which shows on any picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingPicture:
    """The picture that a figure's cells start from, and what of it is drawn anew; without a mask, all of it is."""

    picture: Image.Image
    mask: Image.Image | None = None

    def ready_to_paste(self, room: Size, background: Colour) -> Image.Image:
        """The picture as ``ready_to_paste`` makes it, with an outline around what is masked."""
        ready = ready_to_paste(self.picture, room, background)
        if self.mask is None:
            return ready
        masked = _white_above(127, _masked(self.mask).resize(ready.size, Image.Resampling.BILINEAR))
        return _outlined(ready, masked, thickness=max(1, min(ready.size) // 100))


def ready_to_paste(picture: Image.Image, room: Size, background: Colour) -> Image.Image:
    """An RGB picture on the background colour, scaled down in proportion if it is larger than its room."""
    plain = as_rgb(picture, background)
    share = min(1.0, room.width / plain.width, room.height / plain.height)
    if share == 1:
        return plain
    size = (max(1, round(plain.width * share)), max(1, round(plain.height * share)))
    return plain.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def as_rgb(picture: Image.Image, background: Colour) -> Image.Image:
    """Convert a picture of any mode; what is transparent shows the background, 16 bits a pixel become 8."""
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return _from_wide_grey(picture)
    if picture.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in picture.info:
        clear, opaque = picture.convert("RGBA"), Image.new("RGB", picture.size, background)
        opaque.paste(clear, mask=clear)
        return opaque
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def hatched(size: Size, tint: Colour, line: Colour) -> Image.Image:
    """A tinted box with thin slanting lines, for a cell without picture."""
    box = Image.new("RGB", size, tint)
    pen = ImageDraw.Draw(box)
    step = max(6, min(size) // 20)
    for left in range(-size.height, size.width, step):
        pen.line((left, size.height, left + size.height, 0), fill=line)
    pen.rectangle((0, 0, size.width - 1, size.height - 1), outline=line)
    return box


def _masked(mask: Image.Image) -> Image.Image:
    """What is masked, in white on black: a mask is drawn on nothing, or in white on black."""
    is_drawn_on_nothing = mask.mode == "RGBA" and np.asarray(mask.getchannel("A")).min() < 255
    return _white_above(MASKED, mask.getchannel("A") if is_drawn_on_nothing else mask.convert("L"))


def _white_above(limit: int, grey: Image.Image) -> Image.Image:
    return grey.point(lambda value: 255 * (value > limit))


def _outlined(picture: Image.Image, masked: Image.Image, thickness: int) -> Image.Image:
    """A copy with two lines around what is white in ``masked``, each as many pixels thick."""
    outlined, inside = picture.copy(), masked
    for colour in (INNER, OUTER):
        grown = inside
        for _ in range(thickness):
            grown = grown.filter(ImageFilter.MaxFilter(3))
        outlined.paste(colour, mask=ImageChops.subtract(grown, inside))
        inside = grown
    return outlined


def _from_wide_grey(picture: Image.Image) -> Image.Image:
    values = np.asarray(picture)
    if values.max(initial=0) > 255 or picture.mode.startswith("I;16"):
        values = values / 257
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).convert("RGB")
