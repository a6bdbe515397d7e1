"""Beside other people's extensions: in the stand-in, with what such extensions do, in process."""

import base64
import io
import json
import re
import sys
from collections import namedtuple
from types import SimpleNamespace

import numpy as np
import pytest
from fastapi import HTTPException
from PIL import Image

from tests import standin
from tests.standin.companions import LISTENER, PORTRAITS
from tests.standin.webui import REPOSITORY

COLUMNS = "Noor | <lora:Noor:1>\nmei | <lora:mei:1>"
STUDY = {"expressions": "sad\nsmiling\ncrying", "characters": COLUMNS, "reference": ""}
SETTINGS = {"prompt": "", "steps": 10, "width": 64, "height": 64, "seed": 7, "sampler_name": "Euler"}
SETTINGS |= {"save_images": False}
OF_A_PICTURE = 2 * 10
SHARED = 2 * 3
"""Denoiser rows: those of a picture, and those that all rows of a column have in common."""


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    with standin.start(tmp_path_factory.mktemp("standin"), [REPOSITORY, PORTRAITS]) as webui:
        yield webui


@pytest.fixture
def webui(started):
    started.reset()
    started.counter.rows = 0
    return started


class Made:
    """What the API answers to a study."""

    def __init__(self, body):
        self.info = json.loads(body["info"])
        first = self.info["index_of_first_image"]
        self.pictures = [np.asarray(Image.open(io.BytesIO(base64.b64decode(each)))) for each in body["images"][first:]]
        self.infotexts = self.info["infotexts"][first:]
        self.told = self.info["extra_generation_params"]
        assert self.pictures

    @property
    def comments(self):
        return "\n".join(self.told["Comments"])


def made(webui, *on, settings=None, values=None, **study):
    """A study with these scripts of others switched on."""
    values = {name: {"args": [True]} for name in on} | (values or {})
    request = {**SETTINGS, **(settings or {}), "alwayson_scripts": values}
    asked = {**STUDY, **study}
    return Made(webui.txt2img({**request, "script_name": "Expression grid", "script_args": [json.dumps(asked)]}))


def plain(webui, *on, infotext):
    """The picture that a cell's infotext describes, with the same scripts switched on."""
    texts, _, fields = infotext.partition("\nSteps: ")
    seed = int(re.search(r"Seed: (\d+)", fields)[1])
    prompt, _, negative = texts.partition("\nNegative prompt: ")
    values = {name: {"args": [True]} for name in on}
    body = {**SETTINGS, "prompt": prompt, "negative_prompt": negative, "seed": seed, "alwayson_scripts": values}
    body = webui.txt2img(body)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(body["images"][0]))))


def are_as_plain(webui, study, *on):
    again = [plain(webui, *on, infotext=infotext) for infotext in study.infotexts]
    return all((one == other).all() for one, other in zip(study.pictures, again, strict=True))


def test_where_nobody_else_is_active_no_picture_is_made_twice(webui):
    assert made(webui).told["Denoiser rows"] == webui.counter.rows == 6 * OF_A_PICTURE - 4 * SHARED


def test_what_leaves_pictures_as_they_are_costs_one_picture_a_run(webui):
    study = made(webui, "Harmless")
    assert study.told["Denoiser rows"] == webui.counter.rows == 7 * OF_A_PICTURE - 4 * SHARED
    assert "not shared" not in study.comments
    assert are_as_plain(webui, study, "Harmless")


def test_what_keeps_something_from_call_to_call_turns_sharing_off_and_is_named(webui):
    study = made(webui, "Counts calls")
    assert "Composition steps were not shared: beside Counts calls, a picture made with them was" in study.comments
    assert "Denoiser rows" not in study.told
    assert webui.counter.rows == 7 * OF_A_PICTURE - SHARED  # the second is made twice
    assert are_as_plain(webui, study, "Counts calls")


def test_a_lora_out_of_a_wildcard_counts_as_one_of_the_prompt(webui):
    prompt = "__lora__ woman, [hair:{expression}:0.5], {character}"
    study = made(webui, "Draws LoRAs", prompt=prompt, characters="a | noor\nb | mei")
    loras = ["Noor", "mei", "Noor"]
    assert [f"<lora:{lora}:1>" in text for text, lora in zip(study.infotexts, loras * 2, strict=True)] == [True] * 6
    drawn = (
        "a, crying: the prompt that was made is not the one that was requested: '<lora:Noor:1> woman, [hair:crying:0.5]"
    )
    assert drawn in study.comments
    assert study.comments.count("that was made is not the one") == 6
    assert "not shared" not in study.comments
    assert are_as_plain(webui, study)


