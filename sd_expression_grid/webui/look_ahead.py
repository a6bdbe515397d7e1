"""The Check button: what a study would be with the page's settings of this moment. Nothing is generated."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modules import call_queue, sd_samplers

from sd_expression_grid.errors import StudyError
from sd_expression_grid.folder import Outcome
from sd_expression_grid.forecast import Calls, Forecast, ForecastCell, phases
from sd_expression_grid.forecast_html import faults_html, forecast_html
from sd_expression_grid.keeping import KeptInFolder
from sd_expression_grid.schema import read_study
from sd_expression_grid.step_memo import shared_steps
from sd_expression_grid.webui.begin import Begun, is_random, look
from sd_expression_grid.webui.grids import StudyPictures
from sd_expression_grid.webui.overrides import overrides_in_force
from sd_expression_grid.webui.panel import asked_for
from sd_expression_grid.webui.schedules import PromptReader
from sd_expression_grid.webui.settings import shares_steps
from sd_expression_grid.webui.settle import settle
from sd_expression_grid.webui.shared_steps import why_not_shared
from sd_expression_grid.webui.speed import seconds_for
from sd_expression_grid.webui.stop_early import way_of_making

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sd_expression_grid.plan import Cell

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
    """With the composition steps shared and without; the first column to be made stands for all."""
    columns: dict[tuple[str, int], list[Cell]] = {}
    for cell in begun.missing:
        columns.setdefault((cell.key.character, cell.key.seed), []).append(cell)
    if not columns:
        return 0, 0
    whole = _calls(p, next(iter(columns.values())), reader)
    stock = sum(whole.rows(len(cells)) for cells in columns.values())
    calls = replace(whole, first_pass=min(whole.first_pass, begun.stop_after or whole.first_pass))
    if not shares_steps() or why_not_shared(p):
        return sum(calls.rows(len(cells)) for cells in columns.values()), stock
    exact = begun.study.mode == "exact" or begun.study.rows_per_batch == 1
    return sum(calls.rows_shared(len(cells), whole_calls=exact) for cells in columns.values()), stock


def _calls(p: Any, cells: list[Cell], reader: PromptReader) -> Calls:
    schedules = [reader.steps_of(cell) for cell in cells]
    first_pass = reader.total_steps - (reader.total_steps > p.steps)  # a second-order sampler's last step is single
    # The WebUI counts denoiser calls from 0 and uses the first step's prompt for calls 0 and 1.
    shared = shared_steps(schedules) + 1 if len(cells) > 1 else 0
    return Calls(
        first_pass=first_pass,
        shared=min(shared, first_pass),
        hires_pass=(p.hr_second_pass_steps or p.steps) if p.enable_hr else 0,
        parts=len(schedules[0][0]) - 1,
    )
