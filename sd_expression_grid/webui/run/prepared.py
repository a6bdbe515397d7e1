"""A study that can be made: everything is decided, nothing is generated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sd_expression_grid.store.resume import FinishedCells
from sd_expression_grid.webui.denoiser.stop_early import way_of_making

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.store.folder import StudyFolder
    from sd_expression_grid.study.study import CellKey, Study
    from sd_expression_grid.webui.host.identity import Identities
    from sd_expression_grid.webui.host.networks import InstalledNetworks
    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.host.prompt_reader import PromptReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A study as it would be made now.

    ``request`` is what was asked for, in the schema's form. ``page`` is the run's own copy of the page's processing
    object, with sampler and variation seed settled. ``folder`` is the folder in which the study goes on, None for a
    new study; ``made`` are the cells that it holds. ``stop_after`` is the denoiser call after which a picture is left
    as it is, None for finished pictures. ``notes`` are
    lines for the user. ``draws_seed``: the seeds are drawn, so preparing again gives others.
    """

    request: Mapping[str, object]
    page: Processing
    reader: PromptReader
    networks: InstalledNetworks
    study: Study
    cells: tuple[Cell, ...]
    identities: Identities
    notes: tuple[str, ...]
    stop_after: int | None
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

    @property
    def way(self) -> str:
        """The way of making the cells, which decides their pixels and their speed."""
        return way_of_making(self.study.mode, self.stop_after)


def may_save(page: Processing) -> bool:
    """Whether anything may be written to disk."""
    return not (page.do_not_save_samples or page.do_not_save_grid)
