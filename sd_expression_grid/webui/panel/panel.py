"""The script's panel in txt2img: its fields, what they ask for, and how a pasted infotext fills them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.json_reader import object_from
from sd_expression_grid.study.lists import write_lines
from sd_expression_grid.study.schema import DEFAULT, read_study, study_from_dict
from sd_expression_grid.webui.host.lacking import lacking
from sd_expression_grid.webui.host.settings import MOST_ROWS, panel_mode, panel_rows_per_batch
from sd_expression_grid.webui.panel.panel_lists import build_lists
from sd_expression_grid.webui.panel.panel_scout import (
    PICKED,
    SCOUT_KEYS,
    as_text,
    build_scout,
    scout_from,
    scout_value,
    seeds_in,
    whole,
)
from sd_expression_grid.webui.panel.standard_prompts import standard_prompts_html
from sd_expression_grid.webui.results.infotext import STUDY_FIELD

STUDY_KEYS = (
    "expressions",
    "characters",
    "reference",
    "composition",
    "switch_at",
    "seeds",
    "mode",
    "rows_per_batch",
    "name",
    "expression_placeholder",
    "character_placeholder",
)
GRID_KEYS = ("margin", "legend", "ground")
KEYS = (*STUDY_KEYS, *GRID_KEYS, *SCOUT_KEYS)

if TYPE_CHECKING:
    from sd_expression_grid.study.study import Study
    from sd_expression_grid.webui.panel.panel_lists import ElementId

ConnectCheck = Callable[[Any, Any], None]


def build_panel(element_id: ElementId, connect_check: ConnectCheck, composition: str) -> list[Any]:
    """Makes the panel; returns the components whose values ``request_from`` takes, in its order.

    ``connect_check`` is given the Check button and what shows its answer. ``composition`` is what that field begins
    with.

    The first is hidden and empty: through the API it carries a whole study as JSON.
    """
    study = gr.Textbox(value="", label="Study as JSON", visible=False, elem_id=element_id("study"))
    fields = {
        **build_scout(element_id),
        **build_lists(element_id),
        **_prompt_fields(element_id, composition),
        **_run_fields(element_id),
        **_grid_fields(element_id),
    }
    check = gr.Button("Check", elem_id=element_id("check"))
    lines = "".join(f"<p>{line}</p>" for line in lacking())
    connect_check(check, gr.HTML(lines, elem_id=element_id("answer")))
    return [study, *(fields[key] for key in KEYS)]


def request_from(values: Sequence[Any]) -> Mapping[str, object]:
    """The study that the panel's values, or the API's one string, describe, in the schema's form."""
    if not values or not isinstance(values[0], str):
        msg = 'script_args: must be one string, the study as JSON: ["{…}"]'
        raise StudyError(msg)
    if values[0].strip():
        return object_from(values[0], "the study")
    if len(values) != len(KEYS) + 1:
        msg = "script_args: must be one string, the study as JSON; the first one is empty"
        raise StudyError(msg)
    panel = dict(zip(KEYS, values[1:], strict=True))
    panel["seeds"] = seeds_in(panel["seeds"])
    for key in ("rows_per_batch", "margin"):
        panel[key] = whole(panel[key])
    request = {key: panel[key] for key in STUDY_KEYS}
    scout = scout_from(panel)
    picked = {"picked": True} if panel["make"] == PICKED else {}
    grid = {key: panel[key] for key in GRID_KEYS}
    return {**request, "grid": grid, **({"scout": scout} if scout else {}), **picked}


def placeholders_in(values: Sequence[Any]) -> tuple[str, str]:
    """The placeholders of rows and columns among the panel's values; the usual ones where there are none."""
    panel = dict(zip(KEYS, values[1:], strict=False))
    return (
        panel.get("expression_placeholder") or DEFAULT.expression_placeholder,
        panel.get("character_placeholder") or DEFAULT.character_placeholder,
    )


def paste_fields(components: Sequence[Any]) -> list[tuple[Any, Callable[[Mapping[str, Any]], Any]]]:
    """What a grid's infotext puts into each field."""
    return [(component, _pasted(key)) for key, component in zip(KEYS, components[1:], strict=True)]


