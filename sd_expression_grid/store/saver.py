"""Where results are kept: in the study's folder, or in memory when nothing may be written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Protocol

from sd_expression_grid.base.errors import SavingError
from sd_expression_grid.store.folder import Outcome, StudyFolder, png_of, read_picture

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from PIL import Image

    from sd_expression_grid.plan.run_batches import CellResult
    from sd_expression_grid.study.study import CellKey

WAITING = 8
"""The most results that wait for the disk before sampling waits as well."""


class CellStore(Protocol):
    """Where finished cells are kept and read again."""

    @property
    def folder(self) -> StudyFolder | None:
        """The study's folder; None where nothing is written."""

    def keep(self, result: CellResult) -> Outcome:
        """Keeps the picture, if there is one, and says what became of the cell; OSError when it cannot be kept."""

    def open(self, outcome: Outcome) -> Image.Image:
        """The picture of a finished cell."""

    def file_of(self, outcome: Outcome) -> Path | None:
        """The file of a finished cell; None where nothing is written."""


class FolderStore:
    """Keeps cells as files, each with its identity, and every outcome in the record.

    A run that was interrupted before its first picture records no interrupted cell: those of other settings, if there
    are any, are still the study's.
    """

    def __init__(self, folder: StudyFolder, identities: Mapping[CellKey, str]) -> None:
        self.folder: StudyFolder = folder
        self._identities = identities
        self._has_made = False

    def keep(self, result: CellResult) -> Outcome:
        """Writes the picture, if there is one, and records the outcome; OSError when the disk does not take it."""
        outcome = self._written(result)
        self._has_made |= outcome.status == "done"
        if self._has_made or outcome.status != "interrupted":
            self.folder.record(outcome)
        return outcome

    def open(self, outcome: Outcome) -> Image.Image:
        """Reads a finished cell."""
        return read_picture(self.file_of(outcome))

    def file_of(self, outcome: Outcome) -> Path:
        """The file of a finished cell."""
        return self.folder.path / outcome.file

    def _written(self, result: CellResult) -> Outcome:
        key, made = result.cell.key, result.generated
        if made is None:
            return Outcome(key=key, status=result.status, error=result.error)
        file, sha256 = self.folder.write_cell(key, png_of(made.picture))
        return Outcome(
            key=key,
            status=result.status,
            file=file,
            infotext=made.infotext,
            warning=made.warning,
            identity=self._identities[key],
            sha256=sha256,
        )


class MemoryStore:
    """Keeps cells as they are, for callers that want pictures and no files."""

    folder = None

    def __init__(self) -> None:
        self._pictures: dict[CellKey, Image.Image] = {}

    def keep(self, result: CellResult) -> Outcome:
        """Holds the picture, if there is one."""
        key, made = result.cell.key, result.generated
        if made is None:
            return Outcome(key=key, status=result.status, error=result.error)
        self._pictures[key] = made.picture
        return Outcome(key=key, status=result.status, infotext=made.infotext, warning=made.warning)

    def open(self, outcome: Outcome) -> Image.Image:
        """The finished cell."""
        return self._pictures[outcome.key]

    def file_of(self, outcome: Outcome) -> None:
        """No file."""


class Saver:
    """Keeps results beside the sampling, in their order; when it is left, all of them are kept.

    ``outcomes`` has those that are.
    """

    def __init__(self, store: CellStore) -> None:
        self.outcomes: dict[CellKey, Outcome] = {}
        self._store = store
        self._room = BoundedSemaphore(WAITING)
        self._executor = ThreadPoolExecutor(max_workers=1)
        self._trouble: Exception | None = None

    def __enter__(self) -> Saver:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        self._executor.shutdown()
        if kind is None:
            self._raise_if_in_trouble()

    def save(self, result: CellResult) -> None:
        """Takes over a result; raises SavingError when the disk did not take one before it."""
        self._raise_if_in_trouble()
        self._room.acquire()
        self._executor.submit(self._save, result)

    def _save(self, result: CellResult) -> None:
        try:
            self.outcomes[result.cell.key] = self._store.keep(result)
        except Exception as error:  # raised again where it can be seen: nobody reads what this thread raises
            self._trouble = error
        finally:
            self._room.release()

    def _raise_if_in_trouble(self) -> None:
        if self._trouble is not None and not isinstance(self._trouble, OSError):
            raise self._trouble
        if self._trouble is not None:
            message = f"a cell could not be saved, so the study was stopped: {self._trouble}"
            raise SavingError(message) from self._trouble
