"""Seeds to choose from: one sheet of the reference column, on the stand-in and on a real WebUI alike."""

import json
import re
import uuid
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pixels import difference

SCOUT = {
    "expressions": "neutral | neutral face\nsad | sad crying",
    "characters": "",
    "scout": {"seeds": 3},
    "switch_at": 0.34,
}
STOPPED = {**SCOUT, "scout": {"seeds": 3, "stop_at_switch": True}}
WHOLE, SHARED = 6, 3
"""Denoiser calls of a first-order sampler with six steps, and those until the switch."""


@pytest.fixture
def new():
    """A text that no study on disk has, for a real WebUI keeps those of earlier runs."""
    return uuid.uuid4().hex[:8]


def seeds_of(answer):
    return [int(re.search(r"Seed: (\d+)", text)[1]) for _, text in answer.cells]


def rows_of(answer):
    return answer.info["extra_generation_params"]["Denoiser rows"]


def files_of(answer):
    files = (file for kind in ("png", "jpg") for file in answer.folder.rglob(f"*.{kind}"))
    return sorted(str(file.relative_to(answer.folder)) for file in files)


def test_a_scout_is_a_sheet_and_a_picture_a_seed(webui, new):
    answer = webui.study({**SCOUT, "name": new}, seed=50)
    assert answer.status == 200
    assert len(answer.grids) == 1
    assert seeds_of(answer) == answer.info["all_seeds"][1:] == [50, 51, 52]
    assert files_of(answer) == [f"cells/reference/neutral_{n}.png" for n in (50, 51, 52)] + [
        f"grid - seeds of neutral-0000.{webui.grid_format}"
    ]
    assert json.loads((answer.folder / "study.json").read_text(encoding="utf-8"))["seeds"] == [50, 51, 52]
    told = answer.info["extra_generation_params"]
    assert (told["Study folder"], "Study" in told) == (str(answer.folder), False)  # the rating tab has no scouts


@pytest.mark.parametrize("mode", ["exact", "batched"])
def test_every_picture_is_the_one_that_its_infotext_makes(webui, mode):
    answer = webui.study({**SCOUT, "scout": {"seeds": [9, 4, 7], "expression": "sad"}, "mode": mode})
    assert seeds_of(answer) == [9, 4, 7]
    for picture, infotext in answer.cells:
        again, text = webui.again(infotext)
        assert text == infotext
        assert "sad crying" in infotext
        assert difference(picture, again) <= (mode == "batched")


@pytest.mark.parametrize("sampler", ["Euler a", "DPM++ 2M", "DDIM"])
def test_stopped_at_the_switch_a_picture_costs_its_composition_steps(webui, sampler):
    settings = {"sampler_name": sampler, "save_images": False}
    assert rows_of(webui.study(STOPPED, **settings)) == 3 * 2 * SHARED
    assert rows_of(webui.study(SCOUT, **settings)) == 3 * 2 * WHOLE


def test_a_second_order_sampler_stops_at_its_own_call(webui):
    answer = webui.study(STOPPED, sampler_name="Heun", save_images=False)
    assert rows_of(answer) == 3 * 2 * 5
    assert "Scout: stopped after step 3 of 6" in answer.cells[0][1]


def test_the_infotext_of_a_stopped_picture_says_so_and_makes_the_whole_one(webui):
    hires = {"enable_hr": True, "hr_scale": 2, "hr_upscaler": "Latent", "denoising_strength": 0.6}
    whole = webui.study(SCOUT)
    stopped = webui.study(STOPPED, **hires)
    for (picture, infotext), (finished, text) in zip(stopped.cells, whole.cells, strict=True):
        assert infotext.count(", Scout: stopped after step 3 of 6") == 1
        assert infotext.replace(", Scout: stopped after step 3 of 6", "") == text
        assert picture.size == finished.size
        assert difference(picture, finished) > 1
        assert difference(webui.again(infotext)[0], finished) == 0


def test_a_stopped_picture_shows_the_composition(standin_server):
    """Its large shapes are those of the finished one; the small model of a real WebUI has none to compare."""

    def shapes(study):
        pictures = [picture for picture, _ in standin_server.study(study, save_images=False, steps=20).cells]
        return [np.asarray(picture.convert("L").resize((8, 8))).ravel() for picture in pictures]

    for stopped, finished in zip(shapes(STOPPED), shapes(SCOUT), strict=True):
        assert np.corrcoef(stopped, finished)[0, 1] > 0.8


