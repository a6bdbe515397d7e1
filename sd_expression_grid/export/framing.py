"""One crop and one size for all pictures of a set: else the figure would jump when its face changes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PIL import Image

from sd_expression_grid.base.errors import Fault, StudyError

LEAST_HEIGHT, MOST_HEIGHT = 16, 8192

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """How a picture becomes one of the set: scaled to ``common``, cut to ``box``, scaled to ``size``.

    ``box`` is left, top, right and bottom in pixels of ``common``.
    """

    common: Size
    box: tuple[int, int, int, int]
    size: Size

    @property
    def enlarges(self) -> bool:
        """Whether the pictures have more pixels than what they are made of."""
        return self.size[1] > self.box[3] - self.box[1]

    def applied_to(self, picture: Image.Image, matte: Image.Image | None = None) -> Image.Image:
        """The picture as one of the set; with a ``matte`` of the common size, transparent where that is black."""
        if picture.size != self.common:
            picture = picture.resize(self.common, Image.Resampling.LANCZOS)
        if matte is not None:
            picture = picture.convert("RGB")
            picture.putalpha(matte)
        cut = picture.crop(self.box)
        return cut if cut.size == self.size else cut.resize(self.size, Image.Resampling.LANCZOS)


def framing_for(sizes: dict[str, Size], crop: str = "", height: int = 0) -> Framing:
    """The framing of pictures whose ``sizes`` are given by what messages call them.

    ``crop`` is LEFT,TOP,WIDTH,HEIGHT in pixels of the smallest picture, empty for all of it; ``height`` is that of the
    result in pixels, 0 for as it is. Raises StudyError where pictures differ in shape, or the crop is not within them.
    """
    common = min(sizes.values())
    other = next((name for name, size in sizes.items() if _differs_in_shape(size, common)), None)
    if other is not None:
        width, high = sizes[other]
        problem = (
            f"is {width}×{high} px, another shape than {common[0]}×{common[1]} px of the others; pick one like them"
        )
        raise StudyError([Fault(other, problem)])
    box = _box(crop, common)
    if height and not LEAST_HEIGHT <= height <= MOST_HEIGHT:
        raise StudyError([Fault("--height", f"must be from {LEAST_HEIGHT} to {MOST_HEIGHT} pixels, is {height}")])
    wide, high = box[2] - box[0], box[3] - box[1]
    size = (max(1, round(wide * height / high)), height) if height else (wide, high)
    return Framing(common=common, box=box, size=size)


def _differs_in_shape(size: Size, other: Size) -> bool:
    """Whether one is not the other made larger, by more than a pixel of rounding."""
    return abs(size[0] * other[1] / size[1] - other[0]) > 1


def _box(crop: str, common: Size) -> tuple[int, int, int, int]:
    if not crop.strip():
        return 0, 0, *common
    numbers = [int(part) for part in re.findall(r"-?\d+", crop)]
    if re.fullmatch(r"\s*\d+(\s*,\s*\d+){3}\s*", crop) is None:
        raise StudyError([Fault("--crop", f"must be LEFT,TOP,WIDTH,HEIGHT in pixels, is {crop!r:.40}")])
    left, top, width, height = numbers
    if not (width and height and left + width <= common[0] and top + height <= common[1]):
        raise StudyError([Fault("--crop", f"{crop} is not within the pictures, which are {common[0]}×{common[1]} px")])
    return left, top, left + width, top + height
