"""img2img in the stand-in, where its insides can be counted and changed."""

import html
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tests.contract.test_img2img import STUDY

NO_PICTURE = "There is no picture in the Batch tab's folder"


@pytest.fixture
def webui(in_process):
    return in_process


@pytest.mark.parametrize("composition", ["", "hair, neck"])
@pytest.mark.parametrize("mode", ["exact", "batched"])
def test_the_forecast_counts_each_columns_own_denoiser_calls(webui, tmp_path, mode, composition):
    from modules import processing, scripts

    from sd_expression_grid.webui.panel.check import forecast_of
    from sd_expression_grid.webui.run.run import run_study

    asked = {**STUDY, "mode": mode, "composition": composition, "switch_at": 0.1, "rows_per_batch": 3}
    asked["characters"] = "mei | <lora:mei:1> | denoising=0.35,0.8,1\nNoor | <lora:Noor:1>"
    p = processing.StableDiffusionProcessingImg2Img(
        prompt="", negative_prompt="", steps=20, width=64, height=64, seed=7, denoising_strength=0.5,
        init_images=[Image.linear_gradient("L")], outpath_grids=str(tmp_path), do_not_save_samples=True,
    )  # fmt: skip
    p.sampler_name, p.scripts, p.script_args = "Euler", scripts.scripts_img2img, []
    forecast = forecast_of(p, asked)
    run_study(p, asked)
    assert forecast.rows == webui.counter.rows
    calls = 2 * 11 + 8 + 17 + 20  # the reference and Noor at the page's 0.5, mei at its own
    assert forecast.stock_rows == 2 * 3 * calls
    assert (forecast.rows < forecast.stock_rows) == bool(composition or mode == "batched")


def test_check_makes_nothing_on_webuis_that_run_img2img_in_a_thread_of_its_own(webui, monkeypatch):
    from modules import scripts

    from sd_expression_grid.webui.host.forge import ReForge
    from sd_expression_grid.webui.panel import generate_button

    script = next(each for each in scripts.scripts_img2img.scripts if each.title() == "Expression grid")
    p = SimpleNamespace(is_api=False, comments={})

    def img2img_function(*_):
        monkeypatch.setattr("modules.processing.Processed", lambda *_: "nothing")
        return script.run(p)

    def img2img(*values):
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(img2img_function, *values).result()

    of_forge = SimpleNamespace(img2img=img2img, img2img_function=img2img_function)
    monkeypatch.setattr(generate_button, "img2img", of_forge)
    monkeypatch.setattr(generate_button, "HOST", ReForge())
    seen = []
    generate_button._of_img2img(seen.append)(None, "task")
    assert seen == [p]


def picture_file(folder, name, size=(64, 64), angle=0):
    folder.mkdir(exist_ok=True)
    Image.linear_gradient("L").resize(size).rotate(angle).save(folder / name)


@pytest.fixture
def files(tmp_path):
    for name, angle in (("smile.png", 0), ("wave.jpg", 90), ("turn.png", 180)):
        picture_file(tmp_path / "in", name, angle=angle)
    return tmp_path / "in"


@pytest.fixture
def batch(webui, tmp_path):
    """What the Batch tab does when Generate is pressed, with a study's JSON in the panel."""
    from modules import img2img, processing, scripts

    runner = scripts.scripts_img2img
    script = next(each for each in runner.selectable_scripts if each.title() == "Expression grid")
    number = runner.selectable_scripts.index(script) + 1

    def run(given, masks="", asked=None, chosen=number, seed=7, **fields):
        p = processing.StableDiffusionProcessingImg2Img(
            prompt="", negative_prompt="", width=64, height=64, outpath_grids=str(tmp_path / "out"),
            outpath_samples=str(tmp_path / "samples"), **{"denoising_strength": 0.6, **fields},
        )  # fmt: skip
        request = {**STUDY, "expressions": "neutral\nsad", "characters": "mei", **(asked or {})}
        values = [chosen, *(field.value for field in runner.inputs[1:])]
        values[script.args_from] = json.dumps(request)
        p.scripts, p.script_args = runner, tuple(values)
        p.seed, p.steps = seed, 4
        return img2img.process_batch(p, given, "", masks, p.script_args, to_scale=False, scale_by=1.0)

    return run


def told(made):
    return made.comments.splitlines()


def studies(tmp_path):
    return {path.parent.name: json.loads(path.read_text()) for path in (tmp_path / "out").glob("*/study.json")}


