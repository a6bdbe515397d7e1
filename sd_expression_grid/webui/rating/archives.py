"""ZIPs of what was written into a study's folder."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, SavingError

if TYPE_CHECKING:
    from pathlib import Path


def archive_of(folder: Path) -> str:
    """The file of a new ZIP of a folder, beside it; SavingError where it cannot be written, and then none is left."""
    try:
        return shutil.make_archive(str(folder), "zip", folder)
    except OSError as error:
        file = folder.with_name(f"{folder.name}.zip")
        file.unlink(missing_ok=True)
        raise SavingError([Fault(str(file), f"cannot be written: {error}; all is in {folder}")]) from error
