"""The picked cells of a study made large: those alone, of the same composition, beside the study's cells."""

import json
import zipfile
from pathlib import Path

import pytest
from fastapi import HTTPException
from PIL import Image

from sd_expression_grid.export.candidates import candidates_of
from sd_expression_grid.export.export import ExportRequest, export_faces
from sd_expression_grid.export.proposal import pick_of
from sd_expression_grid.store.folder import StudyFolder
from sd_expression_grid.store.picks import write_picks
from sd_expression_grid.study.study import CellKey
from tests.contract.test_resume import STUDY, at_call, run, webui  # noqa: F401 - a fixture

HIRES = {
    "enable_hr": True,
    "hr_scale": 2,
    "hr_upscaler": "Latent",
    "denoising_strength": 0.5,
    "hr_second_pass_steps": 4,
}
LARGE = {"picked": True}


def keys(*cells, column="Noor"):
    return [CellKey(expression=row, character=column, seed=seed) for row, seed in cells]


def pick(path, picked, name="Noor"):
    folder = StudyFolder(path)
    by_key = candidates_of(folder, name).by_key
    write_picks(path, name, [pick_of(name, by_key[key]) for key in picked])


@pytest.fixture
def study(webui):  # noqa: F811
    """The folder of a study of two seeds of which three cells are picked."""
    folder, _ = run(webui, {"seeds": [7, 8]})
    pick(folder, keys(("neutral", 7), ("smile", 8), ("sad", 7)))
    return folder


def large_cells(folder):
    record = StudyFolder(folder / "large").read_record()
    return {key: folder / "large" / outcome.file for key, outcome in record.items() if outcome.status == "done"}


def refused(webui, *args, **options):  # noqa: F811
    with pytest.raises(HTTPException) as raised:
        run(webui, *args, **options)
    return raised.value.detail


def test_the_picked_cells_alone_are_made_large_beside_the_others(webui, study):  # noqa: F811
    before = sorted((study / "cells").rglob("*.png"))
    folder, _ = run(webui, {"seeds": [7, 8], **LARGE}, **HIRES)
    assert Path(folder) == study / "large"
    made = large_cells(study)
    assert set(made) == set(keys(("neutral", 7), ("smile", 8), ("sad", 7)))
    for file in made.values():
        with Image.open(file) as picture:
            assert picture.size == (128, 128)
            assert "Hires upscale: 2" in picture.info["parameters"]
    assert sorted((study / "cells").rglob("*.png")) == before
    assert json.loads((study / "study.json").read_text(encoding="utf-8"))["seeds"] == [7, 8]


def test_cells_that_are_not_picked_have_no_tick_in_the_live_preview(webui, study):  # noqa: F811
    sheets = []
    at_call(14, lambda: sheets.append(webui.state.current_image.copy()))
    run(webui, {"seeds": [7, 8], **LARGE}, **HIRES)
    (sheet,) = sheets
    of_smile = sheet.crop((0, 66, 64, 130))  # picked with seed 8 only
    assert of_smile.getcolors() == [(64 * 64, (58, 62, 70))]


def test_what_was_made_large_is_not_made_again(webui, study):  # noqa: F811
    run(webui, {"seeds": [7, 8], **LARGE}, **HIRES)
    files = large_cells(study)
    _, made = run(webui, {"seeds": [7, 8], **LARGE}, **HIRES)
    assert made == 0
    pick(study, keys(("neutral", 7), ("smile", 7), ("sad", 7)))
    run(webui, {"seeds": [7, 8], **LARGE}, **HIRES)
    assert large_cells(study) == {**files, **{key: large_cells(study)[key] for key in keys(("smile", 7))}}


def test_it_goes_on_after_an_interrupt(webui, study):  # noqa: F811
    from modules import shared

    at_call(14, lambda: setattr(shared.state, "interrupted", True))
    run(webui, {"seeds": [7, 8], **LARGE}, **HIRES)
    first = large_cells(study)
    assert 0 < len(first) < 3
    run(webui, {"seeds": [7, 8], **LARGE}, **HIRES)
    assert len(large_cells(study)) == 3
    assert first.items() <= large_cells(study).items()


def test_the_first_pass_is_the_picked_picture(webui, study):  # noqa: F811
    """With nothing to change in the second pass, the composition is the small picture's own, made larger."""
    run(webui, {"seeds": [7, 8], **LARGE}, **{**HIRES, "denoising_strength": 0})
    small = StudyFolder(study).read_record()
    for key, file in large_cells(study).items():
        with Image.open(study / small[key].file) as cell, Image.open(file) as large:
            shrunk = large.convert("RGB").resize(cell.size, Image.Resampling.BOX)
            pairs = zip(cell.convert("RGB").tobytes(), shrunk.tobytes(), strict=True)
            assert sum(abs(a - b) for a, b in pairs) / len(shrunk.tobytes()) < 12


