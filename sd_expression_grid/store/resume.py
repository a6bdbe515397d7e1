"""Which cells of a study are finished: those whose identity is the same as it would be now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sd_expression_grid.store.folder import last_outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sd_expression_grid.store.folder import Outcome, StudyFolder
    from sd_expression_grid.study.study import CellKey


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedCells:
    """The outcomes of finished cells, and a complaint for each recorded cell whose file is missing or changed.

    ``record`` has the last outcomes of all cells in the study's folder.
    """

    outcomes: Mapping[CellKey, Outcome] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()
    record: Mapping[CellKey, Outcome] = field(default_factory=dict)

    @property
    def taken_up(self) -> tuple[Outcome, ...]:
        """Those that are not the last of their cells: the record has to be told that they count again."""
        return tuple(outcome for key, outcome in self.outcomes.items() if self.record[key] != outcome)


def finished_cells(
    folder: StudyFolder, recorded: Sequence[Outcome], is_identity: Callable[[CellKey, str], bool]
) -> FinishedCells:
    """Of all that was recorded in a study's folder, the newest of each cell that has its identity and a whole file.

    What was made later with other settings, or failed or was interrupted with them, takes nothing away.
    """
    outcomes: dict[CellKey, Outcome] = {}
    complaints: dict[CellKey, str] = {}
    for outcome in reversed(recorded):
        key = outcome.key
        if outcome.status != "done" or key in outcomes or not is_identity(key, outcome.identity):
            continue
        problem = folder.file_problem(outcome)
        if problem:
            complaints.setdefault(key, f"{folder.path / outcome.file} {problem}; the cell is made again.")
        else:
            outcomes[key] = outcome
    record = last_outcomes(recorded)
    return FinishedCells(
        outcomes={key: outcomes[key] for key in record if key in outcomes},
        complaints=tuple(complaints[key] for key in record if key in complaints and key not in outcomes),
        record=record,
    )
