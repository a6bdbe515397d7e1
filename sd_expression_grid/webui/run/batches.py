"""Decides which of a study's missing cells are made in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules import shared

from sd_expression_grid.plan.plan import Batch, plan_batches
from sd_expression_grid.webui.host.companions import active_companions
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.picture import mask_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.run.prepared import Prepared

TAKE_LISTS = {
    "Detail Daemon", "Dynamic Lora Weights", "Dynamic Thresholding (CFG Scale Fix)", "FreeU", "LoRA Block Weight",
    "Prompt Fusion", "Soft Inpainting",
}  # fmt: skip
"""Scripts of other extensions that treat each picture of a batch as a single one, also where prompts and seeds differ;
each was tried in ``tests/companions``, soft inpainting in ``tests/contract``."""


def batches_of(study: Prepared) -> tuple[Batch, ...]:
    """The missing cells as they are made, call by call."""
    return plan_batches(study.missing, rows_per_call(study), _kinds(study))


def rows_per_call(study: Prepared) -> int:
    """The most rows of a call: one in exact mode, and wherever the pictures of a batch would change each other."""
    is_single = study.study.mode == "exact" or why_not_batched(study)
    return 1 if is_single else study.study.rows_per_batch


def why_not_batched(study: Prepared) -> str:
    """Why batches are made row by row, against the study's mode; empty if they are not."""
    p = study.page
    if study.study.mode == "exact":
        return ""
    samplers = [p.sampler_name, *([p.hr_sampler_name] if p.enable_hr and p.hr_sampler_name else [])]
    if "DPM adaptive" in samplers:
        return "DPM adaptive chooses its steps by the whole batch."
    if not HOST.encodes_in_chunks():
        return "the checkpoint's text encoder is no CLIP, and texts of other lengths would change each other."
    others = [companion.title for companion in active_companions(p) if companion.title not in TAKE_LISTS]
    if others:
        return f"{', '.join(others)} may expect that all pictures of a batch have one prompt."
    return _other_noise_in_batches(p, samplers)


def _other_noise_in_batches(p: Processing, samplers: list[str]) -> str:
    foreign = next(filter(HOST.draws_own_noise, samplers), None)
    if foreign:
        return f"{foreign} comes from elsewhere, and may draw its noise for the whole batch."
    if mask_of(p) is not None and not HOST.masks_rows_alone():
        return "this WebUI gives the masked pictures of a batch other noise than single ones."
    if p.enable_hr and p.hr_upscaler and p.hr_upscaler not in shared.latent_upscale_modes:
        # The upscaled pictures are encoded one after the other, each with the next noise of one generator.
        return f"the upscaler {p.hr_upscaler} gives the pictures of a batch other noise than single ones."
    return ""


def _kinds(study: Prepared) -> Callable[[Cell], Hashable]:
    """What prompts of one call have in common: the WebUI pads the shorter ones, which changes their pictures.

    What an encoding adds to the infotext, embeddings and the emphasis mode, it adds to all pictures of the call, and
    scripts have one set of values; Forge weighs the parts between ANDs alike in all pictures.
    """
    reader, embeddings = study.reader, study.networks.embeddings

    def kind(cell: Cell) -> Hashable:
        names = embeddings.names_in_any(reader.encoder_texts(cell))
        values = repr(study.script_texts.changed(cell))
        parts = reader.conditioning_shape(cell), reader.weights_of_parts(cell)
        return parts, tuple(names), reader.tells_emphasis(cell), values

    return kind
