"""What version 0.1.0 made is not made again: the stand-in goes on with its folders, and answers its requests."""

import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from sd_expression_grid import __version__
from tests.old_data import V0_1_0, contains, request_of

ANSWER = "Expression grid answer"
OWN_VERSION = "the extension Expression grid"


@pytest.fixture
def webui(in_process, tmp_path):
    shutil.copytree(V0_1_0 / "studies", tmp_path / "studies")
    in_process.opts.set("outdir_txt2img_grids", str(tmp_path / "studies"))
    return in_process


def made(webui, body):
    """(folder, the lines that were added to its record)"""
    before = {file: file.read_text(encoding="utf-8") for file in _records(webui)}
    info = json.loads(webui.txt2img(body)["info"])
    folder = Path(info["extra_generation_params"]["Study folder"])
    record = folder / "cells.jsonl"
    assert record in before, "a new folder was begun"
    text = record.read_text(encoding="utf-8")
    assert text.startswith(before[record])
    return folder, [json.loads(line) for line in text.removeprefix(before[record]).splitlines()]


def _records(webui):
    return Path(webui.opts.outdir_txt2img_grids).glob("*/cells.jsonl")


def test_only_the_missing_cells_of_an_old_study_are_made(webui):
    folder, lines = made(webui, request_of("study"))
    cells = {(line["character"], line["expression"], line["seed"]) for line in lines}
    rest = {("June", "sad", 11), *(("June", row, 12) for row in ("neutral", "smile: open", "sad"))}
    worn = {("worn", row, seed) for row in ("neutral", "smile: open", "sad") for seed in (11, 12)}
    assert cells == {("mei", "sad", 11)} | rest | worn
    assert {line["status"] for line in lines} == {"done"}
    assert len(list(folder.glob("cells/*/*.png"))) == 36
    assert made(webui, request_of("study")) == (folder, [])


@pytest.mark.parametrize("name", ["batched", "scout"])
def test_nothing_of_a_finished_old_study_is_made(webui, name):
    webui.counter.calls = 0
    assert made(webui, request_of(name))[1] == []
    assert webui.counter.calls == 0


def test_what_an_old_command_asks_is_answered_alike(webui):
    answers = {}
    for name in ("look", "make"):
        answers[name] = json.loads(webui.txt2img(request_of(name))["info"])["extra_generation_params"][ANSWER]
        old = json.loads((V0_1_0 / f"api/{name}-answer.json").read_text(encoding="utf-8"))
        contains(answers[name], old, leave=["png", OWN_VERSION])
    assert answers["look"]["equipment"][OWN_VERSION] == __version__


def pasted(webui, infotext):
    """The values of the fields that it fills, by their labels."""
    return {label: update["value"] for label, update in webui.paste(infotext).items() if "value" in update}


def test_an_old_grids_infotext_fills_the_panel(webui):
    study = json.loads(request_of("study")["script_args"][0])
    fields = pasted(webui, (V0_1_0 / "grid.txt").read_text(encoding="utf-8"))
    panel = {"Expressions": study["expressions"], "Characters": study["characters"], "Seeds of the study": "11, 12"}
    panel |= {"Name of the study": "kept", "Switch point": 0.34, "Mode of the study": "exact"}
    page = {"Prompt": study["prompt"], "Negative prompt": study["negative_prompt"], "Seed": 11, "CFG Scale": 6.5}
    contains(fields, panel | page)


def test_an_old_grids_file_fills_the_panel(webui):
    with Image.open(V0_1_0 / "grid.png") as grid:
        fields = pasted(webui, grid.info["parameters"])
    contains(fields, {"Mode of the study": "batched", "Rows a batch": 2, "Grid margin": 2, "Grid ground": "dark"})
    contains(fields, {"Legend with the settings": False, "Characters": "Noor | <lora:Noor:1>"})


def test_an_old_cells_infotext_makes_its_picture(webui):
    infotext = (V0_1_0 / "cell.txt").read_text(encoding="utf-8")
    prompt, negative, cfg_scale, seed = re.fullmatch(
        r"(.*)\nNegative prompt: (.*)\nSteps: .*CFG scale: ([\d.]+), Seed: (\d+),.*", infotext
    ).groups()
    body = {**request_of("study"), "script_name": None, "script_args": [], "prompt": prompt, "save_images": False}
    answer = webui.txt2img({**body, "negative_prompt": negative, "cfg_scale": float(cfg_scale), "seed": int(seed)})
    assert json.loads(answer["info"])["infotexts"] == [infotext]
