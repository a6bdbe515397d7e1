"""What the cells of a study cost the denoiser, before the first of them is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sd_expression_grid.plan.forecast import Calls, Cost
from sd_expression_grid.plan.plan import cells_by_column
from sd_expression_grid.plan.row_count import RowCount
from sd_expression_grid.plan.step_memo import last_shared_call, shared_steps
from sd_expression_grid.webui.denoiser.shared_steps import why_not_shared
from sd_expression_grid.webui.host.picture import calls_of_strength
from sd_expression_grid.webui.host.settings import shares_steps
from sd_expression_grid.webui.run.batches import batches_of, rows_per_call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.webui.run.prepared import Prepared

ROWS_READ = 400
"""The number of cells whose prompts are parsed: the WebUI's parser takes some milliseconds for each."""


def cost_of(study: Prepared) -> Cost:
    """The cost of a column of a study with missing cells, at the page's denoising strength."""
    return _cost(study, _calls(study), None)


def denoiser_rows(study: Prepared) -> tuple[int, int]:
    """Denoiser rows for the missing cells, with the composition steps shared and without."""
    if not study.missing:
        return 0, 0
    calls = _calls(study)
    columns = [(cells[0].denoising, len(cells)) for cells in cells_by_column(study.missing).values()]
    costs = {strength: _cost(study, calls, strength) for strength, _ in columns}
    stock = sum(_at(study, calls, strength).rows(cells) for strength, cells in columns)
    if costs[columns[0][0]].shares_rows:
        return _rows_in_batches(study, costs), stock
    return sum(costs[strength].rows(cells) for strength, cells in columns), stock


def _rows_in_batches(study: Prepared, costs: Mapping[float | None, Cost]) -> int:
    """Counted batch by batch, for columns in one batch may have rows in common."""
    count = RowCount(study.missing, study.reader.steps_of, lambda cell: costs[cell.denoising].calls.first_pass)
    hires = sum(costs[cell.denoising].calls.hires_rows for cell in study.missing)
    return count.rows(batches_of(study)) + hires


def _calls(study: Prepared) -> Calls:
    """The denoiser's calls for a picture from noise; the first rows of the first column to be made stand for all."""
    page, reader = study.page, study.reader
    cells = next(iter(cells_by_column(study.missing).values()))[:ROWS_READ]
    schedules = [reader.steps_of(cell) for cell in cells]
    whole = reader.total_steps - (reader.total_steps > page.steps)  # a second-order sampler's last step is single
    alike = shared_steps(schedules) if len(cells) > 1 else 0
    return Calls(
        first_pass=whole,
        shared=min(last_shared_call(alike, whole_calls=True) + 1, whole),
        hires_pass=(page.hr_second_pass_steps or page.steps) if page.enable_hr else 0,
        parts=len(schedules[0][0]) - 1,
    )


def _cost(study: Prepared, calls: Calls, strength: float | None) -> Cost:
    made = _at(study, calls, strength)
    return Cost(
        calls=replace(made, first_pass=min(made.first_pass, study.stop_after or made.first_pass)),
        shares=shares_steps() and not why_not_shared(study.page),
        whole_calls=rows_per_call(study) == 1,
    )


def _at(study: Prepared, calls: Calls, strength: float | None) -> Calls:
    """Those of ``calls`` that are made at a denoising strength, the page's for None."""
    made = calls_of_strength(study.page, calls.first_pass, strength)
    return replace(calls, first_pass=made, shared=min(calls.shared, made))
