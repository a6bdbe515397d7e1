"""Which cells of a study are finished: those whose identity is the same as it would be now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.store.folder import Outcome, StudyFolder
    from sd_expression_grid.study.study import CellKey


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedCells:
    """The outcomes of finished cells, and a complaint for each recorded cell whose file is missing or changed."""

    outcomes: Mapping[CellKey, Outcome] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


def finished_cells(folder: StudyFolder, *identities: Mapping[CellKey, str]) -> FinishedCells:
    """The cells in a study's folder that have one of the identities given here and an unchanged file.

    Raises StudyError if the record cannot be read.
    """
    outcomes, complaints = {}, []
    for key, outcome in folder.read_record().items():
        if outcome.status != "done" or outcome.identity not in [known.get(key) for known in identities]:
            continue
        problem = folder.file_problem(outcome)
        if problem:
            complaints.append(f"{folder.path / outcome.file} {problem}; the cell is made again.")
        else:
            outcomes[key] = outcome
    return FinishedCells(outcomes=outcomes, complaints=tuple(complaints))
