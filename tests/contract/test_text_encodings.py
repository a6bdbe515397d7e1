"""What encodings add to infotexts, and that the negative prompt is encoded once: the stand-in, in process."""

import json

import pytest

from tests.standin.webui import module

SETTINGS = {"steps": 10, "width": 64, "height": 64, "seed": 7, "save_images": False, "sampler_name": "Euler"}
ROWS = "bored\nsad\nangry"


@pytest.fixture
def webui(in_process):
    return in_process


@pytest.fixture
def encoded(webui, monkeypatch):
    """The texts that were encoded, prompt by prompt."""
    hijack, texts = module("modules.sd_hijack").model_hijack, []
    encode = hijack.encode

    def recording(schedule):
        texts.append(list(schedule))
        return encode(schedule)

    monkeypatch.setattr(hijack, "encode", recording)
    return texts


def infotexts(webui, characters, study=None, **settings):
    study = {"expressions": ROWS, "characters": characters, "reference": "1girl", **(study or {})}
    request = {**SETTINGS, **settings, "script_name": "Expression grid", "script_args": [json.dumps(study)]}
    info = json.loads(webui.txt2img(request)["info"])
    found = info["infotexts"][info["index_of_first_image"] :]
    assert found
    return found


def test_the_negative_prompt_is_encoded_once_for_all_columns_with_the_same_networks(webui, encoded):
    infotexts(webui, "ember_nobody\nmei | <lora:mei:1>", negative_prompt="blurry")
    assert encoded.count(["blurry"]) == 2  # without a network, and with mei's


def test_an_embedding_in_the_negative_prompt_is_in_every_infotext(webui, encoded):
    made = infotexts(webui, "ember_nobody", negative_prompt="JuneNobody")
    assert encoded.count(["JuneNobody"]) == 6
    assert all('TI hashes: "JuneNobody: ' in text or ", JuneNobody: " in text for text in made)


def test_an_embedding_of_a_column_is_in_the_infotexts_of_that_column_alone(webui, encoded):
    made = infotexts(webui, "ember_nobody", negative_prompt="blurry")
    assert [text.count("ember_nobody: ") for text in made] == [0, 0, 0, 1, 1, 1]


def test_the_emphasis_of_a_negative_prompt_is_in_every_infotext(webui, encoded):
    webui.opts.set("emphasis", "No norm")
    made = infotexts(webui, "red hair", negative_prompt="(blurry:1.2)")
    assert encoded.count(["(blurry:1.2)"]) == 6
    assert all("Emphasis: No norm" in text for text in made)


@pytest.mark.parametrize("mode", ["exact", "batched"])
def test_an_embedding_of_a_row_is_in_the_infotexts_of_that_row_alone(webui, mode):
    rows = "bored\nsad\nangry | ember_nobody\ncalm"
    made = infotexts(webui, "red hair", {"reference": "", "expressions": rows, "mode": mode, "rows_per_batch": 4})
    assert ["ember_nobody: " in text for text in made] == [False, False, True, False]


@pytest.mark.parametrize("mode", ["exact", "batched"])
def test_the_emphasis_of_a_row_is_in_the_infotexts_of_that_row_alone(webui, mode):
    webui.opts.set("emphasis", "No norm")
    made = infotexts(
        webui, "red hair", {"reference": "", "expressions": "bored\n(sad:1.2)\ncalm", "mode": mode, "rows_per_batch": 4}
    )
    assert ["Emphasis: No norm" in text for text in made] == [False, True, False]
