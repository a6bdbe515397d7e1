"""The study's folder on the machine of the sweep command: finds or creates it, and saves the WebUIs' cells in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, SavingError, StudyError
from sd_expression_grid.fleet.starting_picture import write_pictures
from sd_expression_grid.store.folder import Outcome, StudyFolder
from sd_expression_grid.store.random_seeds import random_seed, variation_seed_of
from sd_expression_grid.store.resume import FinishedCells, finished_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sd_expression_grid.fleet.protocol import MadeCell
    from sd_expression_grid.study.study import CellKey, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFolder:
    """A study's folder, and the seeds to take for random ones: those of its cells, else new ones."""

    folder: StudyFolder
    seed: int
    variation_seed: int


def find(path: Path, *, is_scout: bool) -> OutputFolder:
    """Finds a folder that holds a study, or scouted seeds if ``is_scout``, or is empty or missing; writes nothing.

    Raises StudyError for any other.
    """
    folder = StudyFolder(path)
    found = folder.read_study()
    if found is None and path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise StudyError(
            [Fault("--out", f"{path} holds other things than a study; name an empty folder, or a study's")]
        )
    if found is not None and bool(found.scout) != is_scout:
        problem = f"{path} holds {'a study' if is_scout else 'scouted seeds'}; name another folder"
        raise StudyError([Fault("--out", problem)])
    variation = variation_seed_of(folder.read_record())
    return OutputFolder(
        folder=folder,
        seed=found.seeds[0] if found and found.seeds else random_seed(),
        variation_seed=random_seed() if variation is None else variation,
    )


def create(folder: StudyFolder, study: Study, settings: Mapping[str, object], made: FinishedCells) -> None:
    """Creates the folder, if need be, and writes the study into it, with the pictures of the settings.

    Cells that count again, as ``made`` tells, are recorded anew.

    Raises StudyError when that cannot be done.
    """
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        write_pictures(folder, study, settings)
        folder.write_study(study)
        folder.record(*made.taken_up)
    except OSError as error:
        message = f"the study's folder cannot be written: {error}"
        raise StudyError(message) from error


def made_in(folder: StudyFolder, identities: Iterable[Mapping[CellKey, str]]) -> FinishedCells:
    """The folder's cells that are as any of these WebUIs would make them now; StudyError for an unreadable record."""
    known = tuple(identities)
    return finished_cells(folder, folder.read_outcomes(), lambda key, own: own in [each.get(key) for each in known])


def save(folder: StudyFolder, cells: Iterable[MadeCell], warning: str) -> None:
    """Writes the pictures and records every outcome; raises SavingError when the disk does not take them.

    What was written before the one that the disk did not take is recorded as well.
    """
    written: list[Outcome] = []
    try:
        try:
            written.extend(_written(folder, cell, warning) for cell in cells)
        finally:
            folder.record(*written)
    except OSError as error:
        message = f"a cell could not be saved, so the study was stopped: {error}"
        raise SavingError(message) from error


def _written(folder: StudyFolder, cell: MadeCell, warning: str) -> Outcome:
    if cell.status != "done":
        return Outcome(key=cell.key, status=cell.status, error=cell.error)
    file, sha256 = folder.write_cell(cell.key, cell.png)
    return Outcome(
        key=cell.key,
        status=cell.status,
        file=file,
        infotext=cell.infotext,
        identity=cell.identity,
        sha256=sha256,
        warning="; ".join(filter(None, (cell.warning, warning))),
    )
