"""The stand-in generates by the WebUI's rules: lists, seeds, LoRAs, batches, interruption, reload."""

import base64
import copy
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests import standin
from tests.standin.webui import module

SCRIPT = """
import gradio as gr
from modules import processing, script_callbacks, scripts

class Probe(scripts.Script):
    def title(self):
        return "Probe"

    def ui(self, is_img2img):
        return [gr.Textbox(label="Text", value="default"), gr.Number(label="Number", value=1)]

    def run(self, p, *args):
        Probe.seen = args
        return processing.process_images(p)

class Neighbour(scripts.Script):
    def title(self):
        return "Neighbour"

    def ui(self, is_img2img):
        return [gr.Textbox(label="Other", value="neighbour")]
"""
EDIT = "[hair, neck, eyes, lips: {}: 0.2], 1girl"
REQUEST = {"steps": 10, "width": 64, "height": 64, "sampler_name": "Euler a", "seed": 7}


@pytest.fixture(scope="module")
def extension(tmp_path_factory):
    folder = tmp_path_factory.mktemp("probe")
    (folder / "scripts").mkdir()
    (folder / "scripts/probe.py").write_text(SCRIPT)
    return folder


@pytest.fixture(scope="module")
def started(tmp_path_factory, extension):
    with standin.start(tmp_path_factory.mktemp("data"), [extension]) as webui:
        yield webui


@pytest.fixture
def webui(started):
    """The same stand-in for all tests, with settings, state and folders as at its start."""
    started.reset()
    for folder in ("out", "outputs"):
        shutil.rmtree(started.data_dir / folder, ignore_errors=True)
    started.data_dir.joinpath("config.json").unlink(missing_ok=True)
    return started


def make_p(webui, **fields):
    processing = module("modules.processing")
    fields = {**REQUEST, "outpath_samples": str(webui.data_dir / "out"), "do_not_save_grid": True, **fields}
    p = processing.StableDiffusionProcessingTxt2Img(**fields)
    p.scripts = webui.runner
    p.is_api = True
    p.script_args = tuple(webui.api.default_script_arg_txt2img)
    return p


def run(webui, **fields):
    processing = module("modules.processing")
    webui.state.begin("test")
    return processing.process_images(make_p(webui, **fields))


def pixels(image):
    return np.asarray(image).tobytes()


def test_rows_of_a_batch_equal_single_pictures(webui):
    prompts = [EDIT.format(face) for face in ("sad", "smiling", "surprised")]
    batch = run(webui, prompt=prompts, seed=[7, 7, 8], batch_size=3)
    alone = [run(webui, prompt=prompt, seed=seed) for prompt, seed in zip(prompts, (7, 7, 8), strict=True)]
    assert [pixels(x) for x in batch.images] == [pixels(x.images[0]) for x in alone]
    assert [x.split("\n")[0] for x in batch.infotexts] == prompts


@pytest.mark.parametrize("sampler", ["DPM++ 2M", "DPM++ SDE", "Heun", "Euler", "LCM", "DDIM"])
def test_all_kinds_of_samplers(webui, sampler):
    webui.counter.rows = webui.counter.calls = 0
    first = run(webui, prompt="smiling", sampler_name=sampler)
    second_order = sampler in {"DPM++ SDE", "Heun"}
    assert webui.counter.calls == (19 if second_order else 10)
    assert webui.counter.rows == 2 * webui.counter.calls
    assert pixels(first.images[0]) == pixels(run(webui, prompt="smiling", sampler_name=sampler).images[0])


def test_int_seeds_count_up_and_lists_are_taken_as_they_are(webui):
    assert run(webui, prompt="a", batch_size=2, seed=5).all_seeds == [5, 6]
    assert run(webui, prompt="a", batch_size=2, seed=5, subseed=9, subseed_strength=0.5).all_seeds == [5, 5]
    assert run(webui, prompt=["a", "b"], batch_size=2, seed=[5, -1]).all_seeds == [5, -1]
    with pytest.raises(RuntimeError, match="different number"):
        run(webui, prompt=["a", "b"], negative_prompt=["x"])


