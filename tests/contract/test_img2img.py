"""Studies that start from a picture: in img2img, with masks and without."""

import json
import re
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image, ImageDraw

from sd_expression_grid.grids.grids import draw_grids
from sd_expression_grid.prompts.infotext_text import prompts_in
from sd_expression_grid.store.folder import StudyFolder
from tests.hosts import SETTINGS, TITLE
from tests.pixels import difference

STUDY = {"expressions": "neutral\nsmile\nsad", "characters": "Noor | <lora:Noor:1>\nmei | <lora:mei:1>"}
CELLS = 9
FACE = (20, 16, 44, 44)
FACE_ALONE = {"mask_blur": 0, "inpainting_fill": 1, "inpaint_full_res": False}


@pytest.fixture(scope="module")
def picture(server):
    """What a user begins with: a picture that the WebUI has made."""
    return server.txt2img(prompt="closeup of woman, 1girl", seed=3).pictures[0].convert("RGB")


@pytest.fixture(scope="module")
def mask():
    white = Image.new("L", (64, 64), 0)
    ImageDraw.Draw(white).rectangle(FACE, fill=255)
    return white


def study(webui, picture, mask=None, asked=None, **body):
    asked = {**STUDY, "name": uuid4().hex, **(asked or {})}
    of_script = {"script_name": TITLE, "script_args": [json.dumps(asked)], "save_images": True}
    return webui.img2img(picture, mask, **{"denoising_strength": 0.6, **of_script, **body})


def plain(webui, infotext, picture, mask=None, **body):
    prompt, negative = prompts_in(infotext)
    return webui.img2img(
        picture, mask, prompt=prompt, negative_prompt=negative, **{"denoising_strength": 0.6, **body}
    ).pictures[0]


def told(answer):
    return answer.info["extra_generation_params"]["Comments"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        FACE_ALONE,
        {"mask_blur": 4, "inpainting_fill": 0, "inpaint_full_res": True, "inpaint_full_res_padding": 8},
        {"mask_blur": 2, "inpainting_fill": 2, "inpaint_full_res": False, "inpainting_mask_invert": 1},
    ],
    ids=["picture", "face alone", "only masked", "all but the face, from noise"],
)
def test_each_cell_is_the_plain_picture_of_its_infotext(webui, picture, mask, body):
    used = mask if body else None
    answer = study(webui, picture, used, **body)
    assert answer.status == 200, answer.message
    assert len(answer.cells) == CELLS
    for cell, infotext in answer.cells:
        assert "Denoising strength: 0.6" in infotext
        # The WebUI's own encoder draws a sample for each picture; see the extension's `encoded_once`.
        assert difference(cell, plain(webui, infotext, picture, used, **body)) <= 1


def test_what_is_not_masked_stays_as_it_was_and_two_runs_are_equal(webui, picture, mask):
    answers = [study(webui, picture, mask, **FACE_ALONE) for _ in range(2)]
    outside = np.asarray(mask) == 0
    for (cell, _), (again, _) in zip(answers[0].cells, answers[1].cells, strict=True):
        assert (np.asarray(cell.convert("RGB"))[outside] == np.asarray(picture)[outside]).all()
        assert difference(cell, again) == 0
    faces = {np.asarray(cell.convert("RGB"))[~outside].tobytes() for cell, _ in answers[0].cells}
    assert len(faces) == CELLS


def test_the_folder_keeps_picture_and_mask(webui, picture, mask):
    answer = study(webui, picture, mask, **FACE_ALONE)
    folder = answer.folder
    assert answer.info["extra_generation_params"]["Study"] == f"{folder.name} (img2img)"
    kept = json.loads((folder / "study.json").read_text())["picture"]
    assert difference(Image.open(folder / kept["picture"]), picture) == 0
    assert difference(Image.open(folder / kept["mask"]), mask) == 0
    assert kept["picture"] in (folder / "index.html").read_text()


