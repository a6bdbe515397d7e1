"""The txt2img page's Generate button: what it takes, for other buttons that must see the very same settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr  # noqa: TC002 - gradio itself reads the annotation of a request
from modules import txt2img

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GENERATE = "txt2img_generate"


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
            inputs = _inputs_of_generate(root)
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


def _inputs_of_generate(root: Any) -> list[Any] | None:
    ids = {key for key, block in root.blocks.items() if getattr(block, "elem_id", None) == GENERATE}
    if hasattr(root, "dependencies"):  # gradio 3
        found = (event["inputs"] for event in root.dependencies if ids & set(event["targets"]))
        inputs = max(found, key=len, default=None)
        return None if inputs is None else [root.blocks[key] for key in inputs]
    clicked = (event for event in root.fns.values() if ids & {target for target, _ in event.targets})
    return max((list(event.inputs) for event in clicked), key=len, default=None)
