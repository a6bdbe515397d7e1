"""What decides a cell's pixels, as one short text: equal for cells that would come out the same."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from modules import shared

from sd_expression_grid.base.contents import contents_of
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.tensors import as_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.study.study import CellKey
    from sd_expression_grid.webui.host.networks import InstalledNetworks
    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.host.prompt_reader import PromptReader

_OF_THE_PAGE = (
    "steps", "sampler_name", "scheduler", "width", "height", "cfg_scale", "subseed_strength", "seed_resize_from_h",
    "seed_resize_from_w", "restore_faces", "tiling", "eta", "s_churn", "s_tmin", "s_tmax", "s_noise", "s_min_uncond",
    "refiner_checkpoint", "refiner_switch_at", "distilled_cfg_scale",
)  # fmt: skip
_OF_HIRES = (
    "denoising_strength", "hr_scale", "hr_upscaler", "hr_second_pass_steps", "hr_resize_x", "hr_resize_y",
    "hr_checkpoint_name", "hr_sampler_name", "hr_scheduler", "firstphase_width", "firstphase_height",
    "hr_cfg", "hr_distilled_cfg", "hr_additional_modules",
)  # fmt: skip
_FURTHER_SETTINGS = (
    "enable_prompt_comments", "comma_padding_backtrack", "sdxl_crop_top", "sdxl_crop_left", "upcast_attn",
    "face_restoration_model", "code_former_weight", "sd_lora", "sd_hypernetwork", "cross_attention_optimization",
    "enable_quantization", "hypertile_enable_unet", "sd_unet",
)  # fmt: skip
_SETTLED_ELSEWHERE = ("Seed", "Sampler")
"""Always-on scripts whose values are fields of the processing object by now."""


class Identities:
    """The identity of each cell of a run, by its key, with the settings of ``p`` in force.

    ``way`` is the way of making them: a picture that is stopped early never counts as a finished one. ``common`` is
    what all cells have in common.
    """

    def __init__(
        self, p: Processing, reader: PromptReader, networks: InstalledNetworks, way: str, cells: Iterable[Cell]
    ) -> None:
        self._reader = reader
        self._networks = networks
        page = {name: getattr(p, name, None) for name in _OF_THE_PAGE}
        if p.enable_hr:
            page.update({name: getattr(p, name, None) for name in _OF_HIRES})
        if getattr(p, "disable_extra_networks", False):  # an API call may ask for it
            page["disable_extra_networks"] = True
        if p.subseed_strength:
            page["subseed"] = p.subseed
        self.common = {
            "mode": way,
            "page": page,
            "settings": {**_settings(), **_added_by_settings(networks)},
            "scripts": _script_values(p),
            "checkpoint": shared.sd_model.sd_model_hash or shared.sd_model.sd_checkpoint_info.filename,
            "vae": list(HOST.loaded_vae()),  # as version 0.1.0 told it to other machines
            **_beside_the_checkpoint(),
        }
        self._common_texts = {name: _text(value) for name, value in self.common.items()}
        self.by_key: Mapping[CellKey, str] = {cell.key: self._identity(cell) for cell in cells}

    def networks_of(self, cell: Cell) -> list[tuple[str, str]]:
        """The kinds and names of a cell's networks, with the hashes of their files."""
        return self._networks.named_hashes(" ".join(_prompts_of(cell)), self._reader.encoder_texts(cell))

    def _identity(self, cell: Cell) -> str:
        prompts = _prompts_of(cell)
        own = {
            "prompts": [self._reader.styled(prompt) for prompt in prompts],
            "negative": self._reader.styled_negative(cell.negative_prompt),
            "seed": cell.key.seed,
            "cfg_scale": cell.cfg_scale,
            "networks": [value for _, value in self.networks_of(cell)],
        }
        texts = {**self._common_texts, **{name: _text(value) for name, value in own.items()}}
        text = f"{{{', '.join(f'{json.dumps(name)}: {texts[name]}' for name in sorted(texts))}}}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def _text(value: object) -> str:
    """A value as JSON. What all cells have in common is written once, since it is nearly all of a cell's text."""
    return json.dumps(value, sort_keys=True, default=partial(contents_of, as_array=as_array))


def _prompts_of(cell: Cell) -> tuple[str, str, str, str]:
    return cell.prompt, cell.negative_prompt, cell.hires_prompt, cell.hires_negative_prompt


def _settings() -> dict[str, Any]:
    """The settings that the WebUI writes into infotexts, its compatibility settings, and a few that it forgets."""
    labels = shared.opts.data_labels
    decisive = {
        name
        for name, info in labels.items()
        if getattr(info, "infotext", None) or (info.section or ("",))[0] == "compatibility"
    }
    decisive |= {name for name in _FURTHER_SETTINGS if name in labels}
    return {name: getattr(shared.opts, name) for name in decisive - {"sd_model_checkpoint", "sd_vae"}}


def _added_by_settings(networks: InstalledNetworks) -> dict[str, object]:
    """The networks that settings add to every prompt, where there are any, and a weight of theirs that is not 1."""
    hashes = {f"{name}'s file": value for name, value in networks.hashes_of_settings().items()}
    weight = HOST.option("extra_networks_default_multiplier", 1)
    return {**hashes, "extra_networks_default_multiplier": weight} if hashes and weight != 1 else {**hashes}


def _beside_the_checkpoint() -> dict[str, dict[str, str]]:
    modules = HOST.additional_modules()
    return {"additional modules": modules} if modules else {}


def _script_values(p: Processing) -> dict[str, list[str]]:
    """The values of other extensions' always-on scripts."""
    scripts = p.scripts.alwayson_scripts if p.scripts else ()
    values = p.script_args or ()
    return {
        script.title(): [contents_of(value, as_array) for value in values[script.args_from : script.args_to]]
        for script in scripts
        if script.title() not in _SETTLED_ELSEWHERE and script.args_from is not None
    }
