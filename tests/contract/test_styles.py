"""Styles of the page: what they would swallow, draw or break is named before anything is made."""

import json

import pytest
from fastapi import HTTPException

from tests import hosts

STUDY = {"expressions": "sad", "characters": "mei", "reference": "", "composition": ""}


@pytest.fixture
def made(in_process, monkeypatch):
    """Makes a study with the styles of these texts; a style's name is its prompt's or negative prompt's first word."""
    from modules import shared
    from modules.styles import PromptStyle

    def make(*styles, page=None, **asked):
        for prompt, negative in styles:
            name = (prompt or negative).split()[0]
            monkeypatch.setitem(shared.prompt_styles.styles, name, PromptStyle(name, prompt, negative))
        names = [(prompt or negative).split()[0] for prompt, negative in styles]
        arguments = {"script_name": hosts.TITLE, "script_args": [json.dumps({**STUDY, **asked})]}
        request = {"steps": 5, "prompt": "{expression}, {character}", "styles": names, **(page or {}), **arguments}
        return json.loads(in_process.txt2img(request)["info"])

    return make


@pytest.mark.parametrize(
    ("style", "asked", "found"),
    [
        (("masterpiece # {prompt}", ""), {}, ["the comment in its prompt would swallow the page's"]),
        (("masterpiece # {prompt}", ""), {"composition": "hair", "switch_at": 0.4}, ["the comment in its prompt"]),
        (("", "ugly # {prompt}"), {"characters": "mei | negative=beard"}, ["the comment in its negative prompt would"]),
        (("ink {expression}", ""), {}, ["nothing is put in for '{expression}' in its prompt: ink {expression}"]),
        (("", "ugly {expression}"), {}, ["nothing is put in for '{expression}' in its negative prompt"]),
        (("", "ugly <lora:Noor:1>"), {}, ["network tags have no effect in a negative prompt"]),
        (("ink <lora:nothere:1>", ""), {}, ["<lora:nothere:1>: there is no LoRA named 'nothere'"]),
        (
            ("ink | y, {prompt}", ""),
            {"composition": "hair", "switch_at": 0.4},
            ["the WebUI would not read the prompt edit as composition first, expression then; look for a stray"],
        ),
    ],
)
def test_a_style_that_would_do_otherwise_is_named_once(made, style, asked, found):
    with pytest.raises(HTTPException) as raised:
        made(style, ("soft light", "harsh"), **asked)
    name = (style[0] or style[1]).split()[0]
    told = raised.value.detail.splitlines()
    assert len(told) == len(found)
    for line, part in zip(told, found, strict=True):
        assert line.startswith(f"style '{name}': {part}")


def test_styles_are_added_as_the_webui_adds_them(made):
    styles = ("ink, {prompt} <lora:Noor:1>", "harsh"), ("soft | light", "[a|b] # note")
    info = made(*styles, page={"negative_prompt": "bad"})
    assert info["infotexts"][-1].startswith(
        "ink, sad, mei <lora:Noor:1>, soft | light\nNegative prompt: bad, harsh, [a|b]"
    )
