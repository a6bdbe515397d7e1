"""The files of networks, as they are now."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def files_below(folder: str) -> Iterator[Path]:
    """All files in a folder and the folders in it, linked ones too; a file itself; none where there is nothing."""
    if Path(folder).is_file():
        yield Path(folder)
    yield from (Path(place, name) for place, _, names in os.walk(folder, followlinks=True) for name in names)


class SeenFiles:
    """Remembers the files of the last look, by their times and sizes."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[float, int]] = {}

    def have_changed(self, folders: Iterable[str]) -> bool:
        """Whether a file came, went, or was replaced since the last look; at the first look, whether there is any."""
        found = ((file, _status(file)) for folder in folders for file in files_below(folder))
        now = {file: (status.st_mtime, status.st_size) for file, status in found if status}
        changed = now != self._seen
        self._seen = now
        return changed

    @property
    def times(self) -> dict[Path, float]:
        """The files of the last look with the times of their last changes, in seconds."""
        return {file: seconds for file, (seconds, _) in self._seen.items()}


def _status(file: Path) -> os.stat_result | None:
    """None for a file that went while the folder was read, and for a link to nowhere."""
    try:
        return file.stat()
    except FileNotFoundError:
        return None
