"""The infotexts of a study's cells: a script for each column beside the page, which loads it when it shows a cell.

A page that was opened from a disk may read no other file, but it may load scripts. Each hands an object to the element
that loads it: an infotext for the address of each picture. No picture is ever written over, so the address tells
whether an infotext is that of the picture in sight, also to a page that is older than the script.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sd_expression_grid.base.whole_file import write_whole
from sd_expression_grid.store.folder import INFOTEXTS_FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sd_expression_grid.store.folder import StudyFolder


def write_infotexts(folder: StudyFolder, columns: Sequence[Mapping[str, str]]) -> None:
    """Writes the scripts of the page's columns; each that has changed, whole or not at all. Raises OSError."""
    below = folder.path / INFOTEXTS_FOLDER
    below.mkdir(exist_ok=True)
    for number, infotexts in enumerate(columns):
        file, script = below / f"{number}.js", f"document.currentScript.infotexts = {json.dumps(infotexts)};\n".encode()
        if not _holds(file, script):
            write_whole(file, script)


def remove_further_infotexts(folder: StudyFolder, count: int) -> None:
    """Removes the scripts of columns beyond the first ``count``, which the page no longer has. Raises OSError."""
    for file in (folder.path / INFOTEXTS_FOLDER).glob("*.js"):
        if file.stem.isdecimal() and int(file.stem) >= count:
            file.unlink()


def _holds(file: Path, data: bytes) -> bool:
    return file.is_file() and file.read_bytes() == data