def test_surplus_prompts_are_dropped(webui):
    assert len(run(webui, prompt=["a", "b", "c"], batch_size=2, seed=[1, 2, 3]).images) == 2
    assert len(run(webui, prompt=["a", "b", "c"], batch_size=2, n_iter=2, seed=[1, 2, 3]).images) == 3


def test_only_the_first_prompts_loras_apply_and_all_tags_vanish(webui):
    networks = module("networks")
    both = run(webui, prompt=["smiling <lora:mei:1>", "smiling <lora:Noor:1>"], batch_size=2, seed=[7, 7])
    assert pixels(both.images[0]) == pixels(both.images[1])
    assert [x.mentioned_name for x in networks.loaded_networks] == ["mei"]
    assert "<lora:Noor:1>" in both.infotexts[1]
    assert "Lora hashes" in both.infotexts[1]


def test_loras_by_alias_unknown_and_of_another_architecture(webui):
    plain = run(webui, prompt="smiling")
    assert pixels(plain.images[0]) == pixels(run(webui, prompt="smiling <lora:xl_face:1>").images[0])
    unknown = run(webui, prompt="smiling <lora:nobody:1>")
    assert unknown.comments == "Lora not found: nobody\n"
    named, aliased = (run(webui, prompt=f"smiling <lora:{name}:1>") for name in ("tomas-w", "tomas_winter"))
    assert pixels(named.images[0]) == pixels(aliased.images[0]) != pixels(plain.images[0])


def test_embeddings(webui):
    model_hijack = module("modules.sd_hijack").model_hijack
    assert set(model_hijack.embedding_db.skipped_embeddings) == {"sd2_face"}
    found = run(webui, prompt="smiling JuneNobody")
    assert 'TI hashes: "JuneNobody: ' in found.infotexts[0]
    assert model_hijack.get_prompt_lengths("a JuneNobody, b") == (6, 75)
    assert model_hijack.get_prompt_lengths("word " * 76) == (76, 150)


def test_batchmates_of_another_length_change_a_picture(webui):
    prompt_parser, shared = module("modules.prompt_parser"), module("modules.shared")
    short, long = prompt_parser.get_learned_conditioning(shared.sd_model, ["smiling", "smiling " * 80], 20)
    assert len(long[0].cond) == 2 * len(short[0].cond)
    stacked = prompt_parser.stack_conds([short[0].cond, long[0].cond])
    assert not np.array_equal(stacked[0].sum(axis=0), short[0].cond.sum(axis=0))


def test_shared_steps_are_really_equal_and_emphasis_ends_that(webui):
    prompt_parser, shared = module("modules.prompt_parser"), module("modules.shared")

    def first_cond(face):
        return prompt_parser.get_learned_conditioning(shared.sd_model, [EDIT.format(face)], 20)[0][0].cond

    assert np.array_equal(first_cond("sad"), first_cond("smiling"))
    assert not np.array_equal(first_cond("sad"), first_cond("(smiling:1.3)"))


def test_styles_and_comments(webui):
    found = run(webui, prompt="smiling # quietly\nblonde", styles=["Soft light"])
    assert found.infotexts[0].startswith("smiling \nblonde, soft light, film grain\nNegative prompt: harsh")


class StopAt:
    """Stop in the middle of sampling, as a click does."""

    def __init__(self, call, action):
        self.calls, self.call, self.action = 0, call, action

    def __call__(self, params):
        self.calls += 1
        if self.calls == self.call:
            self.action()


@pytest.mark.parametrize("action", ["interrupt", "skip"])
def test_stopped_pictures_are_half_baked_and_not_saved(webui, action):
    script_callbacks = module("modules.script_callbacks")
    whole = run(webui, prompt="smiling", n_iter=2)
    stop = StopAt(4, getattr(webui.state, action))
    script_callbacks.on_cfg_denoiser(stop)
    before = set((webui.data_dir / "out").rglob("*.png"))
    half = run(webui, prompt="smiling", n_iter=2)
    assert pixels(half.images[0]) != pixels(whole.images[0])
    assert len(half.images) == (1 if action == "interrupt" else 2)
    assert len(set((webui.data_dir / "out").rglob("*.png")) - before) == len(half.images) - 1
    assert stop.calls == (4 if action == "interrupt" else 14)
    if action == "skip":
        assert pixels(half.images[1]) == pixels(whole.images[1])


