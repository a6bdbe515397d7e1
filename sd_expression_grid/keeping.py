"""Where finished cells are kept: in the study's folder, or in memory when nothing may be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from sd_expression_grid.errors import StudyError
from sd_expression_grid.folder import Outcome, StudyFolder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.plan import Cell
    from sd_expression_grid.study import CellKey
    from sd_expression_grid.sweep import Generated


class KeptInFolder:
    """Keeps cells as files, each with its identity; a cell's outcome is recorded as soon as it is known."""

    def __init__(self, folder: StudyFolder, identities: Mapping[CellKey, str]) -> None:
        self.folder = folder
        self._identities = identities

    def keep(self, cell: Cell, generated: Generated) -> Outcome:
        """Writes the picture; raises StudyError when the disk does not take it."""
        embedded = str(generated.picture.info.get("parameters", ""))
        try:
            file, sha256 = self.folder.write_cell(cell.key, generated.picture, embedded)
        except OSError as error:
            message = (
                f"a cell could not be saved, so the study was stopped: {error}; finished ones are in {self.folder.path}"
            )
            raise StudyError(message) from error
        return Outcome(
            key=cell.key,
            status="done",
            file=file,
            infotext=generated.infotext,
            identity=self._identities[cell.key],
            sha256=sha256,
        )

    def record(self, outcome: Outcome) -> None:
        """Adds the outcome to the folder's record."""
        self.folder.record(outcome)

    def open(self, outcome: Outcome) -> Image.Image:
        """Reads a finished cell; its file is closed again."""
        with Image.open(self.folder.path / outcome.file) as picture:
            picture.load()
            return picture


class KeptInMemory:
    """Keeps cells as they are, for callers that want pictures and no files."""

    def __init__(self) -> None:
        self._pictures: dict[CellKey, Image.Image] = {}

    def keep(self, cell: Cell, generated: Generated) -> Outcome:
        """Holds the picture."""
        self._pictures[cell.key] = generated.picture
        return Outcome(key=cell.key, status="done", infotext=generated.infotext)

    def record(self, outcome: Outcome) -> None:
        """Leaves no record."""

    def open(self, outcome: Outcome) -> Image.Image:
        """The finished cell."""
        return self._pictures[outcome.key]


Kept = KeptInFolder | KeptInMemory
