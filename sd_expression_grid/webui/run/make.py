"""Makes the missing cells of a study that was begun, with progress, live preview and shared composition steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from modules import shared

from sd_expression_grid.base.errors import SavingError
from sd_expression_grid.plan.plan import Batch, plan_batches
from sd_expression_grid.plan.run_batches import CellResult, Generate, Generated, Interrupted, is_too_large
from sd_expression_grid.store.saver import Saver
from sd_expression_grid.webui.denoiser.shared_steps import SharedSteps, not_shared, why_not_shared
from sd_expression_grid.webui.denoiser.stop_early import stopped_after
from sd_expression_grid.webui.host.companions import active_companions
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.picture import encoded_once, mask_of
from sd_expression_grid.webui.host.settings import shares_steps
from sd_expression_grid.webui.run.as_requested import AsRequested
from sd_expression_grid.webui.run.generate import Generator, stop_requested
from sd_expression_grid.webui.run.progress import Progress
from sd_expression_grid.webui.run.shared_generate import SharedGenerate
from sd_expression_grid.webui.run.speed import remember

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.store.folder import Outcome
    from sd_expression_grid.store.saver import CellStore
    from sd_expression_grid.study.study import CellKey, Study
    from sd_expression_grid.webui.host.embeddings import EmbeddingReader
    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.run.prepared import Prepared

Through = Callable[[Sequence[Batch], Generate, Interrupted], Iterator[CellResult]]
"""How the batches are gone through: ``sweep``, or one that stops for other reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What was made. ``finished`` is the processing object of the last finished call, None without one.

    ``rows`` are the denoiser rows that were computed, None where they were not counted.
    """

    outcomes: Mapping[CellKey, Outcome]
    finished: Processing | None
    rows: int | None


def make_missing(study: Prepared, store: CellStore, through: Through, title: str = "") -> Making:
    """Makes the cells that are yet to be made, and keeps them in ``store``.

    ``title`` leads the text under the progress bar.
    """
    page, embeddings = study.page, study.networks.embeddings
    rows_per_call = _rows_per_call(page, study.study)
    sharing = _sharing(study, rows_per_call)
    requested = AsRequested(page, study.reader, embeddings)
    generator = Generator(page, requested, study.script_texts)
    generate = SharedGenerate(generator, sharing, page) if sharing else generator
    mixes_seeds = study.study.scout is not None
    kind = _kinds(study, embeddings)
    batches = plan_batches(study.missing, rows_per_call, kind, mixes_seeds=mixes_seeds)
    HOST.apply_networks_anew()
    start = time.monotonic()
    progress = Progress(page, study.study, batches, title)
    with stopped_after(study.stop_after):
        outcomes = _made(study, store, progress, partial(through, batches), generate)
    rows = sharing.rows_computed if sharing else None
    if rows is not None:
        remember(page, study.way, rows, time.monotonic() - start)
    return Making(outcomes=outcomes, finished=generator.finished, rows=rows)


def _rows_per_call(page: Processing, study: Study) -> int:
    """One in exact mode, and wherever the pictures of a batch would change each other."""
    if study.mode == "exact":
        return 1
    reason = _why_not_batched(page)
    if reason:
        page.comment(f"Rows were made one by one: {reason}")
        return 1
    return study.rows_per_batch


def _kinds(study: Prepared, embeddings: EmbeddingReader) -> Callable[[Cell], Hashable]:
    """What prompts of one call have in common: the WebUI pads the shorter ones, which changes their pictures.

    What an encoding adds to the infotext, embeddings and the emphasis mode, it adds to all pictures of the call, and
    scripts have one set of values.
    """
    reader = study.reader

    def kind(cell: Cell) -> Hashable:
        names = embeddings.names_in_any(reader.encoder_texts(cell))
        values = repr(study.script_texts.changed(cell))
        return reader.conditioning_shape(cell), tuple(names), reader.tells_emphasis(cell), values

    return kind


TAKE_LISTS = {
    "Detail Daemon", "Dynamic Lora Weights", "Dynamic Thresholding (CFG Scale Fix)", "FreeU", "LoRA Block Weight",
    "Prompt Fusion", "Soft Inpainting",
}  # fmt: skip
"""Scripts of other extensions that treat each picture of a batch as a single one, also where prompts and seeds differ;
each was tried in ``tests/companions``, soft inpainting in ``tests/contract``."""


def _why_not_batched(p: Processing) -> str:
    samplers = [p.sampler_name, *([p.hr_sampler_name] if p.enable_hr and p.hr_sampler_name else [])]
    if "DPM adaptive" in samplers:
        return "DPM adaptive chooses its steps by the whole batch."
    if not HOST.encodes_in_chunks():
        return "the checkpoint's text encoder is no CLIP, and texts of other lengths would change each other."
    others = [companion.title for companion in active_companions(p) if companion.title not in TAKE_LISTS]
    if others:
        return f"{', '.join(others)} may expect that all pictures of a batch have one prompt."
    return _other_noise_in_batches(p, samplers)


def _other_noise_in_batches(p: Processing, samplers: list[str]) -> str:
    foreign = next(filter(HOST.draws_own_noise, samplers), None)
    if foreign:
        return f"{foreign} comes from elsewhere, and may draw its noise for the whole batch."
    if mask_of(p) is not None and not HOST.masks_rows_alone():
        return "this WebUI gives the masked pictures of a batch other noise than single ones."
    if p.enable_hr and p.hr_upscaler and p.hr_upscaler not in shared.latent_upscale_modes:
        # The upscaled pictures are encoded one after the other, each with the next noise of one generator.
        return f"the upscaler {p.hr_upscaler} gives the pictures of a batch other noise than single ones."
    return ""


def _sharing(study: Prepared, rows_per_call: int) -> SharedSteps | None:
    """What shares the composition steps of a column's rows; None if the user or another extension is against it."""
    reason = why_not_shared(study.page)
    if reason and shares_steps():
        study.page.comment(not_shared(reason))
    if reason or not shares_steps():
        return None
    return SharedSteps(study.missing, study.reader.steps_of, exact=rows_per_call == 1)


def _made(
    study: Prepared,
    store: CellStore,
    progress: Progress,
    results: Callable[[Generate, Interrupted], Iterator[CellResult]],
    generate: Generate,
) -> Mapping[CellKey, Outcome]:
    saver = Saver(store)

    def begun(batch: Batch) -> Sequence[Generated]:
        progress.begin(batch)
        try:
            return generate(batch)
        except Exception as error:
            if is_too_large(batch, error):
                study.page.comment(
                    f"{len(batch.cells)} rows a batch did not fit into memory: such batches were halved."
                )
            raise

    try:
        with progress.live_preview(), encoded_once(study.page), saver:
            for result in results(begun, stop_requested):
                saver.save(result)
                if result.generated:
                    progress.show(result.cell.key, result.generated.picture)
    except SavingError as error:
        if not saver.outcomes:
            raise
        study.page.comment(str(error))
    return saver.outcomes