def test_the_batch_tab_makes_a_study_a_file_named_after_it(batch, files, tmp_path):
    made = batch(str(files))
    found = studies(tmp_path)
    assert found.keys() == {"smile", "turn", "wave"}
    assert len({study["picture"]["picture"] for study in found.values()}) == 3
    for study in found.values():
        assert (tmp_path / "out" / study["name"] / "index.html").is_file()
    assert told(made)[0] == "3 of 3 files have a study"
    assert "wave.jpg: 4 cells: 4 done" in told(made)
    assert not any("seed" in line for line in told(made))


def test_a_name_stands_before_the_files(batch, files, tmp_path):
    batch(str(files), asked={"name": "ux"})
    assert studies(tmp_path).keys() == {"ux smile", "ux turn", "ux wave"}


def test_uploaded_files_are_made_too(batch, files, tmp_path):
    batch([SimpleNamespace(name=str(files / "smile.png"))])
    assert studies(tmp_path).keys() == {"smile"}


def test_all_grids_come_first_and_the_places_of_their_cells_are_counted_on(batch, files):
    made = batch(str(files))
    assert (made.index_of_first_image, len(made.images)) == (3, 3 + 12)
    lengths = {name: len(getattr(made, name)) for name in ("infotexts", "all_prompts", "all_seeds", "all_subseeds")}
    assert set(lengths.values()) == {15}
    extra = made.extra_generation_params
    assert [grid["cells"] for grid in extra["Grids"]] == [[[n, n + 2], [n + 1, n + 3]] for n in (0, 4, 8)]
    assert extra["Cells"] == {"done": 12}
    assert [Path(folder).name for folder in extra["Study folders"]] == ["smile", "turn", "wave"]
    for folder, images in zip(
        extra["Study folders"], (made.images[3:7], made.images[7:11], made.images[11:]), strict=True
    ):
        assert {Path(picture.already_saved_as).parts[-4] for picture in images} == {Path(folder).name}


def test_as_many_pictures_are_shown_as_the_setting_says(batch, files, webui):
    from modules.shared import opts

    opts.img2img_batch_show_results_limit = 5
    made = batch(str(files))
    assert (len(made.images), len(made.infotexts), made.index_of_first_image) == (5, 5, 3)
    cells = [grid["cells"] for grid in made.extra_generation_params["Grids"]]
    assert cells == [[[0, None], [1, None]], [[None, None]] * 2, [[None, None]] * 2]


def test_one_that_fails_does_not_end_the_others_and_is_told_with_its_file(batch, files, tmp_path):
    (files / "torn.png").write_bytes((files / "smile.png").read_bytes()[:60])
    (files / "words.png").write_text("no picture")
    masks = tmp_path / "masks"
    for name, size in (("smile.png", (64, 64)), ("turn.png", (32, 64))):
        masks.mkdir(exist_ok=True)
        Image.new("L", size, 255).save(masks / name)
    made = batch(str(files), str(masks))
    assert studies(tmp_path).keys() == {"smile"}
    assert told(made)[0] == "1 of 5 files have a study"
    said = dict(line.split(": ", 1) for line in told(made)[1:] if not line.startswith("smile.png"))
    assert said["turn.png"].startswith("mask: has 32×64 and the picture 64×64")
    assert said["wave.jpg"] == f"there is no mask of its name in {masks}"
    for name in ("torn.png", "words.png"):
        assert said[name].startswith("cannot be read as a picture: ")


def test_an_error_in_one_study_does_not_end_the_others(batch, files, tmp_path, monkeypatch):
    from sd_expression_grid.webui.panel import script

    def run_study(p, request, title, run=script.run_study):
        if "turn" in request["name"]:
            raise RuntimeError("out of memory")
        return run(p, request, title)

    monkeypatch.setattr(script, "run_study", run_study)
    made = batch(str(files))
    assert studies(tmp_path).keys() == {"smile", "wave"}
    assert "turn.png: failed: out of memory" in told(made)


def test_nothing_at_all_is_told(batch, tmp_path, files):
    assert told(batch(str(tmp_path / "nowhere"))) == [NO_PICTURE]
    made = batch(str(files), denoising_strength=0)
    assert made.images == []
    assert told(made)[0] == "0 of 3 files have a study"
    assert sum("denoising strength: is 0" in line for line in told(made)) == 3


def test_a_batch_goes_on_where_it_was_left(batch, files, tmp_path, webui):
    batch([SimpleNamespace(name=str(files / "smile.png"))])
    rows = webui.counter.rows
    batch(str(files))
    assert studies(tmp_path).keys() == {"smile", "turn", "wave"}
    assert webui.counter.rows == 3 * rows