def test_rows_are_made_one_by_one_beside_what_may_expect_one_prompt(webui):
    study = made(webui, "Expects one prompt", mode="batched", rows_per_batch=3)
    assert "Rows were made one by one: Expects one prompt may expect that all" in study.comments
    assert all("First letter: " in infotext for infotext in study.infotexts)
    assert are_as_plain(webui, study, "Expects one prompt")


def test_what_comes_with_the_webui_counts_where_it_is_switched_on(webui, monkeypatch):
    extensions = sys.modules["modules.extensions"]
    (own,) = (one for one in extensions.active() if one.path == str(PORTRAITS))
    monkeypatch.setattr(own, "is_builtin", True)
    on = made(webui, "Expects one prompt", mode="batched", rows_per_batch=3)
    assert "Rows were made one by one: Expects one prompt may expect that all" in on.comments
    assert "one by one" not in made(webui, mode="batched", rows_per_batch=3).comments


def test_what_fails_in_another_extension_is_told_with_its_cell(webui):
    study = made(webui, "Expects one prompt", expressions="sad\nit breaks")
    failure = "it breaks: the extension portraits failed: ValueError: this one breaks"
    assert study.comments.count(f"Noor, {failure}") == study.comments.count(f"mei, {failure}") == 1
    assert "sad: the extension" not in study.comments
    from modules import errors

    assert errors.report.__module__ == "modules.errors"


def test_batches_are_left_alone_where_nobody_else_is_active(webui):
    study = made(webui, mode="batched", rows_per_batch=3)
    assert "one by one" not in study.comments


def test_one_string_for_all_our_values_leaves_those_behind_ours_in_their_places(webui):
    webui.errors.clear()
    study = made(webui)
    assert all("Lies: False here" in infotext for infotext in study.infotexts)
    assert not webui.errors
    (ours,) = (each for each in webui.runner.selectable_scripts if each.title() == "Expression grid")
    body = {**SETTINGS, "script_name": "Expression grid"}
    whole = [json.dumps(STUDY), *[None] * (ours.args_to - ours.args_from - 1)]
    again = Made(webui.txt2img({**body, "script_args": whole}))
    assert again.infotexts == study.infotexts
    with pytest.raises(HTTPException) as refused:
        webui.txt2img({**body, "script_args": []})
    assert "must be one string" in refused.value.detail


def faces(**tab):
    return {"Faces": {"args": [True, {"ad_model": "face", "ad_prompt": "", **tab}]}}


def said(study, name):
    """What the infotexts of the cells say in a field."""
    found = [re.search(rf'{name}: ("[^"]*"|[^,\n]*)', infotext) for infotext in study.infotexts]
    return [match and match[1].strip('"') for match in found]


TEMPLATE = {"prompt": "portrait, {expression}, {character}", "negative_prompt": "bad", "composition": "hair"}


@pytest.mark.parametrize(
    ("prompt", "sad"),
    [
        ("", "portrait, sad, mei"),
        ("[PROMPT], close", "portrait, sad, mei, close"),
        ("eyes[SEP]", "eyes[SEP]portrait, sad, mei"),
        ("{expression} face of {character}", "sad face of mei"),
        ("a face", "a face"),
    ],
)
def test_a_face_detailer_draws_the_expression_from_its_first_step(webui, prompt, sad):
    study = made(webui, values=faces(ad_prompt=prompt), expressions="sad\nsmiling", characters="mei", **TEMPLATE)
    assert said(study, "Face prompt") == [sad, sad.replace("sad", "smiling")]
    assert said(study, "Face negative") == [None, None]
    is_changed = prompt != "a face"
    assert ("Faces repaints faces with the row's expression" in study.comments) is is_changed


def test_a_face_prompt_that_a_request_leaves_out_is_an_empty_one(webui):
    values = {"Faces": {"args": [True, {"ad_model": "face"}]}}
    study = made(webui, values=values, expressions="sad", characters="mei", **TEMPLATE)
    assert said(study, "Face prompt") == ["portrait, sad, mei"]


PICTURE = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)


def made_of_a_picture(webui, values, **study):
    data = io.BytesIO()
    Image.fromarray(PICTURE).save(data, "PNG")
    request = {**SETTINGS, "init_images": [base64.b64encode(data.getvalue()).decode()], "denoising_strength": 0.6}
    asked = {**STUDY, "expressions": "sad\nsmiling", "characters": "mei", **study}
    script = {"script_name": "Expression grid", "script_args": [json.dumps(asked)]}
    return Made(webui.img2img({**request, **script, "alwayson_scripts": values}))


