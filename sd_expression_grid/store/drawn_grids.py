"""Which grids of a study were drawn of what, so that none is drawn again that is still there: ``grids.jsonl``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from sd_expression_grid.base.json_lines import append_lines, read_lines
from sd_expression_grid.store.folder import sha256_of

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


class DrawnGrids:
    """The grids that were drawn in a study's folder before; ``folder`` is its path.

    A line of the record that is none of a grid is skipped: at worst, a grid is drawn once more.
    """

    def __init__(self, folder: StudyFolder) -> None:
        self.folder = folder.path
        self._files: dict[str, list[tuple[Path, str]]] = {}
        for grid in read_lines(self.folder / GRIDS_FILE, _drawn_grid, None):
            self._files.setdefault(grid.contents, []).append((self.folder / grid.file, grid.sha256))

    def file_of(self, contents: str) -> Path | None:
        """The file that was last drawn of these contents; None if there is none that is still as it was written."""
        files = reversed(self._files.get(contents, []))
        return next((file for file, sha256 in files if file.is_file() and sha256_of(file) == sha256), None)

    def remember(self, file: Path, contents: str) -> None:
        """Notes for later runs that a file in the folder was drawn of these contents."""
        drawn = DrawnGrid(file=file.name, contents=contents, sha256=sha256_of(file))
        append_lines(self.folder / GRIDS_FILE, [asdict(drawn)])


def _drawn_grid(data: Mapping[str, object]) -> DrawnGrid:
    """The grid in a line; ValueError if it has none, or one that lies elsewhere."""
    texts = {name: value for name, value in data.items() if isinstance(value, str)}
    if texts.keys() != {field.name for field in fields(DrawnGrid)} or set(texts["file"]) & set("/\\"):
        raise ValueError
    return DrawnGrid(**texts)
