"""The grid as far as it has come: a small contact sheet of one table, for the live preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Collection

_GAP = 2
_EMPTY = (58, 62, 70)
_THERE = (120, 126, 136)
_BACKGROUND = (24, 26, 30)


class ContactSheet:
    """A rows × columns sheet of thumbnails, about ``longest_side`` pixels long at most.

    A place is (row, column), counted from 0. Those in ``places`` will have a picture, but for those in ``there``, whose
    pictures were finished earlier and are not opened for it: they have a tick.
    """

    def __init__(
        self,
        places: Collection[tuple[int, int]],
        cell_size: tuple[int, int],
        longest_side: int,
        there: Collection[tuple[int, int]] = (),
    ) -> None:
        rows, columns = (max(counts) + 1 for counts in zip(*places, strict=True))
        width, height = cell_size
        scale = min(1.0, longest_side / (columns * width), longest_side / (rows * height))
        self._thumbnail = (max(1, round(width * scale)), max(1, round(height * scale)))
        across = columns * (self._thumbnail[0] + _GAP) - _GAP
        down = rows * (self._thumbnail[1] + _GAP) - _GAP
        self._sheet = Image.new("RGB", (across, down), _BACKGROUND)
        for place in places:
            self._sheet.paste(_EMPTY, self._box(place))
        for place in there:
            self._tick(place)

    def show(self, place: tuple[int, int], picture: Image.Image) -> None:
        """Puts a cell's picture into the sheet for good."""
        self._paste(self._sheet, place, picture)

    def image(self) -> Image.Image:
        """The sheet as it is now."""
        return self._sheet.copy()

    def image_with(self, place: tuple[int, int], picture: Image.Image) -> Image.Image:
        """The sheet with a picture that is still being made."""
        sheet = self.image()
        self._paste(sheet, place, picture)
        return sheet

    def _tick(self, place: tuple[int, int]) -> None:
        left, top, _, _ = self._box(place)
        width, height = self._thumbnail
        side = min(self._thumbnail) / 4
        points = [(-side, 0), (-side / 3, side * 2 / 3), (side, -side * 2 / 3)]
        middle = left + width / 2, top + height / 2
        line = [(middle[0] + across, middle[1] + down) for across, down in points]
        ImageDraw.Draw(self._sheet).line(line, fill=_THERE, width=max(1, round(side / 4)), joint="curve")

    def _paste(self, sheet: Image.Image, place: tuple[int, int], picture: Image.Image) -> None:
        box = self._box(place)
        sheet.paste(picture.convert("RGB").resize(self._thumbnail, Image.BILINEAR, reducing_gap=2.0), box)

    def _box(self, place: tuple[int, int]) -> tuple[int, int, int, int]:
        width, height = self._thumbnail
        top, left = place[0] * (height + _GAP), place[1] * (width + _GAP)
        return left, top, left + width, top + height
