"""The Check button: what a study would be with the page's settings of this moment. Nothing is generated."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.plan.forecast import Forecast, ForecastCell, phases
from sd_expression_grid.plan.forecast_html import faults_html, forecast_html
from sd_expression_grid.store.folder import Outcome
from sd_expression_grid.store.saver import FolderStore, MemoryStore
from sd_expression_grid.webui.panel.panel import request_from
from sd_expression_grid.webui.results.study_pictures import StudyPictures
from sd_expression_grid.webui.run.cost import denoiser_rows
from sd_expression_grid.webui.run.prepare import prepared
from sd_expression_grid.webui.run.speed import seconds_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.panel.batch_tab import BatchFile
    from sd_expression_grid.webui.run.prepared import Prepared

PHASES_OF = 400
"""The number of cells whose phases are given: the WebUI's parser takes some milliseconds for each."""


def check_html(p: Processing, values: Sequence[Any], file: BatchFile | None = None) -> str:
    """The forecast of the study that the panel's values describe, or its faults, as HTML.

    ``file`` is the one of the Batch tab that is the picture of ``p``.
    """
    try:
        request = request_from(values)
        forecast = forecast_of(p, file.named(request) if file else request)
        notes = [f"Each file has a study of its own; this is the one of {file.place}"] if file else []
        return forecast_html(replace(forecast, notes=(*notes, *forecast.notes)))
    except StudyError as error:
        return faults_html(error)


def forecast_of(p: Processing, request: Mapping[str, object]) -> Forecast:
    """What ``run_study`` would make; raises StudyError when it would."""
    with prepared(p, request) as study:
        rows, stock_rows = denoiser_rows(study)
        return Forecast(
            study=study.study,
            cells=tuple(_cell(number, cell, study) for number, cell in enumerate(study.cells)),
            rows=rows,
            stock_rows=stock_rows,
            seconds=seconds_for(study.page, study.way, rows),
            pages=_pictures(study).page_sizes(),
            folder=str(study.folder.path) if study.folder else "",
            notes=study.notes,
            draws_seed=study.draws_seed,
            loads=_loads(study),
        )


def _loads(study: Prepared) -> dict[str, tuple[str, ...]]:
    first_cells = {cell.key.character: cell for cell in reversed(study.cells)}
    return {label: tuple(name for name, _ in study.identities.networks_of(cell)) for label, cell in first_cells.items()}


def _cell(number: int, cell: Cell, study: Prepared) -> ForecastCell:
    return ForecastCell(
        key=cell.key,
        prompt=cell.prompt,
        negative_prompt=cell.negative_prompt,
        is_made=cell.key in study.made.outcomes,
        phases=phases(study.reader.texts_of(cell)) if number < PHASES_OF else (),
    )


def _pictures(study: Prepared) -> StudyPictures:
    missing = {key: Outcome(key=key, status="interrupted") for key in study.keys}
    return StudyPictures(
        p=study.page,
        request=study.request,
        study=study.study,
        store=FolderStore(study.folder, study.identities.by_key) if study.folder else MemoryStore(),
        outcomes={**missing, **study.made.outcomes},
    )
