"""The files of networks, as they are now."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def files_below(folder: str) -> Iterator[Path]:
    """All files in a folder and the folders in it, linked ones too; none where there is no such folder."""
    return (Path(place, name) for place, _, names in os.walk(folder, followlinks=True) for name in names)


class SeenFiles:
    """Remembers the files of the last look, by their times and sizes."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[int, int]] = {}

    def have_changed(self, folders: Iterable[str]) -> bool:
        """Whether a file came, went, or was replaced since the last look; at the first look, whether there is any."""
        found = {file: file.stat() for folder in folders for file in files_below(folder) if file.exists()}
        now = {file: (status.st_mtime_ns, status.st_size) for file, status in found.items()}
        changed = now != self._seen
        self._seen = now
        return changed

    @property
    def files(self) -> Iterable[Path]:
        """The files of the last look."""
        return self._seen.keys()
