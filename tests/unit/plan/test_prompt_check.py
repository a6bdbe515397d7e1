from functools import partial

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.plan.prompt_check import edit_faults, prompt_faults, size_faults
from sd_expression_grid.study.cell_prompts import Templates, templates_of
from sd_expression_grid.study.schema import study_from_dict
from tests.unit.schedules import negative_schedule, schedule


def faults(expressions="neutral\nsad", characters="Noor\nmei", total_steps=20, hires="", **changes):
    prompt, negative = changes.pop("prompt", ""), changes.pop("negative_prompt", "")
    study = study_from_dict({"expressions": expressions, "characters": characters, **changes})
    study = study.with_templates(prompt, negative)
    schedules = partial(schedule, steps=total_steps), partial(negative_schedule, steps=total_steps)
    templates = templates_of(study, hires)
    found = prompt_faults(study, templates, total_steps) or edit_faults(study, templates, schedules, total_steps)
    return [str(fault) for fault in found]


def test_the_original_study_has_no_faults():
    assert faults() == []


def test_user_edits_beside_ours_are_kept_and_judged_with_them():
    assert faults(prompt="[sunny:rainy:0.5], {expression}, {character} AND (forest:1.2) [a|b] BREAK x") == []


def test_a_missing_placeholder_says_so():
    (fault,) = faults(prompt="woman, {character}")
    assert fault.startswith("prompt: the placeholder '{expression}' does not stand in it")


def test_a_template_that_breaks_the_edit_is_named_once():
    (fault,) = faults(prompt="a | b, {expression}, {character}")
    assert fault.startswith("prompt: the WebUI would not read the prompt edit")


def test_an_expression_that_breaks_the_edit_is_named_with_its_line():
    (fault,) = faults(expressions="sad\n[a:b:c:0.5]\nbored")
    assert fault.startswith("expressions, line 2 ([a:b:c:0.5]): the WebUI would not read")


def test_a_character_that_breaks_the_edit_is_named_with_its_line():
    (fault,) = faults(characters="mei\nNoor | noor\\", prompt="{character}{expression}")
    assert fault.startswith("characters, line 2")


@pytest.mark.parametrize("list_name", ["expressions", "characters"])
def test_a_comment_sign_is_named_with_its_line(list_name):
    (fault,) = faults(**{list_name: "fine\nface #3"})
    assert fault.startswith(f"{list_name}, line 2 (face #3): '#' starts a comment")


def test_and_is_refused_in_an_expression_and_allowed_in_a_character():
    assert "write 'and'" in faults(expressions="sad AND crying")[0]
    assert faults(characters="noor AND city") == []


def test_a_switch_before_the_first_step_is_refused():
    (fault,) = faults(switch_at=0.04)
    assert fault == "switch_at: 0.04 of 20 steps is before the first step; use at least 0.05"
    assert faults(switch_at=0.04, total_steps=40) == []


def test_without_composition_there_is_nothing_to_judge():
    assert faults(composition="", prompt="a | b {expression} {character}", switch_at=0.01) == []


def test_a_prompt_of_a_characters_own_needs_the_expression():
    line = "Noor | noor | prompt=photo of {character}"
    assert faults(characters=line) == [
        f"characters, line 1 ({line}): the placeholder '{{expression}}' does not stand in its prompt"
    ]
    assert faults(characters="Noor | noor | prompt=photo of noor, {expression}") == []


def test_edits_in_negative_and_hires_prompts_are_judged():
    assert faults(negative_prompt="{expression} | x")
    assert faults(hires="a | {expression}")
    assert faults(negative_prompt="not {expression}", hires="sharp {expression}") == []


def test_every_line_that_breaks_the_edit_alike_is_named():
    found = faults(expressions="p | [a:b:c:0.5]\nq | [a:b:c:0.5]")
    assert [fault.split(" (")[0] for fault in found] == ["expressions, line 1", "expressions, line 2"]


def test_one_step_has_no_room_for_a_composition():
    (fault,) = faults(total_steps=1)
    assert fault.startswith("composition: needs a step of its own")


def test_forty_by_forty_are_judged_at_once():
    calls = []

    def counted(prompt):
        calls.append(prompt)
        return schedule(prompt)

    rows = "\n".join(f"row {chr(65 + n % 26)}{chr(97 + n // 26)}" for n in range(40))
    study = study_from_dict({"expressions": rows, "characters": rows}).with_templates("", "")
    assert edit_faults(study, Templates(prompt=study.prompt), (counted, counted), 20) == []
    assert len(calls) < 10


def test_a_study_may_have_fifty_thousand_cells_and_no_more():
    lists = {"expressions": lines("face", 100), "characters": lines("woman", 99)}
    assert size_faults(study_from_dict(lists), drawn=5) == []
    (fault,) = size_faults(study_from_dict(lists), drawn=6)
    assert str(fault).startswith("study: 100 expressions × 100 columns × 6 seeds are 60,000 cells; at most 50,000")
    assert size_faults(study_from_dict({**lists, "seeds": [3]}), drawn=6) == []


def test_a_scout_may_have_fifty_thousand_seeds_and_no_more():
    scout = study_from_dict({"expressions": "sad", "characters": "", "scout": {"seeds": 10**12}}).scouted()
    assert "1,000,000,000,000 cells" in str(size_faults(scout, drawn=1)[0])


def test_of_very_many_faults_the_first_are_named_and_the_rest_counted():
    with pytest.raises(StudyError) as caught:
        study_from_dict({"expressions": lines("a | b | c", 10_000), "characters": "Noor"})
    shown = str(caught.value).splitlines()
    assert shown[0] == "10,000 faults, nothing was generated:"
    assert shown[100].startswith("- expressions, line 100 (")
    assert shown[101:] == ["- and 9,900 more"]


def lines(text, count):
    return "\n".join(f"{text} {number}" for number in range(count))


def test_braces_are_text_where_no_extension_reads_them():
    braces = {"prompt": "photo {in|out}doors, {2$$a|b}, {expression}, {character}"}
    assert (
        faults(
            expressions="{happy|sad}\n{0.5::a|0.5::b}",
            characters="{x|y}\nmei | mei | prompt={p|q} {expression} {character}",
            **braces,
        )
        == []
    )


def test_a_placeholder_in_a_text_that_is_put_in_is_a_fault():
    assert "means something in the prompt only" in faults(expressions="{character} crying")[0]
    assert "means something in the prompt only" in faults(characters="cat, {expression}")[0]
    assert "means something in the prompt only" in faults(composition="{character}")[0]
    assert faults(expressions="smile at a smile", expression_placeholder="smile", prompt="smile {character}") == []


def test_a_prompt_of_a_characters_own_names_it_by_whole_words_or_networks():
    assert faults(characters="iu | iu | prompt=medium shot, {expression}")
    assert faults(characters="Noor | <lora:Noor:1> | prompt=photo <lora:Noor:0.5>, {expression}") == []


def test_a_file_name_with_brackets_or_commas_may_stand_in_a_tag():
    template = "{expression}, <lora:{character}:0.8>"
    assert faults(characters="smile_(v2)\nfoo,bar", prompt=template) == []
    assert "write the name alone" in faults(characters="<lora:a:1>", prompt=template)[0]
