"""The extension's own settings, each where it shows."""

import json
import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import gradio as gr
import pytest
from PIL import Image

from sd_expression_grid.ratings.ratings import read_ratings
from tests import hosts
from tests.finished import finished_study
from tests.standin.webui import module

SETTINGS = {"steps": 6, "width": 128, "height": 128, "seed": 7, "sampler_name": "Euler a", "save_images": True}
STUDY = {"expressions": "neutral\nsad", "characters": "Noor | <lora:Noor:1>\nmei | <lora:mei:1>", "name": "story"}


@pytest.fixture
def webui(in_process):
    return in_process


def grids(webui, **settings):
    """The files of the grids of a study that is made with these settings."""
    for name, value in settings.items():
        webui.opts.set(name, value)
    request = {**SETTINGS, "script_name": hosts.TITLE, "script_args": [json.dumps(STUDY)]}
    info = json.loads(webui.txt2img(request)["info"])
    return sorted(Path(info["extra_generation_params"]["Study folder"]).glob("grid*.png"))


def test_studies_have_a_folder_of_their_own_and_the_rating_tab_finds_them_there(webui, tmp_path):
    (grid,) = grids(webui, expression_grid_folder=f" {tmp_path} ")
    assert grid.parents[1] == tmp_path
    from sd_expression_grid.webui.rating.chosen_study import names_of_studies

    assert names_of_studies() == ["story"]


def test_studies_of_img2img_are_chosen_by_a_name_that_says_so(webui, tmp_path):
    from sd_expression_grid.webui.rating.chosen_study import names_of_studies, opened_study

    places = {tab: tmp_path / tab for tab in ("txt2img", "img2img")}
    for tab, place in places.items():
        webui.opts.set(f"outdir_{tab}_grids", str(place))
        finished_study(place, "story")
    assert names_of_studies() == ["story", "story (img2img)"]
    assert opened_study("story").path == places["txt2img"] / "story"
    assert opened_study("story (img2img)").path == places["img2img"] / "story"
    webui.opts.set("outdir_img2img_grids", str(places["txt2img"]))
    assert names_of_studies() == ["story"]


def test_a_study_of_img2img_is_rated_beside_one_of_the_same_name(webui, tmp_path):
    from sd_expression_grid.webui.rating.rating_tab import open_session, take_click

    places = {tab: tmp_path / tab for tab in ("txt2img", "img2img")}
    for tab, place in places.items():
        webui.opts.set(f"outdir_{tab}_grids", str(place))
        finished_study(place, "story")
    session = data_in(open_session("story (img2img)", "Ana"))
    cell = {"expression": session["rows"][0]["label"], "character": session["columns"][1]["label"]}
    click = {"study": session["study"], "rater": "Ana", **cell, "seed": session["seeds"][0], "expression_score": 2}
    assert data_in(take_click(json.dumps({**click, "number": 1}))) == {"number": 1}
    counts = {tab: len(read_ratings(place / "story")) for tab, place in places.items()}
    assert counts == {"txt2img": 0, "img2img": 1}


def data_in(hidden):
    """What a piece of hidden HTML carries."""
    return json.loads(unescape(re.search(r">(\{.*\})<", hidden)[1]))


@pytest.mark.parametrize("pasted", ['"{}"', "'{}'", " “{}” "])
def test_the_folder_may_be_pasted_in_quotes(webui, tmp_path, pasted):
    (grid,) = grids(webui, expression_grid_folder=pasted.format(tmp_path))
    assert grid.parents[1] == tmp_path


