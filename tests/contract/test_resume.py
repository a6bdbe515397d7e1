"""A study goes on where it was left: in the stand-in, in process, and killed as a process of its own."""

import html
import json
import random
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import hosts

SETTINGS = {"steps": 6, "width": 64, "height": 64, "seed": 7, "sampler_name": "Euler a", "save_images": True}
STUDY = {
    "expressions": "neutral\nsmile\nsad",
    "characters": "Noor | <lora:Noor:1>\nmei | <lora:mei:1>",
    "switch_at": 0.34,
    "name": "story",
}
CELLS, CALLS = 9, 6


class Killed(BaseException):
    """Stands for a crash: nothing in the extension may catch it."""


@pytest.fixture
def webui(in_process, tmp_path):
    in_process.opts.set("outdir_txt2img_grids", str(tmp_path))
    in_process.opts.set("expression_grid_shared_steps", False)
    return in_process


def run(webui, study=None, **settings):
    """(folder, pictures made, comments)"""
    webui.counter.calls = 0
    asked = {**STUDY, **(study or {})}
    request = {**SETTINGS, **settings, "script_name": hosts.TITLE, "script_args": [json.dumps(asked)]}
    info = json.loads(webui.txt2img(request)["info"])
    return Path(info["extra_generation_params"]["Study folder"]), webui.counter.calls / CALLS


def at_call(number, action):
    from modules import script_callbacks

    calls = []

    def count(_params):
        calls.append(1)
        if len(calls) == number:
            action()

    script_callbacks.on_cfg_denoiser(count)


def kill():
    raise Killed


def record(folder):
    """The last status of every cell."""
    lines = (folder / "cells.jsonl").read_text(encoding="utf-8").splitlines()
    read = [json.loads(line) for line in lines]
    return {(line["character"], line["expression"], line["seed"]): line for line in read}


def pixels(folder):
    return {key: np.asarray(Image.open(folder / line["file"])).tobytes() for key, line in record(folder).items()}


def test_after_an_interrupt_only_the_missing_cells_are_made(webui):
    at_call(3 * CALLS + 2, webui.state.interrupt)
    folder, _ = run(webui)
    assert [line["status"] for line in record(folder).values()] == ["done"] * 3 + ["interrupted"] * 6
    webui.state.interrupted = False
    again, made = run(webui)
    assert (again, made) == (folder, 6)
    assert {line["status"] for line in record(folder).values()} == {"done"}


def files_of(folder):
    return {file.name: file.read_bytes() for file in folder.glob("grid*.png")}


def test_with_nothing_to_do_the_grid_on_disk_is_shown(webui):
    folder, made = run(webui)
    grids = files_of(folder)
    assert (made, len(grids)) == (CELLS, 1)
    again, made = run(webui)
    assert (again, made) == (folder, 0)
    assert files_of(folder) == grids


@pytest.mark.slow
def test_a_grid_that_shows_something_else_or_is_gone_is_drawn_and_none_is_written_over(webui):
    folder, _ = run(webui)
    grids = files_of(folder)
    (first,) = folder.glob("grid*.png")
    more = {"expressions": STUDY["expressions"] + "\nbored"}
    for change in (more, {"grid": {"margin": 2}}, {"grid": {"ground": "dark"}}):
        before = files_of(folder)
        assert run(webui, change)[0] == folder
        assert files_of(folder).items() > before.items()
    first.unlink()
    before = files_of(folder)
    assert run(webui) == (folder, 0)
    (new,) = files_of(folder).keys() - before.keys()
    assert files_of(folder)[new] == grids[first.name]


@pytest.mark.parametrize("settings", [{"enable_pnginfo": False}, {"grid_format": "jpg"}])
def test_another_format_of_grids_is_drawn(webui, settings):
    folder, _ = run(webui)
    run(webui, override_settings=settings)
    assert len(list(folder.glob("grid*"))) == 3  # and the record of them


def test_only_added_rows_and_columns_are_made(webui):
    folder, _ = run(webui)
    more = {"expressions": STUDY["expressions"] + "\nbored", "characters": STUDY["characters"] + "\nJune"}
    assert run(webui, more) == (folder, 4 + 3)  # the new column's four rows, and the new row of the others
    assert len(record(folder)) == 16