def test_after_stop_generating_runs_are_empty(webui):
    processing = module("modules.processing")
    webui.state.begin("test")
    webui.state.stop_generating()
    assert processing.process_images(make_p(webui, prompt="a")).images == []


def test_the_first_click_on_interrupt_finishes_the_picture(webui, monkeypatch):
    ui = module("modules.ui")
    monkeypatch.setattr(ui.gr, "Info", lambda text: None)
    webui.state.job_count = 3
    ui.interrupt_function()
    assert (webui.state.stopping_generation, webui.state.interrupted) == (True, False)
    ui.interrupt_function()
    assert webui.state.interrupted


def test_state_counts_batches(webui):
    run(webui, prompt="a", n_iter=3)
    assert (webui.state.job_count, webui.state.job_no) == (3, 3)
    run(webui, prompt="a", n_iter=2, enable_hr=True)
    assert (webui.state.job_count, webui.state.job_no) == (4, 4)


def test_hires(webui):
    found = run(webui, prompt=EDIT.format("sad"), enable_hr=True, hr_second_pass_steps=5)
    assert found.images[0].size == (128, 128)
    assert "Hires upscale: 2.0, Hires steps: 5" in found.infotexts[0]
    assert "Hires prompt" not in found.infotexts[0]


def test_copies_share_their_dictionaries(webui):
    p = make_p(webui, prompt="a")
    other = copy.copy(p)
    other.extra_generation_params["x"] = "y"
    assert p.extra_generation_params == {"x": "y"}


def test_extra_params_may_be_lists_and_functions(webui):
    params = {"Letters": ["a", "b"], "Where": lambda index, **_: f"at {index}", "Nothing": None, "Same": "Same"}
    found = run(webui, prompt="a", batch_size=2, extra_generation_params=params)
    assert "Letters: b, Where: at 1, Same, Version" in found.infotexts[1]


def test_infotext_grammar(webui):
    parse_generation_parameters = module("modules.infotext_utils").parse_generation_parameters
    found = parse_generation_parameters(
        'a\nNegative prompt: b\nSteps: 3, Size: 3x4, Empty: , "Odd: 1, Json: "{\\"x\\": 1}"'
    )
    assert (found["Prompt"], found["Negative prompt"], found["Steps"]) == ("a", "b", "3")
    assert (found["Size-1"], found["Size-2"], found["Json"]) == ("3", "4", '{"x": 1}')
    assert "Empty" not in found


def test_override_settings_are_restored_where_they_were_saved(webui):
    webui.opts.set("CLIP_stop_at_last_layers", 1)
    found = run(webui, prompt="a", override_settings={"CLIP_stop_at_last_layers": 2, "samples_format": "webp"})
    assert "Clip skip: 2" in found.infotexts[0]
    assert found.images[0].already_saved_as.endswith(".webp")
    assert webui.opts.CLIP_stop_at_last_layers == 1


def test_saved_pictures_carry_their_infotext(webui):
    images = module("modules.images")
    found = run(webui, prompt="smiling: <x>")
    saved = Path(found.images[0].already_saved_as)
    assert saved.name == "00000-7.png"
    with Image.open(saved) as image:
        assert images.read_info_from_image(image)[0] == found.infotexts[0]
    webui.opts.samples_format = "jpg"
    found = run(webui, prompt="é")
    with Image.open(found.images[0].already_saved_as) as image:
        assert images.read_info_from_image(image)[0] == found.infotexts[0]


