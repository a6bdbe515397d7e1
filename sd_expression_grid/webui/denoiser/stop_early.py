"""Ends a sampler run at the switch point, where the composition is decided.

The WebUI's samplers answer an InterruptedException with their last prediction of the finished picture, which decodes to
a soft picture instead of noise.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.plan.plan import plan_cells
from sd_expression_grid.plan.step_memo import shared_steps
from sd_expression_grid.webui.host.lacking import optional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.study.cell_prompts import Templates
    from sd_expression_grid.study.study import Study
    from sd_expression_grid.webui.host.prompt_reader import PromptReader

sd_samplers_common = optional("modules.sd_samplers_common", "no picture can be stopped at the switch point")

_last_call: int | None = None


@contextmanager
def stopped_after(calls: int | None) -> Iterator[None]:
    """Lets every sampler run make at most ``calls`` calls of the denoiser; None is no limit."""
    global _last_call  # noqa: PLW0603 - the WebUI's callbacks know no other way
    _last_call = calls
    try:
        yield
    finally:
        _last_call = None


def stop_denoiser(params: Any) -> None:
    """The ``cfg_denoiser`` callback, told of every call before it is made."""
    if _last_call is not None and params.denoiser.step >= _last_call:
        raise sd_samplers_common.InterruptedException


def calls_until_switch(study: Study, templates: Templates, reader: PromptReader) -> int | None:
    """The denoiser's calls that would be the same for any expression; None where the study is to be made whole.

    Raises StudyError when there are none.
    """
    if not (study.scout and study.scout.stop_at_switch):
        return None
    if sd_samplers_common is None:
        raise StudyError([Fault("scout.stop_at_switch", "this WebUI cannot stop a picture early")])
    row = study.expressions[0]
    other = replace(row, label=f"not {row.label}", text=f"not {row.text}")
    cells = plan_cells(replace(study, expressions=(row, other)), templates, seeds=(0,))
    steps = shared_steps([reader.steps_of(cell) for cell in cells])
    if not steps:
        problem = "there is no switch point, for the expression is drawn from the first step on"
        raise StudyError([Fault("scout.stop_at_switch", problem)])
    # The WebUI counts denoiser calls from 0 and uses the first step's prompt for calls 0 and 1.
    return min(steps + 1, reader.total_steps)


def way_of_making(mode: str, stop_after: int | None) -> str:
    """The mode, with the call after which pictures are stopped: those are other pictures, and have another speed."""
    return mode if stop_after is None else f"{mode}, stopped after {stop_after}"


def stop_text(calls: int, steps: int, total_steps: int) -> str:
    """What an unfinished picture's infotext says; a second-order sampler makes two calls a step."""
    return f"stopped after step {math.ceil(calls * steps / total_steps)} of {steps}"
