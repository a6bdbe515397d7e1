"""A scout at exact moments of its run: in the stand-in, in process."""

import json
from pathlib import Path

import pytest
from fastapi import HTTPException

from tests.hosts import SETTINGS, TITLE

SCOUT = {"expressions": "neutral\nsad", "characters": "", "switch_at": 0.34}
CALLS, UNTIL_SWITCH = 6, 3


@pytest.fixture
def webui(in_process, tmp_path):
    in_process.opts.set("outdir_txt2img_grids", str(tmp_path))
    return in_process


@pytest.fixture
def drawn(monkeypatch):
    """What the sheets are drawn of: (figure, what stands in each place)."""
    from sd_expression_grid.grids import grids

    seen, compose = [], grids.compose_pages

    def watched(figure, open_cell, *others):
        places = [(row, column) for row in range(len(figure.rows)) for column in range(len(figure.columns))]
        seen.append((figure, [open_cell(*place) for place in places]))
        return compose(figure, open_cell, *others)

    monkeypatch.setattr(grids, "compose_pages", watched)
    return seen


def run(webui, scout, study=None, **settings):
    webui.counter.rows = webui.counter.calls = 0
    asked = {**SCOUT, **(study or {}), "scout": scout}
    request = {**SETTINGS, "save_images": True, **settings, "script_name": TITLE, "script_args": [json.dumps(asked)]}
    info = json.loads(webui.txt2img(request)["info"])
    return Path(info["extra_generation_params"]["Study folder"]), info


def at_call(number, action):
    from modules import script_callbacks

    calls = []

    def count(_params):
        calls.append(1)
        if len(calls) == number:
            action()

    script_callbacks.on_cfg_denoiser(count)


