"""Runs a study in the WebUI: settles and checks it, makes its cells, and returns what the page and the API show."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import errors, processing, sd_samplers, shared

from sd_expression_grid.page.page import write_page
from sd_expression_grid.plan.sweep import sweep
from sd_expression_grid.prompts.infotext_text import prompts_in
from sd_expression_grid.store.folder import Outcome
from sd_expression_grid.store.saver import Kept, KeptInFolder
from sd_expression_grid.study.schema import read_study
from sd_expression_grid.webui.host.overrides import overrides_in_force
from sd_expression_grid.webui.host.prompt_reader import PromptReader
from sd_expression_grid.webui.results.gallery import ApiPictures, Entry, gallery_pictures
from sd_expression_grid.webui.results.grids import StudyPictures
from sd_expression_grid.webui.results.infotext import page_after
from sd_expression_grid.webui.run.begin import begin
from sd_expression_grid.webui.run.make import make_missing
from sd_expression_grid.webui.run.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from PIL import Image

    from sd_expression_grid.base.errors import StudyError
    from sd_expression_grid.study.study import CellKey

GRIDS_FIELD = "Grids"
"""Where the page's script finds the places of the grids' cells, among what the WebUI tells of a generation."""


def run_study(p: Any, asked: Mapping[str, object]) -> Any:
    """Makes the study that ``asked`` describes with the settings of the processing object ``p``.

    Returns the WebUI's Processed, grids first. Raises StudyError before anything is generated when the study cannot
    be made as asked.
    """
    study, faults = read_study(asked)
    with overrides_in_force(p):
        sd_samplers.fix_p_invalid_sampler_and_scheduler(p)
        reader = PromptReader(p)
        study, templates = settle(p, study, faults, reader)
        begun = begin(p, study, templates, reader)
        with _page_of_the_study(p, begun.kept):
            made = make_missing(p, begun, reader, sweep)
        shared.state.textinfo = "drawing the grids"
        outcomes = {**{key: _never_begun(key) for key in begun.keys}, **begun.made.outcomes, **made.outcomes}
        after = page_after(p, made.finished)
        pictures = StudyPictures(p=after, asked=asked, study=begun.study, kept=begun.kept, outcomes=outcomes)
        return _processed(p, pictures, {} if made.rows is None else {"Denoiser rows": made.rows})


def refused(p: Any, error: StudyError) -> Any:
    """The WebUI's Processed of a study that cannot be made: the message, where reForge would show none of an error."""
    p.comment(str(error))
    return processing.Processed(p, [])


@contextmanager
def _page_of_the_study(p: Any, kept: Kept) -> Iterator[None]:
    """Writes the page of a study in a folder when its run ends, however it ends."""
    try:
        yield
    finally:
        if isinstance(kept, KeptInFolder):
            try:
                write_page(kept.folder)
            except Exception as error:  # no page is worth a run
                errors.report("Error writing the page of the expression grid", exc_info=True)
                p.comment(f"The page of the study could not be written: {error}")


def _never_begun(key: CellKey) -> Outcome:
    return Outcome(key=key, status="interrupted")


def _processed(p: Any, pictures: StudyPictures, facts: Mapping[str, object]) -> Any:
    grids, cells = list(pictures.grids()), list(pictures.cells())
    entries = [*grids, *cells] or [Entry(Path(), "", pictures.study.seeds[0])]
    _tell(p, pictures)
    base = copy(pictures.p)
    base.n_iter = base.batch_size = 1
    places = {GRIDS_FIELD: [grid.places for grid in grids]}
    base.extra_generation_params = {**p.extra_generation_params, **_folder_of(pictures), **facts, **places}
    return processing.Processed(
        base,
        _shown(p, [*grids, *cells]),
        seed=entries[0].seed,
        info=entries[0].infotext,
        subseed=p.subseed,
        all_prompts=[prompts_in(entry.infotext)[0] for entry in entries],
        all_negative_prompts=[prompts_in(entry.infotext)[1] for entry in entries],
        all_seeds=[entry.seed for entry in entries],
        all_subseeds=[p.subseed] * len(entries),
        index_of_first_image=len(grids),
        infotexts=[entry.infotext for entry in entries],
    )


def _shown(p: Any, entries: Sequence[Entry]) -> Sequence[Image.Image]:
    return ApiPictures(entries) if p.is_api else gallery_pictures(entries)


def _tell(p: Any, pictures: StudyPictures) -> None:
    counts = Counter(outcome.status for outcome in pictures.outcomes.values())
    numbers = ", ".join(f"{number} {status}" for status, number in counts.items())
    p.comment(f"{len(pictures.outcomes)} cells: {numbers}")
    for outcome in pictures.outcomes.values():
        if outcome.status == "failed":
            seed = f", seed {outcome.key.seed}" if len(pictures.study.seeds) > 1 else ""
            p.comment(f"{outcome.key.character}, {outcome.key.expression}{seed}: {outcome.error}")
    for folder in _folder_of(pictures).values():
        p.comment(f"Saved in {folder}")


def _folder_of(pictures: StudyPictures) -> dict[str, str]:
    return {"Study folder": str(pictures.kept.folder.path)} if isinstance(pictures.kept, KeptInFolder) else {}
