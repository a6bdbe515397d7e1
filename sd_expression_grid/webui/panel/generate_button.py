"""The txt2img page's Generate button: what it takes, for other buttons that must see the very same settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr  # noqa: TC002 - gradio itself reads the annotation of a request

from sd_expression_grid.webui.host.clicks import inputs_of_click
from sd_expression_grid.webui.host.lacking import optional

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GENERATE = "txt2img_generate"

txt2img = optional("modules.txt2img", "the Check button does nothing")


class GenerateInputs:
    """Buttons that wait for the page to be whole: Generate knows its inputs only when every field exists."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Any, Callable[[Any], object], Sequence[Any]]] = []

    def add(self, button: Any, function: Callable[[Any], object], outputs: Sequence[Any]) -> None:
        """Will call ``function`` with the processing object that Generate would make, when ``button`` is pressed."""
        self._waiting.append((button, function, outputs))

    def connect(self) -> None:
        """The ``ui_tabs`` callback: the txt2img page is built by then, its events can still be added."""
        for button, function, outputs in self._waiting:
            root = _root_of(button)
            inputs = inputs_of_click(root, GENERATE) if txt2img else None
            if inputs is not None:  # the API builds the panel once more, on a page without that button
                with root:
                    button.click(_with_processing(function), inputs=inputs, outputs=list(outputs))
        self._waiting.clear()


def _with_processing(function: Callable[[Any], object]) -> Callable[..., object]:
    def pressed(request: gr.Request, *values: Any) -> object:
        task, *settings = values
        return function(txt2img.txt2img_create_processing(task, request, *settings))

    return pressed


def _root_of(component: Any) -> Any:
    while component.parent is not None:
        component = component.parent
    return component
