"""A WebUI that lacks modules of another: the extension loads, says what is missing, and does without."""

import json
import sys
from importlib import import_module

import pytest
from fastapi import HTTPException

from sd_expression_grid import TITLE

OPTIONAL = [
    f"modules.{name}"
    for name in (
        "sd_vae", "txt2img", "ui_components", "devices", "sd_samplers_common", "paths_internal", "ui_extra_networks",
    )
]  # fmt: skip
STUDY = {"expressions": "sad\nsmile | smiling", "characters": "Noor | <lora:Noor:1> noor", "name": "lacking"}


@pytest.fixture
def load_without(started, monkeypatch):
    """Executes the extension anew, as a WebUI without some modules would."""

    def load(*names):
        for name in [name for name in sys.modules if name.startswith("sd_expression_grid.webui")]:
            monkeypatch.delitem(sys.modules, name)
        lacking = import_module("sd_expression_grid.webui.host.lacking")

        def import_unless_hidden(name):
            if name in names:
                raise ModuleNotFoundError(name=name)
            return import_module(name)

        monkeypatch.setattr(lacking, "import_module", import_unless_hidden)
        started.errors.clear()
        started.reload()
        return started

    return load


def script_of(webui):
    (script,) = (script for script in webui.runner.selectable_scripts if script.title() == TITLE)
    return script


def made(webui, **more):
    answer = webui.txt2img(
        {
            "prompt": "",
            "steps": 6,
            "width": 64,
            "height": 64,
            "seed": 7,
            "script_name": TITLE,
            "script_args": [json.dumps({**STUDY, **more})],
            "save_images": True,
        }
    )
    return json.loads(answer["info"])


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIONAL)
def test_without_a_module_studies_are_made_and_the_user_is_told(load_without, name):
    webui = load_without(name)
    info = made(webui, name=f"without {name}")
    assert len(info["infotexts"]) == 1 + 4
    assert f"This WebUI has no {name}: " in str(info["extra_generation_params"])


def test_with_all_modules_nothing_is_told(load_without):
    assert "This WebUI has no" not in str(made(load_without()))


def test_without_what_stops_pictures_a_scout_that_would_stop_them_is_refused(load_without):
    webui = load_without("modules.sd_samplers_common")
    with pytest.raises(HTTPException) as raised:
        made(webui, scout={"seeds": 2, "stop_at_switch": True}, name="stopped")
    assert "this WebUI cannot stop a picture early" in raised.value.detail


def test_the_panel_says_what_is_missing(load_without):
    webui = load_without("modules.txt2img")
    texts = [str(block.value) for block in webui.demo.blocks.values() if getattr(block, "value", None)]
    assert "<p>This WebUI has no modules.txt2img: the Check button does nothing.</p>" in texts


@pytest.mark.parametrize("name", ["extra_networks", "prompt_parser"])
def test_without_what_it_cannot_do_without_the_script_says_so(load_without, monkeypatch, name):
    import modules

    with monkeypatch.context() as patched:
        patched.delattr(modules, name)
        patched.setitem(sys.modules, f"modules.{name}", None)
        webui = load_without()
    texts = [str(block.value) for block in webui.demo.blocks.values() if getattr(block, "value", None)]
    (text,) = (text for text in texts if text.startswith(f"{TITLE} cannot work with this WebUI: "))
    assert name in text
    assert script_of(webui).controls == []
    assert webui.errors == []


def test_an_error_of_our_own_is_not_taken_for_a_missing_module():
    from sd_expression_grid.webui.host.lacking import script_without

    with pytest.raises(ImportError, match="jinja2"):
        script_without(ModuleNotFoundError("No module named 'jinja2'", name="jinja2"))
