"""The composition steps of a column are computed once: denoiser rows counted in the stand-in, in process."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from sd_expression_grid.study.preset_lists import preset_text, preset_titles

NINE_ROWS = preset_text(preset_titles()[0])
SETTINGS = {"steps": 20, "width": 64, "height": 64, "seed": 7, "save_images": False}
CALLS = {"Euler": (20, 5), "Euler a": (20, 5), "DPM++ 2M": (20, 5), "Heun": (39, 9), "DPM++ SDE": (39, 9)}
"""Denoiser calls a picture, and how many of them a column's rows have in common: first-order, ancestral, multistep."""


@pytest.fixture
def webui(in_process):
    return in_process


def run(webui, sampler="Euler", settings=None, **study):
    """(denoiser rows, pictures)"""
    webui.counter.rows = 0
    asked = {"expressions": NINE_ROWS, "characters": "Noor | <lora:Noor:1>", "reference": "", **study}
    request = {**SETTINGS, "sampler_name": sampler, **(settings or {})}
    answer = webui.txt2img({**request, "script_name": "Expression grid", "script_args": [json.dumps(asked)]})
    first = json.loads(answer["info"])["index_of_first_image"]
    pictures = [decoded(image) for image in answer["images"][first:]]
    assert pictures
    return webui.counter.rows, pictures


def decoded(data):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def switch_off(webui):
    webui.opts.set("expression_grid_shared_steps", False)


@pytest.mark.parametrize("sampler", CALLS)
def test_exact_mode_shares_whole_calls(webui, sampler):
    calls, shared = CALLS[sampler]
    rows, pictures = run(webui, sampler)
    assert rows == 2 * (shared + 9 * (calls - shared))
    switch_off(webui)
    all_rows, same = run(webui, sampler)
    assert all_rows == 2 * 9 * calls
    assert all((one == other).all() for one, other in zip(pictures, same, strict=True))


@pytest.mark.parametrize("size", [9, 4])
@pytest.mark.parametrize("sampler", CALLS)
def test_batched_mode_shares_single_rows_within_a_batch_and_from_one_to_the_next(webui, sampler, size):
    calls, shared = CALLS[sampler]
    rows, pictures = run(webui, sampler, mode="batched", rows_per_batch=size)
    assert rows == shared + 9 * (calls - shared) + (shared + 1) + 9 * (calls - shared - 1)
    switch_off(webui)
    _, same = run(webui, sampler, mode="batched", rows_per_batch=size)
    assert all((one == other).all() for one, other in zip(pictures, same, strict=True))


def test_the_study_takes_280_rows_a_column_instead_of_360(webui):
    assert run(webui)[0] == 280
    assert run(webui, mode="batched", rows_per_batch=9)[0] == 272
    switch_off(webui)
    assert run(webui)[0] == 360


def test_an_edit_of_the_users_own_is_shared_too(webui):
    prompt = "woman, [hair: {expression}: 0.5], {character}"
    assert run(webui, prompt=prompt)[0] == 2 * (11 + 9 * 9)


def test_a_weight_that_changes_the_composition_is_right_all_the_same(webui):
    rows, pictures = run(webui, expressions="a\nb\nc | (sad:1.3)\nd | <lora:mei:0.5> d")
    switch_off(webui)
    all_rows, same = run(webui, expressions="a\nb\nc | (sad:1.3)\nd | <lora:mei:0.5> d")
    assert rows < all_rows == 160
    assert all((one == other).all() for one, other in zip(pictures, same, strict=True))


def test_nothing_is_shared_between_columns_or_seeds(webui):
    assert run(webui, characters="Noor | <lora:Noor:1>\nmei | <lora:mei:1>", seeds=[1, 2])[0] == 4 * 280


def test_a_hires_pass_shares_nothing_and_is_right(webui):
    settings = {"enable_hr": True, "hr_scale": 1.5, "hr_upscaler": "Latent", "denoising_strength": 0.6}
    rows, pictures = run(webui, settings=settings)
    switch_off(webui)
    all_rows, same = run(webui, settings=settings)
    assert all_rows - rows == 80
    assert all((one == other).all() for one, other in zip(pictures, same, strict=True))


def test_the_denoiser_is_bare_again_after_a_run_and_after_a_failure(webui):
    from modules import script_callbacks

    seen = []
    script_callbacks.on_cfg_denoiser(lambda params: seen.append(params.denoiser.inner_model))
    run(webui, expressions="a\nb | standin-oom\nc")
    assert len(seen) == 40
    assert not any("forward" in vars(inner) for inner in seen)


def test_token_merging_makes_it_step_aside_and_say_so(webui, monkeypatch):
    from modules import processing

    monkeypatch.setattr(processing.StableDiffusionProcessing, "get_token_merging_ratio", lambda *_, **__: 0.3)
    asked = {"expressions": "a\nb", "characters": "mei"}
    log = webui.generate("Expression grid", [json.dumps(asked)], steps=20, width=64, height=64)[3]
    assert "Composition steps were not shared: token merging is on." in log


