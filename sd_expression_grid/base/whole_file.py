"""Files that are there whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file, whole or not at all, over one of the same name."""
    partial = path.with_suffix(".tmp")
    partial.write_bytes(data)
    partial.replace(path)
