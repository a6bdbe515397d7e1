"""The infotext of a grid: the study's prompt and settings, and the study itself for pasting it back."""

from __future__ import annotations

import json
from copy import copy
from typing import TYPE_CHECKING, Any

from modules import processing, sd_vae, shared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.study import Study

TITLE = "Expression grid"
STUDY_FIELD = "Expression grid study"

MAX_LENGTH = 30_000
"""A JPEG's Exif block holds about 32,700 characters; a longer infotext makes the WebUI's saving fail."""

_OF_ONE_CELL = ("Lora hashes", "TI hashes", "TI", "Hires prompt", "Hires negative prompt")


def grid_infotext(p: Any, study: Study, asked: Mapping[str, object], seed: int) -> str:
    """What the WebUI would write for the template, with the study as it was asked for.

    ``p`` is a finished call's processing object, or the page's own where no cell was finished.
    """
    of_grid = copy(p)
    of_grid.all_prompts, of_grid.all_negative_prompts = [study.prompt], [study.negative_prompt]
    of_grid.all_seeds, of_grid.all_subseeds = [seed], [p.subseed if isinstance(p.subseed, int) else p.subseed[0]]
    params = {key: value for key, value in p.extra_generation_params.items() if key not in _OF_ONE_CELL}
    of_grid.extra_generation_params = {**params, "Script": TITLE, STUDY_FIELD: json.dumps(asked, ensure_ascii=False)}
    text = _infotext(of_grid)
    if len(text) > MAX_LENGTH:
        of_grid.extra_generation_params.pop(STUDY_FIELD)
        text = _infotext(of_grid)
    return text


def as_if_generated(p: Any) -> Any:
    """A copy of ``p`` that knows its checkpoint and VAE, as ``process_images`` would have told it."""
    known = copy(p)
    known.sd_model_name = shared.sd_model.sd_checkpoint_info.name_for_extra
    known.sd_model_hash = shared.sd_model.sd_model_hash
    known.sd_vae_name, known.sd_vae_hash = sd_vae.get_loaded_vae_name(), sd_vae.get_loaded_vae_hash()
    return known


def _infotext(p: Any) -> str:
    return str(processing.create_infotext(p, p.all_prompts, p.all_seeds, p.all_subseeds, index=0))
