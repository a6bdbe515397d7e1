"""The page's Generate buttons: what they take, for other buttons that must see the very same settings."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import gradio as gr  # noqa: TC002 - gradio itself reads the annotation of a request

from sd_expression_grid.webui.host.clicks import add_click, inputs_of_click
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.lacking import optional

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

GENERATE = {"txt2img": "txt2img_generate", "img2img": "img2img_generate"}

txt2img = optional("modules.txt2img", "the Check button does nothing")
img2img = optional("modules.img2img", "the Check button in img2img does nothing")

_WITH_CHOSEN_TAB = "(...values) => Object.assign(values.slice(0, {count}), {{1: get_tab_index('mode_img2img')}})"
"""The page's own script tells which of img2img's tabs is chosen."""

_looked_at: ContextVar[list[Any] | None] = ContextVar("looked_at", default=None)


class GenerateInputs:
    """Buttons that wait for the page to be whole: Generate knows its inputs only when every field exists."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Any, Callable[[Any], object], Sequence[Any]]] = []

    def add(self, tab: str, button: Any, function: Callable[[Any], object], outputs: Sequence[Any]) -> None:
        """Will call ``function`` with the processing object that Generate would make, when ``button`` is pressed.

        ``tab`` is txt2img or img2img.
        """
        self._waiting.append((tab, button, function, outputs))

    def connect(self) -> None:
        """The ``ui_tabs`` callback: both tabs are built by then, their events can still be added."""
        roots = [_root_of(button) for _, button, _, _ in self._waiting]
        for root, (tab, button, function, outputs) in zip(roots, self._waiting, strict=True):
            inputs = inputs_of_click(root, GENERATE[tab], roots) if _MAKERS[tab] else None
            if inputs is not None:  # the API builds the panel once more, on a page without that button
                script = _WITH_CHOSEN_TAB.format(count=len(inputs)) if tab == "img2img" else None
                add_click(root, button, _WAYS[tab](function), inputs, list(outputs), script)
        self._waiting.clear()


def is_only_looking() -> bool:
    """Whether img2img was started only to see what it would run the scripts with."""
    return _looked_at.get() is not None


def is_looked_at(p: Any) -> bool:
    """Whether img2img was started only to see ``p``, which is noted then: nothing is to be made of it."""
    seen = _looked_at.get()
    if seen is None:
        return False
    seen.append(p)
    return True


def _of_txt2img(function: Callable[[Any], object]) -> Callable[..., object]:
    def pressed(request: gr.Request, *values: Any) -> object:
        task, *settings = values
        return function(txt2img.txt2img_create_processing(task, request, *settings))

    return pressed


def _of_img2img(function: Callable[[Any], object]) -> Callable[..., object]:
    """The WebUI makes img2img's processing object in the very function that runs the scripts with it."""

    def pressed(request: gr.Request, *values: Any) -> object:
        task, *settings = values
        with _looking() as seen:
            HOST.img2img_function(img2img)(task, request, *settings)
        return function(seen[0]) if seen else "<p>Put a picture into img2img, and check again.</p>"

    return pressed


@contextmanager
def _looking() -> Iterator[list[Any]]:
    seen: list[Any] = []
    token = _looked_at.set(seen)
    try:
        yield seen
    finally:
        _looked_at.reset(token)


_MAKERS = {"txt2img": txt2img, "img2img": img2img}
_WAYS = {"txt2img": _of_txt2img, "img2img": _of_img2img}


def _root_of(component: Any) -> Any:
    while component.parent is not None:
        component = component.parent
    return component