def test_after_an_interrupt_the_files_that_were_not_begun_are_told(batch, files, tmp_path, monkeypatch):
    from modules import shared

    from sd_expression_grid.webui.panel import script

    def run_study(*values, run=script.run_study):
        made = run(*values)
        shared.state.interrupt()
        return made

    monkeypatch.setattr(script, "run_study", run_study)
    made = batch(str(files))
    assert studies(tmp_path).keys() == {"smile"}
    assert told(made)[-2:] == [f"{name}: not begun, for the batch was interrupted" for name in ("turn.png", "wave.jpg")]


def test_a_seed_that_is_drawn_is_one_for_all_and_told(batch, files, tmp_path):
    made = batch(str(files), seed=-1)
    (seed,) = {study["seeds"][0] for study in studies(tmp_path).values()}
    assert f"All have the seed {seed}, which was drawn; to go on with these studies, set it" in told(made)


def test_files_of_one_name_have_studies_of_their_own(batch, files, tmp_path):
    picture_file(files, "smile.jpg", angle=45)
    picture_file(files / "more", "turn.png", angle=45)
    batch(str(files))
    assert studies(tmp_path).keys() == {"smile.png", "smile.jpg", "in turn.png", "more turn.png", "wave"}


def test_without_the_script_the_batch_tab_is_as_it_was(batch, files, tmp_path):
    made = batch(str(files), chosen=0)
    assert len(made.images) == 3
    assert not studies(tmp_path)


@pytest.fixture
def checked(batch, monkeypatch):
    """What Check answers on the Batch tab."""
    from modules import scripts

    from sd_expression_grid.webui.panel import generate_button

    script = next(each for each in scripts.scripts_img2img.scripts if each.title() == "Expression grid")

    def check(*values):
        monkeypatch.setattr(generate_button, "img2img", SimpleNamespace(img2img=lambda *_: batch(*values)))
        return generate_button._of_img2img(script._check)(None, "task")

    return check


def test_check_shows_the_study_of_the_first_file_and_makes_nothing(checked, files, tmp_path):
    answer = checked(str(files))
    assert "Each file has a study of its own; this is the one of file 1 of 3, smile.png" in answer
    assert "Ready to generate" in answer
    assert not (tmp_path / "out").exists()


def test_check_shows_the_first_file_that_a_study_can_be_made_of(checked, files, tmp_path):
    (files / "smile.png").write_bytes(b"torn")
    picture_file(tmp_path / "masks", "wave.png")
    picture_file(tmp_path / "masks", "smile.png")
    assert "file 2 of 3, turn.png" in checked(str(files))
    assert "file 3 of 3, wave.jpg" in checked(str(files), str(tmp_path / "masks"))


def test_check_tells_why_no_file_can_be_shown(checked, files, tmp_path):
    for file in files.iterdir():
        file.write_bytes(b"torn")
    answer = checked(str(files))
    assert all(f"<p>{name}: cannot be read as a picture: " in answer for name in ("smile.png", "turn.png", "wave.jpg"))
    assert checked(str(tmp_path / "nowhere")) == f"<p>{html.escape(NO_PICTURE)}</p>"


def test_check_is_not_ended_by_the_interruption_of_the_last_generation(checked, files):
    from modules import shared

    shared.state.interrupt()
    shared.state.stop_generating()
    assert "file 1 of 3, smile.png" in checked(str(files))
    assert (shared.state.job, shared.state.job_count) == ("", 0)


def test_check_leaves_a_generation_alone(checked, files):
    from modules import call_queue, shared

    with call_queue.queue_lock:
        shared.state.begin("another's")
        assert checked(str(files)) == "<p>The WebUI is generating; check again when it is done.</p>"
        assert (shared.state.job, shared.state.job_count) == ("another's", -1)
        shared.state.end()


def test_a_picture_is_encoded_once_for_all_cells_and_what_others_encode_is_theirs(webui, monkeypatch):
    from modules import processing

    from sd_expression_grid.webui.host.picture import PICTURES, encoded_once

    seen, encode = [], processing.images_tensor_to_samples

    def counted(image, *how):
        seen.append(len(image))
        return encode(image, *how)

    monkeypatch.setattr(processing, "images_tensor_to_samples", counted)
    pixels = np.random.default_rng(1).random((PICTURES + 2, 3, 64, 64), np.float32)
    own = np.stack([pixels[0]] * 3)
    with encoded_once(SimpleNamespace(init_images=[])):
        for _ in range(2):
            assert (processing.images_tensor_to_samples(own) == encode(own)).all()
        assert seen == [1]
        assert (processing.images_tensor_to_samples(pixels[:2]) == encode(pixels[:2])).all()
        others = [processing.images_tensor_to_samples(one[None]) for one in pixels]
    for one, made in zip(pixels, others, strict=True):
        assert (made == encode(one[None])).all()
    assert processing.images_tensor_to_samples is counted
