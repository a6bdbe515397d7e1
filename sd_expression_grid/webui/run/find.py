"""In which folder a study goes on: the one that was begun with the same cells, or none yet."""

from __future__ import annotations

from copy import copy
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from modules import processing

from sd_expression_grid.base.errors import Fault, StudyError, raise_if_any
from sd_expression_grid.plan.prompt_check import edit_faults
from sd_expression_grid.store.folder import StudyFolder, folders_named, last_outcomes, recent_folders
from sd_expression_grid.store.random_seeds import is_random, variation_seed_of
from sd_expression_grid.store.resume import FinishedCells, finished_cells
from sd_expression_grid.webui.host.identity import Identities
from sd_expression_grid.webui.host.settings import studies_folder
from sd_expression_grid.webui.run.not_counted import not_counted
from sd_expression_grid.webui.run.prepared import Prepared, may_save

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.store.folder import Outcome
    from sd_expression_grid.study.study import Study
    from sd_expression_grid.webui.run.resolve import Resolved

RECENT = 20
"""The number of the newest studies that are looked through for one without a name that can go on."""


def find(resolved: Resolved) -> Prepared:
    """The study as the continuation of one on disk, else as a new one; where nothing may be saved, always new.

    Raises StudyError when a folder cannot be read.
    """
    search = _Search(resolved)
    if not may_save(resolved.page):
        return search.new()
    try:
        return search.found() or search.new()
    except OSError as error:
        message = f"the study's folder cannot be read: {error}"
        raise StudyError(message) from error


class _Search:
    def __init__(self, resolved: Resolved) -> None:
        self._resolved, self._page, self._study = resolved, resolved.page, resolved.study
        self._parent = studies_folder(self._page.outpath_grids)
        self._has_random_seeds = not self._study.seeds and is_random(self._page.seed)
        self._finished: list[Prepared] = []
        """Studies that would go on, were they not finished with seeds of their own."""

    def new(self) -> Prepared:
        study = self._with_seeds(self._new_seed(), self._new_variation_seed())
        return replace(study, notes=(*study.notes, *map(_is_finished, self._finished[:1])))

    def found(self) -> Prepared | None:
        """Of the folders with its name, the one with the most cells that fit; without a name, the newest that fits."""
        continued = filter(None, map(self._continued, self._candidates()))
        if self._study.name:
            found = max(continued, key=lambda study: len(study.made.outcomes), default=None)
        else:
            found = next(continued, None)
        return replace(found, notes=(*found.notes, *not_counted(found))) if found else None

    def _candidates(self) -> Iterator[StudyFolder]:
        """Folders in which the study may have been begun."""
        if self._study.name:
            for folder in folders_named(self._parent, self._study.folder_name):
                found = folder.read_study()
                if found and self._is_of_name(folder, found) and bool(found.scout) == bool(self._study.scout):
                    yield folder
            return
        requested = self._study.without_seeds()
        for folder in recent_folders(self._parent, RECENT):
            try:
                found = folder.read_study()
            except StudyError:
                continue  # somebody else's folder is no reason to stop
            if found and found.without_seeds() == requested:
                yield folder

    def _is_of_name(self, folder: StudyFolder, found: Study) -> bool:
        """Whether the folder's number was added to the study's name, and is no part of another one's."""
        return self._study.folder_name in (folder.path.name, found.folder_name)

    def _continued(self, folder: StudyFolder) -> Prepared | None:
        """The study as that folder's continuation; None where it is another one, or finished with random seeds."""
        known = self._drawn_seeds_of(folder)
        first = known[0] if known else self._new_seed()
        recorded = folder.read_outcomes()
        found = self._with_seeds(first, self._variation_seed_in(recorded), folder, recorded)
        if any(seed != other for seed, other in zip(found.study.seeds, known, strict=False)):
            return None  # its seeds were listed, not drawn
        if self._has_random_seeds and not found.missing:
            self._finished.append(found)
            return None
        return found if self._study.name or found.made.outcomes else None

    def _drawn_seeds_of(self, folder: StudyFolder) -> tuple[int, ...]:
        found = folder.read_study() if self._has_random_seeds else None
        return found.seeds if found else ()

    def _with_seeds(
        self,
        first: int,
        variation_seed: int,
        folder: StudyFolder | None = None,
        recorded: Sequence[Outcome] = (),
    ) -> Prepared:
        """The study with its own seeds, else as many from the first as the page's batches have pictures.

        ``recorded`` is all that the folder's record has.
        """
        page, resolved = copy(self._page), self._resolved
        page.subseed = variation_seed
        study = self._study.with_seeds_from(first, page.n_iter * page.batch_size)
        cells = resolved.variants.cells(study.seeds)
        if resolved.variants.are_drawn:
            raise_if_any(self._faults_of_draws(study.seeds))
        changed = resolved.script_texts.changed
        identities = Identities(page, resolved.reader, resolved.networks, resolved.way, cells, changed)
        known = {one.name: getattr(resolved, one.name) for one in fields(resolved)}
        notes = (*resolved.notes, *resolved.script_texts.notes(cells[0]))
        return Prepared(
            **{**known, "page": page, "study": study, "notes": notes},
            cells=cells,
            identities=identities,
            draws_seed=self._has_random_seeds and folder is None,
            folder=folder,
            made=finished_cells(folder, recorded, identities.is_identity) if folder else FinishedCells(),
        )

    def _faults_of_draws(self, seeds: tuple[int, ...]) -> Iterator[Fault]:
        """Prompt edits that do not hold with what is drawn for some seed."""
        reader = self._resolved.reader
        for study, templates in self._resolved.variants.pairs(seeds):
            yield from edit_faults(study, templates, reader.schedules, reader.total_steps)

    def _new_seed(self) -> int:
        return int(processing.get_fixed_seed(self._page.seed))

    def _new_variation_seed(self) -> int:
        return int(processing.get_fixed_seed(self._page.subseed))

    def _variation_seed_in(self, recorded: Sequence[Outcome]) -> int:
        known = variation_seed_of(last_outcomes(recorded)) if is_random(self._page.subseed) else None
        return self._new_variation_seed() if known is None else known


def _is_finished(study: Prepared) -> str:
    """What is told before a study is begun again that is there already."""
    folder = study.folder.path.name if study.folder else ""
    seeds = ", ".join(map(str, study.study.seeds))
    several = "s" if len(study.study.seeds) > 1 else ""
    again = f"with seed -1, all is made again with new ones, in a new folder; to go on with it, list its seed{several}"
    return f"'{folder}' is finished, with the seed{several} {seeds}; {again}"
