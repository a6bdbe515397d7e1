"""The grid as far as it has come: a small contact sheet of one group and seed, for the live preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP = 2
_EMPTY = (58, 62, 70)
_GROUND = (24, 26, 30)


class ContactSheet:
    """A rows × columns sheet of thumbnails, about ``longest_side`` pixels long at most."""

    def __init__(
        self, rows: Sequence[str], columns: Sequence[str], cell_size: tuple[int, int], longest_side: int
    ) -> None:
        self._place = {(r, c): (x, y) for y, r in enumerate(rows) for x, c in enumerate(columns)}
        width, height = cell_size
        scale = min(1.0, longest_side / (len(columns) * width), longest_side / (len(rows) * height))
        self._thumbnail = (max(1, round(width * scale)), max(1, round(height * scale)))
        across = len(columns) * (self._thumbnail[0] + _GAP) - _GAP
        down = len(rows) * (self._thumbnail[1] + _GAP) - _GAP
        self._sheet = Image.new("RGB", (across, down), _GROUND)
        for place in self._place.values():
            self._sheet.paste(_EMPTY, self._box(place))

    def show(self, row: str, column: str, picture: Image.Image) -> None:
        """Puts a cell's picture into the sheet for good."""
        self._paste(self._sheet, row, column, picture)

    def image(self) -> Image.Image:
        """The sheet as it is now."""
        return self._sheet.copy()

    def image_with(self, row: str, column: str, picture: Image.Image) -> Image.Image:
        """The sheet with a picture that is still being made."""
        sheet = self.image()
        self._paste(sheet, row, column, picture)
        return sheet

    def _paste(self, sheet: Image.Image, row: str, column: str, picture: Image.Image) -> None:
        box = self._box(self._place[row, column])
        sheet.paste(picture.convert("RGB").resize(self._thumbnail, Image.BILINEAR), box)

    def _box(self, place: tuple[int, int]) -> tuple[int, int, int, int]:
        width, height = self._thumbnail
        left, top = place[0] * (width + _GAP), place[1] * (height + _GAP)
        return left, top, left + width, top + height
