"""What decides a cell's pixels, as one short text: equal for cells that would come out the same."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from modules import sd_samplers, sd_schedulers, shared

from sd_expression_grid.base.contents import contents_of, plain
from sd_expression_grid.webui.host.companions import any_extension_of, extension_of, is_off, is_off_unit
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.picture import decisive
from sd_expression_grid.webui.host.tensors import as_array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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
_NUMBERS = (
    "cfg_scale", "subseed_strength", "eta", "s_churn", "s_tmin", "s_tmax", "s_noise", "s_min_uncond",
    "refiner_switch_at", "distilled_cfg_scale", "denoising_strength", "hr_scale", "hr_cfg", "hr_distilled_cfg",
)  # fmt: skip
"""Of the page's fields, those that may have a fraction."""

_FURTHER_SETTINGS = (
    "enable_prompt_comments", "comma_padding_backtrack", "sdxl_crop_top", "sdxl_crop_left", "upcast_attn",
    "face_restoration_model", "code_former_weight", "sd_lora", "sd_hypernetwork", "cross_attention_optimization",
    "enable_quantization", "hypertile_enable_unet", "sd_unet",
)  # fmt: skip
_SETTLED_ELSEWHERE = ("Seed", "Sampler")
"""Always-on scripts whose values are fields of the processing object by now."""

_ORIGIN = ("is_ui", "is_api")
"""What values of scripts tell of where they came from, the page or a request."""


class Identities:
    """The identity of each cell of a run, by its key, with the settings of ``p`` in force.

    ``way`` is the way of making them: a picture that is stopped early never counts as a finished one. ``common`` is
    what all cells have in common; ``script_values`` gives what other extensions' scripts get for a cell alone.
    """

    def __init__(
        self,
        p: Processing,
        reader: PromptReader,
        networks: InstalledNetworks,
        way: str,
        cells: Iterable[Cell],
        script_values: Callable[[Cell], Mapping[str, Iterable[Any]]],
    ) -> None:
        self._reader, self._script_values = reader, script_values
        self._networks = networks
        page = {**_page(p), **decisive(p)}
        self.common = {
            "mode": way,
            "page": {**page, **_as_numbers(p, page), "scheduler": _scheduler(p)},
            "settings": {**_as_declared(_settings()), **_added_by_settings(networks)},
            "scripts": _script_values(p),
            "checkpoint": shared.sd_model.sd_model_hash or shared.sd_model.sd_checkpoint_info.filename,
            "vae": list(HOST.loaded_vae()),  # as version 0.1.0 told it to other machines
            **_beside_the_checkpoint(),
        }
        self._earlier = {
            **self.common,
            "page": page,
            "settings": {**_settings(), **_added_by_settings(networks)},
            "scripts": _all_script_values(p),
        }
        self._of_cells = {cell.key: self._own(cell) for cell in cells}
        self.by_key: Mapping[CellKey, str] = _hashes(self.common, self._of_cells)

    @cached_property
    def earlier_by_key(self) -> Mapping[CellKey, str]:
        """As version 0.1.0 wrote them, with all values as they were given; few studies need any."""
        return _hashes(self._earlier, self._of_cells)

    def is_identity(self, key: CellKey, identity: str) -> bool:
        """Whether a cell on disk counts that was made with this identity."""
        return identity == self.by_key.get(key) or (
            key in self.by_key and identity == self.earlier_by_key[key]  # which are only reckoned where one may be
        )

    def networks_of(self, cell: Cell) -> list[tuple[str, str]]:
        """The kinds and names of a cell's networks, with the hashes of their files."""
        return self._networks.named_hashes(" ".join(_prompts_of(cell)), self._reader.encoder_texts(cell))

    def _own(self, cell: Cell) -> dict[str, object]:
        prompts = _prompts_of(cell)
        values = {title: _values_of_another(own) for title, own in self._script_values(cell).items()}
        return {
            "prompts": [self._reader.styled(prompt) for prompt in prompts],
            "negative": self._reader.styled_negative(cell.negative_prompt),
            "seed": cell.key.seed,
            "cfg_scale": cell.cfg_scale,
            **({} if cell.denoising is None else {"denoising": cell.denoising}),
            "networks": [value for _, value in self.networks_of(cell)],
            **({"scripts for the cell": values} if values else {}),
        }


