"""The infotext of a picture file, wherever its format keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from sd_expression_grid.base.errors import Fault, StudyError

if TYPE_CHECKING:
    from pathlib import Path

_EXIF, _USER_COMMENT = 0x8769, 0x9286
_UNICODE = b"UNICODE\0"


def read_infotext(file: Path) -> str:
    """Reads the infotext that the WebUI wrote into a PNG, JPEG or WebP; StudyError for a file without one."""
    try:
        with Image.open(file) as picture:
            text = picture.info.get("parameters") or _user_comment(picture)
    except (OSError, SyntaxError, ValueError) as error:
        raise StudyError([Fault(str(file), f"cannot be read as a picture: {error}")]) from error
    if not text:
        raise StudyError([Fault(str(file), "has no infotext; take a picture as the WebUI saved it")])
    return str(text)


def _user_comment(picture: Image.Image) -> str:
    """The Exif field that the WebUI writes through piexif: an encoding's name, then UTF-16 with the high byte first."""
    comment = picture.getexif().get_ifd(_EXIF).get(_USER_COMMENT, b"")
    if not isinstance(comment, bytes) or not comment.startswith(_UNICODE):
        return ""
    return comment[len(_UNICODE) :].decode("utf-16-be")
