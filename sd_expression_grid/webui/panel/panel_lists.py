"""The panel's upper part: the two lists, and what fills them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from sd_expression_grid.study.preset_lists import preset_text, preset_titles
from sd_expression_grid.study.schema import DEFAULT
from sd_expression_grid.webui.panel.panel_installed import build_installed
from sd_expression_grid.webui.panel.panel_presets import (
    OF_CHARACTERS,
    OF_EXPRESSIONS,
    build_keeping,
    build_presets,
)

ElementId = Callable[[str], str]

_CHARACTERS_LOOK_LIKE = "[Celebrity LoRAs]\nNoor | <lora:Noor:0.8> noor\n[Embeddings]\nember_nobody"


def build_lists(element_id: ElementId) -> dict[str, Any]:
    """The fields for expressions, characters and reference, with presets and installed networks to fill them from."""
    with gr.Row():
        expressions = _list(
            element_id, "expressions", info="Rows, one a line: label | text", value=preset_text(preset_titles()[0])
        )
        characters = _list(
            element_id, "characters", info="Columns, one a line: label | text", placeholder=_CHARACTERS_LOOK_LIKE
        )
    with gr.Row():
        presets = (
            build_presets(element_id("preset"), OF_EXPRESSIONS, expressions),
            build_presets(element_id("character_preset"), OF_CHARACTERS, characters),
        )
        reference = gr.Textbox(
            label="Reference",
            info="The first column's text; empty for none",
            value=DEFAULT.reference,
            min_width=180,
            elem_id=element_id("reference"),
        )
    with gr.Accordion("Fill and keep lists", open=False, elem_id=element_id("fill")):
        build_installed(element_id, characters)
        build_keeping(element_id, (expressions, characters), presets)
    return {"expressions": expressions, "characters": characters, "reference": reference}


def _list(element_id: ElementId, name: str, *, info: str, value: str = "", placeholder: str = "") -> Any:
    return gr.Textbox(
        label=name.capitalize(),
        info=info,
        value=value,
        placeholder=placeholder,
        lines=12,
        max_lines=30,
        min_width=180,
        elem_id=element_id(name),
    )
