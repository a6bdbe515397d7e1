"""A study through the API, on the stand-in and on a real WebUI alike."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from PIL import Image

from sd_expression_grid.study.preset_lists import preset_text, preset_titles
from sd_expression_grid.study.schema import study_from_dict
from tests.pixels import difference

STUDY = {
    "expressions": "neutral | neutral face\nsmile | smile: big (teeth:1.2)\nsad | [sad|crying] eyes closed",
    "characters": (
        "[LoRAs]\nNoor | <lora:Noor:0.8> noor woman | cfg_scale=5 | negative=old\nmei | <lora:mei:1> AND city\n"
        "[Embeddings]\nember_nobody"
    ),
    "switch_at": 0.34,
}


def lasting(webui, infotext):
    """An infotext without what reForge takes over from the pictures before: the hashes of embeddings."""
    return re.sub(', TI hashes: "[^"]*"', "", infotext) if webui.name == "reforge" else infotext


def test_the_script_is_listed(webui):
    assert "expression grid" in webui.get("/sdapi/v1/scripts")["txt2img"]
    assert "expression grid" in webui.get("/sdapi/v1/scripts")["img2img"]


def test_a_study_is_a_folder_of_grids_and_cells(webui):
    answer = webui.study({**STUDY, "name": uuid4().hex})  # a real WebUI may have the study of an earlier run
    assert answer.status == 200
    assert len(answer.grids) == 2
    assert len(answer.cells) == 12
    files = sorted(str(file.relative_to(answer.folder)) for file in answer.folder.rglob("*") if file.is_file())
    cells = [file for file in files if file.startswith("cells/")]
    assert len(cells) == 12
    assert "cells/Noor/smile_7.png" in cells
    infotexts = [file for file in files if file.startswith("infotexts/")]
    assert infotexts == [f"infotexts/{column}.js" for column in range(4)]
    assert [file.split("-")[0] for file in files if file not in cells + infotexts] == [
        "cells.jsonl", "grid ", "grid ", "grids.jsonl", "index.html", "study.json",
    ]  # fmt: skip


def test_study_json_says_everything_that_was_asked_for(webui):
    folder = webui.study(STUDY).folder
    written = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    study = study_from_dict(written)
    assert study.seeds == (7,)
    assert [character.kind for character in study.characters] == ["lora", "lora", "embedding"]
    assert study.prompt.startswith("closeup of woman")
    assert study.expressions == study_from_dict(STUDY).expressions


def test_every_cell_is_recorded_with_its_file_and_infotext(webui):
    answer = webui.study(STUDY)
    lines = (answer.folder / "cells.jsonl").read_text(encoding="utf-8").splitlines()
    record = [line for line in map(json.loads, lines) if line["seed"] == 7]
    assert [line["status"] for line in record] == ["done"] * 12
    for line, (picture, infotext) in zip(record, answer.cells, strict=True):
        assert line["infotext"] == infotext
        with Image.open(answer.folder / line["file"]) as file:
            assert file.info["parameters"] == infotext
            assert difference(file, picture) == 0


def test_a_cells_infotext_is_that_of_an_ordinary_picture(webui):
    for _, infotext in webui.study(STUDY).cells:
        assert "Script:" not in infotext
        assert "expression" not in infotext.lower()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {
            "sampler_name": "DPM++ 2M SDE", "prompt": "(photo:1.2) BREAK {expression}, {character}",
            "negative_prompt": "{character} x",
        },
        {"sampler_name": "DPM++ 2S a", "override_settings": {"CLIP_stop_at_last_layers": 2}},
        {
            "enable_hr": True, "hr_scale": 1.5, "hr_upscaler": "Latent", "denoising_strength": 0.6,
            "hr_prompt": "sharp {expression}, {character}", "hr_second_pass_steps": 3,
        },
        {"subseed": 11, "subseed_strength": 0.4}, {"cfg_scale": 1},
    ],
    ids=["plain", "own prompts", "second order", "hires", "variation", "no guidance"],
)  # fmt: skip
def test_a_cell_is_the_very_picture_that_its_infotext_makes(webui, settings):
    for picture, infotext in webui.study(STUDY, **settings).cells:
        again, text = webui.again(infotext, **{k: v for k, v in settings.items() if k not in ("prompt", "hr_prompt")})
        assert with_hashes_once(lasting(webui, text)) == with_hashes_once(lasting(webui, infotext))
        assert difference(picture, again) == 0, infotext


def with_hashes_once(infotext):
    """A single picture leaves hashes of embeddings out whose prompt it had encoded before; a cell has them all.

    Forge names them, once for each text of a call, and in quotes where there are several.
    """

    def once(found):
        return found[1] + ", ".join(dict.fromkeys(found[2].strip('"').split(", ")))

    return re.sub(r'(TI(?: hashes)?: )("[^"]*"|[^",]*)', once, infotext)


@pytest.mark.host
def test_every_sampler_makes_the_very_pictures_of_single_runs(real_server):
    long = ", ".join(f"word{n}" for n in range(60))
    study = {
        "expressions": f"bored\nheavy | (sad:1.3), [open:closed:0.5] mouth\nloud | laughing BREAK aloud\nlong | {long}",
        "characters": "mei | <lora:mei:1> mei AND soft light :0.6",
    }
    settings = {"steps": 10, "save_images": False}
    worst = {}
    for sampler in [sampler["name"] for sampler in real_server.get("/sdapi/v1/samplers")]:
        answer = real_server.study(study, sampler_name=sampler, **settings)
        again = [real_server.again(text, sampler_name=sampler, **settings)[0] for _, text in answer.cells]
        worst[sampler] = max(difference(cell[0], other) for cell, other in zip(answer.cells, again, strict=True))
        if worst[sampler] and not repeats(real_server, answer.cells[0][1], sampler_name=sampler, **settings):
            del worst[sampler]  # such as reForge's "DPM++ SDE Comfy", whose noise does not depend on the seed
        else:
            assert answer.info["extra_generation_params"]["Denoiser rows"] > 0, sampler
    assert len(worst) >= 15
    assert not any(worst.values()), worst


def repeats(webui, infotext, **settings):
    return difference(*(webui.again(infotext, **settings)[0] for _ in range(2))) == 0


@pytest.mark.host
def test_a_real_column_of_nine_rows_takes_280_rows_of_the_denoiser_or_272(real_server):
    study = {"expressions": preset_text(preset_titles()[0]), "characters": "Noor | <lora:Noor:1>", "reference": ""}
    for sampler in ("Euler a", "DPM++ 2M"):
        settings = {"sampler_name": sampler, "steps": 20, "save_images": False}
        exact = real_server.study(study, **settings)
        batched = real_server.study({**study, "mode": "batched", "rows_per_batch": 9}, **settings)
        rows = [answer.info["extra_generation_params"]["Denoiser rows"] for answer in (exact, batched)]
        assert rows == [280, 272]


def test_rows_of_a_batch_differ_invisibly_from_single_pictures(webui):
    expressions = STUDY["expressions"] + "\nlong | " + ", ".join(f"word{n}" for n in range(60))
    study = {**STUDY, "expressions": expressions, "mode": "batched", "rows_per_batch": 4}
    for picture, infotext in webui.study(study).cells:
        assert difference(picture, webui.again(infotext)[0]) <= 1, infotext


PACKED = {
    "expressions": "neutral | neutral face\nsmile | smile: big",
    "characters": (
        "[Words]\na woman | red hair | negative=old\nanother | blond hair AND city :0.8\nthird | hat AND city :0.3\n"
        "[Networks]\nNoor | <lora:Noor:0.8> noor woman\nember_nobody"
    ),
    "switch_at": 0.34,
    "seeds": [7, 8],
    "mode": "batched",
}


@pytest.mark.parametrize(
    ("size", "settings"),
    [
        (8, {"subseed": 11, "subseed_strength": 0.4}),
        *(
            pytest.param(size, settings, marks=pytest.mark.slow)
            for size, settings in [
                (5, {}), (32, {"sampler_name": "DPM++ 2M SDE"}),
                (8, {"enable_hr": True, "hr_scale": 1.5, "hr_upscaler": "Latent", "denoising_strength": 0.6}),
            ]
        ),
    ],
    ids=["variation", "plain", "noise in every step", "hires"],
)  # fmt: skip
def test_cells_of_a_batch_over_seeds_and_columns_differ_invisibly_from_single_pictures(webui, size, settings):
    answer = webui.study({**PACKED, "rows_per_batch": size}, **settings, save_images=False)
    assert len(answer.cells) == 6 * 2 * 2
    for picture, infotext in answer.cells:
        again, text = webui.again(infotext, **settings)
        assert with_hashes_once(lasting(webui, text)) == with_hashes_once(lasting(webui, infotext))
        assert difference(picture, again) <= 1, infotext


@pytest.mark.parametrize("hires_prompt", ["", "sharp {expression}, {character}"])
def test_rows_of_a_batch_with_hires_fix_differ_invisibly_too(webui, hires_prompt):
    settings = {"enable_hr": True, "hr_scale": 1.5, "hr_upscaler": "Latent", "denoising_strength": 0.6}
    study = {**STUDY, "characters": "mei | <lora:mei:1>", "mode": "batched"}
    for picture, infotext in webui.study(study, **settings, hr_prompt=hires_prompt).cells:
        again, text = webui.again(infotext, **settings)
        assert lasting(webui, text) == lasting(webui, infotext)
        assert difference(picture, again) <= 1, infotext


def test_an_adaptive_sampler_is_never_batched(webui):
    study = {**STUDY, "characters": "mei", "mode": "batched"}
    if webui.name == "neo":
        pytest.skip("Neo has none")
    for picture, infotext in webui.study(study, sampler_name="DPM adaptive").cells:
        assert difference(picture, webui.again(infotext, sampler_name="DPM adaptive")[0]) == 0


@pytest.mark.alone
def test_without_saving_everything_comes_back_and_nothing_is_written(webui):
    whole = {"override_settings": {"grid_format": "png"}}  # a saved grid comes back as it was saved
    saved = webui.study(STUDY, **whole)
    before = sorted(saved.folder.parent.rglob("*"))
    answer = webui.study(STUDY, save_images=False, **whole)
    assert len(answer.pictures) == len(saved.pictures)
    assert "Study folder" not in answer.info["extra_generation_params"]
    assert sorted(saved.folder.parent.rglob("*")) == before
    for one, other in zip(answer.pictures, saved.pictures, strict=True):
        assert difference(one, other) == 0


@pytest.mark.alone
def test_cells_are_not_saved_a_second_time(webui):
    folder = webui.study(STUDY).folder
    samples = folder.parent.parent / "txt2img-images"
    webui.txt2img(prompt="a woman", save_images=True)
    before = sorted(samples.rglob("*.*"))
    assert before
    webui.study(STUDY)
    assert sorted(samples.rglob("*.*")) == before


def test_the_pages_batches_are_seeds_with_a_grid_each(webui):
    answer = webui.study({**STUDY, "characters": "mei"}, n_iter=2, batch_size=2, seed=20)
    assert len(answer.grids) == 4
    assert {int(re.search(r"Seed: (\d+)", text)[1]) for _, text in answer.cells} == {20, 21, 22, 23}


def test_a_random_seed_is_drawn_once_for_all_cells(webui):
    answer = webui.study(STUDY, seed=-1, subseed=-1, subseed_strength=0.1)
    seeds = {re.search(r"Seed: (\d+).*Variation seed: (\d+)", text).groups() for _, text in answer.cells}
    assert len(seeds) == 1


def test_a_finished_study_with_a_random_seed_gets_a_new_folder(webui):
    study = {**STUDY, "characters": "mei", "name": "my study"}
    folders = [webui.study(study, seed=-1).folder for _ in range(2)]
    assert folders[0] != folders[1]
    assert all(folder.name.startswith("my study") and (folder / "study.json").exists() for folder in folders)


def test_a_finished_study_is_drawn_from_disk(webui):
    study = {**STUDY, "name": uuid4().hex}
    first, second = webui.study(study, seed=11), webui.study(study, seed=11)
    assert first.folder == second.folder
    assert len(list((first.folder / "cells").rglob("*.png"))) == 12
    assert second.info["infotexts"] == first.info["infotexts"]
    assert [grid.tobytes() for grid in second.grids] == [grid.tobytes() for grid in first.grids]


def test_strengths_are_rows_and_cfg_scales_are_columns(webui):
    study = {"expressions": "smile | smiling | strengths=0.8,1.2", "characters": "Noor | noor | cfg_scale=4,7"}
    answer = webui.study({**study, "switch_at": 0.34, "name": uuid4().hex})
    told = [re.sub(r"\n(?:.*\n)*?Steps.*?(CFG scale: [\d.]+).*", r" \1", text) for text in answer.info["infotexts"][1:]]
    prompt = "closeup of woman facing viewer, [hair, neck, eyes, lips:(smiling:{}):0.34], RAW photo, {} CFG scale: {}"
    columns = [("1girl", 7), ("noor", 4), ("noor", 7)]
    expected = [prompt.format(strength, text, scale) for text, scale in columns for strength in (0.8, 1.2)]
    assert [text.replace("scale: 7.0", "scale: 7").replace("scale: 4.0", "scale: 4") for text in told] == expected


def test_a_grid_carries_the_study(webui):
    answer = webui.study(STUDY)
    infotext = answer.info["infotexts"][0]
    assert answer.grids[0].info["parameters"] == infotext
    assert "Script: Expression grid" in infotext
    carried = re.search(r'Expression grid study: ("(?:\\.|[^"\\])*")', infotext)[1]
    assert json.loads(json.loads(carried)) == STUDY
    assert "Lora hashes" not in infotext


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"foo": 1}, "foo: is not a known key"),
        ({"switch_at": "early"}, "switch_at: must be a number"),
        ({"expressions": "a | b | c"}, "expressions, line 1 (a | b | c)"),
        ({"characters": "<lora:Nour:1>"}, "there is no LoRA named 'Nour'; the nearest: Noor"),
        ({"characters": "Noor | <lora:Noor:much>"}, "'much' is no number"),
        ({"characters": "x | ember_body | kind=embedding"}, "no embedding named 'ember_body'; the nearest: ember_nobo"),
        ({"expressions": "sad # very"}, "starts a comment"),
        ({"expressions": "[a:b:c:0.5]"}, "expressions, line 1"),
        ({"switch_at": 0.1}, "before the first step"),
        ({"prompt": "no placeholder, {character}"}, "'{expression}' does not stand in it"),
        ({"prompt": "{character} # {expression}"}, "'{expression}' does not stand in it"),
        ({"name": "../elsewhere"}, "plain folder name"),
    ],
)
def test_a_faulty_study_is_refused_with_a_readable_text(webui, changes, part):
    answer = webui.study({**STUDY, **changes})
    assert answer.status == 422
    assert part in answer.message


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "must be one string"),
        ([3], "must be one string"),
        (["{nope"], "not JSON"),
        (["[]"], "JSON object"),
        ([""], "one string"),
    ],
)
def test_script_arguments_are_one_string(webui, arguments, part):
    answer = webui.txt2img(script_name="Expression grid", script_args=arguments)
    assert answer.status == 422
    assert part in answer.message


def test_faults_of_lists_prompts_and_networks_come_together(webui):
    answer = webui.study({**STUDY, "expressions": "sad # very\na | b | c", "characters": "<lora:Nour:1>", "foo": 1})
    assert answer.status == 422
    assert answer.message.startswith("4 faults, nothing was generated:")


@pytest.mark.alone
def test_other_settings_are_as_before_after_a_study(webui):
    before = webui.get("/sdapi/v1/options")
    webui.study({**STUDY, "characters": "mei"}, override_settings={"eta_noise_seed_delta": 5})
    webui.study({**STUDY, "characters": "nobody | <lora:gone:1>"}, override_settings={"eta_noise_seed_delta": 5})
    assert webui.get("/sdapi/v1/options") == before


@pytest.mark.alone
@pytest.mark.usefixtures("slowly")
def test_interrupt_keeps_the_finished_cells_and_shows_them(webui):
    """Stops after the second cell was begun; polls instead of sleeping."""
    with ThreadPoolExecutor() as pool:
        study = {**STUDY, "expressions": preset_text(preset_titles()[0]), "characters": "mei\nNoor\nAda"}
        study["name"] = uuid4().hex  # one that an earlier run interrupted would go on
        future = pool.submit(webui.study, study, steps=60, width=128, height=128)
        while not future.done():
            text = webui.get("/sdapi/v1/progress?skip_current_image=true")["textinfo"] or ""
            if text.startswith("row 3 of 9, column 1 of 4: reference, frowning"):
                webui.post("/sdapi/v1/interrupt")
                break
        answer = future.result()
    record = [json.loads(line) for line in (answer.folder / "cells.jsonl").read_text(encoding="utf-8").splitlines()]
    statuses = [line["status"] for line in record]
    done = statuses.count("done")
    assert 2 <= done <= 4
    assert statuses == ["done"] * done + ["interrupted"] * (36 - done)
    assert len(answer.cells) == done
    assert len(answer.grids) == 1


def test_grids_open_as_pictures(webui):
    answer = webui.study({**STUDY, "name": uuid4().hex})
    files = list(answer.folder.glob(f"grid*.{webui.grid_format}"))
    assert len(files) == len(answer.grids) == 2
    for file in files:
        with Image.open(file) as grid:
            grid.load()
            assert grid.width > 3 * 64
