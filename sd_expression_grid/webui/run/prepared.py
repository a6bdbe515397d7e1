"""A study that can be made: everything is decided, nothing is generated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sd_expression_grid.store.resume import FinishedCells
from sd_expression_grid.webui.run.resolve import Resolved

if TYPE_CHECKING:
    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.store.folder import StudyFolder
    from sd_expression_grid.study.study import CellKey
    from sd_expression_grid.webui.host.identity import Identities
    from sd_expression_grid.webui.host.processing import Processing


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared(Resolved):
    """A study as it would be made now: with its cells, and sampler and variation seed of the page settled.

    ``folder`` is the folder in which the study goes on, None for a new study; ``made`` are the cells that it holds.
    ``draws_seed``: the seeds are drawn, so preparing again gives others.
    """

    cells: tuple[Cell, ...]
    identities: Identities
    draws_seed: bool
    folder: StudyFolder | None = None
    made: FinishedCells = field(default_factory=FinishedCells)

    @property
    def keys(self) -> list[CellKey]:
        """The keys of all cells, in their order."""
        return [cell.key for cell in self.cells]

    @property
    def missing(self) -> tuple[Cell, ...]:
        """The cells that are yet to be made."""
        return tuple(cell for cell in self.cells if cell.key not in self.made.outcomes)


def may_save(page: Processing) -> bool:
    """Whether anything may be written to disk."""
    return not (page.do_not_save_samples or page.do_not_save_grid)