def test_the_picture_stands_in_the_grids_corner_and_so_it_does_drawn_from_the_folder(webui, picture, mask):
    answer = study(webui, picture, mask, **FACE_ALONE)
    (grid,), ((_, page),) = answer.grids, draw_grids(StudyFolder(answer.folder))
    corner = (13, 13, 45, 45)
    of_folder, of_webui = page.draw().crop(corner), grid.convert("RGB").crop(corner)
    apart = abs(np.asarray(of_webui, int) - np.asarray(of_folder, int))
    # A JPEG halves the resolution of colours, and a picture of a small model has many: turned over it is 27 apart.
    assert apart.max() == 0 if webui.grid_format == "png" else apart.mean() < 20
    # Between its two lines, and around them, the picture is as it was.
    changed = abs(np.asarray(of_folder, int) - np.asarray(picture.resize((32, 32), Image.Resampling.LANCZOS), int)) > 0
    rows, columns = np.nonzero(changed.any(axis=2))
    left, top, right, bottom = (edge // 2 for edge in FACE)
    assert (columns.min(), rows.min(), columns.max(), rows.max()) == (left - 2, top - 2, right + 2, bottom + 2)
    assert not changed[top + 1 : bottom - 1, left + 1 : right - 1].any()


def test_another_picture_of_the_same_name_makes_new_cells_and_keeps_the_old(webui, picture):
    asked = {"name": uuid4().hex}
    first = study(webui, picture, asked=asked)
    again = study(webui, picture, asked=asked)
    assert [text for _, text in again.cells] == [text for _, text in first.cells]
    lines = (first.folder / "cells.jsonl").read_text().splitlines()
    assert len(lines) == CELLS
    other = study(webui, picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), asked=asked)
    assert other.folder == first.folder
    lines = [json.loads(line) for line in (first.folder / "cells.jsonl").read_text().splitlines()]
    assert len(lines) == 2 * CELLS
    assert all((first.folder / line["file"]).is_file() for line in lines)
    assert len(list(first.folder.glob("picture-*.png"))) == 2


def test_only_the_masked_part_is_drawn_larger_and_the_cell_has_the_pictures_size(webui, picture, mask):
    large = [each.resize((96, 80)) for each in (picture, mask)]
    answer = study(webui, *large, inpaint_full_res=True, mask_blur=0)
    assert answer.status == 200, answer.message
    assert {cell.size for cell, _ in answer.cells} == {(96, 80)}
    assert not any("requested" in line for line in told(answer))


def test_without_composition_words_nothing_is_said_of_shared_steps(webui, picture):
    answer = study(webui, picture)
    assert not any("omposition" in line for line in told(answer))
    calls = int(0.6 * 6) + 1
    assert answer.info["extra_generation_params"]["Denoiser rows"] == 2 * calls * CELLS


def test_with_composition_words_the_calls_are_told_and_shared(webui, picture):
    answer = study(webui, picture, asked={"composition": "hair, neck", "switch_at": 0.2})
    assert answer.status == 200, answer.message
    line = "At denoising strength 0.6 a picture takes 4 denoiser calls, 2 of them with the composition words"
    assert line in told(answer)
    assert all("[hair, neck:" in text for _, text in answer.cells)


def test_columns_have_denoising_strengths_of_their_own(webui, picture):
    asked = {"expressions": "sad", "characters": "mei | <lora:mei:1> | denoising=0.35,0.8\nNoor | <lora:Noor:1>"}
    answer = study(webui, picture, asked=asked)
    assert answer.status == 200, answer.message
    strengths = [re.search(r"Denoising strength: ([\d.]+)", text)[1] for _, text in answer.cells]
    assert strengths == ["0.6", "0.35", "0.8", "0.6"]
    for (cell, infotext), strength in zip(answer.cells, strengths, strict=True):
        assert difference(cell, plain(webui, infotext, picture, denoising_strength=float(strength))) <= 1
    kept = json.loads((answer.folder / "study.json").read_text())["characters"]
    assert [column["label"] for column in kept] == ["mei denoising 0.35", "mei denoising 0.8", "Noor"]
    assert not any("requested" in line for line in told(answer))