def test_a_stopped_picture_is_never_taken_for_a_finished_one(webui, new):
    stopped = webui.study({**STOPPED, "name": new}, seed=60)
    finished = webui.study({**SCOUT, "name": new}, seed=60)
    assert stopped.folder == finished.folder
    assert (rows_of(stopped), rows_of(finished)) == (3 * 2 * SHARED, 3 * 2 * WHOLE)
    assert "cells/reference/neutral_60 (2).png" in files_of(finished)
    assert all("Scout:" not in text for _, text in finished.cells)
    assert rows_of(webui.study({**SCOUT, "name": new}, seed=60)) == 0


def test_more_seeds_extend_a_scout(webui, new):
    scout = {**SCOUT, "reference": f"girl {new}"}
    first = webui.study(scout, seed=70)
    more = webui.study({**scout, "scout": {"seeds": 5}}, seed=70)
    assert more.folder == first.folder
    assert rows_of(more) == 2 * 2 * WHOLE
    assert seeds_of(more) == [70, 71, 72, 73, 74]


def test_a_random_first_seed_is_drawn_once_and_anew_for_a_finished_scout(webui, new):
    one, other = (webui.study({**SCOUT, "name": new}, seed=-1) for _ in range(2))
    assert seeds_of(one) == list(range(seeds_of(one)[0], seeds_of(one)[0] + 3))
    assert one.folder.name == f"{new} seeds"
    assert other.folder.name == f"{new} seeds 2"


def test_random_seeds_are_none_of_those_that_were_listed(webui, new):
    scout = {**SCOUT, "reference": f"girl {new}"}
    listed = webui.study({**scout, "scout": {"seeds": [9, 4]}})
    assert webui.study(scout, seed=-1).folder != listed.folder


def test_a_scout_leaves_the_study_of_its_name_alone(webui, new):
    study = {key: value for key, value in SCOUT.items() if key != "scout"}
    study |= {"characters": "mei", "name": new}
    folder = webui.study(study, seed=80).folder
    before = (folder / "study.json").read_text(encoding="utf-8")
    assert webui.study({**study, "scout": {"seeds": 2}}, seed=80).folder == folder.with_name(f"{new} seeds")
    assert (folder / "study.json").read_text(encoding="utf-8") == before


def test_without_saving_sheet_and_pictures_come_back(webui):
    answer = webui.study(STOPPED, save_images=False)
    assert (len(answer.grids), len(answer.cells)) == (1, 3)
    assert "Study folder" not in answer.info["extra_generation_params"]


def test_a_sheet_carries_the_scout(webui):
    infotext = webui.study(STOPPED).info["infotexts"][0]
    carried = re.search(r'Expression grid study: ("(?:\\.|[^"\\])*")', infotext)[1]
    assert json.loads(json.loads(carried)) == STOPPED
    assert "Scout: stopped after step 3 of 6" in infotext


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"scout": {"expression": "sed"}}, "there is no expression labelled 'sed'; the nearest: sad"),
        ({"reference": ""}, "seeds are scouted in the reference column"),
        ({"composition": "", "scout": {"stop_at_switch": True}}, "there is no switch point"),
    ],
)
def test_a_faulty_scout_is_refused_with_a_readable_text(webui, changes, part):
    answer = webui.study({**SCOUT, **changes})
    assert answer.status == 422
    assert part in answer.message


def test_an_edit_of_the_users_own_is_the_switch_point(webui):
    prompt = "woman, [hair: {expression}: 0.7], {character}"
    answer = webui.study(STOPPED, prompt=prompt, save_images=False)
    assert rows_of(answer) == 3 * 2 * 5


@pytest.mark.host
def test_every_sampler_stops(real_server):
    rows = {}
    for sampler in [sampler["name"] for sampler in real_server.get("/sdapi/v1/samplers")]:
        answer = real_server.study(STOPPED, sampler_name=sampler, save_images=False)
        assert answer.status == 200, answer.body
        assert len(answer.cells) == 3
        rows[sampler] = rows_of(answer) / 6
    assert len(rows) >= 15
    assert set(rows.values()) <= {SHARED, 5}, rows


def test_sheets_open_as_pictures(webui):
    folder = Path(webui.study(SCOUT).folder)
    with Image.open(next(folder.glob("grid*.[jp]*g"))) as sheet:
        sheet.load()
        assert sheet.width > 2 * 64
