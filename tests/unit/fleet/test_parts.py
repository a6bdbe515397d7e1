import io
import json
from dataclasses import replace

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet.address import auth_from, checked_url
from sd_expression_grid.fleet.fingerprints import fingerprint_differences, unlike_requested
from sd_expression_grid.fleet.pace import Pace, in_words
from sd_expression_grid.fleet.picture_infotext import read_infotext
from sd_expression_grid.fleet.protocol import (
    ANSWER_FIELD,
    AnswerError,
    Inspection,
    MadeCell,
    Request,
    cell_from_dict,
    cell_to_dict,
    cells_from_list,
    inspection_from_dict,
    inspection_to_dict,
    is_request,
    request_from_dict,
    request_to_json,
)
from sd_expression_grid.plan.forecast import Calls, Cost
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey
from tests.old_data import contains, request_of

KEY = CellKey(expression="sad", character="Noor", seed=1)
STUDY = {"expressions": "sad", "characters": "Noor", "seeds": [1]}
INSPECTION = Inspection(
    study=study_from_dict(STUDY),
    identities={KEY: "abc"},
    cost=Cost(calls=Calls(first_pass=20, shared=5), shares=True, whole_calls=True),
    fingerprint={"the checkpoint": "b17c", "LoRA Noor": "1"},
)
INFOTEXT = "a cat, 猫\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, Seed: 1"


def test_what_is_asked_and_answered_survives_the_way():
    request = Request(kind="make", study=STUDY, seed=1, variation_seed=2, title="sweep 1: ")
    made = MadeCell(key=KEY, status="done", identity="abc", infotext="x\nSteps: 1", png=b"\x89PNG")
    assert is_request(json.loads(request_to_json(request)))
    assert request_from_dict(json.loads(request_to_json(request))) == request
    assert inspection_from_dict(json.loads(json.dumps(inspection_to_dict(INSPECTION)))) == INSPECTION
    assert cell_from_dict(json.loads(json.dumps(cell_to_dict(made)))) == made


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "done", "png": ""}, "a cell is 'done', with 0 bytes of a picture"),
        ({"status": "failed"}, "a cell is 'failed', with 1 bytes of a picture"),
        ({"status": "odd"}, "a cell is 'odd', with 1 bytes of a picture"),
        ({"png": "eA="}, "a picture is not in base64: Incorrect padding"),
        ({"key": [1]}, "[1] instead of values of the types str, str, int"),
        ({"key": "sad"}, "['sad', 'done', 'abc', '', '', '', 'eA=='] instead of values of the types list, str, str, "
                         "str, str, str, str"),
        ({"key": ["sad", "Noor", True]}, "['sad', 'Noor', True] instead of values of the types str, str, int"),
        ({"key": ["sad", 1, 1]}, "['sad', 1, 1] instead of values of the types str, str, int"),
        ({"identity": None}, "[['sad', 'Noor', 1], 'done', None, '', '', '', 'eA=='] instead of values of the types "
                             "list, str, str, str, str, str, str"),
        ({"more": 1}, "the keys warning, key, status, identity, infotext, error, png, more instead of the keys "
                      "key, status, identity, infotext, error, warning, png"),
    ],
)  # fmt: skip
def test_a_cell_that_is_none_is_refused_and_told(change, said):
    good = cell_to_dict(MadeCell(key=KEY, status="done", identity="abc", png=b"x"))
    with pytest.raises(AnswerError) as raised:
        cell_from_dict({**good, **change})
    assert str(raised.value) == said


def test_a_picture_with_other_signs_between_is_not_in_base64():
    cell = cell_to_dict(MadeCell(key=KEY, status="done", identity="abc", png=b"x"))
    with pytest.raises(AnswerError, match=r"^a picture is not in base64: \w"):
        cell_from_dict({**cell, "png": "no base64!"})


def test_version_0_1_0_is_understood_and_understands():
    """A WebUI and the command on another machine may have different versions."""
    asked = json.loads(request_of("look")["script_args"][0])
    assert json.loads(request_to_json(request_from_dict(asked))) == asked
    assert json.loads(request_to_json(request_from_dict(asked | {"ask": "make"}))) == asked | {"ask": "make"}
    answer = request_of("look-answer")
    told = inspection_to_dict(inspection_from_dict(answer))
    contains(json.loads(json.dumps(told)), answer)
    assert told.keys() == answer.keys()
    cells = request_of("make-answer")
    assert [cell_to_dict(cell) for cell in cells_from_list(cells)] == cells
    assert ANSWER_FIELD == "Expression grid answer"


def test_a_request_that_is_none_names_its_faults():
    with pytest.raises(StudyError) as raised:
        request_from_dict({"ask": "paint", "study": [], "seed": "x", "variation_seed": -1, "title": 1, "more": 1})
    assert raised.value.lines == [
        "ask: must be one of look, make, is 'paint'",
        "study: must be an object, is a list",
        "seed: must be a whole number, is 'x'",
        "variation_seed: must be at least 0, is -1",
        "title: must be a text, is 1",
        "more: is not a known key; the keys are ask, seed, study, title, variation_seed",
    ]


def test_differences_are_named():
    def with_fingerprint(**fingerprint):
        return replace(INSPECTION, fingerprint=fingerprint)

    one = with_fingerprint(checkpoint="a", vae="", style="x" * 100 + "one", same="1", lora="1")
    other = with_fingerprint(checkpoint="b", vae="v", style="x" * 100 + "two", same="1", card="c")
    assert fingerprint_differences(one, one) == []
    assert fingerprint_differences(one, other) == [
        "checkpoint is b, not a",
        "vae is v, not none",
        f"style is …{'x' * 20}two…, not …{'x' * 20}one…",
        "lora is missing",
        "card is only there",
    ]


