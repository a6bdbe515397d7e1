"""The report in the rating tab: shown, offered for download, and ratings from a spreadsheet taken over."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003 - gradio evaluates its handlers' types
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.file_names import free_stem
from sd_expression_grid.evidence.measuring import measure_pictures
from sd_expression_grid.evidence.picture_measures import best_measure
from sd_expression_grid.ratings.rating_import import import_ratings
from sd_expression_grid.ratings.ratings_table import read_table
from sd_expression_grid.report.report import reports_on
from sd_expression_grid.report.writing.article import ArticleRequest, write_article
from sd_expression_grid.report.writing.report_files import write_report
from sd_expression_grid.report.writing.report_html import report_html
from sd_expression_grid.webui.rating.archives import archive_of
from sd_expression_grid.webui.rating.chosen_study import opened_study
from sd_expression_grid.webui.rating.downloads import download_field
from sd_expression_grid.webui.snippets.html import error_html, progress_html, report_frame

_SUCCESSES: Mapping[str, Success] = {
    "expression and person": "both", "expression alone": "expression", "expression, person and natural": "all",
}  # fmt: skip
"""What counts as a success, as the page says it."""

ARTICLE = "article"
"""The folder and the ZIP of a draft, in the study's folder; a number is added where there is one already."""

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sd_expression_grid.report.types import Success


def build_report_section(element_id: Callable[[str], str], study: Any) -> None:
    """Makes the section for the study that is chosen in the dropdown ``study``."""
    with gr.Accordion("Report", open=False, elem_id=element_id("report_section")):
        with gr.Row():
            make = gr.Button("Make the report", elem_id=element_id("report"))
            look = gr.Button("Look at the pictures too", elem_id=element_id("look"))
            upload = gr.UploadButton("Add ratings from CSV", file_types=[".csv"], elem_id=element_id("add_csv"))
        with gr.Row():
            success = gr.Dropdown(
                label="A success in the article is",
                choices=list(_SUCCESSES),
                value=next(iter(_SUCCESSES)),
                elem_id=element_id("article_success"),
            )
            article = gr.Button("Draft an article", elem_id=element_id("article"))
        faults = gr.HTML(elem_id=element_id("csv_faults"))
        page = gr.HTML(elem_id=element_id("report_html"))
        shown = gr.State(None)
        files = download_field("Ratings, report and charts", element_id("files"))
        draft = download_field("Draft of an article", element_id("draft"))
    report, all_shown = [page, shown], [page, shown, files, draft]
    for done in (
        make.click(show_report, inputs=[study], outputs=report),
        look.click(look_at_pictures, inputs=[study], outputs=report),
        upload.upload(add_ratings, inputs=[study, upload], outputs=[faults, *report]),
    ):
        offered = done.then(offer_files, inputs=[shown], outputs=[files], show_progress="hidden")
        offered.then(clear_other, inputs=[study, shown], outputs=all_shown, show_progress="hidden")
    article.click(draft_article, inputs=[study, success], outputs=[faults, draft, shown])
    study.change(clear_other, inputs=[study, shown], outputs=all_shown, queue=False, show_progress="hidden").then(
        lambda: "", outputs=[faults], queue=False, show_progress="hidden"
    )


def show_report(name: str | None) -> tuple[str, str | None]:
    """A study's report as HTML, in a frame of its own for its script, and the study's name; or what is wrong."""
    try:
        folder = opened_study(name)
        pictures = f"file={quote(folder.path.as_posix())}/"
        report, *others = reports_on(read_table(folder))
        page = report_html(report, pictures, others)
    except (StudyError, OSError) as error:
        return error_html(error), name
    return report_frame(page), name


def clear_other(name: str | None, shown: str | None) -> tuple[Any, ...]:
    """Clears the report, its files and a draft where they are of another study than the one that is chosen by now."""
    if name == shown or shown is None:
        return gr.update(), shown, gr.update(), gr.update()
    gone = gr.update(value=None, visible=False)
    return "", None, gone, gone


def look_at_pictures(name: str | None) -> Iterator[tuple[str, str | None]]:
    """Measures a study's pictures as a second opinion: how far it has come, then the report with what was found."""
    try:
        folder, measure = opened_study(name), best_measure()
        for progress in measure_pictures(folder, measure):
            yield progress_html((str(progress), measure.note)), name
    except (StudyError, OSError) as error:
        yield error_html(error), name
        return
    yield show_report(name)


def offer_files(name: str | None) -> Any:
    """The files of the report that is shown, in its study's folder; none where there is no report."""
    if name is None:
        return gr.update(value=None, visible=False)
    try:
        files = [str(file) for file in write_report(opened_study(name))]
    except (StudyError, OSError) as error:
        gr.Warning(str(error))
        files = []
    return gr.update(value=files or None, visible=bool(files))


def draft_article(name: str | None, success: str) -> tuple[str, Any, str | None]:
    """Writes a draft of an article into the study's folder: where it is, and a ZIP of it; or what is wrong.

    ``success`` is what counts as one, as the page says it.
    """
    try:
        folder = opened_study(name)
        out = folder.path / free_stem(folder.path, ARTICLE)
        file = write_article(folder, out, ArticleRequest(success=_SUCCESSES[success]))
        archive = archive_of(out)
    except (StudyError, OSError) as error:
        return error_html(error), gr.update(), name
    said = (f"The draft is {file}, with its pictures beside it; below it is one file.",)
    return progress_html(said), gr.update(value=[archive], visible=True), name


def add_ratings(name: str | None, file: Any) -> tuple[Any, ...]:
    """Takes the ratings of an uploaded file over into a study, and reports; or says what is wrong with the file."""
    try:
        count = import_ratings(opened_study(name), Path(file.name))
    except (StudyError, OSError) as error:
        return error_html(error), gr.update(), gr.update()
    added = progress_html([f"{count} rating{'' if count == 1 else 's'} added."])
    return added, *show_report(name)