@pytest.mark.parametrize("composition", ["", "hair"])
def test_a_face_detailer_in_img2img_draws_the_expression_too(webui, composition):
    template = {**TEMPLATE, "composition": composition, "switch_at": 0.2}
    study = made_of_a_picture(webui, faces(), **template)
    assert said(study, "Face prompt") == [f"portrait, {row}, mei" for row in ("sad", "smiling")]


def test_what_is_made_of_a_picture_in_fewer_steps_is_told_with_each_cell(webui):
    study = made_of_a_picture(webui, {"Skips img2img": {"args": [True]}})
    assert all((picture == PICTURE).all() for picture in study.pictures)
    for row in ("sad", "smiling"):
        assert f"mei, {row}: Steps 10 was requested, and 1 was made" in study.comments


def test_the_stock_face_prompt_can_be_had(webui):
    webui.opts.set("expression_grid_faces_after_switch", False)
    study = made(webui, values=faces(), expressions="sad", characters="mei", **TEMPLATE)
    assert said(study, "Face prompt") == ["portrait, [hair:sad:0.2], mei"]
    assert "Faces" not in study.comments


def test_an_expression_in_the_negative_prompt_is_there_from_the_first_step_too(webui):
    template = {**TEMPLATE, "negative_prompt": "not {expression}"}
    study = made(webui, values=faces(), expressions="sad", characters="mei", **template)
    assert said(study, "Face negative") == ["not sad"]


def test_texts_within_values_are_filled_and_others_stay_as_they_are(webui):
    values = faces(ad_prompt="x", more=["{character}", {"deep": ("{expression}", 1)}], ad_model="{expression}.pt")
    (script,) = (each for each in webui.runner.alwayson_scripts if each.title() == "Faces")
    given = []
    script.process = lambda p, *args: given.append(args)
    try:
        made(webui, values=values, expressions="sad: very", characters="mei", prompt="{expression}, {character}")
    finally:
        del script.process
    tab = {"ad_model": "sad\\: very.pt", "ad_prompt": "x", "more": ["mei", {"deep": ("sad\\: very", 1)}]}
    assert given == [(True, tab)]


def upscaled(webui, prompt, **tab):
    """What the gallery's upscale button tells beside a face detailer, of a cell with this prompt."""
    from modules import processing

    (script,) = (each for each in webui.runner.selectable_scripts if each.title() == "Expression grid")
    (detailer,) = (each for each in webui.runner.alwayson_scripts if each.title() == "Faces")
    p = processing.StableDiffusionProcessingTxt2Img(prompt="{expression}")
    p.scripts, p.script_args = webui.runner, [None] * max(each.args_to for each in webui.runner.scripts)
    p.script_args[detailer.args_from : detailer.args_to] = faces(**tab)["Faces"]["args"]
    p.txt2img_upscale, p.firstpass_image = True, Image.new("RGB", (8, 8))
    p.firstpass_image.info["parameters"] = f"{prompt}\nSteps: 10, CFG scale: 7"
    assert script.run(p, "") is None
    return "\n".join(p.comments)


WHOLE = "Faces repainted faces with the cell's whole prompt, what is for its first steps alone too"


@pytest.mark.parametrize(
    ("prompt", "tab", "told"),
    [
        ("sad, mei", {"ad_prompt": "{expression} face"}, "Faces was given the placeholders of its texts as they are"),
        ("[hair:sad:0.2], mei", {}, WHOLE),
        ("[hair:sad:0.2], mei", {"ad_prompt": "eyes[SEP][PROMPT]"}, WHOLE),
        ("[hair:sad:0.2], mei", {"ad_prompt": "a face"}, ""),
        ("[hair:sad:0.2], mei", {"ad_model": "None"}, ""),
        ("sad, mei", {}, ""),
    ],
)
def test_what_an_upscaled_cell_has_otherwise_than_in_the_study_is_told(webui, prompt, tab, told):
    comments = upscaled(webui, prompt, **tab)
    assert comments.startswith(told)
    assert bool(comments) is bool(told)


DRAWS = {"Dynamic Prompts v0": {"args": [True, False]}}
DRAWN = "{red|green|blue|black|white} __animal__, {expression}, {character}"


def prompts(study):
    return [infotext.partition("\n")[0] for infotext in study.infotexts]