def test_requests(webui):
    answer = webui.txt2img({**REQUEST, "prompt": "smiling", "batch_size": 2})
    info = json.loads(answer["info"])
    with Image.open(io.BytesIO(base64.b64decode(answer["images"][1]))) as image:
        assert image.info["parameters"] == info["infotexts"][1]
    assert info["index_of_first_image"] == 0
    assert not list(webui.data_dir.rglob("outputs/**/*.png"))
    webui.txt2img({**REQUEST, "prompt": "smiling", "save_images": True})
    assert len(list(webui.data_dir.rglob("outputs/**/*.png"))) == 1


def probe_class(webui):
    return type(webui.runner.script("probe"))


def test_short_script_args_take_the_neighbours_values(webui):
    webui.txt2img({**REQUEST, "prompt": "a", "script_name": "probe", "script_args": ["only one"]})
    assert probe_class(webui).seen == ("only one", "neighbour")
    webui.txt2img({**REQUEST, "prompt": "a", "script_name": "PROBE", "script_args": ["x", 5]})
    assert probe_class(webui).seen == ("x", 5)


def test_the_generate_button_and_its_errors(webui):
    pictures, info, html, _ = webui.generate("Probe", ["t", 2], prompt="smiling", steps=5, seed=3)
    assert (len(pictures), json.loads(info)["seed"]) == (1, 3)
    assert html.startswith("<p>smiling")
    pictures, _, _, log = webui.generate(prompt="a standin-oom & co")
    assert pictures is None
    assert "<div class='error'>RuntimeError: CUDA out of memory" in log
    assert "NansException" in webui.generate(prompt="a standin-nan")[-1]


def test_http(webui):
    client = TestClient(webui.app)
    webui.counter.rows = 0
    answer = client.post("/sdapi/v1/txt2img", json={**REQUEST, "prompt": "a", "steps": 2})
    assert answer.status_code == 200
    assert client.get("/standin/rows").json()["rows"] == 4
    wrong = client.post("/sdapi/v1/txt2img", json={"script_name": "none such"})
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "Script 'none such' not found")
    failed = client.post("/sdapi/v1/txt2img", json={**REQUEST, "prompt": "standin-oom"})
    assert (failed.status_code, failed.json()["error"]) == (500, "RuntimeError")
    assert "CUDA out of memory" in failed.json()["errors"]
    assert {"probe", "neighbour", "seed"} <= set(client.get("/sdapi/v1/scripts").json()["txt2img"])
    assert client.post("/sdapi/v1/options", json={"samples_format": "webp"}).status_code == 200
    assert client.get("/sdapi/v1/options").json()["samples_format"] == "webp"
    read = client.post("/sdapi/v1/png-info", json={"image": answer.json()["images"][0]}).json()
    assert read["parameters"]["Seed"] == "7"
    assert client.get("/sdapi/v1/progress").json()["progress"] == 0


def test_the_denoiser_can_be_wrapped(webui):
    script_callbacks = module("modules.script_callbacks")
    calls = []

    def wrap(params):
        denoiser = params.denoiser
        if getattr(denoiser.model_wrap, "__name__", "") != "counted":
            inner = denoiser.model_wrap

            def counted(x, sigma, cond):
                calls.append((x.shape, sigma.shape, cond["c_crossattn"][0].shape))
                return inner(x, sigma, cond=cond)

            denoiser.model_wrap = counted

    plain = run(webui, prompt="smiling")
    script_callbacks.on_cfg_denoiser(wrap)
    assert pixels(run(webui, prompt="smiling").images[0]) == pixels(plain.images[0])
    assert calls == [((2, 64), (2,), (2, 2, 64))] * 10


def test_reload_executes_scripts_again(webui, extension):
    before = probe_class(webui)
    told = []
    script_callbacks = module("modules.script_callbacks")
    script_callbacks.on_script_unloaded(lambda: told.append("unloaded"))
    webui.reload()
    assert told == ["unloaded"]
    assert probe_class(webui) is not before
    assert webui.txt2img({**REQUEST, "prompt": "a", "script_name": "probe", "script_args": ["x", 5]})["images"]
