"""The whole text of every fault that somebody who pastes a list, or sends a study as JSON, may read."""

import pytest

from sd_expression_grid.study.lists import read_character_lines, read_expression_lines
from sd_expression_grid.study.schema import list_notes, read_study

KEYS = "the keys are kind, person, tags, exclude, creator, cfg_scale, denoising, negative, prompt, weights"
BAR = r"(write \| for a bar that is text)"
IN_JSON = (
    "cfg_scale, creator, denoising, exclude, group, kind, label, negative, person, prompt, tags, text, weight, weights"
)
OF_ROWS = "label, strength, strength_of, strengths, text"
OF_SCOUT = "the keys are expression, seeds, stop_at_switch"
NETWORK = "need a text with exactly one LoRA tag, without unet=, or one embedding's name alone"
OWN_LABEL = "give each line a label of its own: label | text"

CHARACTERS = [
    ("# people, by hand", None),
    ("[LoRAs]", None),
    ("Noor", None),
    ("<lora:Noor:0.8> noor | weight=0.6", f"'weight' is no key; the nearest: weights; {KEYS}"),
    ("", None),
    ("Noor | noor | cfg=4", f"'cfg' is no key; the nearest: cfg_scale; {KEYS}"),
    ("Noor | age=40", f"'age' is no key; the nearest: tags; {KEYS}"),
    ("Noor | zz=40", f"'zz' is no key; {KEYS}"),
    ("<lora:Noor:0.8> noor | x", "the label holds a network tag; the label comes first: Noor | <lora:Noor:0.8> noor"),
    ("empty |", "there is no text after the bar; write 'empty' alone, or label | text"),
    ("Mei | kind=lora |", "there is no text after the bar; write 'Mei' alone, or label | text"),
    ("face|:|", r"it ends in a bar; write \| for a bar that is text, or leave it out"),
    ("ember | cfg_scale: 5", "'cfg_scale: 5' reads as a key with a colon; write cfg_scale=…"),
    ("ember | CFG scale : 5", "'CFG scale : 5' reads as a key with a colon; write CFG scale=…"),
    ("ember | x | size: 5", f"'size: 5' is one field too many: a line is label | text; {KEYS} {BAR}"),
    ("kind=none | ember", "'kind=none' stands where the label should; write label | text | kind=none"),
    ("person= | Noor", "'person=' stands where the label should; write label | text | person="),
    ("Noor | noor | kind=lora | Kind = none", "kind is given twice"),
    ("a | b | c | d", f"'c' is one field too many: a line is label | text; {KEYS} {BAR}"),
    ("［LoRAs］", "it reads as a group's title; write [LoRAs] alone"),
    ("【LoRAs: new】", "it reads as a group's title; write [LoRAs: new] alone"),
    ("[LoRAs]:", "it reads as a group's title; write [LoRAs] alone"),
    ("[ LoRAs ] ：", "it reads as a group's title; write [LoRAs] alone"),
    ("〔 〕", "the group's title is empty; write [Title]"),
    ("[ ]", "the group's title is empty; write [Title]"),
    ("[LoRAs] # mine", "a comment needs a line of its own, and so does a group's title; write [LoRAs] alone"),
    ("＃ note | x | y", "a comment starts with # instead of ＃"),
    ("【LoRAs】 woman", None),
    ("(［LoRAs］)", None),
    ("last", None),
]
EXPRESSIONS = [
    ("sad", None),
    ("x | kind=lora", "'kind' is no key; the only key is strengths"),
    ("a | b | c", f"'c' is one field too many: a line is label | text; the only key is strengths {BAR}"),
    ("smile|smiling|", r"it ends in a bar; write \| for a bar that is text, or leave it out"),
    ("kiss | eyes=closed", "'eyes' is no key; the only key is strengths"),
    ("＃ Mouth", "a comment starts with # instead of ＃"),
    ("[Mouth]:", None),
    ("【口】", None),
    ("wink ＃1", None),
    ("wink | =_=", None),
    ("wink | q=b", None),
    ("wink | ==b", None),
    ("wink | é=b", None),
    ("wink | äh=b", None),
    ("wink | one eye=closed", None),
]


