"""Runs a study in the WebUI: prepares it, makes its cells, and returns what the page and the API show."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from modules import errors, processing, shared

from sd_expression_grid.grids.drawing.remembered import run_that_draws
from sd_expression_grid.page.page import write_page
from sd_expression_grid.plan.run_batches import run_batches
from sd_expression_grid.store.folder import Outcome
from sd_expression_grid.webui.results.infotext import page_after
from sd_expression_grid.webui.results.processed import processed
from sd_expression_grid.webui.results.study_pictures import StudyPictures
from sd_expression_grid.webui.run.begin import begin
from sd_expression_grid.webui.run.make import make_missing
from sd_expression_grid.webui.run.prepare import prepared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sd_expression_grid.base.errors import StudyError
    from sd_expression_grid.store.saver import CellStore
    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.run.make import Making
    from sd_expression_grid.webui.run.prepared import Prepared


def run_study(p: Processing, request: Mapping[str, object], title: str = "") -> Any:
    """Makes the study that ``request`` describes with the settings of the processing object ``p``.

    ``title`` leads the text under the progress bar.
    Returns the WebUI's Processed, grids first. Raises StudyError before anything is generated when the study cannot
    be made as requested.
    """
    with run_that_draws(), prepared(p, request) as study:
        for line in (*study.notes, *study.made.complaints):
            study.page.comment(line)
        store = begin(study)
        with _page_of_the_study(study.page, store):
            made = make_missing(study, store, run_batches, title)
        shared.state.textinfo = "drawing the grids"
        facts = {} if made.rows is None else {"Denoiser rows": made.rows}
        return processed(_pictures(study, store, made), facts)


def refused(p: Processing, error: StudyError) -> Any:
    """The WebUI's Processed of a study that cannot be made: the message, where reForge would show none of an error."""
    p.comment(str(error))
    return processing.Processed(p, [])


def _pictures(study: Prepared, store: CellStore, made: Making) -> StudyPictures:
    never_begun = {key: Outcome(key=key, status="interrupted") for key in study.keys}
    return StudyPictures(
        p=page_after(study.page, made.finished),
        request=study.request,
        study=study.study,
        store=store,
        outcomes={**never_begun, **study.made.outcomes, **made.outcomes},
    )


@contextmanager
def _page_of_the_study(page: Processing, store: CellStore) -> Iterator[None]:
    """Writes the page of a study in a folder when its run ends, however it ends."""
    try:
        yield
    finally:
        if store.folder is not None:
            try:
                write_page(store.folder)
            except Exception as error:  # no page is worth a run
                errors.report("Error writing the page of the expression grid", exc_info=True)
                page.comment(f"The page of the study could not be written: {error}")
