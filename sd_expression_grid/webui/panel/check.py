"""The Check button: what a study would be with the page's settings of this moment. Nothing is generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modules import call_queue, sd_samplers

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.plan.forecast import Forecast, ForecastCell, phases
from sd_expression_grid.plan.forecast_html import faults_html, forecast_html
from sd_expression_grid.store.folder import Outcome
from sd_expression_grid.store.random_seeds import is_random
from sd_expression_grid.store.saver import KeptInFolder
from sd_expression_grid.study.schema import read_study
from sd_expression_grid.webui.denoiser.stop_early import way_of_making
from sd_expression_grid.webui.host.overrides import overrides_in_force
from sd_expression_grid.webui.host.prompt_reader import PromptReader
from sd_expression_grid.webui.panel.panel import asked_for
from sd_expression_grid.webui.results.grids import StudyPictures
from sd_expression_grid.webui.run.begin import Begun, look
from sd_expression_grid.webui.run.cost import calls_of, columns_of, cost_of
from sd_expression_grid.webui.run.settle import settle
from sd_expression_grid.webui.run.speed import seconds_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sd_expression_grid.plan.plan import Cell

BUSY = "<p>The WebUI is generating; check again when it is done.</p>"
PHASES_OF = 400
"""Of so many cells the phases are told: the WebUI's parser takes some milliseconds for each."""


def check_html(p: Any, values: Sequence[Any]) -> str:
    """The forecast of the study that the panel's values describe, or its faults, as HTML."""
    if not call_queue.queue_lock.acquire(blocking=False):
        return BUSY  # a run's override settings are in force, and must not be meddled with
    try:
        return forecast_html(look_ahead(p, asked_for(values)))
    except StudyError as error:
        return faults_html(error)
    finally:
        call_queue.queue_lock.release()


def look_ahead(p: Any, asked: Mapping[str, object]) -> Forecast:
    """What ``run_study`` would make; raises StudyError when it would."""
    study, faults = read_study(asked)
    with overrides_in_force(p):
        sd_samplers.fix_p_invalid_sampler_and_scheduler(p)
        reader = PromptReader(p)
        study, templates = settle(p, study, faults, reader)
        begun = look(p, study, templates, reader)
        rows, stock_rows = _denoiser_rows(p, begun, reader)
        return Forecast(
            study=begun.study,
            cells=tuple(_cell(number, cell, begun, reader) for number, cell in enumerate(begun.cells)),
            rows=rows,
            stock_rows=stock_rows,
            seconds=seconds_for(p, way_of_making(begun.study.mode, begun.stop_after), rows),
            pages=_pictures(p, asked, begun).page_sizes(),
            folder=str(begun.kept.folder.path) if isinstance(begun.kept, KeptInFolder) else "",
            draws_seed=not study.seeds and is_random(p.seed) and not isinstance(begun.kept, KeptInFolder),
        )


def _cell(number: int, cell: Cell, begun: Begun, reader: PromptReader) -> ForecastCell:
    return ForecastCell(
        key=cell.key,
        prompt=cell.prompt,
        negative_prompt=cell.negative_prompt,
        is_made=cell.key in begun.made.outcomes,
        phases=phases(reader.texts_of(cell)) if number < PHASES_OF else (),
    )


def _pictures(p: Any, asked: Mapping[str, object], begun: Begun) -> StudyPictures:
    missing = {key: Outcome(key=key, status="interrupted") for key in begun.keys}
    outcomes = {**missing, **begun.made.outcomes}
    return StudyPictures(p=p, asked=asked, study=begun.study, kept=begun.kept, outcomes=outcomes)


def _denoiser_rows(p: Any, begun: Begun, reader: PromptReader) -> tuple[int, int]:
    """With the composition steps shared and without."""
    if not begun.missing:
        return 0, 0
    columns = [len(cells) for cells in columns_of(begun.missing)]
    cost, whole = cost_of(p, begun, reader), calls_of(p, begun, reader)
    return sum(map(cost.rows, columns)), sum(map(whole.rows, columns))
