from dataclasses import replace

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
