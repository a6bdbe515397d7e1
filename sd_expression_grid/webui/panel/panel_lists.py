"""The panel's upper part: the two lists, and what fills them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.study.preset_lists import preset_text, preset_titles, save_preset
from sd_expression_grid.study.schema import DEFAULT
from sd_expression_grid.webui.host.settings import data_folder
from sd_expression_grid.webui.panel.installed import with_installed

if TYPE_CHECKING:
    from pathlib import Path

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
        preset = _preset(element_id, expressions)
        reference = gr.Textbox(
            label="Reference",
            info="The first column's text; empty for none",
            value=DEFAULT.reference,
            min_width=180,
            elem_id=element_id("reference"),
        )
    with gr.Accordion("Fill and keep lists", open=False, elem_id=element_id("fill")):
        _add_installed(element_id, characters)
        _save_preset(element_id, expressions, preset)
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


def _preset(element_id: ElementId, expressions: Any) -> Any:
    preset = gr.Dropdown(
        label="Expression preset",
        info="Replaces the list of expressions",
        choices=preset_titles(_own_presets()),
        value=None,
        min_width=180,
        elem_id=element_id("preset"),
    )
    preset.do_not_save_to_config = True

    def chosen(title: str) -> Any:
        # Shown as chosen, it could not be chosen again in gradio 4, whatever became of the list.
        return _or_warning(lambda: preset_text(title, _own_presets())), gr.update(value=None)

    preset.input(chosen, inputs=[preset], outputs=[expressions, preset], show_progress="hidden")
    return preset


def _save_preset(element_id: ElementId, expressions: Any, preset: Any) -> None:
    with gr.Row():
        name = gr.Textbox(
            label="Name of a new preset",
            info="For the expressions above",
            min_width=180,
            elem_id=element_id("preset_name"),
        )
        button = gr.Button("Save preset", elem_id=element_id("save_preset"))
    name.do_not_save_to_config = True

    def pressed(title: str, text: str) -> Any:
        def save() -> Any:
            gr.Info(f"Saved as the preset '{save_preset(title, text, _own_presets())}'")
            return gr.update(choices=preset_titles(_own_presets()))

        return _or_warning(save)

    button.click(pressed, inputs=[name, expressions], outputs=[preset], show_progress="hidden")


def _add_installed(element_id: ElementId, characters: Any) -> None:
    with gr.Row():
        words = gr.Textbox(
            label="Installed networks",
            info="Part of the name; empty for all that fit the checkpoint",
            min_width=180,
            elem_id=element_id("installed"),
        )
        button = gr.Button("Add to characters", elem_id=element_id("add_installed"))
    words.do_not_save_to_config = True

    def pressed(text: str, part: str) -> Any:
        def fill() -> str:
            filled = with_installed(text, part)
            if filled.left_out:
                gr.Warning(f"No line can say {', '.join(filled.left_out)}: rename the file")
            return filled.text

        return _or_warning(fill)

    button.click(pressed, inputs=[characters, words], outputs=[characters], show_progress="hidden")


def _or_warning(make: Callable[[], Any]) -> Any:
    """A new value for a field; where there is none, the field stays and the page says why."""
    try:
        return make()
    except StudyError as error:
        gr.Warning(str(error))
        return gr.update()


def _own_presets() -> Path:
    return data_folder() / "expression_grid" / "presets"
