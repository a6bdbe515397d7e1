"""What the cells of a study cost the denoiser, before the first of them is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sd_expression_grid.plan.forecast import Calls, Cost
from sd_expression_grid.plan.step_memo import shared_steps
from sd_expression_grid.webui.denoiser.shared_steps import why_not_shared
from sd_expression_grid.webui.host.picture import calls_of_strength
from sd_expression_grid.webui.host.settings import shares_steps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.webui.run.prepared import Prepared

ROWS_READ = 400
"""The number of cells whose prompts are parsed: the WebUI's parser takes some milliseconds for each."""


def cost_of(study: Prepared) -> Cost:
    """The cost of a study with missing cells."""
    whole = calls_of(study)
    return Cost(
        calls=replace(whole, first_pass=min(whole.first_pass, study.stop_after or whole.first_pass)),
        shares=shares_steps() and not why_not_shared(study.page),
        whole_calls=study.study.mode == "exact" or study.study.rows_per_batch == 1,
    )


def columns_of(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Cells by character and seed, in their order."""
    columns: dict[tuple[str, int], list[Cell]] = {}
    for cell in cells:
        columns.setdefault((cell.key.character, cell.key.seed), []).append(cell)
    return list(columns.values())


def calls_of(study: Prepared) -> Calls:
    """The denoiser's calls for a whole picture; the first rows of the first column to be made stand for all."""
    page, reader = study.page, study.reader
    cells = columns_of(study.missing)[0][:ROWS_READ]
    schedules = [reader.steps_of(cell) for cell in cells]
    whole = reader.total_steps - (reader.total_steps > page.steps)  # a second-order sampler's last step is single
    first_pass = calls_of_strength(page, whole)
    alike = shared_steps(schedules) if len(cells) > 1 else 0
    # The WebUI counts denoiser calls from 0 and uses the first step's prompt for calls 0 and 1.
    shared = alike + 1 if alike else 0
    return Calls(
        first_pass=first_pass,
        shared=min(shared, first_pass),
        hires_pass=(page.hr_second_pass_steps or page.steps) if page.enable_hr else 0,
        parts=len(schedules[0][0]) - 1,
    )