def _hashes(common: Mapping[str, object], own: Mapping[CellKey, Mapping[str, object]]) -> dict[CellKey, str]:
    """What all cells have in common is written as text once, since it is nearly all of a cell's text."""
    common_texts = {name: _text(value) for name, value in common.items()}
    return {
        key: _hash({**common_texts, **{name: _text(value) for name, value in of_cell.items()}})
        for key, of_cell in own.items()
    }


def _hash(texts: Mapping[str, str]) -> str:
    text = f"{{{', '.join(f'{json.dumps(name)}: {texts[name]}' for name in sorted(texts))}}}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _page(p: Processing) -> dict[str, Any]:
    page = {name: getattr(p, name, None) for name in _OF_THE_PAGE}
    if p.enable_hr:
        page.update({name: getattr(p, name, None) for name in _OF_HIRES})
    if getattr(p, "disable_extra_networks", False):  # an API call may ask for it
        page["disable_extra_networks"] = True
    if p.subseed_strength:
        page["subseed"] = p.subseed
    return page


def _as_numbers(p: Processing, page: Mapping[str, Any]) -> dict[str, object]:
    """The page's numbers in the form of the WebUI's defaults: a slider gives 7 for 7.0, a request 0.0 for 0."""
    numbers = {name: page[name] for name in _NUMBERS if type(page.get(name)) in (int, float)}
    return {
        name: plain(value) if type(getattr(type(p), name, None)) is int else float(value)
        for name, value in numbers.items()
    }


def _as_declared(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with floats where their defaults are floats: the settings' page saves 0 for 0.0."""
    labels = shared.opts.data_labels
    return {
        name: float(value) if type(value) is int and isinstance(labels[name].default, float) else value
        for name, value in settings.items()
    }


def _scheduler(p: Processing) -> str | None:
    """The schedule type, ``Automatic`` where it is the sampler's own: a pasted infotext chooses that for the other."""
    config, chosen = sd_samplers.find_sampler_config(p.sampler_name), sd_schedulers.schedulers_map.get(p.scheduler)
    is_own = config and chosen and config.options.get("scheduler") == chosen.name
    return "Automatic" if is_own else p.scheduler


def _text(value: object) -> str:
    """A value as JSON."""
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
    """The values of always-on scripts; of other extensions' none that are switched off, and no script without values.

    Numbers count as numbers, and pictures, arrays and files by what is in them. An extension that comes with the WebUI
    counts with its values, but for units that are off: a page that is new has them in another form.
    """
    return {
        script.title(): _values_of_another(values) if any_extension_of(script.filename) else _values(values)
        for script, values in _scripts(p)
        if not (extension_of(script.filename) and (not values or is_off(script, values)))
    }


def _all_script_values(p: Processing) -> dict[str, list[str]]:
    return {script.title(): _values(values) for script, values in _scripts(p)}


def _scripts(p: Processing) -> Iterator[tuple[Any, Sequence[Any]]]:
    for script in p.scripts.alwayson_scripts if p.scripts else ():
        if script.title() not in _SETTLED_ELSEWHERE and script.args_from is not None:
            yield script, (p.script_args or ())[script.args_from : script.args_to]


def _values_of_another(values: Iterable[Any]) -> list[str]:
    on = (value for value in values if not is_off_unit(value))
    return [contents_of(value, as_array, _ORIGIN, plainly=True) for value in on]


def _values(values: Iterable[Any]) -> list[str]:
    return [contents_of(value, as_array) for value in values]
