"""Which grids of a study were drawn of what, so that none is drawn again that is still there: ``grids.jsonl``."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from sd_expression_grid.base.json_lines import append_lines, read_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sd_expression_grid.store.folder import StudyFolder

GRIDS_FILE = "grids.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnGrid:
    """A grid's file, its name in the study's folder; ``contents`` is a hash of all that it was drawn of.

    ``sha256`` is that of the file as it was written.
    """

    file: str
    contents: str
    sha256: str


def remember_grid(folder: StudyFolder, file: Path, contents: str) -> None:
    """Notes that a file in the folder was drawn of these contents."""
    drawn = DrawnGrid(file=file.name, contents=contents, sha256=_sha256(file))
    append_lines(folder.path / GRIDS_FILE, [asdict(drawn)])


def grid_drawn_of(folder: StudyFolder, contents: str) -> Path | None:
    """The file that was last drawn of these contents; None if there is none that is still as it was written.

    A line that is none of a grid is skipped: at worst, a grid is drawn once more.
    """
    found = [grid for grid in read_lines(folder.path / GRIDS_FILE, _drawn_grid, None) if grid.contents == contents]
    files = [(folder.path / grid.file, grid.sha256) for grid in reversed(found)]
    return next((file for file, sha256 in files if file.is_file() and _sha256(file) == sha256), None)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _drawn_grid(data: Mapping[str, object]) -> DrawnGrid:
    """The grid in a line; ValueError if it has none, or one that lies elsewhere."""
    texts = {name: value for name, value in data.items() if isinstance(value, str)}
    if texts.keys() != {field.name for field in fields(DrawnGrid)} or set(texts["file"]) & set("/\\"):
        raise ValueError
    return DrawnGrid(**texts)