def test_another_extensions_changes_make_it_step_aside_and_no_rows_are_told(webui, monkeypatch):
    from sd_expression_grid.webui.host.wrapping import InnerModel

    monkeypatch.setattr(InnerModel, "why_not", lambda _: "another extension has changed parts of the UNet")
    asked = {"expressions": "a\nb", "characters": "mei"}
    settings = {"steps": 20, "width": 64, "height": 64, "script_name": "Expression grid"}
    info = json.loads(webui.txt2img({**settings, "script_args": [json.dumps(asked)]})["info"])
    told = info["extra_generation_params"]
    assert "Denoiser rows" not in told
    reason = "Composition steps were not shared: another extension has changed parts of the UNet."
    assert told["Comments"].count(reason) == 1


def forecast(webui, folder, sampler, asked, **settings):
    from modules import processing, scripts

    from sd_expression_grid.webui.panel.check import forecast_of

    p = processing.StableDiffusionProcessingTxt2Img(
        prompt="", negative_prompt="", steps=20, width=64, height=64, seed=7, outpath_grids=str(folder), **settings
    )
    p.sampler_name, p.scripts = sampler, scripts.scripts_txt2img
    return forecast_of(p, asked)


@pytest.mark.parametrize("mode", ["exact", "batched"])
@pytest.mark.parametrize("sampler", CALLS)
def test_the_forecast_knows_the_denoiser_rows(webui, tmp_path, sampler, mode):
    asked = {"expressions": NINE_ROWS, "characters": "Noor | <lora:Noor:1>", "reference": "", "mode": mode}
    foreseen = forecast(webui, tmp_path, sampler, asked)
    assert foreseen.rows == run(webui, sampler, **asked)[0]
    assert foreseen.stock_rows == 18 * CALLS[sampler][0]
    assert list(tmp_path.iterdir()) == []


PACKED = {
    "expressions": "neutral\nsmile\nsad",
    "reference": "1girl",
    "characters": "a woman | red hair\nanother | blond hair\nNoor | <lora:Noor:1>\nember_nobody",
    "seeds": [7, 8],
    "mode": "batched",
    "rows_per_batch": 8,
}
HIRES = {"enable_hr": True, "hr_scale": 1.5, "hr_upscaler": "Latent", "denoising_strength": 0.6}
OTHERS = [
    {"rows_per_batch": 2}, {"rows_per_batch": 32}, {"composition": ""}, {"expressions": "neutral"},
    {"negative_prompt": "ugly {character}, {expression}"}, {"prompt": "woman, [hair, {character}: {expression}: 0.4]"},
    {"characters": "a\nb | cfg_scale=4,5\nc"},
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sampler", "changes", "settings"),
    [
        ("Euler a", {}, {}),
        ("Heun", {"rows_per_batch": 4, "seeds": []}, {}),
        ("Euler a", {"prompt": "[hair: {expression} {character}: 0.4]", "characters": "a\nb"}, {}),
        ("Euler a", {"characters": "a\nb AND city\nc AND sea\nd AND sea :0.5", "seeds": []}, {}),
        pytest.param("Euler a", {}, HIRES, marks=pytest.mark.slow),
        *(pytest.param("Euler a", changes, {}, marks=pytest.mark.slow) for changes in OTHERS),
    ],
)
def test_the_forecast_knows_the_rows_of_batches_over_seeds_and_columns(webui, tmp_path, sampler, changes, settings):
    asked = {**PACKED, **changes}
    assert forecast(webui, tmp_path, sampler, asked, **settings).rows == run(webui, sampler, settings, **asked)[0]


def test_the_forecast_knows_the_rows_of_batches_that_are_made_one_by_one(webui, tmp_path, monkeypatch):
    from sd_expression_grid.webui.host.host import HOST

    monkeypatch.setattr(type(HOST), "encodes_in_chunks", lambda _: False)
    asked = {**PACKED, "seeds": []}
    assert forecast(webui, tmp_path, "Euler a", asked).rows == run(webui, "Euler a", **asked)[0] == 5 * 2 * (5 + 3 * 15)


@pytest.mark.slow
def test_the_forecast_knows_the_rows_of_a_study_with_holes(webui, tmp_path):
    webui.opts.set("outdir_txt2img_grids", str(tmp_path))
    asked = {**PACKED, "characters": "a woman\nanother", "name": "holes"}
    failing = "neutral\nsmile | standin-oom\nsad"
    for seeds, rows in (([7, 8], failing), ([8], PACKED["expressions"])):
        run(
            webui, settings={"save_images": True}, **{**asked, "seeds": seeds, "expressions": rows, "rows_per_batch": 1}
        )
    foreseen = forecast(webui, tmp_path, "Euler", asked)
    assert foreseen.missing == 3
    rows, _ = run(webui, settings={"save_images": True}, **asked)
    assert rows == foreseen.rows


def test_batches_are_full_over_seeds_and_columns_and_the_pictures_are_the_same(webui):
    calls, pictures = {}, {}
    for mode in ("exact", "batched"):
        webui.counter.calls = 0
        _, pictures[mode] = run(webui, "Euler a", **{**PACKED, "mode": mode})
        calls[mode] = webui.counter.calls
    for one, other in zip(pictures["exact"], pictures["batched"], strict=True):
        assert np.abs(one.astype(int) - other).max() <= 1
    assert len(pictures["exact"]) == 30
    # 18 cells of words in three batches, six of a LoRA and six of an embedding in one each. The third batch goes on
    # with a column that the second began: it makes none of the five calls that the column's rows have in common.
    assert calls == {"exact": 10 * (5 + 3 * 15), "batched": 20 * (3 + 1 + 1) - 5}
