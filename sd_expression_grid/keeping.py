"""Where finished cells are kept: in the study's folder, or in memory when nothing may be written."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sd_expression_grid.errors import SavingError
from sd_expression_grid.folder import Outcome, StudyFolder, read_picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL import Image

    from sd_expression_grid.plan import Cell
    from sd_expression_grid.study import CellKey
    from sd_expression_grid.sweep import Generated


class KeptInFolder:
    """Keeps cells as files, each with its identity; a cell's outcome is recorded as soon as it is known."""

    def __init__(self, folder: StudyFolder, identities: Mapping[CellKey, str]) -> None:
        self.folder = folder
        self._identities = identities

    def keep(self, cell: Cell, generated: Generated) -> Outcome:
        """Writes the picture; raises SavingError when the disk does not take it."""
        embedded = str(generated.picture.info.get("parameters", ""))
        with self._saving():
            file, sha256 = self.folder.write_cell(cell.key, generated.picture, embedded)
        return Outcome(
            key=cell.key,
            status="done",
            file=file,
            infotext=generated.infotext,
            identity=self._identities[cell.key],
            sha256=sha256,
        )

    def record(self, outcome: Outcome) -> None:
        """Adds the outcome to the folder's record; raises SavingError when the disk does not take it."""
        with self._saving():
            self.folder.record(outcome)

    @contextmanager
    def _saving(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = (
                f"a cell could not be saved, so the study was stopped: {error}; finished ones are in {self.folder.path}"
            )
            raise SavingError(message) from error

    def open(self, outcome: Outcome) -> Image.Image:
        """Reads a finished cell."""
        return read_picture(self.folder.path / outcome.file)


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
