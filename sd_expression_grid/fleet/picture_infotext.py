"""The infotext of a picture file, wherever its format keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.prompts.infotext_text import settings_in

if TYPE_CHECKING:
    from pathlib import Path

_EXIF, _USER_COMMENT = 0x8769, 0x9286
_UNICODE = b"UNICODE\0"

LEAST_SETTINGS = 3


def read_infotext(file: Path) -> str:
    """Reads the infotext that the WebUI wrote into a PNG, JPEG or WebP; StudyError for a file without one."""
    try:
        with Image.open(file) as picture:
            text = picture.info.get("parameters") or _user_comment(picture)
    except (OSError, SyntaxError, ValueError) as error:
        raise StudyError([Fault(str(file), f"cannot be read as a picture: {error}")]) from error
    if not text:
        raise StudyError([Fault(str(file), "has no infotext; take a picture as the WebUI saved it")])
    if not _is_infotext(str(text)):
        problem = "has a text in it that is no infotext of the WebUI"
        raise StudyError([Fault(str(file), f"{problem}; it begins with {str(text)[:60]!r}")])
    return str(text)


def _is_infotext(text: str) -> bool:
    """Whether the WebUI finds settings in a text; with fewer than three it takes all of it for a prompt."""
    return len(settings_in(text)) >= LEAST_SETTINGS


def _user_comment(picture: Image.Image) -> str:
    """The Exif field that the WebUI writes through piexif: an encoding's name, then UTF-16, the high byte first.

    Other programs, such as Civitai, write the low byte first.
    """
    comment = picture.getexif().get_ifd(_EXIF).get(_USER_COMMENT, b"")
    if not isinstance(comment, bytes) or not comment.startswith(_UNICODE):
        return ""
    data = comment[len(_UNICODE) :]
    texts = [data.decode(order, errors="replace") for order in ("utf-16-be", "utf-16-le")]
    return next(filter(_is_infotext, texts), texts[0])
