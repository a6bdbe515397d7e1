"""Other people's extensions in the WebUI: which of them take part in making pictures, and with what values."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from modules import errors, extensions, script_callbacks, scripts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.webui.host.processing import Processing

_OWN = Path(__file__).resolve().parents[3]
_OF_PICTURES = (
    "before_process", "process", "before_process_batch", "after_extra_networks_activate", "process_batch", "before_hr",
    "process_before_every_sampling", "on_mask_blend", "postprocess_batch", "postprocess_batch_list", "post_sample",
    "postprocess_image", "postprocess_maskoverlay", "postprocess_image_after_composite", "postprocess",
)  # fmt: skip
"""The hooks of always-on scripts that can change how pictures are made, or what becomes of them."""

_OF_DENOISER = ("callbacks_cfg_denoiser", "callbacks_cfg_denoised", "callbacks_cfg_after_cfg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """An always-on script of an extension that is switched on: ``title`` is its own, ``folder`` the extension's.

    Its values are ``p.script_args[first:last]``.
    """

    title: str
    folder: str
    first: int
    last: int


def active_companions(p: Processing) -> list[Companion]:
    """The always-on scripts of other extensions that take part in making the pictures of ``p``.

    Of those that come with the WebUI, such as Forge's ControlNet, the ones that say that they are on.
    """
    return [
        Companion(title=script.title(), folder=str(one.path), first=script.args_from, last=script.args_to)
        for script, one in _scripts_of_others(p)
        if _takes_part(script) and _is_on(script, one, p.script_args[script.args_from : script.args_to])
    ]


def active_names(p: Processing) -> list[str]:
    """What takes part in making pictures: scripts by their titles, and extensions that have none by their folders.

    The latter are told of every call of the denoiser; a script that is switched off is taken at its word.
    """
    with_scripts = {str(one.path) for _, one in _scripts_of_others(p)}
    called = [found for found in map(extension_of, _called_files()) if found and found not in with_scripts]
    names = [companion.title for companion in active_companions(p)]
    return [*names, *dict.fromkeys(Path(folder).name for folder in called)]


def is_off(script: Any, values: Sequence[Any]) -> bool:
    """Whether a script's values say that it is switched off: by its first value, or since all its units are off.

    The WebUI's accordions with a switch have no value at first.
    """
    if not values:
        return False
    is_unset = values[0] is None and isinstance(script.controls[0], gr.Checkbox)
    return values[0] is False or is_unset or all(map(is_off_unit, values))


def _is_on(script: Any, extension: Any, values: Sequence[Any]) -> bool:
    if extension.is_builtin:
        return bool(values) and (values[0] is True or any(_enabled(value) is True for value in values))
    return not is_off(script, values)


def is_off_unit(value: Any) -> bool:
    """Whether a value is a unit, such as ControlNet's, that is switched off."""
    return _enabled(value) is False


def _enabled(value: Any) -> Any:
    return value.get("enabled") if isinstance(value, dict) else getattr(value, "enabled", None)


def give_slots_back(p: Processing, script: Any) -> Sequence[Any]:
    """Puts the values of scripts behind ``script`` back where they belong, and returns those that it was given itself.

    The API puts a request's values for it, of whatever number, in the place of all, and others move up behind them.
    """
    arguments = list(p.script_args)
    missing = max(0, max(each.args_to or 0 for each in p.scripts.scripts) - len(arguments))
    end = max(script.args_to - missing, script.args_from)
    if missing:
        p.script_args = [*arguments[:end], *[None] * missing, *arguments[end:]]
    return arguments[script.args_from : end]


@contextmanager
def failures_told() -> Iterator[list[str]]:
    """Collects what goes wrong in other extensions meanwhile, which the WebUI reports on its console alone."""
    failures: list[str] = []
    report = errors.report

    def collect(message: str, **how: bool) -> None:
        folder, error = extension_of(message), sys.exc_info()[1]
        line = f"the extension {Path(folder).name} failed: {type(error).__name__}: {error}".strip()
        if folder and error and line not in failures:
            failures.append(line)
        report(message, **how)

    errors.report = collect
    try:
        yield failures
    finally:
        errors.report = report


def extension_of(text: str) -> str:
    """The folder of the extension that a text names a file of; empty for ours, and for files of the WebUI's own."""
    found = any_extension_of(text)
    return "" if found is None or found.is_builtin else str(found.path)


def any_extension_of(text: str) -> Any:
    """The extension, also one that comes with the WebUI, that a text names a file of, as the WebUI knows it.

    None for ours, and without one.
    """
    holding = [one for one in extensions.active() if f"{one.path}{os.sep}" in text]
    found = max(holding, key=lambda one: len(one.path), default=None)
    return None if found is None or Path(found.path).resolve() == _OWN else found


def _scripts_of_others(p: Processing) -> Iterator[tuple[Any, Any]]:
    """Always-on scripts that have a place among the script arguments, each with its extension."""
    for script in p.scripts.alwayson_scripts if p.scripts else ():
        found = any_extension_of(str(script.filename))
        if found is not None and script.args_from is not None:
            yield script, found


def _takes_part(script: Any) -> bool:
    return any(getattr(type(script), hook, None) is not getattr(scripts.Script, hook, None) for hook in _OF_PICTURES)


def _called_files() -> list[str]:
    """The files of all callbacks that are told of the denoiser's calls."""
    known = script_callbacks.callback_map
    return [str(callback.script) for category in _OF_DENOISER for callback in known.get(category, ())]
