"""img2img in the stand-in, where its insides can be counted and changed."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from PIL import Image

from tests.contract.test_img2img import STUDY


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
    seen = []
    generate_button._of_img2img(seen.append)(None, "task")
    assert seen == [p]
