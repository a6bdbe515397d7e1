"""A study beside an extension: its cells are the plain pictures of their infotexts, made beside it as well."""

import json
import re
from uuid import uuid4

import numpy as np
import pytest

from sd_expression_grid.prompts.infotext_text import prompts_in
from tests import hosts
from tests.companions.cases import CASES, LIST

pytestmark = [pytest.mark.companions, pytest.mark.timeout(1800)]

SETTINGS = {"steps": 10, "width": 128, "height": 128, "seed": 7, "sampler_name": "Euler a"}
OWN = "sd_expression_grid"
ROUNDING = 2
"""Parts of 255 by which a cell of a batch may differ."""


@pytest.fixture(scope="module", params=CASES)
def started(request, tmp_path_factory):
    if hosts.folder_of(request.param) is None:
        pytest.skip(f"${request.param.upper()}_DIR names no WebUI")
    log = tmp_path_factory.mktemp(request.param) / "server.log"
    with hosts.real(log, request.param) as host:
        yield host, log


@pytest.fixture
def host(started):
    """The WebUI; nothing of ours may have failed on its console at the end."""
    host, log = started
    before = len(log.read_text())
    yield host
    told = log.read_text()[before:]
    assert not [part for part in re.split(r"(?m)^\*\*\* ", told) if OWN in part and "Traceback" in part]


@pytest.fixture
def titles(host):
    """The titles of all scripts by their beginnings in small letters."""
    return [info["name"] for info in host.get("/sdapi/v1/script-info") if not info["is_img2img"]]


@pytest.fixture
def lora(host):
    return host.get("/sdapi/v1/loras")[0]["name"]


def told(answer):
    assert answer.status == 200, answer.message
    return "\n".join(answer.info["extra_generation_params"]["Comments"])


def study_of(case, lora, mode):
    lists = {
        "expressions": LIST,
        "characters": "one | <lora:{lora}:1> woman",
        "reference": "",
        **(case.study if case else {}),
    }
    characters = lists["characters"].replace("{lora}", lora)
    return {**lists, "characters": characters, "mode": mode, "rows_per_batch": 2}


def difference(one, other):
    first, second = (np.asarray(picture.convert("RGB"), np.int16) for picture in (one, other))
    return int(np.abs(first - second).max())


def differences(host, answer, case, title):
    for picture, infotext in answer.cells:
        scripts = scripts_of_plain(case, title, infotext)
        yield difference(picture, host.again(infotext, **SETTINGS, alwayson_scripts=scripts)[0])


def scripts_of_plain(case, title, infotext):
    """The extension's values for the plain picture of a cell's infotext."""
    values = list(case.values if case.plain is None else case.plain)
    if case.face:
        prompt = re.search(r'ADetailer prompt: "([^"]*)"', infotext)
        values[2] = {**values[2], "ad_prompt": prompt[1] if prompt else ""}
    return {title: {"args": values}} if values else {}


@pytest.mark.parametrize("mode", ["exact", "batched"])
@pytest.mark.parametrize("name", dict.fromkeys(name for cases in CASES.values() for name in cases))
def test_cells_are_the_plain_pictures_of_their_infotexts(host, titles, lora, name, mode):
    case = CASES[host.name].get(name)
    if case is None:
        pytest.skip("for another WebUI")
    title = next((each for each in titles if each.startswith(case.title.lower())), None)
    if title is None:
        pytest.skip("not installed")
    scripts = {title: {"args": list(case.values)}} if case.values else {}
    answer = host.study(study_of(case, lora, mode), **SETTINGS, save_images=False, alwayson_scripts=scripts)
    comments = told(answer)
    assert "failed" not in comments
    is_batch = mode == "batched" and case.batches
    assert ("Rows were made one by one: " in comments) is (mode == "batched" and not case.batches)
    assert ("Composition steps were not shared: " in comments) is not case.shares
    assert max(differences(host, answer, case, title)) <= (ROUNDING if is_batch else 0)


@pytest.mark.parametrize("mode", ["exact", "batched"])
def test_a_face_detailer_draws_the_faces_of_img2img_as_it_does_in_plain_pictures(host, titles, mode):
    case = CASES[host.name]["ADetailer"]
    title = next((each for each in titles if each.startswith("adetailer")), None)
    if title is None:
        pytest.skip("not installed")
    picture = host.txt2img(prompt="closeup of woman, 1girl", **SETTINGS).pictures[0].convert("RGB")
    asked = {**SETTINGS, "denoising_strength": 0.5, "save_images": False}
    study = {"expressions": LIST, "characters": "one | 1girl", "reference": "", "mode": mode, "rows_per_batch": 2}
    scripts = {title: {"args": list(case.values)}}
    script = {"script_name": hosts.TITLE, "script_args": [json.dumps(study)]}
    answer = host.img2img(picture, **asked, **script, alwayson_scripts=scripts)
    assert "failed" not in told(answer)
    for cell, infotext in answer.cells:
        assert "ADetailer model: " in infotext
        prompt, negative = prompts_in(infotext)
        plain = host.img2img(
            picture,
            **asked,
            prompt=prompt,
            negative_prompt=negative,
            alwayson_scripts=scripts_of_plain(case, title, infotext),
        )
        assert difference(cell, plain.pictures[0]) <= ROUNDING  # both passes draw samples of what they encode


@pytest.mark.parametrize("mode", ["exact", "batched"])
def test_beside_all_of_them_idle_nothing_changes(host, lora, mode):
    study = study_of(None, lora, mode)
    answer = host.study(study, **SETTINGS, save_images=False)
    comments = told(answer)
    assert "one by one" not in comments
    assert "not shared" not in comments
    for picture, infotext in answer.cells:
        again, _ = host.again(infotext, **SETTINGS)
        assert difference(picture, again) <= (ROUNDING if mode == "batched" else 0)


@pytest.mark.parametrize("name", [None, "ControlNet, reference"])
def test_a_study_is_found_again_beside_them(host, titles, lora, name):
    """Idle, and with one of them active, whose values the WebUI's first picture may change."""
    case = CASES[host.name].get(name)
    title = case and next((each for each in titles if each.startswith(case.title.lower())), None)
    scripts = {title: {"args": list(case.values)}} if title else {}
    study = {**study_of(case, lora, "exact"), "name": f"beside {uuid4().hex}"}
    made, again = (host.study(study, **SETTINGS, alwayson_scripts=scripts) for _ in range(2))
    assert again.folder == made.folder
    assert again.info["extra_generation_params"]["Denoiser rows"] == 0