def test_variants_are_drawn_once_a_seed_for_all_rows_and_columns(webui):
    study = made(webui, values=DRAWS, prompt=DRAWN, seeds=[1, 2, 3])
    firsts = [prompt.partition(",")[0] for prompt in prompts(study)]
    of_seeds = [firsts[first] for first in (0, 3, 6)]
    assert firsts == [drawn for drawn in of_seeds for _ in range(3)] * 2
    assert len(set(of_seeds)) > 1
    assert all("{" not in drawn and "_" not in drawn for drawn in of_seeds)
    assert ", [hair, neck, eyes, lips:sad:0.2], " in prompts(study)[0]
    assert "not shared" not in study.comments
    assert are_as_plain(webui, study)


def test_a_setting_draws_once_a_column(webui):
    webui.opts.set("expression_grid_draws_a_column", True)
    study = made(webui, values=DRAWS, prompt=DRAWN, seeds=[1], characters="mei\nNoor\nrest")
    firsts = [prompt.partition(",")[0] for prompt in prompts(study)]
    assert [firsts[0], firsts[3], firsts[6]] == [firsts[1], firsts[4], firsts[7]]
    assert len(set(firsts)) > 1


def test_texts_of_rows_and_columns_are_drawn_and_batches_go_on(webui):
    lists = {"expressions": "sad | {sad|crying} face\nsmiling", "characters": "mei | {mei|old mei} \\(film\\)"}
    study = made(webui, values=DRAWS, prompt="{expression}, {character}", mode="batched", composition="", **lists)
    assert re.fullmatch("(sad|crying) face, (mei|old mei) .*", prompts(study)[0])
    assert prompts(study)[1].startswith("smiling, ")
    assert "one by one" not in study.comments


def test_a_wildcard_that_breaks_the_edit_is_a_fault_before_anything_is_made(webui, monkeypatch):
    (script,) = (each for each in webui.runner.alwayson_scripts if each.title() == "Dynamic Prompts v0")
    monkeypatch.setattr(type(script), "wildcards", {"animal": ["a | b"]})
    with pytest.raises(HTTPException) as refused:
        made(webui, values=DRAWS, prompt=DRAWN)
    assert "a | b" in refused.value.detail
    assert webui.counter.rows == 0


def test_other_wildcard_files_make_another_study(webui, saved, monkeypatch):
    (script,) = (each for each in webui.runner.alwayson_scripts if each.title() == "Dynamic Prompts v0")
    folder, _ = saved(DRAWS, prompt="__animal__, {expression}, {character}")
    assert saved(DRAWS, prompt="__animal__, {expression}, {character}") == (folder, False)
    monkeypatch.setattr(type(script), "wildcards", {"animal": ["elephant"]})
    assert saved(DRAWS, prompt="__animal__, {expression}, {character}")[1]


def test_combinatorial_generation_is_refused_by_name(webui):
    with pytest.raises(HTTPException) as refused:
        made(webui, values={"Dynamic Prompts v0": {"args": [True, True]}}, prompt=DRAWN)
    assert "Dynamic Prompts: with its 'Combinatorial generation'" in refused.value.detail


def test_what_it_cannot_read_is_a_fault(webui):
    with pytest.raises(HTTPException) as refused:
        made(webui, values=DRAWS, prompt="__nothing__, {expression}, {character}")
    assert "Dynamic Prompts cannot read it: 'nothing'" in refused.value.detail


def test_where_dynamic_prompts_is_off_braces_are_text(webui):
    study = made(webui, prompt="{a|b} {expression}, {character}", composition="", characters="mei")
    assert prompts(study)[0] == r"{a\|b} sad, mei"


class Fusion:
    """Prompt Fusion's library in small: one ``[a:b:0.3,0.8]``, which goes from a to b between two fractions."""

    PATTERN = re.compile(r"\[(\w+):(\w+):([\d.]+),([\d.]+)\]")
    TensorCondWrapper = staticmethod(lambda cond: SimpleNamespace(original_cond=cond))
    InterpolationParams = namedtuple("InterpolationParams", "t step total_steps slerp_scale slerp_epsilon")

    def __init__(self):
        self.texts, self.span = [], (0, 0)

    InterpolationTensorBuilder = property(lambda self: lambda: self)

    def parse_prompt(self, prompt):
        return SimpleNamespace(extend_tensor=lambda *_: self._extend(prompt))

    def _extend(self, prompt):
        found = self.PATTERN.search(prompt)
        self.texts = [prompt.replace(found[0], found[number]) for number in (1, 2)]
        self.span = float(found[3]), float(found[4])

    def get_prompt_database(self):
        return self.texts

    def build(self, conds, empty):
        one, other = (schedules[0].cond.original_cond for schedules in conds)
        start, end = self.span

        def interpolate(params, origin, empty):
            share = min(max((params.t - start) / (end - start), 0), 1)
            return SimpleNamespace(original_cond=one * (1 - share) + other * share)

        return SimpleNamespace(interpolate=interpolate)


