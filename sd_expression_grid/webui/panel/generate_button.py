"""The page's Generate buttons: what they take, for other buttons that must see the very same settings."""

from __future__ import annotations

import html
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gradio as gr  # noqa: TC002 - gradio itself reads the annotation of a request
from modules import call_queue, shared

from sd_expression_grid.webui.host.clicks import add_click, inputs_of_click
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.lacking import optional

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

BUSY = "<p>The WebUI is generating; check again when it is done.</p>"
GENERATE = {"txt2img": "txt2img_generate", "img2img": "img2img_generate"}

txt2img = optional("modules.txt2img", "the Check button does nothing")
img2img = optional("modules.img2img", "the Check button in img2img does nothing")

_WITH_CHOSEN_TAB = "(...values) => Object.assign(values.slice(0, {count}), {{1: get_tab_index('mode_img2img')}})"
"""The page's own script tells which of img2img's tabs is chosen."""


@dataclass(slots=True)
class _Look:
    """What is found where img2img is started only to see what it would run the scripts with."""

    seen: list[Any] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


_look: ContextVar[_Look | None] = ContextVar("look", default=None)


class GenerateInputs:
    """Buttons that wait for the page to be whole: Generate knows its inputs only when every field exists."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Any, Callable[[Any], str], Sequence[Any]]] = []

    def add(self, tab: str, button: Any, function: Callable[[Any], str], outputs: Sequence[Any]) -> None:
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


def is_looked_at(p: Any) -> bool:
    """Whether img2img was started only to see ``p``, which is noted then: nothing is to be made of it."""
    look = _look.get()
    if look is None:
        return False
    look.seen.append(p)
    return True


def has_seen() -> bool:
    """Whether img2img was started only to see what it would run the scripts with, and has shown it."""
    look = _look.get()
    return look is not None and bool(look.seen)


def tell_why_not(problems: Iterable[str]) -> None:
    """Where img2img was started only to see what it would run the scripts with: why it shows nothing."""
    look = _look.get()
    if look is not None:
        look.problems.extend(problems)


def _of_txt2img(function: Callable[[Any], str]) -> Callable[..., str]:
    def pressed(request: gr.Request, *values: Any) -> str:
        task, *settings = values
        with _unless_busy() as is_free:
            return function(txt2img.txt2img_create_processing(task, request, *settings)) if is_free else BUSY

    return pressed


def _of_img2img(function: Callable[[Any], str]) -> Callable[..., str]:
    """The WebUI makes img2img's processing object in the very function that runs the scripts with it."""

    def pressed(request: gr.Request, *values: Any) -> str:
        task, *settings = values
        with _unless_busy() as is_free:
            if not is_free:
                return BUSY
            with _looking() as look:
                HOST.img2img_function(img2img)(task, request, *settings)
            if look.seen:
                return function(look.seen[0])
            problems = look.problems or ["Put a picture into img2img, and check again."]
            return "".join(f"<p>{html.escape(problem)}</p>" for problem in problems)

    return pressed


@contextmanager
def _unless_busy() -> Iterator[bool]:
    """Keeps the WebUI from generating, or yields False: a run's override settings and state are not meddled with."""
    is_free = call_queue.queue_lock.acquire(blocking=False)
    try:
        yield is_free
    finally:
        if is_free:
            call_queue.queue_lock.release()


@contextmanager
def _looking() -> Iterator[_Look]:
    look = _Look()
    token = _look.set(look)
    shared.state.begin("check")  # else the Batch tab still finds the interruption of the last generation noted
    try:
        yield look
    finally:
        shared.state.end()
        _look.reset(token)


_MAKERS = {"txt2img": txt2img, "img2img": img2img}
_WAYS = {"txt2img": _of_txt2img, "img2img": _of_img2img}


def _root_of(component: Any) -> Any:
    while component.parent is not None:
        component = component.parent
    return component
