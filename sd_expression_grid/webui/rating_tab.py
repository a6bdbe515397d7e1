"""The tab in which a finished study is rated, and its report read. The browser's side is in javascript/.

A click travels as JSON in a hidden text box, and its answer as JSON in a hidden piece of HTML: these are gradio events,
which the WebUI's login covers.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr
from modules import shared
from modules.ui_components import ToolButton

from sd_expression_grid.errors import StudyError
from sd_expression_grid.rating_session import rate, read_session, session_to_dict
from sd_expression_grid.studies import chosen_study, study_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sd_expression_grid.folder import StudyFolder

NAME = "expression_grid"
"""The WebUI makes ``tab_expression_grid`` of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """What can be made of the ratings in a study's folder.

    ``files`` are for downloading; ``add_csv`` takes the ratings of a CSV file over, and says how many.
    """

    html: Callable[[Path], str]
    files: Callable[[Path], Sequence[Path]]
    add_csv: Callable[[Path, Path], str]


def rating_tab(reports: Reports | None = None) -> list[tuple[Any, str, str]]:
    """The ``ui_tabs`` callback."""
    with gr.Blocks(analytics_enabled=False) as tab:
        study = _build_rating()
        if reports:
            _build_reports(reports, study)
    return [(tab, "Expression grid", NAME)]


def _build_rating() -> Any:
    with gr.Row(elem_id=_id("choice")):
        study = gr.Dropdown(label="Study", choices=_names(), value=None, scale=4, elem_id=_id("study"))
        refresh = ToolButton(value="\U0001f504", elem_id=_id("refresh"))
        rater = gr.Textbox(label="Rater", placeholder="Your name", max_lines=1, scale=2, elem_id=_id("rater"))
        begin = gr.Button("Rate", variant="primary", elem_id=_id("begin"))
    gr.HTML(f'<div id="{_id("rating")}"></div>')
    with gr.Row(elem_classes=["expression-grid-hidden"]):  # what is not visible to gradio is not in the page at all
        session, answer = gr.HTML(elem_id=_id("session")), gr.HTML(elem_id=_id("answer"))
        click = gr.Textbox(label="Click", elem_id=_id("click"))
    for field in (study, rater, click):
        field.do_not_save_to_config = True
    silent = {"queue": False, "show_progress": "hidden"}  # the queue may be busy with generating
    refresh.click(lambda: gr.update(choices=_names()), outputs=[study], **silent)
    for opens in (study.input, rater.submit, begin.click):
        opens(open_session, inputs=[study, rater], outputs=[session], **silent)
    click.change(take_click, inputs=[click], outputs=[answer], **silent)
    return study


def _build_reports(reports: Reports, study: Any) -> None:
    with gr.Accordion("Report", open=False, elem_id=_id("report_section")):
        with gr.Row():
            make = gr.Button("Report", elem_id=_id("report"))
            upload = gr.UploadButton("Add ratings from CSV", file_types=[".csv"], elem_id=_id("add_csv"))
        page = gr.HTML(elem_id=_id("report_html"))
        files = gr.File(label="Ratings and report", file_count="multiple", interactive=False, elem_id=_id("files"))

    make.click(partial(make_report, reports), inputs=[study], outputs=[page, files])
    upload.upload(partial(add_ratings, reports), inputs=[study, upload], outputs=[page, files])


def make_report(reports: Reports, name: str | None) -> tuple[str, list[str] | None]:
    """A study's report as HTML, and its files; where there is none, what is wrong."""
    try:
        folder = _study(name).path
        return reports.html(folder), [str(file) for file in reports.files(folder)]
    except (StudyError, OSError) as error:
        return f'<p class="expression-grid-error">{escape(str(error))}</p>', None


def add_ratings(reports: Reports, name: str | None, file: Any) -> tuple[str, list[str] | None]:
    """Takes the ratings of an uploaded file over into a study, and reports."""
    try:
        gr.Info(reports.add_csv(_study(name).path, Path(file.name)))
    except (StudyError, OSError) as error:
        gr.Warning(str(error))
    return make_report(reports, name)


def open_session(name: str | None, rater: str) -> str:
    """The study as the page needs it, or what is wrong with it, as hidden HTML."""
    return _answer(lambda: _session(name, rater))


def take_click(text: str) -> str:
    """Keeps the rating of a click; the answer carries the click's number, and what went wrong."""
    data = _object(text)

    def keep() -> Mapping[str, object]:
        rate(_study(str(data.get("study"))), data)
        return {}

    return _answer(keep, number=data.get("number"))


def studies_folder() -> Path:
    """Where txt2img's grids go, and with them the studies."""
    return Path(shared.opts.outdir_grids or shared.opts.outdir_txt2img_grids).absolute()


def _session(name: str | None, rater: str) -> dict[str, object]:
    folder = _study(name)
    session = session_to_dict(read_session(folder, rater))
    _serve(folder.path / "cells")
    return {**session, "files": f"file={quote(folder.path.as_posix())}/", "opened": time.time_ns()}


def _serve(cells: Path) -> None:
    """Lets the page show pictures that are in no folder which gradio serves, such as another disk's."""
    if str(cells) not in shared.demo.allowed_paths:
        shared.demo.allowed_paths.append(str(cells))


def _answer(make: Callable[[], Mapping[str, object]], **more: object) -> str:
    try:
        answer = make()
    except (StudyError, OSError) as error:
        answer = {"error": str(error)}
    return f"<div class='json'>{escape(json.dumps({**more, **answer}))}</div>"


def _object(text: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _study(name: str | None) -> StudyFolder:
    return chosen_study(studies_folder(), name or "")


def _names() -> list[str]:
    return study_names(studies_folder())


def _id(name: str) -> str:
    return f"{NAME}_{name}"