def test_an_export_takes_the_large_ones(webui, study, tmp_path):  # noqa: F811
    request = ExportRequest(character="Noor", program="sillytavern")
    run(webui, {"seeds": [7, 8], **LARGE}, **HIRES)
    made = export_faces(StudyFolder(study), request, tmp_path / "out")
    with zipfile.ZipFile(made.folder / "Noor.zip") as archive, archive.open("joy.png") as file:
        assert Image.open(file).size == (128, 128)
    told = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert {face["source"].split("/")[0] for face in told["faces"]} == {"large"}
    pick(study, keys(("neutral", 7), ("smile", 7), ("sad", 7)))
    again = export_faces(StudyFolder(study), request, tmp_path / "again")
    assert "2 of 3 pictures were made large, and are made as small as the others." in again.notes


@pytest.mark.slow
def test_a_cell_made_anew_is_not_taken_for_its_large_one(webui, study, tmp_path):  # noqa: F811
    run(webui, {"seeds": [7, 8], **LARGE}, **HIRES)
    run(webui, {"seeds": [7, 8]}, cfg_scale=4)
    made = export_faces(StudyFolder(study), ExportRequest(character="Noor", program="plain"), tmp_path / "out")
    with Image.open(made.folder / "faces/smile.png") as picture:
        assert picture.size == (64, 64)


def test_without_hires_fix_it_is_refused(webui, study):  # noqa: F811
    assert refused(webui, {"seeds": [7, 8], **LARGE}).startswith("Hires. fix: is off;")


def test_without_picks_it_is_refused(webui):  # noqa: F811
    run(webui)
    assert "story: no cell is picked yet" in refused(webui, LARGE, **HIRES)


def test_a_study_that_is_not_there_is_said(webui):  # noqa: F811
    assert "the study is not on disk yet" in refused(webui, {**LARGE, "name": ""}, **HIRES)


def test_another_setting_than_that_of_the_picks_is_said(webui, study):  # noqa: F811
    said = refused(webui, {"seeds": [7, 8], **LARGE}, **HIRES, cfg_scale=4)
    assert "smile, Noor, seed 8: is not what this page would make, so it cannot be made large" in said
    assert "CFG scale 7" in said
    assert not (study / "large").exists()


def test_a_scout_has_no_picked_cells(webui):  # noqa: F811
    assert "picked: a scout has no picked cells" in refused(webui, {**LARGE, "scout": {"seeds": 2}}, **HIRES)


def test_the_picks_of_all_characters_are_made(webui, study):  # noqa: F811
    pick(study, keys(("sad", 8), column="reference"), "reference")
    run(webui, {"seeds": [7, 8], **LARGE}, **HIRES)
    assert set(large_cells(study)) >= set(keys(("sad", 8), column="reference"))
    pick(study, [], "Noor")
    run(webui, {"seeds": [7, 8], **LARGE}, **HIRES)


def test_the_panel_asks_for_them_where_it_is_switched_to(webui):  # noqa: F811
    from sd_expression_grid.webui.panel.panel import KEYS, request_from

    script = next(script for script in webui.runner.selectable_scripts if script.title() == "Expression grid")
    values = [control.value for control in script.controls]
    values[1 + KEYS.index("make")] = "the picked cells, large"
    request = request_from(values)
    assert (request["picked"], "scout" in request) == (True, False)
    assert "picked" not in request_from([control.value for control in script.controls])


def test_check_tells_which_cells_would_be_made_large(webui, study):  # noqa: F811
    from modules import processing, scripts

    from sd_expression_grid.plan.forecast_html import forecast_html
    from sd_expression_grid.webui.panel.check import forecast_of

    p = processing.StableDiffusionProcessingTxt2Img(
        prompt="",
        steps=6,
        width=64,
        height=64,
        seed=7,
        outpath_grids=str(study.parent),
        sampler_name="Euler a",
        **HIRES,
    )
    p.scripts = scripts.scripts_txt2img
    forecast = forecast_of(p, {**STUDY, "seeds": [7, 8], **LARGE})
    assert {cell.key for cell in forecast.cells} == set(keys(("neutral", 7), ("smile", 8), ("sad", 7)))
    assert forecast.folder == str(study / "large")
    html = forecast_html(forecast)
    assert "<dt>Picked cells</dt><dd>3, made large</dd>" in html
    assert html.count('title="Noor, smile: to make"') == 1
    assert html.count(': to make" aria') == 3
    assert html.count("<td></td>") == 2 + 3  # above the rows of two seeds, and the cells of three that are not picked
