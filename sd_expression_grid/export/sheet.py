"""All faces of a set on one picture, each above its name."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PIL import Image

from sd_expression_grid.grids.drawing.captions import Captions
from sd_expression_grid.grids.drawing.style import PALETTES, Style

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sd_expression_grid.export.framing import Size

THUMBNAIL = 256
"""The longest side of a face on the sheet, in pixels."""

_GAP = 8


def contact_sheet(faces: Iterable[tuple[str, Image.Image]], count: int, size: Size) -> Image.Image:
    """A sheet of ``count`` captions and pictures, which are opened one after the other; ``size`` is theirs."""
    scale = min(1.0, THUMBNAIL / max(size))
    captions = Captions((max(1, round(size[0] * scale)), max(1, round(size[1] * scale))), Style())
    across = min(count, math.ceil(math.sqrt(count * captions.size.height / captions.size.width)))
    down = math.ceil(count / across)
    step = captions.size.width + _GAP, captions.size.height + _GAP
    sheet = Image.new("RGB", (across * step[0] + _GAP, down * step[1] + _GAP), PALETTES["light"].background)
    for number, (caption, picture) in enumerate(faces):
        place = _GAP + number % across * step[0], _GAP + number // across * step[1]
        sheet.paste(captions.under(picture, caption), place)
    return sheet
