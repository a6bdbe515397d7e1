"""What the page's buttons take, as gradio keeps it."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def inputs_of_click(root: Any, element_id: str, roots: Iterable[Any]) -> list[Any] | None:
    """The inputs of a button's events, of which the longest are those of its work; None without that button.

    ``roots`` are the tabs as they are built, ``root`` among them: img2img takes a field of txt2img's.
    """
    ids = {key for key, block in root.blocks.items() if getattr(block, "elem_id", None) == element_id}
    of_events = _inputs_in_gradio_3 if hasattr(root, "dependencies") else _inputs_in_gradio_4
    known = {key: block for each in roots for key, block in each.blocks.items()}
    return max(of_events(root, ids, known), key=len, default=None)


def _inputs_in_gradio_3(root: Any, ids: set[int], known: Mapping[int, Any]) -> list[list[Any]]:
    found = [event["inputs"] for event in root.dependencies if ids & set(event["targets"])]
    return [[known[key] for key in inputs] for inputs in found]


def _inputs_in_gradio_4(root: Any, ids: set[int], _: Mapping[int, Any]) -> list[list[Any]]:
    return [list(event.inputs) for event in root.fns.values() if ids & {target for target, _ in event.targets}]


def add_click(root: Any, button: Any, function: Any, inputs: list[Any], outputs: list[Any], script: str | None) -> None:
    """Adds a click to a button of a page that is built; ``script`` is JavaScript that changes the inputs before.

    gradio 4 has another name for it.
    """
    name = "_js" if "_js" in signature(button.click).parameters else "js"
    with root:
        button.click(function, inputs=inputs, outputs=outputs, **({name: script} if script else {}))
