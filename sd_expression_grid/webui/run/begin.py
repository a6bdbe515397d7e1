"""Where a study's cells go, and which of them are there already: a study goes on where it was left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from modules import processing

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.file_names import file_stem
from sd_expression_grid.plan.plan import Cell, plan_cells
from sd_expression_grid.store.folder import StudyFolder, create_folder, latest_folder, recent_folders
from sd_expression_grid.store.random_seeds import is_random, variation_seed_of
from sd_expression_grid.store.resume import Made, made_already
from sd_expression_grid.store.saver import Kept, KeptInFolder, KeptInMemory
from sd_expression_grid.webui.denoiser.stop_early import calls_until_switch, way_of_making
from sd_expression_grid.webui.host.identity import Identities
from sd_expression_grid.webui.host.settings import studies_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.study.cell_prompts import Templates
    from sd_expression_grid.study.study import CellKey, Study
    from sd_expression_grid.webui.host.prompt_reader import PromptReader

RECENT = 20
"""So many of the last studies are looked through for one without a name that can go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A study with its seeds, all its cells, where they are kept, and those that are made.

    ``stop_after`` is the denoiser call after which a picture is left as it is; None for finished pictures.
    """

    study: Study
    cells: tuple[Cell, ...]
    kept: Kept
    made: Made = field(default_factory=Made)
    stop_after: int | None = None

    @property
    def keys(self) -> list[CellKey]:
        """The keys of all cells, in their order."""
        return [cell.key for cell in self.cells]

    @property
    def missing(self) -> tuple[Cell, ...]:
        """The cells that are yet to be made."""
        return tuple(cell for cell in self.cells if cell.key not in self.made.outcomes)


def begin(p: Any, study: Study, templates: Templates, reader: PromptReader) -> Begun:
    """Settles seed and variation seed, the same for all cells, and finds or creates the study's folder.

    Raises StudyError when the folder cannot be read or written.
    """
    try:
        return _Beginning(p, study, templates, reader).begun()
    except OSError as error:
        message = f"the study's folder cannot be written: {error}"
        raise StudyError(message) from error


def look(p: Any, study: Study, templates: Templates, reader: PromptReader) -> Begun:
    """What ``begin`` would find, with nothing created or written; a study that is not there yet has no folder.

    Raises StudyError when a folder cannot be read.
    """
    try:
        return _Beginning(p, study, templates, reader).looked_at()
    except OSError as error:
        message = f"the study's folder cannot be read: {error}"
        raise StudyError(message) from error


class _Beginning:
    def __init__(self, p: Any, study: Study, templates: Templates, reader: PromptReader) -> None:
        self._p, self._study, self._templates, self._reader = p, study, templates, reader
        self._subseed = p.subseed
        self._stop_after = calls_until_switch(study, templates, reader)
        self._parent = studies_folder(p.outpath_grids)
        self._has_random_seeds = not study.seeds and is_random(p.seed)

    def begun(self) -> Begun:
        if self._p.do_not_save_samples or self._p.do_not_save_grid:
            return self._in_memory()
        begun = self._found() or self._new()
        for complaint in begun.made.complaints:
            self._p.comment(complaint)
        assert isinstance(begun.kept, KeptInFolder)
        begun.kept.folder.write_study(begun.study)
        return begun

    def looked_at(self) -> Begun:
        return self._found() or self._in_memory()

    def _found(self) -> Begun | None:
        return next(filter(None, map(self._continued, self._candidates())), None)

    def _in_memory(self) -> Begun:
        study = self._with_seeds(self._new_seed())
        return Begun(study=study, cells=self._cells(study), kept=KeptInMemory(), stop_after=self._stop_after)

    def _candidates(self) -> Iterator[StudyFolder]:
        """Folders in which the study may have been begun."""
        if self._study.name:
            folder = latest_folder(self._parent, self._study.folder_name)
            found = folder.read_study() if folder else None
            if folder and found and bool(found.scout) == bool(self._study.scout):
                yield folder
            return
        asked = self._study.without_seeds()
        for folder in recent_folders(self._parent, RECENT):
            try:
                found = folder.read_study()
            except StudyError:
                continue  # somebody else's folder is no reason to stop
            if found and found.without_seeds() == asked:
                yield folder

    def _continued(self, folder: StudyFolder) -> Begun | None:
        """The study as that folder's continuation; None where it is another one, or finished with random seeds."""
        found = folder.read_study()
        known = found.seeds if found and self._has_random_seeds else ()
        study = self._with_seeds(known[0] if known else self._new_seed(), variation_seed_of(folder))
        if any(seed != other for seed, other in zip(study.seeds, known, strict=False)):
            return None  # its seeds were listed, not drawn
        begun = self._in(folder, study)
        is_finished = not begun.missing
        if (self._has_random_seeds and is_finished) or not (self._study.name or begun.made.outcomes):
            return None
        return begun

    def _new(self) -> Begun:
        study, p = self._study, self._p
        now = datetime.now().astimezone()
        size = "seeds" if study.scout else f"{len(study.expressions)}x{len(study.columns)}"
        name = study.folder_name or file_stem(f"{now:%Y-%m-%d %H%M%S} {size} {p.sampler_name} {p.steps} steps")
        return self._in(create_folder(self._parent, name), self._with_seeds(self._new_seed()))

    def _in(self, folder: StudyFolder, study: Study) -> Begun:
        cells = self._cells(study)
        tell = Identities(self._p, self._reader, way_of_making(study.mode, self._stop_after))
        identities = {cell.key: tell.of(cell) for cell in cells}
        return Begun(
            study=study,
            cells=cells,
            kept=KeptInFolder(folder, identities),
            made=made_already(folder, identities),
            stop_after=self._stop_after,
        )

    def _cells(self, study: Study) -> tuple[Cell, ...]:
        return plan_cells(study, self._templates, study.seeds)

    def _new_seed(self) -> int:
        return int(processing.get_fixed_seed(self._p.seed))

    def _with_seeds(self, first: int, variation_seed: int | None = None) -> Study:
        """The study with its own seeds, else as many from the first as the page's batches have pictures."""
        self._p.subseed = int(processing.get_fixed_seed(self._subseed))
        if variation_seed is not None and is_random(self._subseed):
            self._p.subseed = variation_seed
        return self._study.with_seeds_from(first, self._p.n_iter * self._p.batch_size)
