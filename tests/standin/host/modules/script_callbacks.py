"""What an extension may be told about. Callbacks are cleared whenever scripts are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modules import errors


@dataclass
class ImageSaveParams:
    image: Any
    p: Any
    filename: str
    pnginfo: dict


@dataclass
class CFGDenoiserParams:
    x: Any
    image_cond: Any
    sigma: Any
    sampling_step: int
    total_sampling_steps: int
    text_cond: Any
    text_uncond: Any
    denoiser: Any = None


@dataclass
class CFGDenoisedParams:
    x: Any
    sampling_step: int
    total_sampling_steps: int
    inner_model: Any


@dataclass
class AfterCFGCallbackParams:
    x: Any
    sampling_step: int
    total_sampling_steps: int


@dataclass
class ImageGridLoopParams:
    imgs: list
    cols: int
    rows: int


@dataclass
class BeforeTokenCounterParams:
    prompt: str
    steps: int
    styles: list
    is_positive: bool = True


@dataclass
class ScriptCallback:
    script: str
    callback: Any
    name: str


callback_map: dict[str, list[ScriptCallback]] = {}


def _register(category):
    callbacks = callback_map.setdefault(f"callbacks_{category}", [])

    def on(callback, *, name=None):
        script = getattr(getattr(callback, "__code__", None), "co_filename", "unknown file")
        callbacks.append(ScriptCallback(script, callback, f"{category}/{name or len(callbacks)}"))

    return on


def _fire(category, *, backwards=False):
    callbacks = callback_map.setdefault(f"callbacks_{category}", [])

    def fire(*args, **kwargs):
        results = []
        for each in reversed(callbacks) if backwards else callbacks:
            try:
                results += each.callback(*args, **kwargs) or []  # only tabs return something
            except Exception:  # noqa: PERF203
                errors.report(f"Error executing callback {category} for {each.script}", exc_info=True)
        return results

    return fire


def clear_callbacks():
    for callbacks in callback_map.values():
        callbacks.clear()


def remove_callbacks_for_function(callback_func):
    for callbacks in callback_map.values():
        callbacks[:] = [each for each in callbacks if each.callback != callback_func]


on_app_started = _register("app_started")
on_before_reload = _register("on_reload")
on_model_loaded = _register("model_loaded")
on_ui_tabs = _register("ui_tabs")
on_ui_settings = _register("ui_settings")
on_before_image_saved = _register("before_image_saved")
on_image_saved = _register("image_saved")
on_cfg_denoiser = _register("cfg_denoiser")
on_cfg_denoised = _register("cfg_denoised")
on_cfg_after_cfg = _register("cfg_after_cfg")
on_before_component = _register("before_component")
on_after_component = _register("after_component")
on_image_grid = _register("image_grid")
on_infotext_pasted = _register("infotext_pasted")
on_script_unloaded = _register("script_unloaded")
on_before_ui = _register("before_ui")
on_before_token_counter = _register("before_token_counter")

app_started_callback = _fire("app_started")
app_reload_callback = _fire("on_reload")
model_loaded_callback = _fire("model_loaded")
ui_tabs_callback = _fire("ui_tabs")
ui_settings_callback = _fire("ui_settings")
before_image_saved_callback = _fire("before_image_saved")
image_saved_callback = _fire("image_saved")
cfg_denoiser_callback = _fire("cfg_denoiser")
cfg_denoised_callback = _fire("cfg_denoised")
cfg_after_cfg_callback = _fire("cfg_after_cfg")
before_component_callback = _fire("before_component")
after_component_callback = _fire("after_component")
image_grid_callback = _fire("image_grid")
infotext_pasted_callback = _fire("infotext_pasted")
script_unloaded_callback = _fire("script_unloaded", backwards=True)
before_ui_callback = _fire("before_ui", backwards=True)
before_token_counter_callback = _fire("before_token_counter")