def test_a_difference_that_only_the_prompts_have_is_told():
    other = replace(INSPECTION, identities={KEY: "z"})
    assert fingerprint_differences(INSPECTION, other) == ["the prompts, as the WebUI completes them, are others"]


MADE = {"sampler_name": "DPM++ 2M", "scheduler": "Karras", "steps": "20", "cfg_scale": "7.0", "width": "128"}
INFOTEXT = "a cat\nSteps: 20, Sampler: DPM2 a, CFG scale: 7, Size: 128x64"


@pytest.mark.parametrize(
    ("settings", "differences"),
    [
        ({}, []),
        ({"sampler_name": "DPM++ 2M", "steps": 20, "cfg_scale": 7, "width": 128}, []),
        ({"sampler_name": "DPM++ 2M Karras"}, []),
        ({"sampler_name": "DPM++ 2M Exponential"}, ["sampler_name is DPM++ 2M, not DPM++ 2M Exponential"]),
        ({"sampler_name": "DPM2 a", "width": 100}, ["sampler_name is DPM++ 2M, not DPM2 a", "width is 128, not 100"]),
        ({"height": 72, "denoising_strength": 0.5}, []),
        ({"infotext": INFOTEXT}, ["sampler_name is DPM++ 2M, not DPM2 a"]),
        ({"infotext": INFOTEXT, "sampler_name": "DPM++ 2M", "steps": 19}, ["steps is 20, not 19"]),
        ({"infotext": "a cat"}, []),
    ],
)
def test_what_is_made_otherwise_than_requested_is_named(settings, differences):
    seen = replace(INSPECTION, fingerprint={f"txt2img's {name}": value for name, value in MADE.items()})
    assert unlike_requested(settings, seen) == differences


@pytest.mark.parametrize(
    "url", ["ftp://a", "127.0.0.1:7860", "http://", "http://a/?x=1", "http://a#b", "http://a:port"]
)
def test_only_addresses_are_taken(url):
    with pytest.raises(StudyError, match="must be an address such as"):
        checked_url(url)


def test_an_address_loses_its_last_slash():
    assert checked_url("https://host:7860/sd/") == "https://host:7860/sd"


def test_secrets_in_an_address_are_refused_and_not_repeated():
    with pytest.raises(StudyError, match="SD_WEBUI_AUTH") as raised:
        checked_url("http://ann:secret@host:7860")
    assert "secret" not in str(raised.value)


def test_user_and_password():
    assert auth_from("ann:a:b") == ("ann", "a:b")
    assert auth_from("") is None
    with pytest.raises(StudyError, match="must be user:password") as raised:
        auth_from("secret")
    assert "secret" not in str(raised.value)


def test_the_pace_tells_how_long_the_rest_takes():
    pace = Pace()
    assert pace.seconds_for(100, 2) is None
    assert pace.left_of(100, 50) == 100
    pace.note(9, 140, 10)
    assert pace.cells_a_minute == 54
    assert pace.seconds_for(280, 2) == 10
    assert [pace.left_of(140, seconds) for seconds in (0, 5, 20)] == [140, 70, 0]


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5400, "1 h 30 min")])
def test_times_in_words(seconds, words):
    assert in_words(seconds) == words


def test_a_png_tells_its_infotext(tmp_path):
    info = PngInfo()
    info.add_text("parameters", INFOTEXT)
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", pnginfo=info)
    assert read_infotext(tmp_path / "a.png") == INFOTEXT


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_a_picture_with_exif_tells_its_infotext(tmp_path, kind):
    exif = Image.Exif()
    exif[0x8769] = {0x9286: b"UNICODE\0" + INFOTEXT.encode("utf-16-be")}
    Image.new("RGB", (4, 4)).save(tmp_path / "a", format=kind, exif=exif)
    assert read_infotext(tmp_path / "a") == INFOTEXT


@pytest.mark.parametrize("order", ["utf-16-be", "utf-16-le"])
def test_exif_is_read_in_either_order_of_bytes(tmp_path, order):
    exif = Image.Exif()
    exif[0x8769] = {0x9286: b"UNICODE\0" + INFOTEXT.encode(order)}
    Image.new("RGB", (4, 4)).save(tmp_path / "civitai.jpeg", exif=exif)
    assert read_infotext(tmp_path / "civitai.jpeg") == INFOTEXT


@pytest.mark.parametrize("text", ['{"sui_image_params": {"prompt": "x", "steps": 20}}', "a photo", "x\nSteps: 20"])
def test_a_text_that_is_no_infotext_is_refused(tmp_path, text):
    info = PngInfo()
    info.add_text("parameters", text)
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", pnginfo=info)
    with pytest.raises(StudyError, match=r"a\.png: has a text in it that is no infotext"):
        read_infotext(tmp_path / "a.png")


def test_a_picture_without_infotext_is_named(tmp_path):
    data = io.BytesIO()
    Image.new("RGB", (4, 4)).save(data, format="PNG")
    (tmp_path / "a.png").write_bytes(data.getvalue())
    (tmp_path / "b.png").write_text("no picture")
    with pytest.raises(StudyError, match=r"a\.png: has no infotext"):
        read_infotext(tmp_path / "a.png")
    with pytest.raises(StudyError, match=r"b\.png: cannot be read as a picture"):
        read_infotext(tmp_path / "b.png")


def test_a_cells_warning_travels_and_an_old_answer_has_none():
    cell = MadeCell(key=KEY, status="failed", identity="", error="x", warning="the LoRA x was named and not loaded")
    assert cell_from_dict(cell_to_dict(cell)) == cell
    old = cell_to_dict(replace(cell, warning=""))
    assert "warning" not in old
    assert cell_from_dict(old).warning == ""