FUSED = {"expressions": "mix | [sad:smiling:0.3,0.8]", "characters": "mei"}


def test_an_interpolation_in_a_row_is_judged_by_prompt_fusions_own_parser(webui, monkeypatch):
    with pytest.raises(HTTPException) as refused:
        made(webui, **FUSED)
    assert "mix" in refused.value.detail
    fusion = Fusion()
    for name in ("prompt_parser", "interpolation_tensor"):
        monkeypatch.setitem(sys.modules, f"lib_prompt_fusion.{name}", fusion)
    monkeypatch.setitem(webui.opts.data, "prompt_fusion_enabled", True)
    assert "[hair, neck, eyes, lips:[sad:smiling:0.3,0.8]:0.2]" in prompts(made(webui, **FUSED))[0]
    from sd_expression_grid.webui.host.prompt_fusion import mixed_texts

    texts = mixed_texts("[hair:[sad:happy:0.3,0.8]:0.2]", 10, lambda text: ["hair"] * 2 + [text] * 8)
    sad, happy = "[hair:sad:0.2]", "[hair:happy:0.2]"
    assert texts[:4] == ("hair", "hair", sad, sad)
    assert texts[4] == f"0.800 {sad} + 0.200 {happy}"
    assert texts[8:] == (happy, happy)


def folder_and_made(study):
    """The study's folder, and whether any of its cells was made just now."""
    return study.told["Study folder"], study.told["Denoiser rows"] != 0


@pytest.fixture
def saved(webui):
    """Makes a saved study of one cell with these values of others, and settings."""

    def save(values=None, **settings):
        settings = {"save_images": True, **settings}
        return folder_and_made(made(webui, values=values, settings=settings, expressions="sad", characters="mei"))

    return save


OFF = {"Harmless": {"args": [False]}, "Units": {"args": [{"enabled": False, "weight": 0.5}, {"enabled": False}]}}


def test_what_is_switched_off_does_not_make_another_study(saved):
    folder, _ = saved()
    assert saved(OFF) == (folder, False)
    assert saved({"Units": {"args": [{"enabled": False, "weight": 1}]}}) == (folder, False)


def unit(**values):
    return {"Units": {"args": [{"enabled": True, "weight": 1.0, "image": [[0, 255]], **values}, {"enabled": False}]}}


def test_what_is_switched_on_counts_by_its_contents_and_numbers_as_numbers(saved):
    folder, is_made = saved(unit())
    assert is_made
    assert saved(unit(weight=1, image=[[0.0, 255]], is_ui=True)) == (folder, False)
    assert saved(unit(image=[[0, 254]]))[1]
    assert saved(unit(weight=0.5))[1]


def test_units_that_come_with_the_webui_count_where_they_are_on(saved, monkeypatch):
    (own,) = (one for one in sys.modules["modules.extensions"].active() if one.path == str(PORTRAITS))
    monkeypatch.setattr(own, "is_builtin", True)
    folder, _ = saved()
    assert saved({"Units": OFF["Units"]}) == (folder, False)
    folder, _ = saved(unit(weight=2))
    assert saved(unit(weight=2.0)) == (folder, False)
    assert saved(unit(weight=2.5))[1]


def test_a_schedule_that_is_the_samplers_own_is_the_same_as_automatic(saved):
    folder, _ = saved(sampler_name="DPM++ 2M", scheduler="Automatic")
    assert saved(sampler_name="DPM++ 2M", scheduler="Karras") == (folder, False)
    assert saved(sampler_name="DPM++ 2M", scheduler="Exponential")[1]


def test_a_cell_as_version_0_1_0_knew_it_counts(webui, saved, monkeypatch):
    from sd_expression_grid.webui.host import identity

    with monkeypatch.context() as before:
        before.setattr(identity, "_script_values", identity._all_script_values)
        folder, _ = saved(OFF)
    assert saved(OFF) == (folder, False)


def test_a_callback_without_a_script_is_somebody_active(tmp_path):  # the last: it starts another stand-in
    with standin.start(tmp_path, [REPOSITORY, LISTENER]) as webui:
        assert made(webui).told["Denoiser rows"] == 7 * OF_A_PICTURE - 4 * SHARED
