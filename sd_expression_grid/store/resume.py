"""What of a study is made already: cells are the same when everything that decides their pixels is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.store.folder import Outcome, StudyFolder
    from sd_expression_grid.study.study import CellKey


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedCells:
    """The finished cells that need not be made again, and why others that are recorded must be."""

    outcomes: Mapping[CellKey, Outcome] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


def finished_cells(folder: StudyFolder, identities: Mapping[CellKey, str]) -> FinishedCells:
    """The cells of a study that its folder holds, whole and as they would be made now.

    Raises StudyError when the record cannot be read.
    """
    outcomes, complaints = {}, []
    for key, outcome in folder.read_record().items():
        if outcome.status != "done" or identities.get(key) != outcome.identity:
            continue
        problem = folder.file_problem(outcome)
        if problem:
            complaints.append(f"{folder.path / outcome.file} {problem}; the cell is made again.")
        else:
            outcomes[key] = outcome
    return FinishedCells(outcomes=outcomes, complaints=tuple(complaints))
