"""The whole text of every fault of a prompt edit that the user wrote in a template."""

from functools import partial

import pytest

from sd_expression_grid.plan.own_edit_check import own_edit_faults
from sd_expression_grid.study.cell_prompts import Templates
from sd_expression_grid.study.schema import study_from_dict
from tests.unit.schedules import negative_schedule, schedule

FORM = "a prompt edit ends in a number, as in [a:b:0.3]; write \\: for a colon that is text"
STRAY = "look for a stray bracket, bar or colon in the rest of the prompt and in its styles"
SCHEDULES = schedule, partial(negative_schedule, steps=20)
PLAIN = Templates(prompt="{expression}, {character}")


def faults(templates, characters="Noor", **more):
    study = study_from_dict({"expressions": "sad", "characters": characters, **more})
    return [str(fault) for fault in own_edit_faults(study, templates, SCHEDULES)]


def drawn(edit, remedy):
    return f"the WebUI would draw '{edit}' as words; {remedy}"


NONE = [
    ("[neutral:{expression}:30%], {character}", drawn("[neutral:{expression}:30%]", FORM)),
    ("[neutral:{expression}:0,3], {character}", drawn("[neutral:{expression}:0,3]", FORM)),
    ("{expression} [a:<lora:{character}:1> {character}:x]", drawn("[a:<lora:{character}:1> {character}:x]", FORM)),
    ("[neutral:{expression}:0.3] | {character}", drawn("[neutral:{expression}:0.3]", STRAY)),
    ("[{character}|dog] {expression} | x", drawn("[{character}|dog]", STRAY)),
    (
        "[neutral:{expression}:0.3 {character} in the long rain",
        "no ] closes the [ of '[neutral:{expression}:0.3 {character} in', which the WebUI would draw as words; "
        "write \\[ for one that is text",
    ),
]


@pytest.mark.parametrize("composition", ["", "hair"])
@pytest.mark.parametrize(("text", "fault"), NONE)
def test_an_edit_that_is_none_is_told_with_its_prompt(text, fault, composition):
    own = [{"label": "A", "text": "x", "prompt": text}]
    assert faults(Templates(prompt=text), composition=composition) == [f"prompt: {fault}"]
    assert faults(PLAIN, own, composition=composition) == [f"characters[0] (A): {fault}"]


def test_all_four_prompts_are_looked_through():
    edit = "[a:{expression}:1s]"
    found = faults(Templates(prompt=edit, negative_prompt=edit, hires_prompt=edit, hires_negative_prompt=edit))
    places = ("prompt", "negative_prompt", "hires prompt", "hires negative prompt")
    assert found == [f"{place}: {drawn(edit, FORM)}" for place in places]


@pytest.mark.parametrize("composition", ["", "hair"])
@pytest.mark.parametrize(
    "text",
    [
        "[neutral:{expression}:0.3], {character}",
        "[neutral:{expression}: 5 ], [{character}|dog]",
        "([neutral:{expression}:0.3]:1.2) [{character}]",
        "[[a|{expression}]:{character}:.5]",
        r"\[neutral:{expression}:30%\], {character}",
        "[{expression}:1.2] [{character}::9]",
        "{expression} [rain: snow] {character}",
        "[ {expression}, {character}",
        "{expression}, {character} :[ x:",
        "[a:({expression}:1.1), {in|out}:0.3] {character}",
        "[a:{expression} <lora:mei:1>:0.3] AND {character} :0.5",
    ],
)
def test_edits_of_the_users_own_and_words_are_none(text, composition):
    assert faults(Templates(prompt=text), composition=composition) == []
