"""Runs a study in the WebUI: settles and checks it, makes its cells, and returns what the page and the API show."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import errors, processing, sd_samplers, shared

from sd_expression_grid.errors import SavingError
from sd_expression_grid.folder import Outcome
from sd_expression_grid.infotexts import SCOUT_FIELD, prompts_in
from sd_expression_grid.keeping import Kept, KeptInFolder, Saver
from sd_expression_grid.page import write_page
from sd_expression_grid.plan import Batch, plan_batches
from sd_expression_grid.schema import read_study
from sd_expression_grid.sweep import sweep
from sd_expression_grid.webui.begin import Begun, begin
from sd_expression_grid.webui.gallery import ApiPictures, Entry, gallery_pictures
from sd_expression_grid.webui.generate import Generator, stop_requested
from sd_expression_grid.webui.grids import StudyPictures
from sd_expression_grid.webui.host import is_from_elsewhere
from sd_expression_grid.webui.infotext import page_after
from sd_expression_grid.webui.overrides import overrides_in_force
from sd_expression_grid.webui.progress import Progress
from sd_expression_grid.webui.schedules import PromptReader
from sd_expression_grid.webui.settings import shares_steps
from sd_expression_grid.webui.settle import settle
from sd_expression_grid.webui.shared_steps import SharedSteps, not_shared, why_not_shared
from sd_expression_grid.webui.speed import remember
from sd_expression_grid.webui.stop_early import stop_text, stopped_after, way_of_making

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from PIL import Image

    from sd_expression_grid.study import CellKey, Study

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
        if begun.stop_after is not None:
            p.extra_generation_params[SCOUT_FIELD] = stop_text(begun.stop_after, p.steps, reader.total_steps)
        rows_per_call = _rows_per_call(p, study)
        sharing = _sharing(p, begun, reader, rows_per_call)
        generator = Generator(p, sharing.during if sharing else _not_shared)
        batches = plan_batches(
            begun.missing, rows_per_call, reader.conditioning_shape, mixes_seeds=study.scout is not None
        )
        start = time.monotonic()
        with _page_of_the_study(p, begun.kept), stopped_after(begun.stop_after):
            made = _sweep(p, begun, batches, generator)
        if sharing:
            way = way_of_making(study.mode, begun.stop_after)
            remember(p, way, sharing.memo.rows_computed, time.monotonic() - start)
        outcomes = {**{key: _never_begun(key) for key in begun.keys}, **begun.made.outcomes, **made}
        after = page_after(p, generator.finished)
        pictures = StudyPictures(p=after, asked=asked, study=begun.study, kept=begun.kept, outcomes=outcomes)
        return _processed(p, pictures, {"Denoiser rows": sharing.memo.rows_computed} if sharing else {})


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


def _rows_per_call(p: Any, study: Study) -> int:
    """One in exact mode, and wherever the pictures of a batch would change each other."""
    if study.mode == "exact":
        return 1
    reason = _why_not_batched(p)
    if reason:
        p.comment(f"Rows were made one by one: {reason}")
        return 1
    return study.rows_per_batch


def _why_not_batched(p: Any) -> str:
    samplers = [p.sampler_name, *([p.hr_sampler_name] if p.enable_hr and p.hr_sampler_name else [])]
    if "DPM adaptive" in samplers:
        return "DPM adaptive chooses its steps by the whole batch."
    foreign = [name for name in samplers if is_from_elsewhere(name)]
    if foreign:
        return f"{foreign[0]} comes from elsewhere, and may draw its noise for the whole batch."
    if p.enable_hr and p.hr_upscaler and p.hr_upscaler not in shared.latent_upscale_modes:
        # The upscaled pictures are encoded one after the other, each with the next noise of one generator.
        return f"the upscaler {p.hr_upscaler} gives the pictures of a batch other noise than single ones."
    return ""


def _sharing(p: Any, begun: Begun, reader: PromptReader, rows_per_call: int) -> SharedSteps | None:
    """What shares the composition steps of a column's rows; None if the user or another extension is against it."""
    reason = why_not_shared(p)
    if reason and shares_steps():
        p.comment(not_shared(reason))
    if reason or not shares_steps():
        return None
    return SharedSteps(begun.missing, reader.steps_of, exact=rows_per_call == 1)


def _not_shared(_: Batch) -> AbstractContextManager[None]:
    return nullcontext()


def _sweep(p: Any, begun: Begun, batches: Sequence[Batch], generator: Generator) -> Mapping[CellKey, Outcome]:
    progress, saver = Progress(begun.study, batches, p), Saver(begun.kept)
    for outcome in begun.made.outcomes.values():
        progress.show(outcome.key, partial(begun.kept.open, outcome))

    def generate(batch: Batch) -> Any:
        progress.begin(batch)
        return generator(batch)

    try:
        with progress.live_preview(), saver:
            for result in sweep(batches, generate, stop_requested):
                saver.save(result)
                if result.generated:
                    progress.show(result.cell.key, partial(getattr, result.generated, "picture"))
    except SavingError as error:
        if not saver.outcomes:
            raise
        p.comment(str(error))
    shared.state.textinfo = "drawing the grids"
    return saver.outcomes


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
