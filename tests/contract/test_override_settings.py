"""Settings that a request brings along are in force for it alone, also where the user has never saved them."""

from uuid import uuid4

import pytest


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("mode", ["exact", "batched"])
def test_settings_that_come_with_a_study_do_not_stay(webui, mode):
    asked = {"expressions": "sad\nsmile | smiling", "characters": "mei", "composition": "", "name": uuid4().hex}
    before = webui.get("/sdapi/v1/options")
    made = webui.study({**asked, "mode": mode}, override_settings={"eta_noise_seed_delta": 5, "grid_save": False})
    assert all("ENSD: 5" in text for _, text in made.cells)
    assert webui.get("/sdapi/v1/options") == before
    assert "ENSD" not in webui.txt2img(prompt="a cat").info["infotexts"][0]


@pytest.mark.slow
@pytest.mark.alone
def test_settings_that_tests_send_with_plain_pictures_do_not_stay(webui):
    before = webui.get("/sdapi/v1/options")
    webui.txt2img(prompt="a cat", override_settings={"CLIP_stop_at_last_layers": 3})
    assert webui.get("/sdapi/v1/options") == before