def statuses(folder):
    lines = (folder / "cells.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["status"] for line in lines]


def test_interrupt_keeps_what_there_is_and_the_rest_is_made_later(webui, drawn):
    at_call(2 * CALLS + 3, webui.state.interrupt)
    folder, info = run(webui, {"seeds": 6})
    assert statuses(folder) == ["done"] * 2 + ["interrupted"] * 4
    assert info["index_of_first_image"] == 1
    figure, places = drawn[0]
    assert figure.title == "neutral · 2 seeds"
    assert len(places) == 2
    webui.state.interrupted = False
    again, _ = run(webui, {"seeds": 6})
    assert again == folder
    assert webui.counter.calls == 4 * CALLS


def test_interrupt_before_the_first_picture_draws_nothing(webui):
    at_call(1, webui.state.interrupt)
    folder, info = run(webui, {"seeds": 3})
    assert info["index_of_first_image"] == 0
    assert not list(folder.glob("grid*"))


def test_interrupt_is_not_mistaken_for_the_stop_at_the_switch(webui):
    at_call(UNTIL_SWITCH + 2, webui.state.interrupt)
    folder, _ = run(webui, {"seeds": 3, "stop_at_switch": True})
    assert statuses(folder) == ["done"] + ["interrupted"] * 2


def test_skip_leaves_a_seed_out_and_the_sheet_says_so(webui, drawn):
    at_call(CALLS + 2, webui.state.skip)
    folder, info = run(webui, {"seeds": [5, 6, 7]})
    assert statuses(folder) == ["done", "skipped", "done"]
    assert info["all_seeds"][1:] == [5, 7]
    assert drawn[0][1][1] == "6: skipped"


def test_a_stopped_scout_leaves_later_pictures_whole(webui):
    run(webui, {"seeds": 2, "stop_at_switch": True})
    assert webui.counter.calls == 2 * UNTIL_SWITCH
    webui.counter.calls = 0
    webui.txt2img({**SETTINGS, "prompt": "a woman"})
    assert webui.counter.calls == CALLS


def test_a_failed_scout_leaves_later_pictures_whole_too(webui):
    with pytest.raises(HTTPException) as raised:
        run(webui, {"seeds": 3, "stop_at_switch": True}, {"reference": "standin-nan 1girl"})
    assert "every cell so far failed in the same way" in raised.value.detail
    webui.counter.calls = 0
    webui.txt2img({**SETTINGS, "prompt": "a woman"})
    assert webui.counter.calls == CALLS


def test_in_batched_mode_seeds_share_calls(webui):
    run(webui, {"seeds": 8, "stop_at_switch": True}, {"mode": "batched", "rows_per_batch": 4})
    assert (webui.counter.calls, webui.counter.rows) == (2 * UNTIL_SWITCH, 8 * 2 * UNTIL_SWITCH)


def test_progress_counts_the_seeds_and_the_preview_is_the_sheet(webui):
    seen = []

    def look():
        state = webui.state
        seen.append((state.job_no, state.job_count, state.textinfo, state.current_image.size))

    at_call(4 * CALLS + 2, look)
    run(webui, {"seeds": [9, 8, 7, 6, 5]})
    assert seen == [(4, 5, "seed 5 of 5: 5", (3 * 64 + 4, 2 * 64 + 2))]


@pytest.mark.slow
def test_a_large_sheet_has_pages_with_names_of_their_own(webui):
    settings = {"img_max_size_mp": 0.05, "grid_extended_filename": True, "save_images_add_number": False}
    folder, info = run(webui, {"seeds": 30}, override_settings=settings)
    assert len(list(folder.glob("*grid*.png"))) == info["index_of_first_image"] >= 2
    assert len(info["infotexts"]) == 30 + info["index_of_first_image"]


def test_grids_that_are_not_saved_are_shown_all_the_same(webui):
    folder, info = run(webui, {"seeds": 2}, override_settings={"grid_save": False})
    assert not list(folder.glob("grid*"))
    assert info["index_of_first_image"] == 1


def test_a_legend_tells_the_scouts_own_prompt_and_that_it_was_stopped(webui, drawn):
    run(webui, {"seeds": 2, "stop_at_switch": True, "expression": "sad"})
    legend = dict(drawn[0][0].legend)
    assert legend["Prompt"].endswith("[hair, neck, eyes, lips:sad:0.34], RAW photo, 1girl")
    assert legend["Scout"] == "stopped after step 3 of 6"
    assert "Seed" not in legend


@pytest.mark.parametrize("mode", ["exact", "batched"])
@pytest.mark.parametrize("sampler", ["Euler", "Heun"])
@pytest.mark.parametrize("stops", [True, False])
def test_the_forecast_knows_the_denoiser_rows(webui, tmp_path, sampler, mode, stops):
    from modules import processing, scripts

    from sd_expression_grid.webui.panel.check import forecast_of

    asked = {**SCOUT, "mode": mode, "scout": {"seeds": 3, "stop_at_switch": stops}}
    p = processing.StableDiffusionProcessingTxt2Img(
        prompt="", negative_prompt="", steps=6, width=64, height=64, seed=7, outpath_grids=str(tmp_path)
    )
    p.sampler_name, p.scripts = sampler, scripts.scripts_txt2img
    forecast = forecast_of(p, asked)
    run(webui, asked["scout"], {"mode": mode}, sampler_name=sampler, save_images=True)
    assert forecast.rows == webui.counter.rows
    assert [cell.key.seed for cell in forecast.cells] == [7, 8, 9]
    assert len(forecast.pages) == 1


def test_check_shows_seeds_as_columns(webui, tmp_path):
    from sd_expression_grid.base.errors import StudyError
    from sd_expression_grid.plan.forecast_html import forecast_html
    from sd_expression_grid.webui.panel.check import forecast_of

    def looked_at(seed, **scout):
        from modules import processing, scripts

        p = processing.StableDiffusionProcessingTxt2Img(
            prompt="", steps=6, width=64, height=64, seed=seed, outpath_grids=str(tmp_path), sampler_name="Euler"
        )
        p.scripts = scripts.scripts_txt2img
        return forecast_html(forecast_of(p, {**SCOUT, "scout": scout}))

    html = looked_at(7, seeds=3)
    assert '<th scope="col">8</th>' in html
    assert 'aria-label="9, neutral: to make"' in html
    assert "recognised as" not in html
    assert "Random seeds" in looked_at(-1, seeds=3)
    with pytest.raises(StudyError):
        looked_at(7, seeds=0)


def test_the_panel_asks_for_a_scout_only_where_it_is_switched_to(webui):
    from sd_expression_grid.webui.panel.panel import KEYS, request_from

    script = next(script for script in webui.runner.selectable_scripts if script.title() == TITLE)
    values = [control.value for control in script.controls]
    assert "scout" not in request_from(values)
    values[1 + KEYS.index("make")] = "seeds to choose from"
    assert request_from(values)["scout"] == {"expression": "", "seeds": 16, "stop_at_switch": False}
    values[1 + KEYS.index("scout_seeds")] = "3, 4 five"
    assert request_from(values)["scout"]["seeds"] == [3, 4, "five"]
