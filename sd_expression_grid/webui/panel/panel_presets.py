"""The panel's presets: lists that are kept, to choose, save and delete, for either list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.study.preset_lists import (
    EXPRESSIONS,
    NONE,
    delete_preset,
    own_preset,
    preset_text,
    preset_titles,
    save_preset,
)
from sd_expression_grid.webui.host.settings import data_folder

if TYPE_CHECKING:
    from pathlib import Path

ElementId = Callable[[str], str]

_SAVE, _DELETE = "Save preset", "Delete preset"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetKind:
    """The presets of one of the two lists: ``folder`` is that of the user's own, below the folder of all."""

    name: str
    folder: str
    shipped: Mapping[str, str]

    @property
    def own(self) -> Path:
        """Where the user's own are."""
        return data_folder() / "expression_grid" / "presets" / self.folder

    @property
    def titles(self) -> list[str]:
        """The titles of all, the product's first."""
        return preset_titles(self.own, self.shipped)


OF_EXPRESSIONS = PresetKind(name="expressions", folder="", shipped=EXPRESSIONS)
OF_CHARACTERS = PresetKind(name="characters", folder="characters", shipped=NONE)
_KINDS = {kind.name: kind for kind in (OF_EXPRESSIONS, OF_CHARACTERS)}


def build_presets(element_id: str, kind: PresetKind, field: Any) -> Any:
    """The dropdown with the presets for ``field``, a list."""
    preset = gr.Dropdown(
        label=f"Preset of {kind.name}",
        info=f"Replaces the list of {kind.name}" if kind.shipped else "Your own lists, saved below",
        choices=kind.titles,
        value=None,
        min_width=180,
        elem_id=element_id,
    )
    preset.do_not_save_to_config = True

    def chosen(title: str) -> Any:
        # Shown as chosen, it could not be chosen again in gradio 4, whatever became of the list.
        return or_warning(lambda: preset_text(title, kind.own, kind.shipped)), gr.update(value=None)

    preset.input(chosen, inputs=[preset], outputs=[field, preset], show_progress="hidden")
    return preset


def build_keeping(element_id: ElementId, fields: Sequence[Any], presets: Sequence[Any]) -> None:
    """The fields that save and delete presets: both lists, and the dropdowns of their presets."""
    with gr.Row():
        name = gr.Textbox(
            label="Name of a preset", info="For a list above", min_width=180, elem_id=element_id("preset_name")
        )
        which = gr.Radio(
            label="List of the preset",
            choices=[*_KINDS],
            value=OF_EXPRESSIONS.name,
            min_width=180,
            elem_id=element_id("preset_list"),
        )
    with gr.Row():
        save = gr.Button(_SAVE, elem_id=element_id("save_preset"))
        delete = gr.Button(_DELETE, elem_id=element_id("delete_preset"))
    for field in (name, which):
        field.do_not_save_to_config = True

    def saved(title: str, which: str, says: str, *texts: str) -> Any:
        kind = _KINDS[which]
        text = dict(zip(_KINDS, texts, strict=True))[which]
        return _once_more(
            says,
            _SAVE,
            f"Overwrite the {kind.name}",
            own_preset(title, kind.own),
            lambda: save_preset(title, text, kind.own, kind.shipped),
        )

    def deleted(title: str, which: str, says: str) -> Any:
        kind = _KINDS[which]
        return _once_more(
            says,
            _DELETE,
            f"Really delete the {kind.name}",
            own_preset(title, kind.own),
            lambda: delete_preset(title, kind.own),
        )

    save.click(saved, inputs=[name, which, save, *fields], outputs=[save, *presets], show_progress="hidden")
    delete.click(deleted, inputs=[name, which, delete], outputs=[delete, *presets], show_progress="hidden")


def _once_more(says: str, label: str, question: str, there: str | None, act: Callable[[], str]) -> Any:
    """Updates of the button, which ``says`` something, and of both dropdowns.

    Where a preset is ``there``, the first click makes the button ask, and the second one acts if it is about the same.
    """
    asks = f"{question} '{there}'"
    if there is not None and says != asks:
        return [gr.update(value=asks), *(gr.update() for _ in _KINDS)]

    def acted() -> Any:
        gr.Info(f"{'Deleted' if label == _DELETE else 'Saved as'} the preset '{act()}'")
        return [gr.update(value=label), *(gr.update(choices=kind.titles) for kind in _KINDS.values())]

    return or_warning(acted, outputs=1 + len(_KINDS))


def or_warning(make: Callable[[], Any], outputs: int = 1) -> Any:
    """New values for fields; where there are none, the fields stay and the page says why."""
    try:
        return make()
    except StudyError as error:
        gr.Warning(str(error))
        return gr.update() if outputs == 1 else [gr.update() for _ in range(outputs)]
