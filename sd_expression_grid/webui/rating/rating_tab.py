"""The tab in which a finished study is rated, and its report read. The browser's side is in javascript/.

A click travels as JSON in a hidden text box, and its answer as JSON in a hidden piece of HTML: these are gradio events,
which the WebUI's login covers.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.page.page import PAGE_FILE
from sd_expression_grid.ratings.ratings_table import read_table
from sd_expression_grid.ratings.session import rate, read_session, session_to_dict
from sd_expression_grid.report.deciding import what_decides
from sd_expression_grid.webui.host.lacking import optional
from sd_expression_grid.webui.rating.chosen_study import names_of_studies, opened_study
from sd_expression_grid.webui.rating.previews import previews_of
from sd_expression_grid.webui.rating.report_section import build_report_section
from sd_expression_grid.webui.rating.story_section import build_story_section
from sd_expression_grid.webui.snippets.html import data_html, mount_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

ui_components = optional("modules.ui_components", "buttons with signs are as wide as others")

NAME = "expression_grid"
"""The WebUI makes ``tab_expression_grid`` of it."""


def rating_tab() -> list[tuple[Any, str, str]]:
    """The ``ui_tabs`` callback."""
    with gr.Blocks(analytics_enabled=False) as tab:
        study = _build_rating()
        build_report_section(_id, study)
        build_story_section(_id, study)
    return [(tab, "Expression grid", NAME)]


def _build_rating() -> Any:
    with gr.Row(elem_id=_id("choice")):
        study = gr.Dropdown(label="Study", choices=names_of_studies(), value=None, scale=4, elem_id=_id("study"))
        small_button = ui_components.ToolButton if ui_components else gr.Button
        refresh = small_button(value="\U0001f504", elem_id=_id("refresh"))
        rater = gr.Textbox(label="Rater", placeholder="Your name", max_lines=1, scale=2, elem_id=_id("rater"))
        begin = gr.Button("Rate", variant="primary", elem_id=_id("begin"))
    gr.HTML(mount_html(_id("rating")))
    with gr.Row(elem_classes=["expression-grid-hidden"]):  # what is not visible to gradio is not in the page at all
        session, answer = gr.HTML(elem_id=_id("session")), gr.HTML(elem_id=_id("answer"))
        click = gr.Textbox(label="Click", elem_id=_id("click"))
        last = gr.Textbox(label="Last", elem_id=_id("last"))
    for field in (study, rater, click, last):
        field.do_not_save_to_config = True
    silent = {"queue": False, "show_progress": "hidden"}  # the queue may be busy with generating
    refresh.click(lambda: gr.update(choices=names_of_studies()), outputs=[study], **silent)
    for opens in (study.input, rater.submit, begin.click):
        opens(open_session, inputs=[study, rater], outputs=[session], **silent)
    click.change(take_click, inputs=[click], outputs=[answer], **silent)
    last.change(open_last, inputs=[last], outputs=[study, session], **silent)
    return study


def open_session(name: str | None, rater: str) -> str:
    """The study as the page needs it, or what is wrong with it, as hidden HTML."""
    return _answer(lambda: _session(name, rater))


def open_last(text: str) -> tuple[Any, str]:
    """Chooses the study that the browser had open last, and opens it for the same rater, where it is still there.

    The answer carries the request's ``at``.
    """
    data = _object(text)
    name, request = str(data.get("study")), {"is_last": True, "at": data.get("at")}
    names = names_of_studies()
    if name not in names:
        return gr.update(), data_html(request)
    opened = _answer(lambda: _session(name, str(data.get("rater"))), **request)
    return gr.update(choices=names, value=name), opened


def take_click(text: str) -> str:
    """Keeps the rating of a click; the answer carries the click's number, and what went wrong."""
    data = _object(text)

    def keep() -> Mapping[str, object]:
        rate(opened_study(str(data.get("study"))), data)
        return {}

    return _answer(keep, number=data.get("number"))


def _session(name: str | None, rater: str) -> dict[str, object]:
    if name and not rater.strip():
        return {"hint": "Write your name beside the study, then press Rate: ratings are kept under it."}
    folder = opened_study(name)
    session = read_session(folder, rater)
    deciding = what_decides(read_table(folder))
    more = {"deciding_order": session.numbers_of(deciding.cells), "deciding": deciding.sentence}
    previews = previews_of(session.study.characters)
    page = PAGE_FILE if (folder.path / PAGE_FILE).is_file() else ""
    files = {"files": f"{_address(folder.path)}/", "page": page, "previews": previews, "opened": time.time_ns()}
    return {**session_to_dict(session), "study": name, **more, **files}  # the folder's own name may be in img2img too


def _address(path: Path) -> str:
    return f"file={quote(path.as_posix())}"


def _answer(make: Callable[[], Mapping[str, object]], **more: object) -> str:
    try:
        answer = make()
    except (StudyError, OSError) as error:
        answer = {"error": "\n".join(error.lines) if isinstance(error, StudyError) else str(error)}
    return data_html({**more, **answer})


def _object(text: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _id(name: str) -> str:
    return f"{NAME}_{name}"
