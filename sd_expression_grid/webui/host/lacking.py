"""Modules that another WebUI may lack: what is done without them, and a script that says so where nothing can be done.

It needs no other module of the extension, so that it loads wherever scripts do.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

import gradio as gr
from modules import scripts

from sd_expression_grid import TITLE

_logger = logging.getLogger(__name__)
_lacking: dict[str, str] = {}


def optional(name: str, without: str) -> Any:
    """A module of the WebUI, None where there is none; then ``without`` says what this means."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        _lacking[name] = without
        _logger.warning(_sentence(name))
        return None


def lacking() -> list[str]:
    """What is done without, as sentences for the user."""
    return [*map(_sentence, _lacking)]


def _sentence(name: str) -> str:
    return f"This WebUI has no {name}: {_lacking[name]}."


def script_without(error: ImportError) -> type[scripts.Script]:
    """A script that does nothing but say which module is missing; raises an error that is not about the WebUI's."""
    if (error.name or "").partition(".")[0] not in ("modules", "modules_forge", "backend"):
        raise error
    reason = f"{TITLE} cannot work with this WebUI: {error.msg}."
    _logger.error(reason)

    class Lacking(scripts.Script):
        def title(self) -> str:
            return TITLE

        def show(self, is_img2img: bool) -> bool:  # noqa: FBT001 - the WebUI's signature
            return not is_img2img

        def ui(self, is_img2img: bool) -> list[Any]:  # noqa: FBT001
            gr.Markdown(reason)
            return []

        def run(self, p: Any, *_: Any) -> None:
            p.comment(reason)

    return Lacking
