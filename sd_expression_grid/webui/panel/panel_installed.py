"""The installed networks in the panel: a list to search and to tick, which the page's script draws.

What the script asks for travels as JSON in a hidden text box, and the answer as JSON in a hidden piece of HTML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.json_reader import object_from
from sd_expression_grid.webui.host.previews import previews_of_files
from sd_expression_grid.webui.panel.installed import GROUPS, installed_networks, with_installed
from sd_expression_grid.webui.snippets.html import data_html, mount_html

if TYPE_CHECKING:
    from sd_expression_grid.webui.panel.panel_presets import ElementId


def build_installed(element_id: ElementId, characters: Any) -> None:
    """Where the list is drawn, and what carries requests and answers; networks are added to ``characters``."""
    gr.HTML(mount_html(element_id("networks")))
    with gr.Row(elem_classes=["expression-grid-hidden"]):  # what is not visible to gradio is not in the page at all
        request = gr.Textbox(label="Request", elem_id=element_id("networks_request"))
        answer = gr.HTML(elem_id=element_id("networks_answer"))
    request.do_not_save_to_config = True
    request.change(
        _answered,
        inputs=[request, characters],
        outputs=[characters, answer],
        queue=False,  # it may be busy with generating
        show_progress="hidden",
    )


def _answered(text: str, characters: str) -> tuple[Any, str]:
    """The list with the networks under ``add``, if there are any, and all that can be chosen."""
    request = object_from(text, "the request") if text else {}
    added = _with_added(characters, request["add"]) if request.get("add") else gr.update()
    return added, data_html({"networks": _choices(), "at": request.get("at")})


def _with_added(characters: str, ids: Any) -> Any:
    try:
        filled = with_installed(characters, set(map(str, ids)))
    except StudyError as error:
        gr.Warning(str(error))
        return gr.update()
    if filled.left_out:
        gr.Warning(f"No line can say {', '.join(filled.left_out)}: rename the file")
    return filled.text


def _choices() -> list[dict[str, str]]:
    networks = installed_networks()
    previews = previews_of_files(network.file for network in networks)
    return [
        {
            "id": network.id,
            "name": network.name,
            "folder": "/".join(filter(None, (GROUPS[network.kind], network.folder))),
            "preview": previews.get(network.file, ""),
        }
        for network in networks
    ]
