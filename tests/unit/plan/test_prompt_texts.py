"""The whole text of every fault of a study's prompts and size, with its place."""

import pytest

from sd_expression_grid.plan.prompt_check import edit_faults, size_faults
from sd_expression_grid.study.cell_prompts import templates_of
from sd_expression_grid.study.schema import study_from_dict
from tests.unit.plan.test_prompt_check import faults, lines
from tests.unit.schedules import negative_schedule, schedule

UNREAD = "the WebUI would not read the prompt edit as composition first, expression then"
STRAY = f"prompt: {UNREAD}; look for a stray bracket, bar or colon in it:"
COMMENT = "'#' starts a comment in the WebUI, which would swallow the rest of the prompt"
ONLY_IN_PROMPT = "means something in the prompt only, not here"


def missing(text, prompt):
    remedy = f"put it where the {text} belongs, or leave the prompt empty for the study's own"
    return f"prompt: the placeholder '{{{text}}}' does not stand in it: {prompt}; {remedy}"


NOT_IN_ITS = "does not stand in its prompt"
STANDARD = "closeup of woman facing viewer, {expression}, RAW photo, {character}"
NO_STEP = "composition: needs a step of its own before the expression's; use more steps, or leave it empty"


def in_tag(tag):
    return (
        f"its text stands in the tag {tag} of the prompt, where only a LoRA's name can stand; "
        "write the name alone, or the whole tag here and {character} in the prompt"
    )


def no_expression_in(tag):
    return f"an expression cannot stand in the network tag {tag}; write a tag in the row's text"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (
            {"prompt": "woman"},
            [missing("expression", "woman"), missing("character", "woman")],
        ),
        (
            {"prompt": "woman {expression}"},
            [missing("character", "woman {expression}")],
        ),
        (
            {"prompt": "{expression} {Expression}, { character } {character}", "hires": "{EXPRESSION} {express}"},
            [
                "prompt: '{Expression}' would be drawn as words; write {expression}",
                "prompt: '{ character }' would be drawn as words; write {character}",
                "hires prompt: '{EXPRESSION}' would be drawn as words; write {expression}",
            ],
        ),
        ({"composition": "{character}"}, [f"composition: the placeholder '{{character}}' {ONLY_IN_PROMPT}"]),
        (
            {"composition": "{character} {expression}"},
            [f"composition: the placeholder '{one}' {ONLY_IN_PROMPT}" for one in ("{expression}", "{character}")],
        ),
        ({"reference": "{expression}"}, [f"reference: the placeholder '{{expression}}' {ONLY_IN_PROMPT}"]),
        ({"composition": "hair #", "reference": "girl #"}, [f"composition: {COMMENT}", f"reference: {COMMENT}"]),
        ({"total_steps": 1}, [NO_STEP]),
        ({"total_steps": 1, "composition": ""}, []),
        ({"total_steps": 2}, ["switch_at: 0.2 of 2 steps is before the first step; use at least 0.5"]),
        ({"total_steps": 2, "switch_at": 0.5}, []),
        (
            {"total_steps": 3, "switch_at": 0.3},
            ["switch_at: 0.3 of 3 steps is before the first step; use at least 0.334"],
        ),
        ({"total_steps": 3, "switch_at": 0.334}, []),
        ({"switch_at": 0.0499}, ["switch_at: 0.0499 of 20 steps is before the first step; use at least 0.05"]),
        ({"switch_at": 0.05}, []),
        (
            {"prompt": "a | b, {expression}, {character}"},
            [f"{STRAY} a | b, {{expression}}, {{character}}"],
        ),
        ({"negative_prompt": "{expression} | x"}, [f"negative_{STRAY} {{expression}} | x"]),
        ({"hires": "a | {expression}"}, [f"hires {STRAY} a | {{expression}}"]),
        (
            {"prompt": "{expression} <lora:{expression}:1> {character}", "hires": "<lora:{expression}:1>"},
            [f"{place}: {no_expression_in('<lora:{expression}:1>')}" for place in ("prompt", "hires prompt")],
        ),
    ],
)
def test_faults_of_the_prompts_and_values_are_told_by_their_keys(changes, found):
    assert faults(**changes) == found


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (["fine", "face #3"], {2: [COMMENT]}),
        (["sad AND crying"], {1: ["AND would split the prompt in the middle of the prompt edit; write 'and'"]}),
        (["sad", "[a:b:c:0.5]", "q | [a:b:c:0.5]"], {2: [UNREAD], 3: [UNREAD]}),
        (["{character} face"], {1: [f"the placeholder '{{character}}' {ONLY_IN_PROMPT}"]}),
        (["1st", "2 of 3", "(sad:1.2)", "[sad|cry]", "_ AND _".lower()], {}),
    ],
)
def test_faults_of_a_row_stand_at_its_line(rows, found):
    expected = [f"expressions, line {n} ({rows[n - 1]}): {fault}" for n, told in found.items() for fault in told]
    assert faults(expressions="\n".join(rows)) == expected


JOINED = "{character}{expression}"
NAMED = "{expression} <lora:{character}:1>"
WEIGHTS = (
    "weights do not fit here, for its text stands in the tag <lora:{character}:1> of the prompt, which has one; "
    "write the whole tag here, with weights, and {character} in the prompt"
)


