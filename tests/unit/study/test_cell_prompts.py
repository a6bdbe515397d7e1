from dataclasses import replace

import pytest

from sd_expression_grid.prompts.prompts import Prompt
from sd_expression_grid.study.cell_prompts import Templates, prompts_of, templates_of
from sd_expression_grid.study.schema import study_from_dict

STUDY = study_from_dict({"expressions": "sad", "characters": "Noor | noor woman | negative=old", "composition": "hair"})
NOOR = STUDY.characters[0]


def plain(text):
    return Prompt(text=text, before=text, after=text)


def test_a_cell_has_four_prompts_each_with_both_phases():
    templates = Templates(
        prompt="{expression}, {character}",
        negative_prompt="drawing, {expression}",
        hires_prompt="sharp {expression}",
        hires_negative_prompt="blurred",
    )
    assert prompts_of(STUDY, templates, "sad crying", NOOR) == (
        Prompt(text="[hair:sad crying:0.2], noor woman", before="hair, noor woman", after="sad crying, noor woman"),
        Prompt(text="drawing, [:sad crying:0.2], old", before="drawing, , old", after="drawing, sad crying, old"),
        Prompt(text="sharp [hair:sad crying:0.2]", before="sharp hair", after="sharp sad crying"),
        plain("blurred, old"),
    )


def test_empty_hires_prompts_stay_empty_and_an_empty_negative_prompt_is_the_characters():
    _, negative, hires, hires_negative = prompts_of(STUDY, Templates(prompt="{expression} {character}"), "sad", NOOR)
    assert (negative, hires, hires_negative) == (plain("old"), plain(""), plain(""))


def test_a_prompt_of_the_characters_own_takes_the_templates_place():
    own = replace(NOOR, prompt="portrait, {expression}", negative="")
    prompt, negative, *_ = prompts_of(STUDY, Templates(prompt="{expression} {character}"), "sad", own)
    assert (prompt.text, negative) == ("portrait, [hair:sad:0.2]", plain(""))


def test_without_composition_there_is_no_edit():
    study = replace(STUDY, composition="")
    prompt, *_ = prompts_of(study, Templates(prompt="{expression} {character}"), "sad", NOOR)
    assert prompt == plain("sad noor woman")
    assert not prompt.is_edited


def test_the_studys_templates_go_with_the_pages_hires_prompts():
    study = STUDY.with_templates("a {expression} {character}", "b")
    assert templates_of(study, "c", "d") == Templates(
        prompt="a {expression} {character}", negative_prompt="b", hires_prompt="c", hires_negative_prompt="d"
    )


def test_the_reference_stands_where_a_character_does_but_in_no_tag():
    templates = Templates(prompt="{expression}, {character} <lora:{character}:0.8>", negative_prompt="bad")
    own = replace(NOOR, negative="")
    study = replace(STUDY, characters=(own,), composition="")
    prompt, negative, *_ = prompts_of(study, templates, "sad", own)
    assert (prompt.text, negative.text) == ("sad, noor woman <lora:noor woman:0.8>", "bad")
    prompt, negative, *_ = prompts_of(study, templates, "sad", study.reference_column)
    assert (prompt.text, negative.text) == ("sad, 1girl ", "bad")


def test_texts_of_a_column_are_escaped_outside_the_edit():
    own = replace(NOOR, text="a | b", negative="c | d")
    prompt, negative, *_ = prompts_of(STUDY, Templates(prompt="{expression} {character}"), "sad", own)
    assert (prompt.text, negative.text) == (r"[hair:sad:0.2] a \| b", r"c \| d")


def test_an_empty_negative_prompt_of_blanks_is_the_characters_alone():
    _, negative, *_ = prompts_of(STUDY, Templates(prompt="{expression} {character}", negative_prompt=" "), "sad", NOOR)
    assert negative == plain("old")


def test_braces_are_text():
    templates = Templates(prompt="{a|b} {expression} {character}")
    study = replace(STUDY, composition="")
    assert prompts_of(study, templates, "sad", NOOR)[0].text == r"{a\|b} sad noor woman"


def test_the_composition_is_escaped_and_the_switch_point_is_the_studys():
    study = replace(STUDY, composition="a: b", switch_at=0.35)
    prompt = prompts_of(study, Templates(prompt="{expression} {character}"), "sad", NOOR)[0]
    assert prompt.text == r"[a\: b:sad:0.35] noor woman"


def test_without_templates_of_its_own_a_study_has_empty_ones():
    assert templates_of(STUDY) == Templates(prompt="")


@pytest.mark.parametrize(
    ("negative", "joined"),
    [
        ("blurry # my note", "blurry # my note\n, old"),
        ("blurry // my note", "blurry // my note\n, old"),
        ("blurry # my note\n", "blurry # my note\n, old"),
        ("blurry /* my note */", "blurry /* my note */, old"),
        ("a # note\nblurry", "a # note\nblurry, old"),
        ("# my note", "# my note\nold"),
    ],
)
def test_a_comment_that_ends_a_negative_prompt_does_not_swallow_the_characters(negative, joined):
    templates = Templates(prompt="{expression} {character}", negative_prompt=negative, hires_negative_prompt=negative)
    _, first, _, hires = prompts_of(STUDY, templates, "sad", NOOR)
    assert (first, hires) == (plain(joined), plain(joined))


def test_an_expression_alone_in_the_negative_prompt_keeps_its_comma_before_it_begins():
    _, negative, *_ = prompts_of(STUDY, Templates(prompt="{expression}", negative_prompt="{expression}"), "sad", NOOR)
    assert negative == Prompt(text="[:sad:0.2], old", before=", old", after="sad, old")
