"""What the cells of a study cost the denoiser, before the first of them is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sd_expression_grid.plan.forecast import Calls, Cost
from sd_expression_grid.plan.step_memo import shared_steps
from sd_expression_grid.webui.denoiser.shared_steps import why_not_shared
from sd_expression_grid.webui.host.settings import shares_steps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.webui.host.prompt_reader import PromptReader
    from sd_expression_grid.webui.run.begin import Begun

ROWS_READ = 400
"""The WebUI's parser takes some milliseconds for each."""


def cost_of(p: Any, begun: Begun, reader: PromptReader) -> Cost:
    """The cost of a study with missing cells."""
    whole = calls_of(p, begun, reader)
    return Cost(
        calls=replace(whole, first_pass=min(whole.first_pass, begun.stop_after or whole.first_pass)),
        shares=shares_steps() and not why_not_shared(p),
        whole_calls=begun.study.mode == "exact" or begun.study.rows_per_batch == 1,
    )


def columns_of(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Cells by character and seed, in their order."""
    columns: dict[tuple[str, int], list[Cell]] = {}
    for cell in cells:
        columns.setdefault((cell.key.character, cell.key.seed), []).append(cell)
    return list(columns.values())


def calls_of(p: Any, begun: Begun, reader: PromptReader) -> Calls:
    """The denoiser's calls for a whole picture; the first rows of the first column to be made stand for all."""
    cells = columns_of(begun.missing)[0][:ROWS_READ]
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
