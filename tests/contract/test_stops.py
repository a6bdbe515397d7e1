"""Skip, Interrupt, failures and the host's other events, at exact moments: in the stand-in, in process."""

import json
import re
import shutil
from pathlib import Path

import pytest
from fastapi import HTTPException
from PIL import Image

TITLE = "Expression grid"
SETTINGS = {"steps": 6, "width": 64, "height": 64, "seed": 7, "sampler_name": "Euler a", "save_images": True}
STUDY = {
    "expressions": "neutral\nsmile\nsad",
    "characters": "Noor | <lora:Noor:1>\nmei | <lora:mei:1>",
    "switch_at": 0.34,
}


@pytest.fixture
def webui(in_process):
    return in_process


def request_for(study=None, **settings):
    return {**SETTINGS, **settings, "script_name": TITLE, "script_args": [json.dumps({**STUDY, **(study or {})})]}


def run(webui, study=None, **settings):
    shutil.rmtree(webui.data_dir / "outputs", ignore_errors=True)
    answer = webui.txt2img(request_for(study, **settings))
    info = json.loads(answer["info"])
    return Path(info["extra_generation_params"]["Study folder"]), answer, info


def statuses(folder):
    lines = (folder / "cells.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["status"] for line in lines]


def at_call(number, action):
    """Does something at the n-th denoiser call of a run."""
    from modules import script_callbacks

    calls = []

    def count(_params):
        calls.append(1)
        if len(calls) == number:
            action()

    script_callbacks.on_cfg_denoiser(count)


def test_skip_leaves_its_cell_out_and_goes_on(webui):
    at_call(6 + 3, webui.state.skip)
    folder, answer, _ = run(webui)
    assert statuses(folder) == ["done", "skipped", *["done"] * 7]
    assert len(answer["images"]) == 1 + 8
    assert not (folder / "cells/reference/smile_7.png").exists()


def test_skip_leaves_its_batch_out(webui):
    at_call(3, webui.state.skip)
    folder, _, _ = run(webui, {"mode": "batched", "rows_per_batch": 2})
    assert statuses(folder) == ["skipped", "skipped", *["done"] * 7]


def test_interrupt_at_once_drops_the_half_denoised_picture(webui):
    at_call(6 + 3, webui.state.interrupt)
    folder, _, _ = run(webui)
    assert statuses(folder) == ["done", *["interrupted"] * 8]
    assert len(list((folder / "cells").rglob("*.png"))) == 1


def test_interrupt_after_the_current_picture_keeps_it(webui):
    at_call(6 + 3, webui.state.stop_generating)
    folder, _, _ = run(webui)
    assert statuses(folder) == ["done", "done", *["interrupted"] * 7]


def test_a_failed_cell_is_marked_and_the_rest_goes_on(webui):
    folder, _, info = run(webui, {"expressions": "neutral\nsmile | standin-oom\nsad | standin-nan"})
    assert statuses(folder) == ["done", "failed", "failed"] * 3
    record = (folder / "cells.jsonl").read_text(encoding="utf-8")
    assert "CUDA out of memory" in record
    assert "NansException" in record
    assert len(info["infotexts"]) == 1 + 3


def test_batches_that_do_not_fit_into_memory_are_halved_and_the_result_tells_it(webui, monkeypatch):
    from tests.standin.portraits import painter

    sizes = []

    def full(prompts):
        sizes.append(len(prompts))
        if len(prompts) > 2:
            raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB")

    monkeypatch.setattr(painter, "fault_in", full)
    folder, _, info = run(webui, {"mode": "batched", "rows_per_batch": 3})
    assert sizes == [3, 2, 1, 2, 1, 2, 1]
    assert statuses(folder) == ["done"] * 9
    assert "3 rows a batch did not fit into memory: such batches were halved." in str(info)


def test_the_same_failure_everywhere_stops_early(webui):
    with pytest.raises(HTTPException) as raised:
        run(webui, {"composition": "", "expressions": "a | standin-oom a\nb | standin-oom b"})
    assert raised.value.status_code == 422
    assert "every cell so far failed in the same way" in raised.value.detail
    assert webui.state.job_no <= 4


@pytest.fixture
def drawn(monkeypatch):
    """What the grids are drawn of: (figure, what stands in each cell)."""
    from sd_expression_grid.grids import grids

    seen, compose = [], grids.compose_pages

    def watched(figure, open_cell, *others):
        cells = {(r, c): open_cell(y, x) for y, r in enumerate(figure.rows) for x, c in enumerate(figure.columns)}
        seen.append((figure, cells))
        return compose(figure, open_cell, *others)

    monkeypatch.setattr(grids, "compose_pages", watched)
    return seen


def test_a_grid_shows_what_became_of_failed_cells(webui, drawn):
    run(webui, {"expressions": "neutral\nsmile | standin-oom"})
    (_, cells), *_ = drawn
    assert cells["neutral", "Noor"].size == (64, 64)
    assert cells["smile", "Noor"].startswith("failed: RuntimeError: CUDA out of memory")


def test_a_legend_tells_the_pages_settings_and_what_differs(webui, drawn):
    run(webui, {"characters": "mei | <lora:mei:1>\nNoor | <lora:Noor:1> | cfg_scale=3"}, cfg_scale=9)
    legend = dict(drawn[0][0].legend)
    assert legend["CFG scale"] == "9; 3 for Noor"
    assert legend["Seed"] == "7"
    assert legend["Size"] == "64×64"
    assert "[hair, neck, eyes, lips:{expression}:0.34]" in legend["Prompt"]


def test_a_grids_infotext_has_the_pages_cfg_scale(webui):
    _, _, info = run(webui, {"characters": "mei\nNoor | noor | cfg_scale=3"}, cfg_scale=9)
    assert "CFG scale: 9" in info["infotexts"][0]
    assert "CFG scale: 3" in info["infotexts"][-1]


def test_groups_that_are_one_to_a_file_system_have_grids_of_their_own(webui):
    settings = {"grid_extended_filename": True, "save_images_add_number": False}
    long = "a very long title " * 6
    groups = f"[A/B]\nmei\n[A_B]\nNoor\n[{long}one]\nAda\n[{long}two]\nBo"
    for override in ({}, settings):
        folder, _, info = run(
            webui, {"characters": groups, "name": f"groups {len(override)}"}, override_settings=override
        )
        assert len(list(folder.glob("*grid*.png"))) == info["index_of_first_image"] == 4


def test_a_character_called_reference_is_one_where_there_is_no_reference_column(webui):
    _, _, info = run(webui, {"reference": "", "characters": "[A]\nmei\n[B]\nreference | somebody"})
    assert info["index_of_first_image"] == 2


def test_a_full_disk_ends_the_study_and_shows_what_there_is(webui, monkeypatch):
    from sd_expression_grid.store.folder import StudyFolder

    write, written = StudyFolder.write_cell, []

    def full_after_three(*arguments):
        written.append(1)
        if len(written) > 3:
            raise OSError(28, "No space left on device")
        return write(*arguments)

    monkeypatch.setattr(StudyFolder, "write_cell", full_after_three)
    folder, answer, info = run(webui, {"name": "full"})
    assert statuses(folder) == ["done"] * 3
    assert (info["index_of_first_image"], len(answer["images"])) == (1, 4)


def page_of(folder):
    """The study as its page has it."""
    data = re.search(r'<script type="application/json" id="study">(.*?)</script>', (folder / "index.html").read_text())
    return json.loads(data[1])


def test_a_run_writes_the_page_of_the_study_however_it_ends(webui):
    folder, _, _ = run(webui, {"name": "page"})
    assert page_of(folder)["counts"] == {"done": 9}
    at_call(6 + 3, webui.state.interrupt)
    folder, _, _ = run(webui, {"name": "page"})
    assert page_of(folder)["counts"] == {"done": 1, "interrupted": 8}
    with pytest.raises(HTTPException):
        run(webui, {"name": "page", "composition": "", "expressions": "a | standin-oom a\nb | standin-oom b"})
    assert page_of(folder)["counts"] == {"failed": 3, "not made": 3}


def test_a_page_that_cannot_be_written_does_not_lose_the_run(webui, monkeypatch):
    from sd_expression_grid.page import page

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(page, "write_whole", full)
    _, info, _, log = webui.generate(TITLE, [json.dumps(STUDY)], width=64, height=64, steps=6)
    assert len(json.loads(info)["infotexts"]) == 1 + 9
    assert "The page of the study could not be written: " in log
    assert "index.html: cannot be written: [Errno 28] No space left on device" in log


def test_the_places_of_the_cells_are_where_the_grid_has_them(webui):
    folder, _, info = run(webui, {"characters": "[A]\nNoor | <lora:Noor:1>\n[B]\nmei | <lora:mei:1>"})
    places = info["extra_generation_params"]["Grids"]
    assert len(places) == info["index_of_first_image"] == 2
    _, top, bottom = places[1]["rows"][2]
    label, left, right = places[1]["columns"][1]
    with Image.open(folder / "cells/mei/sad_7.png") as cell, Image.open(next(folder.glob("grid - B*.png"))) as grid:
        assert (label, list(grid.size), places[1]["seed"]) == ("mei", places[1]["size"], 7)
        assert grid.crop((left, top, right, bottom)).tobytes() == cell.convert("RGB").tobytes()


def test_grids_drawn_from_disk_are_those_of_the_run(webui):
    from sd_expression_grid.grids.grids import draw_grids
    from sd_expression_grid.store.folder import StudyFolder

    characters = "[A]\nNoor | <lora:Noor:1> | cfg_scale=3\n[B]\nmei | <lora:mei:1>"
    folder, _, info = run(webui, {"characters": characters}, scheduler="Karras")
    drawn = dict(draw_grids(StudyFolder(folder)))
    assert list(drawn) == ["grid - A", "grid - B"]
    sizes = [page.size for page in drawn.values()]
    assert [list(size) for size in sizes] == [places["size"] for places in info["extra_generation_params"]["Grids"]]


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_made(webui):
    (webui.data_dir / "in the way").write_text("")
    webui.opts.set("outdir_txt2img_grids", str(webui.data_dir / "in the way"))
    webui.counter.rows = 0
    with pytest.raises(HTTPException) as raised:
        run(webui)
    assert "the study's folder cannot be written" in raised.value.detail
    assert webui.counter.rows == 0


def upscaled(webui, picture, **settings):
    """What the script answers when the gallery's upscale button is pressed, and the page's processing object."""
    from modules import processing

    script = next(script for script in webui.runner.selectable_scripts if script.title() == TITLE)
    p = processing.StableDiffusionProcessingTxt2Img(**settings)
    p.txt2img_upscale, p.firstpass_image = True, picture
    return script.run(p, ""), p


def test_a_cell_of_the_gallery_is_upscaled_with_its_own_prompts_and_cfg_scale(webui):
    folder, _, _ = run(webui, {"characters": "Noor | <lora:Noor:1> | cfg_scale=4 | negative=beard"})
    page = {
        "prompt": "{expression}",
        "negative_prompt": "",
        "styles": ["ink"],
        "hr_prompt": "{character}",
        "cfg_scale": 7,
    }
    with Image.open(folder / "cells/Noor/sad_7.png") as cell:
        processed, p = upscaled(webui, cell, **page)
    assert processed is None
    assert p.prompt == "closeup of woman facing viewer, [hair, neck, eyes, lips:sad:0.34], RAW photo, <lora:Noor:1>"
    assert p.negative_prompt.endswith("2girls, beard")
    assert (p.styles, p.hr_prompt, p.hr_negative_prompt, p.cfg_scale) == ([], "", "", 4)


def test_a_grid_of_the_gallery_and_a_picture_without_infotext_are_not_upscaled(webui):
    folder, _, _ = run(webui)
    with Image.open(next(folder.glob("grid*.png"))) as grid:
        for picture, reason in ((grid, "this is a grid"), (Image.new("RGB", (8, 8)), "has no infotext")):
            processed, p = upscaled(webui, picture, prompt="{expression}")
            assert processed.images == [picture]
            assert reason in processed.comments
            assert p.prompt == "{expression}"


def test_the_panel_works_after_reload_ui(webui):
    webui.reload()
    folder, _, _ = run(webui)
    assert statuses(folder) == ["done"] * 9
    assert webui.runner.titles.count(TITLE) == 1


def test_the_panel_has_no_two_labels_alike_and_only_known_components(webui):
    script = next(script for script in webui.runner.selectable_scripts if script.title() == TITLE)
    labels = [control.label for control in script.controls]
    assert len(set(labels)) == len(labels) > 10
    assert all(control.elem_id.startswith("script_expression_grid_") for control in script.controls)


def test_progress_counts_the_whole_study(webui):
    seen = []
    at_call(6 * 4 + 1, lambda: seen.append((webui.state.job_no, webui.state.job_count, webui.state.textinfo)))
    run(webui)
    assert seen == [(4, 9, "row 2 of 3, column 2 of 3: Noor, smile")]


PACKED = {
    "characters": "a woman\nanother\nNoor | <lora:Noor:1>", "seeds": [1, 2], "mode": "batched", "rows_per_batch": 4,
}  # fmt: skip


def texts(webui, **study):
    """What the progress says in a run, in its order."""
    from modules import script_callbacks

    seen = []
    script_callbacks.on_cfg_denoiser(lambda _: seen.append((webui.state.job_no, webui.state.textinfo)))
    run(webui, study)
    jobs = dict(seen)
    assert list(jobs) == list(range(len(jobs)))
    return list(jobs.values())


def test_progress_tells_which_seeds_and_columns_a_batch_is_of(webui):
    assert texts(webui, **PACKED) == [
        "4 cells, column 1 of 4, seeds 1, 2: reference",
        "4 cells, columns 1 to 2 of 4, seeds 1, 2: reference to a woman",
        "4 cells, column 2 of 4, seeds 1, 2: a woman",
        "4 cells, column 3 of 4, seeds 1, 2: another",
        "rows 2 to 3 of 3, column 3 of 4, seed 2: another",
        "4 cells, column 4 of 4, seeds 1, 2: Noor",
        "rows 2 to 3 of 3, column 4 of 4, seed 2: Noor",
    ]
    assert texts(webui, **{**PACKED, "seeds": [1], "rows_per_batch": 8}) == [
        "8 cells, columns 1 to 3 of 4: reference to another",
        "row 3 of 3, column 3 of 4: another, sad",
        "rows 1 to 3 of 3, column 4 of 4: Noor",
    ]


def test_columns_with_other_weights_behind_and_do_not_share_a_batch(webui):
    """Forge weighs the parts of all pictures of a batch like those of the last."""
    columns = "a AND city :0.5\nb AND sea :0.5\nc AND city :0.8"
    assert texts(webui, **{**PACKED, "reference": "", "characters": columns, "seeds": [1], "rows_per_batch": 8}) == [
        "6 cells, columns 1 to 2 of 3: a AND city :0.5 to b AND sea :0.5",
        "rows 1 to 3 of 3, column 3 of 3: c AND city :0.8",
    ]


def test_an_interrupt_or_skip_leaves_out_a_batch_of_several_columns_and_the_rest_is_made_later(webui):
    at_call(6 + 3, webui.state.skip)
    at_call(2 * 6 + 3, webui.state.interrupt)
    folder, _, _ = run(webui, {**PACKED, "name": "packed"})
    assert statuses(folder) == ["done"] * 4 + ["skipped"] * 4 + ["interrupted"] * 16
    webui.state.interrupted = False
    webui.counter.rows = 0
    answer = json.loads(webui.txt2img(request_for({**PACKED, "name": "packed"}))["info"])
    assert statuses(folder)[24:] == ["done"] * 20
    assert answer["extra_generation_params"]["Denoiser rows"] == webui.counter.rows


def test_the_live_preview_shows_the_cells_of_a_batch_of_several_columns_in_their_places(webui):
    sheets = []
    at_call(6 + 1, lambda: sheets.append(webui.state.current_image.copy()))
    folder, _, _ = run(webui, {**PACKED, "seeds": [1], "rows_per_batch": 8, "name": "preview"})
    (sheet,) = sheets
    for column, label in enumerate(("reference", "a woman")):
        with Image.open(folder / f"cells/{label}/smile_1.png") as cell:
            assert sheet.crop((66 * column, 66, 66 * column + 64, 130)).tobytes() == cell.convert("RGB").tobytes()


def test_the_live_preview_is_the_grid(webui):
    sheets = []
    at_call(6 * 4 + 3, lambda: sheets.append(webui.state.current_image.copy()))
    folder, _, _ = run(webui, {"name": "preview"})
    (sheet,) = sheets
    assert sheet.size == (3 * 64 + 4, 3 * 64 + 4)
    with Image.open(folder / "cells/reference/smile_7.png") as cell:
        assert sheet.crop((0, 66, 64, 130)).tobytes() == cell.convert("RGB").tobytes()
    assert "assign_current_image" not in vars(webui.state)


def test_cells_that_were_there_have_a_tick_in_the_live_preview(webui):
    folder, _, _ = run(webui, {"name": "preview"})
    (folder / "cells/Noor/neutral_7.png").unlink()
    (folder / "cells/Noor/smile_7.png").unlink()
    sheets = []
    at_call(6 + 3, lambda: sheets.append(webui.state.current_image.copy()))
    webui.txt2img(request_for({"name": "preview"}))
    (sheet,) = sheets
    colours = {place: place_colours(sheet, *place) for place in ((0, 0), (1, 0), (1, 1), (1, 2))}
    assert colours[0, 0] == colours[1, 2] == {(58, 62, 70), (120, 126, 136)}
    assert colours[1, 1] == {(58, 62, 70)}  # yet to be made
    assert len(colours[1, 0]) > 2


def place_colours(sheet, column, row):
    box = 66 * column, 66 * row, 66 * column + 64, 66 * row + 64
    return {colour for _, colour in sheet.crop(box).getcolors(64 * 64)}


@pytest.mark.parametrize(
    ("settings", "pattern"),
    [
        ({"grid_format": "jpg"}, "grid*.jpg"),
        ({"grid_format": "webp"}, "grid*.webp"),
        ({"grid_extended_filename": True, "save_images_add_number": False}, "*grid.png"),
        ({"save_to_dirs": True, "grid_save_to_dirs": True}, "grid*.png"),
    ],
)
def test_grids_follow_the_users_settings(webui, settings, pattern):
    folder, _, info = run(webui, override_settings=settings)
    assert len(list(folder.glob(pattern))) == 1
    assert info["index_of_first_image"] == 1


def test_grids_that_are_not_saved_are_shown_all_the_same(webui):
    folder, answer, _ = run(webui, override_settings={"grid_save": False})
    assert not list(folder.glob("grid*"))
    assert len(answer["images"]) == 10


def test_several_pages_and_seeds_have_names_of_their_own(webui):
    settings = {"img_max_size_mp": 0.03, "grid_extended_filename": True, "save_images_add_number": False}
    folder, _, info = run(webui, {"seeds": [1, 2]}, override_settings=settings)
    names = [file.name for file in folder.glob("*grid*.png")]
    assert len(names) == info["index_of_first_image"] >= 4


def test_every_infotext_names_the_embeddings_of_its_cell(webui):
    study = {"expressions": "neutral", "characters": "Ember | ember_nobody", "reference": "", "seeds": [1, 2]}
    folder, _, _ = run(webui, study, negative_prompt="z-face-01")
    infotexts = [json.loads(line)["infotext"] for line in (folder / "cells.jsonl").read_text().splitlines()]
    assert len(infotexts) == 2
    assert all("ember_nobody: " in text and "z-face-01: " in text for text in infotexts)


@pytest.mark.parametrize(("rows", "told"), [("neutral", "1 cell: 1 done"), ("neutral\nsad", "2 cells: 2 done")])
def test_how_many_cells_are_done_is_told(webui, rows, told):
    _, _, info = run(webui, {"expressions": rows, "characters": "mei", "reference": ""})
    assert told in info["extra_generation_params"]["Comments"]
