"""Which cells of a study are finished: those whose identity is the same as it would be now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sd_expression_grid.store.folder import Outcome, StudyFolder
    from sd_expression_grid.study.study import CellKey


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedCells:
    """The outcomes of finished cells, and a complaint for each recorded cell whose file is missing or changed.

    ``record`` has the outcomes of all cells in the study's folder.
    """

    outcomes: Mapping[CellKey, Outcome] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()
    record: Mapping[CellKey, Outcome] = field(default_factory=dict)


def finished_cells(
    folder: StudyFolder, record: Mapping[CellKey, Outcome], is_identity: Callable[[CellKey, str], bool]
) -> FinishedCells:
    """Of the cells in a study's record, those whose file is unchanged, and whose identity is the cell's."""
    outcomes, complaints = {}, []
    for key, outcome in record.items():
        if outcome.status != "done" or not is_identity(key, outcome.identity):
            continue
        problem = folder.file_problem(outcome)
        if problem:
            complaints.append(f"{folder.path / outcome.file} {problem}; the cell is made again.")
        else:
            outcomes[key] = outcome
    return FinishedCells(outcomes=outcomes, complaints=tuple(complaints), record=record)
