"""The whole text of every fault of a style."""

from functools import partial

import pytest

from sd_expression_grid.plan.style_check import Style, style_edit_faults, style_faults
from sd_expression_grid.study.cell_prompts import templates_of
from sd_expression_grid.study.schema import study_from_dict
from tests.unit.schedules import negative_schedule, schedule

UNREAD = "the WebUI would not read the prompt edit as composition first, expression then"
STRAY = f"style 'Ink': {UNREAD}; look for a stray bracket, bar or colon in its"


def without_comments(text):
    return "\n".join(line.partition("#")[0] for line in text.split("\n"))


def around(text, read):
    return lambda prompt: read(text.replace("{prompt}", prompt) if "{prompt}" in text else f"{prompt}, {text}")


def style(prompt="", negative=""):
    schedules = around(prompt, schedule), around(negative, partial(negative_schedule, steps=20))
    return Style(name="Ink", prompt=prompt, negative_prompt=negative, schedules=schedules)


def study_with(**more):
    return study_from_dict({"expressions": "sad", "characters": "Noor", **more}).with_templates("", "")


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("ink, {prompt}", "harsh"), []),
        (("ink # dark", "harsh # {light}"), []),
        (("# dark\nink, {prompt}",), []),
        (
            ("ink # {prompt}", "harsh # {prompt}"),
            [
                "the comment in its prompt would swallow the page's: ink # {prompt}",
                "the comment in its negative prompt would swallow the page's: harsh # {prompt}",
            ],
        ),
        (
            ("ink {expression}", "not {character}"),
            [
                "nothing is put in for '{expression}' in its prompt: ink {expression}",
                "nothing is put in for '{character}' in its negative prompt: not {character}",
            ],
        ),
        (("<lora:ink:1>", "bad <lora:ink:1>"), ["network tags have no effect in a negative prompt"]),
    ],
)
def test_what_a_style_would_do_otherwise_is_told_with_its_name(texts, found):
    faults = style_faults(study_with(), [style("plain"), style(*texts)], without_comments)
    assert [str(fault) for fault in faults] == [f"style 'Ink': {fault}" for fault in found]


@pytest.mark.parametrize("placeholder", ["smile", "{prompt}"])
def test_words_and_the_webuis_own_placeholder_may_stand_in_a_style(placeholder):
    study = study_with(expression_placeholder=placeholder)
    assert list(style_faults(study, [style(f"ink, {placeholder}")], without_comments)) == []


@pytest.mark.parametrize(
    ("texts", "negative", "found"),
    [
        (("ink, {prompt}", "harsh"), "{expression}", []),
        (("[ink|wash], {prompt}", "(harsh:1.2)"), "{expression}", []),
        (("x | y, {prompt}",), "", [f"{STRAY} prompt: x | y, {{prompt}}"]),
        (("x | y",), "", [f"{STRAY} prompt: x | y"]),
        (("", "x | y"), "{expression}", [f"{STRAY} negative prompt: x | y"]),
        (("", "x | y"), "naked", []),
    ],
)
def test_a_style_that_breaks_the_prompt_edit_is_named(texts, negative, found):
    study = study_from_dict({"expressions": "sad", "characters": "Noor"}).with_templates("", negative)
    study = study.with_templates("{expression}, {character}", negative)
    faults = style_edit_faults(study, templates_of(study), [style("plain"), style(*texts)], 20)
    assert [str(fault) for fault in faults] == found