@pytest.mark.parametrize(
    ("name", "read", "lines"),
    [("characters", read_character_lines, CHARACTERS), ("expressions", read_expression_lines, EXPRESSIONS)],
)
def test_a_faulty_line_is_named_with_its_number_and_content(name, read, lines):
    entries, faults = read("\n".join(line for line, _ in lines))
    assert [str(fault) for fault in faults] == [
        f"{name}, line {number} ({line}): {fault}" for number, (line, fault) in enumerate(lines, start=1) if fault
    ]
    good = [
        number
        for number, (line, fault) in enumerate(lines, start=1)
        if line and not line.startswith(("#", "[LoRAs]")) and not fault
    ]
    assert [entry.place for entry in entries] == [f"{name}, line {n} ({lines[n - 1][0]})" for n in good]


def test_a_line_with_two_faults_names_both():
    _, faults = read_character_lines("kind=lora | Noor | noor | surplus")
    assert [fault.problem for fault in faults] == [
        "'kind=lora' stands where the label should; write label | text | kind=lora",
        f"'noor' is one field too many: a line is label | text; {KEYS} {BAR}",
    ]


@pytest.mark.parametrize(
    ("field", "shown"), [("y" * 60, "y" * 60), ("y" * 61, f"{'y' * 59}…"), ("y" * 90, f"{'y' * 59}…")]
)
def test_a_long_line_and_a_long_field_are_shown_up_to_sixty_letters(field, shown):
    (entry,), _ = read_expression_lines(field)
    assert entry.place == f"expressions, line 1 ({shown})"
    _, (fault,) = read_expression_lines(f"a | b | {field}")
    assert fault.place == f"expressions, line 1 (a | b | {'y' * 51}…)"
    assert fault.problem == f"'{shown}' is one field too many: a line is label | text; the only key is strengths {BAR}"
    _, (fault,) = read_character_lines(f"a | tags: {field}")
    assert fault.problem == f"'tags: {'y' * 53}…' reads as a key with a colon; write tags=…"


LISTS = [
    (
        "characters",
        "Noor | two, words | weights=0.5",
        [f", line 1 (Noor | two, words | weights=0.5): weights: {NETWORK}"],
    ),
    ("characters", "Noor | x | weights=", [", line 1 (Noor | x | weights=): weights: names no number"]),
    (
        "characters",
        "Noor | x | weights=1, b",
        [", line 1 (Noor | x | weights=1, b): weights: must be numbers divided by commas, not 'b'"],
    ),
    ("characters", "Noor | x | weights=2,1,1", [", line 1 (Noor | x | weights=2,1,1): weights: names 1 twice"]),
    (
        "characters",
        "reference | x\nREFERENCE. | y",
        [
            ", line 1 (reference | x): 'reference' is the reference column's label",
            ", line 2 (REFERENCE. | y): 'reference' is the reference column's label",
        ],
    ),
    (
        "characters",
        "<lora:Noor:0.4>\n\n<lora:Noor:0.8>\nNoor | x",
        [
            ", line 3 (<lora:Noor:0.8>): the label 'Noor' stands in this list already, "
            "at characters, line 1 (<lora:Noor:0.4>); for one LoRA at several weights write one line with "
            "weights=0.4,0.8; else give each line a label",
            ", line 4 (Noor | x): the label 'Noor' stands in this list already, "
            f"at characters, line 1 (<lora:Noor:0.4>); {OWN_LABEL}",
        ],
    ),
    (
        "expressions",
        "sad\nsad | tears\nsad|cry",
        [
            ", line 2 (sad | tears): the label 'sad' stands in this list already, "
            f"at expressions, line 1 (sad); {OWN_LABEL}",
            ", line 3 (sad|cry): the label 'sad' stands in this list already, "
            f"at expressions, line 1 (sad); {OWN_LABEL}",
        ],
    ),
    (
        "characters",
        ["x", None, {"label": "A", "text": " "}, {"label": 3, "text": "x"}, {"label": "a\x1fb", "text": "x"}],
        [
            "[0]: must be an object with label and text, is 'x'",
            "[1]: must be an object with label and text, is null",
            "[2] (A): text: is missing",
            "[3]: label: must be a text, is 3",
            "[4] (a\x1fb): label: must be one line, without control characters",
        ],
    ),
    (
        "characters",
        [
            {"label": "a b", "text": "x", "tags": ["x", 1], "weights": [1, "a"]},
            {"text": "y", "exclude": None, "cfg_scale": None, "kind": None, "person": None},
            {"text": "z", "weight": "1", "cfg_scale": -1, "kind": 1},
            {"text": "ember", "weights": [True]},
            {"text": "w", "weights": []},
        ],
        [
            "[0] (a b): tags: must be texts",
            "[0] (a b): weights: must be numbers divided by commas, not 'a'",
            "[1]: person: must be a text, is null",
            "[1]: exclude: must be yes or no (in JSON true or false), is null",
            "[2]: kind: must be one of lora, embedding, none, is 1",
            "[2]: weight: must be a number, is '1'",
            "[2]: cfg_scale: must be above 0",
            "[3]: weights: must be numbers divided by commas, not true or false",
            "[4]: weights: names no number",
        ],
    ),
    (
        "characters",
        [{"label": "A", "text": "x", "foo": 1, "place": "y"}],
        [f"[0] (A): {key}: is not a known key; the keys are {IN_JSON}" for key in ("foo", "place")],
    ),
    ("expressions", [{"text": "x", "kind": "lora"}], [f"[0]: kind: is not a known key; the keys are {OF_ROWS}"]),
    ("expressions", [3], ["[0]: must be an object with label and text, is 3"]),
    ("expressions", 3, [": must be a text with one entry a line, or a list of objects, is 3"]),
    ("characters", {}, [": must be a text with one entry a line, or a list of objects, is an object"]),
    ("expressions", "", [": the list is empty; write one expression a line"]),
    ("characters", [], [": the list is empty; write one character a line"]),
]