def test_another_cfg_scale_makes_all_again_and_loses_nothing(webui):
    folder, _ = run(webui)
    before = {file: file.read_bytes() for file in folder.rglob("*.png")}
    assert len(before) == CELLS + 1
    again, made = run(webui, cfg_scale=4)
    assert (again, made) == (folder, CELLS)
    assert all(file.read_bytes() == data for file, data in before.items())


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        {"steps": 7}, {"sampler_name": "Euler"}, {"width": 72}, {"styles": ["Studio"]},
        {"override_settings": {"CLIP_stop_at_last_layers": 2}}, {"subseed": 3, "subseed_strength": 0.5},
    ],
)  # fmt: skip
def test_whatever_changes_pixels_makes_cells_again(webui, change):
    folder, _ = run(webui)
    assert run(webui, **change)[1] >= CELLS
    assert run(webui)[0] == folder


def test_a_changed_lora_file_makes_its_cells_again(webui):
    folder, _ = run(webui)
    file = webui.data_dir / "models/Lora/Noor.safetensors"
    other, before = webui.data_dir / "models/Lora/aria_v2.safetensors", file.read_bytes()
    file.write_bytes(other.read_bytes())
    try:
        assert run(webui) == (folder, 3)
    finally:
        file.write_bytes(before)


def test_failed_cells_are_tried_again(webui):
    from tests.standin.portraits import painter

    painter.faults["crying"] = "oom"
    try:
        folder, _ = run(webui, {"expressions": "neutral\nsmile\nsad | crying"})
    finally:
        del painter.faults["crying"]
    assert [line["status"] for line in record(folder).values()].count("failed") == 3
    assert run(webui, {"expressions": "neutral\nsmile\nsad | crying"}) == (folder, 3)


def test_an_unfinished_study_goes_on_with_its_own_random_seeds(webui):
    at_call(3 * CALLS + 2, webui.state.interrupt)
    folder, _ = run(webui, seed=-1, subseed=-1, subseed_strength=0.2)
    webui.state.interrupted = False
    again, made = run(webui, seed=-1, subseed=-1, subseed_strength=0.2)
    assert (again, made) == (folder, 6)
    assert len({seed for _, _, seed in record(folder)}) == 1


def test_a_finished_study_gets_new_random_seeds_in_a_new_folder(webui):
    folder, _ = run(webui, seed=-1)
    again, made = run(webui, seed=-1)
    assert again != folder
    assert again.name == "story 2"
    assert made == CELLS


def test_a_name_finds_the_study_of_that_name_whose_cells_fit(webui):
    first, _ = run(webui, seed=-1)
    second, _ = run(webui, seed=-1)
    (seed_of_first,), (seed_of_second,) = ({seed for _, _, seed in record(folder)} for folder in (first, second))
    assert (first.name, second.name) == ("story", "story 2")
    assert run(webui, seed=seed_of_first) == (first, 0)
    assert run(webui, seed=seed_of_second) == (second, 0)
    assert run(webui, {"name": "story 2"}, seed=seed_of_second) == (second, 0)
    assert run(webui, seed=seed_of_second, cfg_scale=4) == (first, CELLS)  # none fits: the folder of the exact name


def test_a_name_with_a_number_is_no_later_study_of_the_name_without(webui):
    numbered, _ = run(webui, {"name": "story 20"})
    study = (numbered / "study.json").read_bytes()
    plain, made = run(webui, cfg_scale=4)
    assert (plain.name, made) == ("story", CELLS)
    assert (numbered / "study.json").read_bytes() == study


def test_an_interrupt_with_settings_chosen_by_mistake_takes_no_cell_away(webui):
    folder, _ = run(webui)
    before = record(folder)
    at_call(1, webui.state.interrupt)
    assert run(webui, cfg_scale=4)[0] == folder
    webui.state.interrupted = False
    assert record(folder) == before
    assert run(webui) == (folder, 0)


def test_cells_of_earlier_settings_count_again_and_the_record_says_so(webui):
    folder, _ = run(webui)
    before = record(folder)
    assert run(webui, cfg_scale=4) == (folder, CELLS)
    assert record(folder) != before
    assert run(webui) == (folder, 0)
    assert record(folder) == before


def notes(webui, study=None, **settings):
    """What is told under the pictures, without the counts and the place."""
    page = {key: value for key, value in {**SETTINGS, **settings}.items() if key != "save_images"}
    log = webui.generate(hosts.TITLE, [json.dumps({**STUDY, **(study or {})})], **page)[3]
    lines = re.sub(r"<.*?>", "", html.unescape(log)).splitlines()
    return [line for line in lines if re.search("finished|on disk", line)]