def test_in_batches_the_rows_are_as_alone_but_for_rounding(webui, picture, mask):
    exact = study(webui, picture, mask, **FACE_ALONE)
    batched = study(webui, picture, mask, {"mode": "batched", "rows_per_batch": 3}, **FACE_ALONE)
    assert batched.status == 200, batched.message
    for (cell, text), (other, other_text) in zip(exact.cells, batched.cells, strict=True):
        assert text == other_text
        assert difference(cell, other) <= 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mask": Image.new("L", (64, 64), 0)}, "mask: nothing of the picture is to be drawn anew: paint over what"),
        (
            {"mask": Image.new("L", (64, 64), 255), "inpainting_mask_invert": 1},
            "mask: nothing of the picture is to be drawn anew; all of it is left out, by 'Inpaint not masked'",
        ),
        ({"mask": Image.new("L", (32, 64), 255)}, "mask: has 32×64 and the picture 64×64; a mask must be as large"),
        ({"denoising_strength": 0}, "denoising strength: is 0; with 0 the picture would stay as it is"),
        ({"denoising_strength": 1.5}, "denoising strength: is 1.5; more than 0 and at most 1 can be made"),
        (
            {"asked": {"characters": "mei | mei | denoising=1.2"}},
            "characters, line 1 (mei | mei | denoising=1.2): denoising: is 1.2; at most 1 can be made",
        ),
        (
            {"asked": {"picked": True}},
            "picked: img2img has no Hires. fix, which makes picked cells large; make a study with a larger width",
        ),
        (
            {"asked": {"composition": "hair", "switch_at": 0.7}},
            "composition: at denoising strength 0.6 a picture takes 4 denoiser calls, and the switch comes after 5",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(webui, picture, change, message):
    answer = study(webui, picture, **change)
    assert answer.status == 422
    assert message in answer.message
    assert answer.message.count("\n") == 0


def test_without_a_picture_nothing_is_made(webui):
    body = {"script_name": TITLE, "script_args": [json.dumps(STUDY)], "denoising_strength": 0.6}
    for pictures in ({}, {"init_images": []}):
        response = webui.post("/sdapi/v1/img2img", {**SETTINGS, **body, **pictures})
        assert response.status_code in (404, 422)
        assert "picture: there is none" in response.text or "Init image not found" in response.text


@pytest.mark.parametrize("mode", ["exact", "batched"])
@pytest.mark.parametrize("composition", ["", "hair, neck"])
def test_soft_inpainting_is_as_in_plain_pictures(real_server, picture, mask, mode, composition):
    soft = {"Soft Inpainting": {"args": [True, 1, 0.5, 4, 0, 0.5, 2]}}
    body = {"mask_blur": 4, "inpainting_fill": 1, "inpaint_full_res": False, "alwayson_scripts": soft}
    asked = {"mode": mode, "rows_per_batch": 3, "composition": composition, "switch_at": 0.2}
    answer = study(real_server, picture, mask, asked, **body)
    assert answer.status == 200, answer.message
    hard = study(real_server, picture, mask, asked, **{**body, "alwayson_scripts": {}})
    for (cell, infotext), (other, _) in zip(answer.cells, hard.cells, strict=True):
        assert "Soft inpainting enabled: True" in infotext
        # Two plain pictures, each of a sample of its own, differ by up to 2 as well, as seen on Forge Neo.
        assert difference(cell, plain(real_server, infotext, picture, mask, **body)) <= 2
        assert difference(cell, other) > 0


def test_txt2img_has_no_denoising_strengths(webui):
    answer = webui.study({**STUDY, "characters": "mei | mei | denoising=0.5"})
    assert answer.status == 422
    assert "denoising: txt2img has no picture to start from; use img2img" in answer.message
