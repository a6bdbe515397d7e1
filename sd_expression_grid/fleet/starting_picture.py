"""The picture that a study starts from, and its mask: from files into img2img's settings, and into its folder."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from PIL import Image

from sd_expression_grid.base.errors import Fault, StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sd_expression_grid.store.folder import StudyFolder
    from sd_expression_grid.study.study import Study

PICTURES, MASK = "init_images", "mask"
"""The fields of the API's img2img."""


def settings_for(picture: Path, mask: Path | None) -> dict[str, object]:
    """The fields that give a WebUI the picture, and the mask if there is one; StudyError for what is no picture."""
    masks = {MASK: _encoded("--mask", mask)} if mask else {}
    return {PICTURES: [_encoded("--picture", picture)], **masks}


def write_pictures(folder: StudyFolder, study: Study, settings: Mapping[str, object]) -> None:
    """Writes the picture and the mask of ``settings`` under the names that the study has for them; OSError."""
    if study.picture is None:
        return
    pictures, mask = settings.get(PICTURES), settings.get(MASK)
    first = pictures[0] if isinstance(pictures, list) else ""
    for name, encoded in ((study.picture.picture, first), (study.picture.mask, mask)):
        if name and isinstance(encoded, str):
            folder.write_picture(name, Image.open(io.BytesIO(base64.b64decode(encoded))))


def _encoded(option: str, file: Path) -> str:
    try:
        with Image.open(file) as opened:
            opened.verify()
        data = file.read_bytes()
    except (OSError, SyntaxError, ValueError) as error:
        raise StudyError([Fault(option, f"{file} cannot be read as a picture: {error}")]) from error
    return base64.b64encode(data).decode()
