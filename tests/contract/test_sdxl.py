"""Checkpoints of SDXL's kinds on real WebUIs: cells are plain pictures, and what rows share is computed once."""

import re
from uuid import uuid4

import pytest

from tests.pixels import difference

KINDS = ("tiny_xl", "tiny_xl_v", "tiny_xl_rectified")
STUDY = {
    "expressions": "neutral\nsad | sad crying\nsmile | smiling",
    "characters": "LoRA | <lora:tiny_lora_xl:1>\nembedding | xl_nobody",
    "switch_at": 0.5,
}
STEPS = 6


@pytest.fixture(scope="module", params=KINDS)
def checkpoint(server, request):
    """A WebUI with such a checkpoint in force; the one before is back afterwards."""
    titles = {model["model_name"]: model["title"] for model in server.get("/sdapi/v1/sd-models")}
    if request.param not in titles:
        pytest.skip(f"{server.name} has no checkpoint {request.param}; tests/tiny_xl.py makes it for Neo")
    before = server.get("/sdapi/v1/options")["sd_model_checkpoint"]
    server.post("/sdapi/v1/options", {"sd_model_checkpoint": titles[request.param]})
    yield request.param
    server.post("/sdapi/v1/options", {"sd_model_checkpoint": before})


@pytest.mark.parametrize("cfg_scale", [7, 1])
def test_a_cell_is_the_very_picture_that_its_infotext_makes(real_server, checkpoint, cfg_scale):
    made = real_server.study({**STUDY, "name": uuid4().hex}, steps=STEPS, cfg_scale=cfg_scale)
    assert made.status == 200, made.message
    assert len(made.cells) == 9
    for picture, infotext in made.cells:
        assert f"Model: {checkpoint}," in infotext
        again, text = real_server.again(infotext, steps=STEPS)
        assert difference(picture, again) == 0, infotext
        assert text.count("xl_nobody") == infotext.count("xl_nobody")
    rows = made.info["extra_generation_params"]["Denoiser rows"]
    told = str(made.info["extra_generation_params"].get("Comments"))
    assert 0 < rows < 9 * STEPS * (2 if cfg_scale > 1 else 1)
    assert not re.search("not shared|was named and not|nothing that fits", told)


def test_characters_change_the_pictures(real_server, checkpoint):
    made = real_server.study({**STUDY, "expressions": "sad", "name": uuid4().hex}, steps=STEPS)
    (reference, _), *others = made.cells
    assert [difference(reference, picture) > 0 for picture, _ in others] == [True, True]
