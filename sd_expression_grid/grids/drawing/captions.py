"""Pictures with a caption under each, for a sheet that has no rows and columns to label."""

from __future__ import annotations

from PIL import Image

from sd_expression_grid.grids.drawing.layout import Box, Size
from sd_expression_grid.grids.drawing.lettering import draw, fit
from sd_expression_grid.grids.drawing.pictures import ready_to_paste
from sd_expression_grid.grids.drawing.style import PALETTES, Style, label_size
from sd_expression_grid.grids.drawing.text_lines import TextStyle, pitch


class Captions:
    """Puts captions under pictures of at most ``cell_size`` pixels; ``size`` is that of both together."""

    def __init__(self, cell_size: tuple[int, int], style: Style) -> None:
        self._room = Size(*cell_size)
        em = label_size(cell_size)
        self._text_style = TextStyle(size=em, smallest=max(1, em // 2), fonts=style.fonts)
        self._palette = PALETTES[style.background]
        self._top = self._room.height + em // 4
        self._bottom = self._top + pitch(self._text_style)
        self.size = Size(self._room.width, self._bottom + em // 2)

    def under(self, picture: Image.Image, caption: str) -> Image.Image:
        """The picture, centred, above its caption."""
        shown = ready_to_paste(picture, self._room, self._palette.background)
        image = self.blank()
        image.paste(shown, ((self._room.width - shown.width) // 2, (self._room.height - shown.height) // 2))
        box = Box(0, self._top, self._room.width, self._bottom)
        draw(image, box, fit(caption, box.size, self._text_style), self._palette.ink, align="center")
        return image

    def blank(self) -> Image.Image:
        """A place without picture."""
        return Image.new("RGB", self.size, self._palette.background)