def _prompt_fields(element_id: ElementId, composition: str) -> dict[str, Any]:
    gr.HTML(standard_prompts_html(), elem_id=element_id("prompts"))
    with gr.Row():
        words = gr.Textbox(
            label="Composition",
            info="What a character's faces have in common: the first steps draw it alone. Empty for none",
            value=composition,
            elem_id=element_id("composition"),
        )
        switch_at = gr.Slider(
            label="Switch point",
            info="Fraction of the steps before the expression",
            minimum=0.01,
            maximum=0.99,
            step=0.01,
            value=DEFAULT.switch_at,
            elem_id=element_id("switch_at"),
        )
    with gr.Row():
        expression_placeholder = gr.Textbox(
            label="Expression placeholder",
            info="In the prompt; an empty prompt box means the study's own",
            value=DEFAULT.expression_placeholder,
            elem_id=element_id("expression_placeholder"),
        )
        character_placeholder = gr.Textbox(
            label="Character placeholder",
            info="In the prompt, for the column's text",
            value=DEFAULT.character_placeholder,
            elem_id=element_id("character_placeholder"),
        )
    return {
        "composition": words,
        "switch_at": switch_at,
        "expression_placeholder": expression_placeholder,
        "character_placeholder": character_placeholder,
    }


def _run_fields(element_id: ElementId) -> dict[str, Any]:
    with gr.Row():
        seeds = gr.Textbox(
            label="Seeds of the study",
            info="A grid each; empty for the page's, one for each of its batch",
            placeholder="1, 2, 3",
            value="",
            elem_id=element_id("seeds"),
        )
        name = gr.Textbox(
            label="Name of the study",
            info="Its folder's; empty for date and settings",
            value="",
            elem_id=element_id("name"),
        )
    with gr.Row():
        mode = gr.Radio(
            label="Mode of the study",
            info="Exact: as single pictures. Batched: faster",
            choices=["exact", "batched"],
            value=panel_mode(),
            elem_id=element_id("mode"),
        )
        rows_per_batch = gr.Slider(
            label="Rows a batch",
            info="The most, also over seeds and columns of words; halved where memory is full",
            minimum=1,
            maximum=MOST_ROWS,
            step=1,
            value=panel_rows_per_batch(),
            interactive=panel_mode() == "batched",
            elem_id=element_id("rows_per_batch"),
        )
    for field in (mode, rows_per_batch):
        field.do_not_save_to_config = True  # the extension's settings say what a new panel has
    mode.change(
        lambda chosen: gr.update(interactive=chosen == "batched"),
        inputs=[mode],
        outputs=[rows_per_batch],
        show_progress="hidden",
    )
    return {"seeds": seeds, "name": name, "mode": mode, "rows_per_batch": rows_per_batch}


def _grid_fields(element_id: ElementId) -> dict[str, Any]:
    options = DEFAULT.grid
    with gr.Accordion("Grid", open=False, elem_id=element_id("grid")), gr.Row():
        margin = gr.Slider(
            label="Grid margin",
            info="Pixels between cells",
            minimum=0,
            maximum=100,
            step=1,
            value=options.margin,
            elem_id=element_id("margin"),
        )
        ground = gr.Radio(
            label="Grid ground", choices=["light", "dark"], value=options.ground, elem_id=element_id("ground")
        )
        legend = gr.Checkbox(label="Legend with the settings", value=options.legend, elem_id=element_id("legend"))
    return {"margin": margin, "ground": ground, "legend": legend}


def _pasted(key: str) -> Callable[[Mapping[str, Any]], Any]:
    def value_from(params: Mapping[str, Any]) -> Any:
        """None leaves the field as it is."""
        try:
            request = object_from(str(params.get(STUDY_FIELD, "")))
            study = study_from_dict(request)
        except StudyError:
            return None
        if key in ("expressions", "characters"):
            return _pasted_list(request, key, study)
        if key in SCOUT_KEYS:
            return scout_value(key, study)
        value = getattr(study.grid, key) if key in GRID_KEYS else getattr(study, key)
        return as_text(value) if key == "seeds" else value

    return value_from


def _pasted_list(request: Mapping[str, Any], key: str, study: Study) -> str | None:
    """A list as it was pasted, or as lines that say the same as its objects, if there are such lines."""
    if isinstance(request[key], str):
        return str(request[key])
    lines = write_lines(request[key])
    again, faults = read_study({**request, key: lines})
    return lines if not faults and getattr(again, key) == getattr(study, key) else None
