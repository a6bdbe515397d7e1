"""The panel's switch from the study to its seeds, and what is asked of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import gradio as gr

from sd_expression_grid.study.seed_fields import DEFAULT_SCOUT

if TYPE_CHECKING:
    from sd_expression_grid.study.study import Study

STUDY, SEEDS, PICKED = "study", "seeds to choose from", "the picked cells, large"
SCOUT_KEYS = ("make", "scout_expression", "scout_count", "scout_seeds", "stop_at_switch")

ElementId = Callable[[str], str]


def build_scout(element_id: ElementId) -> dict[str, Any]:
    """The fields of a scout; all but the switch are hidden while the study is to be made."""
    make = gr.Radio(
        label="What to make",
        info="Seeds: the reference column for many seeds, on one sheet. Picked cells: once more, with Hires. fix",
        choices=[STUDY, SEEDS, PICKED],
        value=STUDY,
        elem_id=element_id("make"),
    )
    make.do_not_save_to_config = True  # a new page makes studies
    with gr.Group(visible=False, elem_id=element_id("scout")) as group:
        fields = {"make": make, **_fields(element_id)}
    make.change(lambda made: gr.update(visible=made == SEEDS), inputs=[make], outputs=[group], show_progress="hidden")
    return fields


def scout_from(panel: Mapping[str, Any]) -> dict[str, object] | None:
    """What the fields ask for, in the schema's form; None where it is no scout."""
    if panel["make"] != SEEDS:
        return None
    seeds = seeds_in(panel["scout_seeds"])
    return {
        "expression": panel["scout_expression"],
        "seeds": seeds or whole(panel["scout_count"]),
        "stop_at_switch": panel["stop_at_switch"],
    }


def scout_value(key: str, study: Study) -> Any:
    """What a pasted study puts into a field; None leaves it as it is."""
    scout = study.scout
    if key == "make":
        return SEEDS if scout else PICKED if study.picked else STUDY
    if scout is None:
        return None
    is_count = isinstance(scout.seeds, int)
    values = {
        "scout_expression": scout.expression,
        "scout_count": scout.seeds if is_count else None,
        "scout_seeds": "" if is_count else as_text(scout.seeds),
        "stop_at_switch": scout.stop_at_switch,
    }
    return values[key]


def seeds_in(text: Any) -> list[object]:
    """The seeds in a text field, divided by commas, spaces or lines; what is no number is left for the schema."""
    return [_whole_or_text(part) for part in str(text).replace(",", " ").split()]


def as_text(seeds: Any) -> str:
    """Seeds as a text field shows them."""
    return ", ".join(map(str, seeds))


def whole(value: Any) -> Any:
    """A slider's value, which gradio may give as 4.0 for 4."""
    return int(value) if isinstance(value, float) else value


def _fields(element_id: ElementId) -> dict[str, Any]:
    with gr.Row():
        expression = gr.Textbox(
            label="Expression to scout",
            info="A label of the list; empty for the first",
            value=DEFAULT_SCOUT.expression,
            min_width=180,
            elem_id=element_id("scout_expression"),
        )
        count = gr.Slider(
            label="How many seeds",
            info="From the page's seed on",
            minimum=1,
            maximum=200,
            step=1,
            value=DEFAULT_SCOUT.seeds,
            min_width=180,
            elem_id=element_id("scout_count"),
        )
    with gr.Row():
        seeds = gr.Textbox(
            label="Seeds to scout",
            info="A list instead of so many; empty for none",
            value="",
            min_width=180,
            elem_id=element_id("scout_seeds"),
        )
        stop = gr.Checkbox(
            label="Stop at the switch point",
            info="Composition only: soft pictures in a fraction of the time",
            value=DEFAULT_SCOUT.stop_at_switch,
            min_width=180,
            elem_id=element_id("stop_at_switch"),
        )
    return {"scout_expression": expression, "scout_count": count, "scout_seeds": seeds, "stop_at_switch": stop}


def _whole_or_text(part: str) -> object:
    return int(part) if re.fullmatch(r"-?\d{1,16}", part) else part