def test_the_folder_may_be_in_the_home_folder(webui, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (grid,) = grids(webui, expression_grid_folder="~/studies")
    assert grid.parents[1] == tmp_path / "studies"


def test_a_page_is_as_large_as_it_may_be(webui, tmp_path):
    webui.opts.set("expression_grid_folder", str(tmp_path))
    (whole,) = grids(webui)
    with Image.open(whole) as picture:
        assert picture.width * picture.height > 200_000
    for file in tmp_path.rglob("grid*"):
        file.unlink()
    pages = grids(webui, img_max_size_mp=0.15)
    assert len(pages) > 1


def test_a_font_that_is_no_font_is_no_reason_to_stop(webui, tmp_path):
    webui.opts.set("expression_grid_folder", str(tmp_path))
    assert len(grids(webui, expression_grid_font=str(tmp_path / "none.ttf"))) == 1


def test_a_new_panel_has_the_settings_mode(webui):
    from sd_expression_grid.webui.panel.panel import build_panel

    for mode, rows in (("exact", 4), ("batched", 9)):
        webui.opts.set("expression_grid_mode", mode)
        webui.opts.set("expression_grid_rows_per_batch", rows)
        with gr.Blocks():
            values = {part.label: part.value for part in build_panel(str, lambda *_: None, "hair")}
        assert (values["Mode of the study"], values["Rows a batch"]) == (mode, rows)


def test_what_the_settings_file_may_hold_does_no_harm(webui):
    from sd_expression_grid.webui.host import settings

    webui.opts.set("expression_grid_mode", "sideways")
    assert settings.panel_mode() == "exact"


def test_what_only_batches_need_does_not_stay(webui, monkeypatch):
    from sd_expression_grid.webui.host.host import HOST

    monkeypatch.setattr(type(HOST), "settings_of_batches", lambda _: {"eta_noise_seed_delta": 5})
    study = json.dumps({**STUDY, "mode": "batched"})
    made = json.loads(webui.txt2img({**SETTINGS, "script_name": hosts.TITLE, "script_args": [study]})["info"])
    assert "ENSD: 5" in made["infotexts"][-1]
    assert "eta_noise_seed_delta" not in webui.opts.data


def test_pictures_of_another_size_are_told_with_their_cells(webui, tmp_path, monkeypatch):
    processing = module("modules.processing")
    decoded = processing.decode_latent_batch
    monkeypatch.setattr(processing, "decode_latent_batch", lambda model, batch, _: decoded(model, batch, (64, 32)))
    (grid,) = grids(webui, expression_grid_folder=str(tmp_path))
    lines = (grid.parent / "cells.jsonl").read_text(encoding="utf-8").splitlines()
    told = {json.loads(line)["warning"] for line in lines}
    assert told == {"a picture of 128x128 was requested, and one of 64x32 was made"}


def test_a_vae_is_read_once_more_only_where_its_file_is_another(webui, tmp_path, monkeypatch):
    from sd_expression_grid.webui.host.host import HOST

    file, vaes = tmp_path / "soft.safetensors", module("modules.sd_vae")
    file.write_bytes(b"one")
    read = []
    monkeypatch.setattr(vaes, "loaded_vae_file", str(file))
    monkeypatch.setattr(vaes, "reload_vae_weights", lambda vae_file: read.append(vae_file))
    HOST.read_replaced_vae()
    read.clear()
    HOST.read_replaced_vae()
    assert read == []
    file.write_bytes(b"other")
    HOST.read_replaced_vae()
    assert read == [None, str(file)]
    file.unlink()
    HOST.read_replaced_vae()
    assert len(read) == 2


def test_an_upscaler_and_a_restorer_of_faces_without_their_models_are_told(webui, tmp_path, monkeypatch):
    shared = module("modules.shared")
    upscaler = SimpleNamespace(
        name="R-ESRGAN", data_path="https://x/r.pth", scaler=SimpleNamespace(model_download_path=str(tmp_path))
    )
    restorer = SimpleNamespace(name=lambda: "CodeFormer", net=None)
    monkeypatch.setattr(shared, "sd_upscalers", [upscaler])
    monkeypatch.setattr(shared, "face_restorers", [restorer], raising=False)
    page = {"enable_hr": True, "hr_upscaler": "R-ESRGAN", "hr_scale": 1.5, "restore_faces": True}

    def told():
        study = json.dumps({**STUDY, "name": uuid4().hex})
        request = {**SETTINGS, **page, "script_name": hosts.TITLE, "script_args": [study]}
        made = json.loads(webui.txt2img(request)["info"])["extra_generation_params"]
        record = (Path(made["Study folder"]) / "cells.jsonl").read_text(encoding="utf-8").splitlines()
        return "\n".join(made.get("Comments", [])), {json.loads(line).get("warning", "") for line in record}

    comments, warnings = told()
    assert "hires upscaler: there is no file of 'R-ESRGAN' yet" in comments
    assert warnings == {"faces were not restored: the WebUI has not loaded the model for it"}
    (tmp_path / "r.pth").touch()
    restorer.net = object()
    comments, warnings = told()
    assert "hires upscaler" not in comments
    assert warnings == {""}
