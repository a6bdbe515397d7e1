"""Makes the missing cells of a study that was begun, with progress, live preview and shared composition steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import SavingError
from sd_expression_grid.plan.plan import Batch
from sd_expression_grid.plan.run_batches import CellResult, Generate, Generated, Interrupted, is_too_large
from sd_expression_grid.store.saver import Saver
from sd_expression_grid.webui.denoiser.shared_steps import SharedSteps, not_shared, why_not_shared
from sd_expression_grid.webui.denoiser.stop_early import stopped_after
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.picture import encoded_once
from sd_expression_grid.webui.host.settings import shares_steps
from sd_expression_grid.webui.run.as_requested import AsRequested
from sd_expression_grid.webui.run.batches import batches_of, rows_per_call, why_not_batched
from sd_expression_grid.webui.run.generate import Generator, stop_requested
from sd_expression_grid.webui.run.progress import Progress
from sd_expression_grid.webui.run.shared_generate import SharedGenerate
from sd_expression_grid.webui.run.speed import remember

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.store.folder import Outcome
    from sd_expression_grid.store.saver import CellStore
    from sd_expression_grid.study.study import CellKey
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
    page = study.page
    reason = why_not_batched(study)
    if reason:
        page.comment(f"Rows were made one by one: {reason}")
    sharing = _sharing(study)
    requested = AsRequested(page, study.reader, study.networks.embeddings)
    generator = Generator(page, requested, study.script_texts)
    generate = SharedGenerate(generator, sharing, page) if sharing else generator
    batches = batches_of(study)
    HOST.apply_networks_anew()
    start = time.monotonic()
    progress = Progress(page, study.study, batches, there=study.made.outcomes, title=title)
    with stopped_after(study.stop_after):
        outcomes = _made(study, store, progress, partial(through, batches), generate)
    rows = sharing.rows_computed if sharing else None
    if rows is not None:
        remember(page, study.way, rows, time.monotonic() - start)
    return Making(outcomes=outcomes, finished=generator.finished, rows=rows)


def _sharing(study: Prepared) -> SharedSteps | None:
    """What shares the composition steps of a column's rows; None if the user or another extension is against it."""
    reason = why_not_shared(study.page)
    if reason and shares_steps():
        study.page.comment(not_shared(reason))
    if reason or not shares_steps():
        return None
    return SharedSteps(study.missing, study.reader.steps_of, exact=rows_per_call(study) == 1)


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
