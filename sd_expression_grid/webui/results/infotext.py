"""The infotext of a grid: the study's prompt and settings, and the study itself for pasting it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING

from modules import processing, shared

from sd_expression_grid import TITLE
from sd_expression_grid.study.schema import DEFAULT, study_to_dict
from sd_expression_grid.webui.host.host import HOST

if TYPE_CHECKING:
    from sd_expression_grid.study.study import Study
    from sd_expression_grid.webui.host.processing import Processing

STUDY_FIELD = "Expression grid study"

MAX_LENGTH = 30_000
"""A JPEG's Exif block holds about 32,700 characters; a longer infotext makes the WebUI's saving fail."""

_LISTS = ("expressions", "characters")
_OF_ONE_CELL = ("Lora hashes", "TI hashes", "TI", "Hires prompt", "Hires negative prompt")
_OF_THE_CALL = ("sd_model_name", "sd_model_hash", "sd_vae_name", "sd_vae_hash")


def page_after(page: Processing, call: Processing | None) -> Processing:
    """A copy of ``page`` with what only a finished call knows; ``call`` is None where none was made."""
    known = copy(page)
    if call is None:
        known.sd_model_name = shared.sd_model.sd_checkpoint_info.name_for_extra
        known.sd_model_hash = shared.sd_model.sd_model_hash
        known.sd_vae_name, known.sd_vae_hash = HOST.loaded_vae()
        return known
    for name in _OF_THE_CALL:
        setattr(known, name, getattr(call, name))
    params = {key: value for key, value in call.extra_generation_params.items() if key not in _OF_ONE_CELL}
    known.extra_generation_params = params
    return known


def grid_infotext(p: Processing, study: Study, request: Mapping[str, object], seed: int) -> str:
    """What the WebUI would write for the template, with the study as it was requested, in ``STUDY_FIELD``.

    ``p`` is the page's processing object after the run. A request that is too long for a JPEG is left out; it is in
    study.json.
    """
    of_grid = copy(p)
    styles = shared.prompt_styles
    of_grid.all_prompts = [styles.apply_styles_to_prompt(study.prompt, p.styles)]
    of_grid.all_negative_prompts = [styles.apply_negative_styles_to_prompt(study.negative_prompt, p.styles)]
    of_grid.all_seeds, of_grid.all_subseeds = [seed], [p.subseed]
    hires = {"Hires prompt": p.hr_prompt or None, "Hires negative prompt": p.hr_negative_prompt or None}
    params = {**p.extra_generation_params, **(hires if p.enable_hr else {}), "Script": TITLE}
    of_grid.extra_generation_params = {**params, STUDY_FIELD: json.dumps(_shortened(request), ensure_ascii=False)}
    text = _infotext(of_grid)
    if len(text) <= MAX_LENGTH:
        return text
    of_grid.extra_generation_params = params
    return _infotext(of_grid)


_DEFAULTS = study_to_dict(DEFAULT)


def _shortened(request: Mapping[str, object]) -> dict[str, object]:
    """The request without what the schema's defaults say as well; both lists stay."""
    own = {key: value for key, value in request.items() if key in _LISTS or value != _DEFAULTS.get(key)}
    grid, usual = request.get("grid"), _DEFAULTS["grid"]
    if isinstance(grid, Mapping) and isinstance(usual, Mapping) and "grid" in own:
        own["grid"] = {key: value for key, value in grid.items() if value != usual.get(key)}
    return own


def _infotext(p: Processing) -> str:
    return str(processing.create_infotext(p, p.all_prompts, p.all_seeds, p.all_subseeds, index=0))
