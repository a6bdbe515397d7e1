"""Runs a study in the WebUI: settles and checks it, makes its cells, and returns what the page and the API show."""

from __future__ import annotations

from collections import Counter
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import processing, sd_samplers, shared

from sd_expression_grid.folder import Outcome
from sd_expression_grid.keeping import KeptInFolder
from sd_expression_grid.schema import read_study
from sd_expression_grid.sweep import sweep
from sd_expression_grid.webui.begin import begin
from sd_expression_grid.webui.gallery import ApiPictures, Entry, gallery_pictures
from sd_expression_grid.webui.grids import StudyPictures
from sd_expression_grid.webui.infotext import page_after
from sd_expression_grid.webui.make import make_missing
from sd_expression_grid.webui.overrides import overrides_in_force
from sd_expression_grid.webui.schedules import PromptReader
from sd_expression_grid.webui.settle import settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PIL import Image

    from sd_expression_grid.study import CellKey


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
        made = make_missing(p, begun, reader, sweep)
        shared.state.textinfo = "drawing the grids"
        outcomes = {**{key: _never_begun(key) for key in begun.keys}, **begun.made.outcomes, **made.outcomes}
        after = page_after(p, made.finished)
        pictures = StudyPictures(p=after, asked=asked, study=begun.study, kept=begun.kept, outcomes=outcomes)
        return _processed(p, pictures, {} if made.rows is None else {"Denoiser rows": made.rows})


def _never_begun(key: CellKey) -> Outcome:
    return Outcome(key=key, status="interrupted")


def _processed(p: Any, pictures: StudyPictures, facts: Mapping[str, object]) -> Any:
    grids, cells = list(pictures.grids()), list(pictures.cells())
    entries = [*grids, *cells] or [Entry(Path(), "", pictures.study.seeds[0])]
    _tell(p, pictures)
    base = copy(pictures.p)
    base.n_iter = base.batch_size = 1
    base.extra_generation_params = {**p.extra_generation_params, **_folder_of(pictures), **facts}
    return processing.Processed(
        base,
        _shown(p, [*grids, *cells]),
        seed=entries[0].seed,
        info=entries[0].infotext,
        subseed=p.subseed,
        all_prompts=[_prompts_in(entry.infotext)[0] for entry in entries],
        all_negative_prompts=[_prompts_in(entry.infotext)[1] for entry in entries],
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
            p.comment(f"{outcome.key.character}, {outcome.key.expression}: {outcome.error}")
    for folder in _folder_of(pictures).values():
        p.comment(f"Saved in {folder}")


def _folder_of(pictures: StudyPictures) -> dict[str, str]:
    return {"Study folder": str(pictures.kept.folder.path)} if isinstance(pictures.kept, KeptInFolder) else {}


def _prompts_in(infotext: str) -> tuple[str, str]:
    """The prompt and the negative prompt of an infotext."""
    prompts = infotext.rpartition("\nSteps: ")[0]
    prompt, _, negative = prompts.partition("\nNegative prompt: ")
    return prompt, negative