def test_it_is_told_when_a_finished_study_is_begun_again_with_new_seeds(webui):
    first, _ = run(webui, seed=-1)
    (seed,) = {seed for _, _, seed in record(first)}
    (note,) = notes(webui, seed=-1)
    assert f"'story' is finished, with the seed {seed}; with seed -1, all is made again with new ones" in note
    assert notes(webui, seed=seed) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cfg_scale": 4}, "CFG scale 7"), ({"steps": 7}, "Steps 6"), ({"width": 72}, "Size 64x64"),
        ({"sampler_name": "Euler"}, "Sampler Euler a"), ({"seed": 8}, "seed 7"),
    ],
)  # fmt: skip
def test_it_is_told_which_setting_of_cells_on_disk_is_another(webui, change, reason):
    run(webui)
    assert notes(webui) == []
    assert notes(webui, **change) == [f"9 on disk have {reason}"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"prompt": "{expression}, {character}"}, "another prompt"),
        ({"negative_prompt": "blurry"}, "another negative prompt"),
        ({"mode": "batched"}, "another mode, setting or network file"), ({"seeds": [9]}, "seed 7"),
    ],
)  # fmt: skip
def test_it_is_told_what_else_cells_on_disk_do_not_count_for(webui, change, reason):
    run(webui)
    assert notes(webui, change) == [f"9 on disk have {reason}"]


def test_a_study_without_a_name_goes_on_too(webui):
    at_call(3 * CALLS + 2, webui.state.interrupt)
    folder, _ = run(webui, {"name": ""}, seed=-1)
    webui.state.interrupted = False
    assert run(webui, {"name": ""}, seed=-1) == (folder, 6)
    assert run(webui, {"name": "", "composition": "hair"}, seed=-1)[1] == CELLS


def test_a_torn_file_is_named_and_made_again(webui):
    folder, _ = run(webui)
    torn = folder / "cells/Noor/sad_7.png"
    torn.write_bytes(torn.read_bytes()[:50])
    webui.counter.calls = 0
    page = {key: value for key, value in SETTINGS.items() if key != "save_images"}
    log = webui.generate(hosts.TITLE, [json.dumps(STUDY)], **page)[3]
    assert "is not the picture that was saved; the cell is made again." in log
    assert webui.counter.calls == CALLS


def test_an_edited_record_is_an_error(webui):
    folder, _ = run(webui)
    with (folder / "cells.jsonl").open("a") as file:
        file.write("nonsense\n")
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the WebUI's HTTPException has no text
        run(webui)
    assert "line 10: is no record of a cell" in raised.value.detail


@pytest.mark.slow
def test_a_crash_at_any_moment_costs_only_the_cell_in_flight(webui, tmp_path):
    undisturbed = pixels(run(webui, {"name": "undisturbed"})[0])
    for number, point in enumerate(random.Random(4).sample(range(1, CELLS * CALLS), 20)):
        webui.reset()
        webui.opts.set("outdir_txt2img_grids", str(tmp_path))
        webui.opts.set("expression_grid_shared_steps", number % 2 == 0)
        at_call(point, kill)
        name = {"name": f"crash {number}"}
        with pytest.raises(Killed):
            run(webui, name)
        finished = (point - 1) // CALLS
        webui.opts.set("expression_grid_shared_steps", False)
        folder, made = run(webui, name)
        assert made == CELLS - finished
        assert pixels(folder) == undisturbed


@pytest.mark.slow
def test_kill_9_costs_only_the_cell_in_flight(tmp_path):
    study = tmp_path / "study.json"
    study.write_text(json.dumps({**STUDY, "expressions": STUDY["expressions"] + "\nbored\nangry"}))
    command = [sys.executable, "-m", "tests.standin", "--data", str(tmp_path / "data"), "--study", str(study)]
    lines = tmp_path / "data/outputs/txt2img-grids/story/cells.jsonl"
    process = subprocess.Popen([*command, "--seconds-per-step", "0.01"], cwd=hosts.ROOT, stdout=subprocess.PIPE)
    while process.poll() is None and not (lines.exists() and lines.read_text().count("\n") >= 4):
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = lines.read_text().splitlines()
    assert 4 <= len(before) < 15
    subprocess.run(command, cwd=hosts.ROOT, check=True, capture_output=True)
    after = lines.read_text().splitlines()
    assert after[: len(before)] == before
    assert len(after) == 15
