"""What the page's buttons take, as gradio keeps it."""

from __future__ import annotations

from typing import Any


def inputs_of_click(root: Any, element_id: str) -> list[Any] | None:
    """The inputs of a button's events, of which the longest are those of its work; None without that button."""
    ids = {key for key, block in root.blocks.items() if getattr(block, "elem_id", None) == element_id}
    of_events = _inputs_in_gradio_3 if hasattr(root, "dependencies") else _inputs_in_gradio_4
    return max(of_events(root, ids), key=len, default=None)


def _inputs_in_gradio_3(root: Any, ids: set[int]) -> list[list[Any]]:
    found = [event["inputs"] for event in root.dependencies if ids & set(event["targets"])]
    return [[root.blocks[key] for key in inputs] for inputs in found]


def _inputs_in_gradio_4(root: Any, ids: set[int]) -> list[list[Any]]:
    return [list(event.inputs) for event in root.fns.values() if ids & {target for target, _ in event.targets}]