def faults_of(**changes):
    _, faults = read_study({"expressions": "neutral", "characters": "mei", **changes})
    return [str(fault) for fault in faults]


@pytest.mark.parametrize(("name", "given", "faults"), LISTS)
def test_a_list_that_cannot_be_made_is_told_entry_by_entry(name, given, faults):
    assert faults_of(**{name: given}) == [f"{name}{fault}" for fault in faults]


SEED = "must be whole numbers other than -1, not"
VALUES = [
    ({"seeds": [2**53 - 1, 0, -2, 1 - 2**53]}, []),
    ({"seeds": [1, 2**53]}, [f"seeds: {SEED} 9007199254740992"]),
    ({"seeds": [-(2**53)]}, [f"seeds: {SEED} -9007199254740992"]),
    ({"seeds": [-1, -1]}, [f"seeds: {SEED} -1"]),
    ({"seeds": [1.0]}, [f"seeds: {SEED} 1.0"]),
    ({"seeds": [True]}, [f"seeds: {SEED} true or false"]),
    ({"seeds": [2, 1, 2]}, ["seeds: name a seed twice"]),
    ({"seeds": 3}, ["seeds: must be a list, is 3"]),
    ({"switch_at": 0}, ["switch_at: must be a fraction of the steps, above 0 and below 1, is 0"]),
    ({"switch_at": 1}, ["switch_at: must be a fraction of the steps, above 0 and below 1, is 1"]),
    ({"switch_at": 0.001}, []),
    ({"switch_at": 0.999}, []),
    ({"rows_per_batch": 1}, []),
    ({"rows_per_batch": 0}, ["rows_per_batch: must be at least 1, is 0"]),
    ({"grid": {"margin": 0}}, []),
    ({"grid": {"margin": 500}}, []),
    ({"grid": {"margin": 501}}, ["grid.margin: must be at most 500 pixels, is 501"]),
    (
        {"grid": {"margin": -1, "legend": 1, "ground": "red", "x": 1}},
        [
            "grid.margin: must be at least 0, is -1",
            "grid.legend: must be true or false, is 1",
            "grid.ground: must be one of light, dark, is 'red'",
            "grid.x: is not a known key; the keys are ground, legend, margin",
        ],
    ),
    ({"grid": []}, ["grid: must be an object, is a list"]),
    (
        {"prompt": 3, "negative_prompt": []},
        ["prompt: must be a text, is 3", "negative_prompt: must be a text, is a list"],
    ),
    (
        {"reference": 3, "composition": None, "name": None},
        ["reference: must be a text, is 3", "composition: must be a text, is null", "name: must be a text, is null"],
    ),
    (
        {"expression_placeholder": " ", "character_placeholder": " "},
        ["expression_placeholder: is empty", "character_placeholder: is empty"],
    ),
    (
        {"expression_placeholder": "{x}", "character_placeholder": "{x}"},
        ["character_placeholder: is the expression placeholder as well"],
    ),
    ({"name": "my story"}, []),
    ({"name": "a/b"}, ["name: must be a plain folder name, such as 'a_b'"]),
    ({"expressions": 3, "characters": 4, "scout": {"expression": "sad"}}, [
        "expressions: must be a text with one entry a line, or a list of objects, is 3",
        "characters: must be a text with one entry a line, or a list of objects, is 4",
    ]),
    ({"characters": "", "scout": 3}, ["scout: must be an object, is 3"]),
    ({"characters": "", "scout": {}}, []),
    ({"scout": {"seeds": 1}}, []),
    ({"scout": {"seeds": 0}}, ["scout.seeds: must be at least 1, is 0"]),
    ({"scout": {"seeds": []}}, ["scout.seeds: is an empty list; name seeds, or how many"]),
    ({"scout": {"seeds": [4, 4]}}, ["scout.seeds: name a seed twice"]),
    ({"scout": {"seeds": [4, "x"]}}, [f"scout.seeds: {SEED} 'x'"]),
    ({"scout": {"seeds": "3"}}, ["scout.seeds: must be a list of seeds, or how many, is '3'"]),
    ({"scout": {"seeds": None}}, ["scout.seeds: must be a list of seeds, or how many, is null"]),
    (
        {"scout": {"expression": "neutrl"}},
        ["scout.expression: there is no expression labelled 'neutrl'; the nearest: neutral"],
    ),
    ({"scout": {"expression": "z"}}, ["scout.expression: there is no expression labelled 'z'"]),
    ({"scout": {"expression": " neutral "}}, []),
    (
        {"scout": {"stop_at_switch": 1, "x": 1}},
        ["scout.stop_at_switch: must be true or false, is 1", f"scout.x: is not a known key; {OF_SCOUT}"],
    ),
    (
        {"scout": {}, "reference": " "},
        ["scout: seeds are scouted in the reference column; name the reference's text"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "faults"), VALUES)
def test_a_value_that_does_not_fit_is_told_by_its_key(changes, faults):
    assert faults_of(**changes) == faults


def test_repeated_lines_are_told_for_each_list_by_their_numbers():
    characters = "mei\n<lora:a:1>\nMei\n<lora:A:1>\n# x\nmei (line 9)\n[Group]\nmei\nMEI\nmei"
    assert list_notes({"expressions": "sad\ncry\nSad\nsad", "characters": characters}) == [
        "expressions: repeated lines are taken once: 3, 4",
        "characters: repeated lines are taken once: 3, 9, 10",
    ]
    assert list_notes({"characters": "mei\nmei"}) == ["characters: repeated lines are taken once: 2"]
    assert list_notes({"expressions": [{"text": "sad"}], "characters": "mei"}) == []


def test_two_weights_that_may_be_one_with_a_decimal_comma_are_told():
    lines = ["mei", "A | <lora:a:1> | weights=0,4", "B\t<lora:b:1>\tWeights = 0,75 | exclude", "C | c | weights=0,4,1"]
    lines += ["D | d | weights=1,4", "E | e | weights=0, 4", "F | weights=0,5"]
    assert list_notes({"characters": "\n".join(lines)}) == [
        "characters, line 2: weights=0,4 are two numbers; for one of 0.4 write a point",
        "characters, line 3: weights=0,75 are two numbers; for one of 0.75 write a point",
        "characters, line 7: weights=0,5 are two numbers; for one of 0.5 write a point",
    ]
