"""The report in the rating tab: shown, offered for download, and ratings from a spreadsheet taken over."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - gradio evaluates its handlers' types
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.evidence.measuring import measure_pictures
from sd_expression_grid.evidence.picture_measures import best_measure
from sd_expression_grid.ratings.rating_import import import_ratings
from sd_expression_grid.ratings.ratings_table import read_table
from sd_expression_grid.report.report import reports_on
from sd_expression_grid.report.writing.report_files import write_report
from sd_expression_grid.report.writing.report_html import report_html
from sd_expression_grid.webui.rating.chosen_study import opened_study
from sd_expression_grid.webui.rating.snippets import error_html, progress_html, report_frame

if TYPE_CHECKING:
    from collections.abc import Callable


def build_report_section(element_id: Callable[[str], str], study: Any) -> None:
    """Makes the section for the study that is chosen in the dropdown ``study``."""
    with gr.Accordion("Report", open=False, elem_id=element_id("report_section")):
        with gr.Row():
            make = gr.Button("Make the report", elem_id=element_id("report"))
            look = gr.Button("Look at the pictures too", elem_id=element_id("look"))
            upload = gr.UploadButton("Add ratings from CSV", file_types=[".csv"], elem_id=element_id("add_csv"))
        page = gr.HTML(elem_id=element_id("report_html"))
        files = gr.File(
            label="Ratings, report and charts",
            file_count="multiple",
            interactive=False,
            visible=False,
            elem_id=element_id("files"),
        )
    for done in (
        make.click(show_report, inputs=[study], outputs=[page]),
        look.click(look_at_pictures, inputs=[study], outputs=[page]),
        upload.upload(add_ratings, inputs=[study, upload], outputs=[page]),
    ):
        done.then(offer_files, inputs=[study], outputs=[files], show_progress="hidden")


def show_report(name: str | None) -> str:
    """A study's report as HTML, in a frame of its own for its script; where there is none, what is wrong."""
    try:
        folder = opened_study(name)
        pictures = f"file={quote(folder.path.as_posix())}/"
        report, *others = reports_on(read_table(folder))
        page = report_html(report, pictures, others)
    except (StudyError, OSError) as error:
        return error_html(error)
    return report_frame(page)


def look_at_pictures(name: str | None) -> Iterator[str]:
    """Measures a study's pictures as a second opinion: how far it has come, then the report with what was found."""
    try:
        folder, measure = opened_study(name), best_measure()
        for progress in measure_pictures(folder, measure):
            yield progress_html((str(progress), measure.note))
    except (StudyError, OSError) as error:
        yield error_html(error)
        return
    yield show_report(name)


def offer_files(name: str | None) -> Any:
    """The report's files in the study's folder; none where there is no report."""
    try:
        files = [str(file) for file in write_report(opened_study(name))]
    except (StudyError, OSError) as error:
        gr.Warning(str(error))
        files = []
    return gr.update(value=files or None, visible=bool(files))


def add_ratings(name: str | None, file: Any) -> str:
    """Takes the ratings of an uploaded file over into a study, and reports."""
    try:
        count = import_ratings(opened_study(name), Path(file.name))
        gr.Info(f"{count} rating{'' if count == 1 else 's'} added")
    except (StudyError, OSError) as error:
        gr.Warning(str(error))
    return show_report(name)