@pytest.mark.parametrize(
    ("columns", "changes", "found"),
    [
        (["mei", "Noor | noor #1"], {}, {2: [COMMENT]}),
        (["N | n | negative=old #2"], {}, {1: [COMMENT]}),
        (
            ["N | n | prompt={expression}, {Character}, n"],
            {},
            {1: ["'{Character}' would be drawn as words; write {character}"]},
        ),
        (["cat, {expression}"], {}, {1: [f"the placeholder '{{expression}}' {ONLY_IN_PROMPT}"]}),
        (["x | y | negative={character}"], {}, {1: [f"the placeholder '{{character}}' {ONLY_IN_PROMPT}"]}),
        (
            ["mei", "Noor | noor | prompt=a", "iu | iu | prompt=medium {expression}"],
            {},
            {
                2: [f"the placeholder '{{expression}}' {NOT_IN_ITS}", f"the placeholder '{{character}}' {NOT_IN_ITS}"],
                3: [f"the placeholder '{{character}}' {NOT_IN_ITS}"],
            },
        ),
        (
            ["Mei | mei | prompt=old mei, {expression}", "A | <lora:a:1> | prompt=<lora:a:2><lora:b:1>{expression}"],
            {},
            {},
        ),
        (
            ["A | <lora:a:1> | prompt=<lora:a:1>", "B | <lora:a:1><lora:b:1> | prompt=<lora:a:1>{expression}"],
            {},
            {
                1: [f"the placeholder '{{expression}}' {NOT_IN_ITS}"],
                2: [f"the placeholder '{{character}}' {NOT_IN_ITS}"],
            },
        ),
        (
            ["Noor", "<lora:a:1>", "x | a=b", "y | a:b", "z | smile (v2), old"],
            {"prompt": NAMED},
            {
                2: [in_tag("<lora:{character}:1>")],
                3: [in_tag("<lora:{character}:1>")],
                4: [in_tag("<lora:{character}:1>")],
            },
        ),
        (
            ["Noor | weights=0.4,0.7", "<lora:a:1> | weights=0.4,1"],
            {"prompt": NAMED, "hires": NAMED},
            {1: [WEIGHTS], 2: [in_tag("<lora:{character}:1>")]},
        ),
        (
            ["mei", "O | [y|z] | prompt={expression} <lora:{character}:3>"],
            {},
            {2: [in_tag("<lora:{character}:3>")]},
        ),
        (
            ["O | y | prompt={expression} <lora:{expression}:3> y"],
            {},
            {1: [no_expression_in("<lora:{expression}:3>")]},
        ),
        (["mei", "Noor | n\\", "Ada | n\\", "Eve | eve"], {"prompt": JOINED}, {2: [UNREAD], 3: [UNREAD]}),
        (
            ["Noor", "<lora:a:1>"],
            {"hires": "sharp <lora:{character}:2>"},
            {2: [in_tag("<lora:{character}:2>")]},
        ),
    ],
)
def test_faults_of_a_column_stand_at_its_line(columns, changes, found):
    expected = [f"characters, line {n} ({columns[n - 1]}): {fault}" for n, told in found.items() for fault in told]
    assert faults(characters="\n".join(columns), **changes) == expected


def test_entries_given_as_objects_are_told_by_their_places():
    rows = [{"label": "a", "text": "b # {character}"}]
    assert faults(expressions=rows, characters=[{"label": "C", "text": "d # {expression}"}]) == [
        f"expressions[0] (a): {COMMENT}",
        f"characters[0] (C): {COMMENT}",
        f"expressions[0] (a): the placeholder '{{character}}' {ONLY_IN_PROMPT}",
        f"characters[0] (C): the placeholder '{{expression}}' {ONLY_IN_PROMPT}",
    ]
    assert faults(characters=[{"label": "m", "text": "n\\"}], prompt=JOINED) == [f"characters[0] (m): {UNREAD}"]


def test_prompts_and_negative_prompts_are_read_by_a_parser_each():
    seen = [], []

    def reader(number, parser):
        def read(prompt):
            seen[number].append(prompt)
            return parser(prompt)

        return read

    study = study_from_dict({"expressions": "sad", "characters": "mei"}).with_templates(
        "p {expression}", "n {expression}"
    )
    templates = templates_of(study, "hp {expression}", "hn {expression}")
    assert edit_faults(study, templates, (reader(0, schedule), reader(1, negative_schedule)), 20) == []
    assert [{text.split()[0] for text in texts} for texts in seen] == [{"p", "hp"}, {"n", "hn"}]


@pytest.mark.parametrize(
    ("columns", "seeds", "told"),
    [
        (49, 1, None),
        (50, 1, "1,000 expressions × 51 columns × 1 seed are 51,000 cells"),
        (49, 2, "1,000 expressions × 50 columns × 2 seeds are 100,000 cells"),
        (49, 1000, "1,000 expressions × 50 columns × 1,000 seeds are 50,000,000 cells"),
    ],
)
def test_a_study_that_is_too_large_says_how_large(columns, seeds, told):
    study = study_from_dict({"expressions": lines("face", 1000), "characters": lines("woman", columns)})
    expected = [f"study: {told}; at most 50,000 make one study: divide the lists"] if told else []
    assert [str(fault) for fault in size_faults(study, seeds)] == expected
