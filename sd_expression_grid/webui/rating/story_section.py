"""From study to story, in the rating tab: the picked cell of each row, and its export for another program.

Clicks travel as those of ratings do, in boxes of their own; the browser's side is in javascript/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.json_reader import object_from
from sd_expression_grid.export.candidates import character_names
from sd_expression_grid.export.export import PROGRAMS, ExportRequest, export_faces, proposed_names
from sd_expression_grid.export.picking import keep_picks, keep_proposal, picking_to_dict
from sd_expression_grid.page.page import write_page
from sd_expression_grid.webui.rating.archives import archive_of
from sd_expression_grid.webui.rating.chosen_study import opened_study
from sd_expression_grid.webui.rating.downloads import download_field
from sd_expression_grid.webui.snippets.html import data_html, error_html, mount_html, progress_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SILENT = {"queue": False, "show_progress": "hidden"}  # the queue may be busy with generating

_TITLES = {program.title: key for key, program in PROGRAMS.items()}
_FIRST = next(iter(_TITLES))


def build_story_section(element_id: Callable[[str], str], study: Any) -> None:
    """Makes the section for the study that is chosen in the dropdown ``study``."""
    with gr.Accordion("From study to story", open=False, elem_id=element_id("story_section")):
        with gr.Row():
            character = gr.Dropdown(label="Character", choices=[], value=None, elem_id=element_id("story_character"))
            show = gr.Button("Show the faces", variant="primary", elem_id=element_id("story_show"))
            propose = gr.Button("Propose anew", elem_id=element_id("story_propose"))
        gr.HTML(mount_html(element_id("picks")))
        with gr.Row(elem_classes=["expression-grid-hidden"]):
            shown, answer = gr.HTML(elem_id=element_id("picks_shown")), gr.HTML(elem_id=element_id("picks_answer"))
            click = gr.Textbox(label="Pick", elem_id=element_id("picks_click"))
        options = _build_options(element_id)
        export = gr.Button("Export", variant="primary", elem_id=element_id("story_export"))
        result = gr.HTML(elem_id=element_id("story_result"))
        files = download_field("Files", element_id("story_files"))
    program, names = options[0], options[1]
    for field in (character, click, *options):
        field.do_not_save_to_config = True
    named = {"fn": propose_names, "inputs": [study, character, program], "outputs": [names], **_SILENT}
    offered = study.change(offer_characters, inputs=[study], outputs=[character, shown, result, files], **_SILENT)
    offered.then(**named)  # another study's character may have the same name, and so has not changed
    for opens, handler in ((show, show_faces), (propose, propose_faces)):
        opens.click(handler, inputs=[study, character], outputs=[shown], **_SILENT)
    for changes in (character.change, program.change):
        changes(**named)
    click.change(take_picks, inputs=[click], outputs=[answer], **_SILENT)
    export.click(export_picks, inputs=[study, character, *options], outputs=[result, files])


def _build_options(element_id: Callable[[str], str]) -> list[Any]:
    """The fields of an export, in the order in which ``export_picks`` takes them."""
    with gr.Row():
        program = gr.Radio(label="For", choices=list(_TITLES), value=_FIRST, elem_id=element_id("story_for"))
        called = gr.Textbox(label="Called", placeholder="the character's name there", max_lines=1)
    names = gr.Textbox(
        label="Names: ROW = NAME, NAME; without a name the row is left out",
        lines=4,
        max_lines=12,
        elem_id=element_id("story_names"),
    )
    with gr.Row():
        crop = gr.Textbox(label="Crop", placeholder="LEFT,TOP,WIDTH,HEIGHT in pixels", max_lines=1)
        height = gr.Number(label="Height in pixels, 0 for as they are", value=0, precision=0)
        image_format = gr.Radio(label="Format", choices=["png", "webp"], value="png")
        infotext = gr.Checkbox(label="Keep the prompts in the pictures", value=False)
        transparent = gr.Checkbox(label="Transparent background", value=False)
    with gr.Row():
        outfit = gr.Textbox(label="Outfit (SillyTavern)", max_lines=1)
        side = gr.Number(label="Height of side images (Ren'Py), 0 for none", value=240, precision=0)
    return [program, names, called, crop, height, image_format, infotext, transparent, outfit, side]


def offer_characters(name: str | None) -> tuple[Any, ...]:
    """The characters of the study that is chosen by now; what is shown of another one is cleared."""
    try:
        names = character_names(opened_study(name).existing_study())
    except (StudyError, OSError):  # said when the study is opened
        names = ()
    chosen = names[1] if len(names) > 1 else next(iter(names), None)
    return gr.update(choices=list(names), value=chosen), data_html({}), "", gr.update(value=None, visible=False)


def show_faces(study: str | None, character: str | None) -> str:
    """A character's cells with their picks as the page needs them, or what is wrong, as hidden HTML."""
    return _answer(lambda: _picking(study, character))


def propose_faces(study: str | None, character: str | None) -> str:
    """The same, after what is proposed by now was kept in place of what was picked before."""

    def proposed() -> Mapping[str, object]:
        folder = opened_study(study)
        keep_proposal(folder, _chosen(character))
        write_page(folder)
        return _picking(study, character)

    return _answer(proposed)


def take_picks(text: str) -> str:
    """Keeps the picks after a click, on the study's page as well; the answer carries the click's number."""
    try:
        data = object_from(text)
    except StudyError:
        return data_html({})

    def keep() -> Mapping[str, object]:
        folder = opened_study(str(data.get("study")))
        keep_picks(folder, data)
        write_page(folder)
        return {}

    return _answer(keep, number=data.get("number"))


def propose_names(study: str | None, character: str | None, program: str) -> str:
    """The names of the character's rows in a program; none where there is no character."""
    if not study or not character:
        return ""
    try:
        return proposed_names(opened_study(study), character, _TITLES[program])
    except (StudyError, OSError) as error:
        return f"# {error}"


def export_picks(study: str | None, character: str | None, program: str, names: str, *options: Any) -> tuple[Any, ...]:
    """Exports the picks into the study's folder: what to do with them, and the files; or what is wrong."""
    called, crop, height, image_format, infotext, transparent, outfit, side = options
    try:
        request = ExportRequest(
            character=_chosen(character),
            program=_TITLES[program],
            names=tuple(names.splitlines()),
            called=called,
            crop=crop,
            height=int(height or 0),
            image_format=image_format,
            infotext=bool(infotext),
            transparent=bool(transparent),
            outfit=outfit,
            side_height=int(side or 0),
        )
        made = export_faces(opened_study(study), request)
        archive = archive_of(made.folder)
    except (StudyError, OSError) as error:
        return error_html(error), gr.update(value=None, visible=False)
    faces = "1 face is" if made.count == 1 else f"{made.count} faces are"
    said = progress_html((f"{faces} in {made.folder}.", *made.notes))
    return said, gr.update(value=[*map(str, sorted(made.folder.glob("*.zip"))), archive], visible=True)


def _picking(study: str | None, character: str | None) -> Mapping[str, object]:
    folder = opened_study(study)
    found = picking_to_dict(folder, _chosen(character))
    return {**found, "study": study, "files": f"file={quote(folder.path.as_posix())}/"}


def _chosen(character: str | None) -> str:
    if not character:
        message = "choose a study and a character first"
        raise StudyError(message)
    return character


def _answer(make: Callable[[], Mapping[str, object]], **more: object) -> str:
    try:
        answer = make()
    except (StudyError, OSError) as error:
        answer = {"error": str(error)}
    return data_html({**more, **answer})
