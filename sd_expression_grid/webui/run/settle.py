"""Settles what a study leaves to the page, and refuses what cannot be made, before anything is generated."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.errors import raise_if_any
from sd_expression_grid.plan.check import edit_faults, prompt_faults, size_faults
from sd_expression_grid.plan.network_check import network_faults, with_kinds
from sd_expression_grid.study.cell_prompts import Templates, templates_of
from sd_expression_grid.webui.host.networks import read_catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sd_expression_grid.base.errors import Fault
    from sd_expression_grid.study.study import Study
    from sd_expression_grid.webui.host.prompt_reader import PromptReader


def settle(p: Any, study: Study, faults: Sequence[Fault], reader: PromptReader) -> tuple[Study, Templates]:
    """What is to be made, with its templates and its characters' kinds, and all templates of the page.

    Pictures that are stopped at the switch point get no hires pass. Raises StudyError with all that is wrong,
    ``faults`` included.
    """
    study = study.scouted().with_templates(p.prompt, p.negative_prompt)
    if study.scout and study.scout.stop_at_switch:
        p.enable_hr = False
    hires = (p.hr_prompt, p.hr_negative_prompt) if p.enable_hr else ("", "")
    templates = templates_of(study, *hires)
    catalog = read_catalog()
    seen = replace(templates, prompt=reader.without_comments(templates.prompt))
    found = size_faults(study, p.n_iter * p.batch_size)
    found += prompt_faults(study, seen, reader.total_steps, comments=reader.strips_comments)
    prompts = [reader.styled(templates.prompt), reader.styled(templates.hires_prompt)]
    raise_if_any([*faults, *found, *network_faults(study, prompts, catalog)])
    raise_if_any(edit_faults(study, templates, reader.schedules, reader.total_steps))
    return with_kinds(study, catalog), templates
