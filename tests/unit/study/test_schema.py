import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.file_names import file_stem
from sd_expression_grid.study.list_keys import keys_of
from sd_expression_grid.study.lists import write_lines
from sd_expression_grid.study.preset_lists import preset_text, preset_titles
from sd_expression_grid.study.schema import read_study, study_from_dict, study_to_dict
from sd_expression_grid.study.study import CHARACTER_KEYS, MAX_CELLS, Character, Study
from sd_expression_grid.study.value_types import NUMBER, POSITIVE_NUMBERS, as_text


def read(**changes):
    return study_from_dict({"expressions": "neutral\nbored", "characters": "Noor\nmei", **changes})


def message(**changes):
    with pytest.raises(StudyError) as raised:
        read(**changes)
    return str(raised.value)


def test_defaults_are_those_of_the_types():
    study = read()
    assert study == Study(expressions=study.expressions, characters=study.characters)


def test_defaults_are_those_that_the_documentation_names():
    rows, columns = ([{"label": label, "text": label} for label in labels] for labels in ("ab", "c"))
    assert study_to_dict(read(expressions="a\nb", characters="c")) == {
        "expressions": rows,
        "characters": columns,
        "reference": "1girl",
        "composition": "hair, neck, eyes, lips",
        "switch_at": 0.2,
        "expression_placeholder": "{expression}",
        "character_placeholder": "{character}",
        "seeds": [],
        "mode": "exact",
        "rows_per_batch": 4,
        "name": "",
        "grid": {"margin": 8, "legend": True, "ground": "light"},
    }


def test_characters_may_be_objects():
    study = read(
        characters=[
            {"label": "Noor", "text": "<lora:Noor:1>", "group": "A", "tags": ["x"], "cfg_scale": 5, "exclude": True}
        ]
    )
    noor = study.characters[0]
    assert (noor.group, noor.tags, noor.cfg_scale, noor.exclude) == ("A", ("x",), 5.0, True)


def test_weights_become_one_character_each():
    study = read(characters="Noor | <lora:Noor:0.8:0.5:64> noor | weights=0.4, 0.7,1\nember | weights=0.5")
    assert [(c.label, c.text, c.kind, c.person, c.weight) for c in study.characters] == [
        ("Noor 0.4", "<lora:Noor:0.4:0.4:64> noor", "lora", "Noor", 0.4),
        ("Noor 0.7", "<lora:Noor:0.7:0.7:64> noor", "lora", "Noor", 0.7),
        ("Noor 1", "<lora:Noor:1:1:64> noor", "lora", "Noor", 1.0),
        ("ember 0.5", "(ember:0.5)", "embedding", "ember", 0.5),
    ]


def test_what_a_line_with_weights_says_itself_stays():
    line = "Noor | <lora:N:1> | kind=none | person=N | exclude | weights=0.5"
    (noor,) = read(characters=f"[LoRAs]\n{line}").characters
    assert (noor.label, noor.kind, noor.person, noor.weight) == ("Noor 0.5", "none", "N", 0.5)
    assert (noor.group, noor.exclude) == ("LoRAs", True)
    assert noor.place.startswith("characters, line 2 (Noor | <lora:N:1>")


def test_a_weight_in_json_is_that_of_the_column():
    (noor,) = read(characters=[{"label": "Noor", "text": "<lora:Noor:1>", "weight": 0.7}]).characters
    assert (noor.label, noor.text, noor.weight, noor.kind) == ("Noor", "<lora:Noor:1>", 0.7, None)


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [
        ("exclude", "TRUE", True), ("exclude", "1", True), ("exclude", "No", False), ("exclude", "0", False),
        ("exclude", "false", False), ("cfg_scale", "5", 5.0), ("cfg_scale", "0.001", 0.001),
        ("tags", "a,, b ,", ("a", "b")),
        ("tags", "", ()), ("kind", "EMBEDDING", "embedding"), ("person", "", ""),
    ],
)  # fmt: skip
def test_a_value_on_a_line_is_read_as_people_write_it(key, written, value):
    assert getattr(read(characters=f"Noor | x | {key}={written}").characters[0], key) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, ""),
        (0.5, "0.5"),
        (0, "0"),
        ("a", "a"),
        ([0.4, 1], "0.4,1"),
        (("a", "b"), "a,b"),
        ((), ""),
    ],
)
def test_a_value_is_written_as_it_is_read(value, text):
    assert as_text(value) == text


def test_a_decimal_comma_is_for_spreadsheets_only():
    assert NUMBER.parse("0,7") == 0.7
    assert NUMBER.parse("x,y") == "x,y"
    assert POSITIVE_NUMBERS.parse("4,7") == [4, 7]


def test_templates_of_a_study_are_read_with_none_for_the_pages():
    study = read(prompt="a", negative_prompt=None, reference=" girl ", composition=" hair ")
    assert (study.prompt, study.negative_prompt, study.reference, study.composition) == ("a", None, "girl", "hair")
    written = study_to_dict(study)
    assert written["prompt"] == "a"
    assert "negative_prompt" not in written


def test_weights_set_text_encoder_and_unet_alike():
    study = read(characters="Noor | <lora:Noor:0.2:0.9:64:dyn=4> | weights=0.5")
    assert study.characters[0].text == "<lora:Noor:0.5:0.5:64:dyn=4>"


@pytest.mark.parametrize("text", ["two, words", "<lora:a:1><lora:b:1>", "(x:1.1)", "<lora:a:unet=0.9>"])
def test_weights_need_one_network(text):
    assert "exactly one LoRA tag" in message(characters=f"Noor | {text} | weights=0.5")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"foo": 1},
            "foo: is not a known key; the keys are character_placeholder, characters, composition, "
            "expression_placeholder, expressions, grid, mode, name, negative_prompt, picked, picture, prompt, "
            "reference, rows_per_batch, scout, seeds, switch_at",
        ),
        ({"grid": {"foo": 1}}, "grid.foo: is not a known key; the keys are ground, legend, margin"),
        ({"grid": 3}, "grid: must be an object, is 3"),
        ({"mode": "fast"}, "mode: must be one of exact, batched, is 'fast'"),
        ({"switch_at": "0.2"}, "switch_at: must be a number, is '0.2'"),
        ({"switch_at": True}, "switch_at: must be a number, is true or false"),
        ({"switch_at": -0.1}, "switch_at: must be a fraction of the steps, above 0 and below 1, is -0.1"),
        ({"switch_at": 1}, "switch_at: must be a fraction of the steps, above 0 and below 1, is 1"),
        ({"switch_at": float("nan")}, "switch_at: must be a number, is nan"),
        ({"switch_at": 10**400}, f"switch_at: must be a number, is 1{'0' * 59}"),
        ({"seeds": [1, 1]}, "seeds: name a seed twice"),
        ({"seeds": [-1]}, "seeds: must be whole numbers other than -1, not -1"),
        ({"name": "\ud800"}, "name: must be a text, is '\\ud800'"),
        ({"characters": [{"text": "x", "cfg_scale": "5"}]}, "characters[0]: cfg_scale: must be a number, is '5'"),
        (
            {"characters": [{"text": "x", "exclude": "yes"}]},
            "characters[0]: exclude: must be yes or no (in JSON true or false), is 'yes'",
        ),
        ({"seeds": "1"}, "seeds: must be a list, is '1'"),
        ({"rows_per_batch": 0}, "rows_per_batch: must be at least 1, is 0"),
        ({"rows_per_batch": 1.5}, "rows_per_batch: must be a whole number, is 1.5"),
        ({"name": "../up"}, "name: must be a plain folder name, such as '_up'"),
        ({"name": "con"}, "name: must be a plain folder name, such as 'con_'"),
        ({"name": "a/b"}, "name: must be a plain folder name, such as 'a_b'"),
        ({"reference": None}, "reference: must be a text, is null"),
        ({"expression_placeholder": " "}, "expression_placeholder: is empty"),
        (
            {"expression_placeholder": "x", "character_placeholder": "x"},
            "character_placeholder: is the expression placeholder as well",
        ),
        ({"expressions": ""}, "expressions: the list is empty; write one expression a line"),
        ({"characters": "# nobody"}, "characters: the list is empty; write one character a line"),
        ({"expressions": 3}, "expressions: must be a text with one entry a line, or a list of objects, is 3"),
        (
            {"expressions": [{"label": "a", "text": "b", "foo": 1}]},
            "expressions[0] (a): foo: is not a known key; the keys are label, strength, strength_of, strengths, text",
        ),
        ({"expressions": [{"label": "a"}]}, "expressions[0] (a): text: is missing"),
        (
            {"expressions": [{"label": "a\nb", "text": "c"}]},
            "expressions[0] (a\nb): label: must be one line, without control characters",
        ),
        (
            {"characters": "reference | x"},
            "characters, line 1 (reference | x): 'reference' is the reference column's label",
        ),
        (
            {"characters": "Noor | x | cfg_scale=abc"},
            "characters, line 1 (Noor | x | cfg_scale=abc): cfg_scale: must be a number, is 'abc'",
        ),
        (
            {"characters": "Noor | x | cfg_scale=0"},
            "characters, line 1 (Noor | x | cfg_scale=0): cfg_scale: must be above 0",
        ),
        (
            {"characters": "Noor | x | kind=lyco"},
            "characters, line 1 (Noor | x | kind=lyco): kind: must be one of lora, embedding, none, is 'lyco'",
        ),
        (
            {"characters": "Noor | x | exclude=maybe"},
            "characters, line 1 (Noor | x | exclude=maybe): exclude: "
            "must be yes or no (in JSON true or false), is 'maybe'",
        ),
        (
            {"characters": "Noor | x | weights=a"},
            "characters, line 1 (Noor | x | weights=a): weights: must be numbers divided by commas, not 'a'",
        ),
        ({"characters": "Noor | x | weights="}, "characters, line 1 (Noor | x | weights=): weights: names no number"),
        (
            {"characters": "Noor | x | weights=1,1.0"},
            "characters, line 1 (Noor | x | weights=1,1.0): weights: names 1 twice",
        ),
    ],
)
def test_a_fault_is_named_with_its_key(changes, fault):
    assert message(**changes) == fault


def test_an_object_without_label_is_labelled_as_a_line_would_be():
    assert read(characters=[{"text": "<lora:Noor:0.8> noor"}]).characters[0].label == "Noor"


@pytest.mark.parametrize("other", ["Noor", "Noor "])
def test_labels_are_unique(other):
    text = message(characters=[{"label": "Noor", "text": "a"}, {"label": other, "text": "b"}])
    assert "stands in this list already" in text
    assert "give each line a label of its own" in text


def test_labels_may_be_alike_as_file_names():
    study = read(expressions=":/ | odd\n:< | sad", characters="Noor | a\nnoor | b\nNoor. | c")
    assert [row.label for row in study.expressions] == [":/", ":<"]
    assert [column.label for column in study.characters] == ["Noor", "noor", "Noor."]


def test_one_lora_at_two_weights_is_told_of_weights():
    text = message(characters="<lora:Noor:0.4>\n<lora:Noor:0.8>")
    assert "write one line with weights=0.4,0.8" in text


def test_all_faults_come_at_once():
    text = message(expressions="a|b|c\na", characters="x|y|kind=q", mode="no", foo=1)
    assert text.startswith("4 faults, nothing was generated:")


def test_a_label_reference_is_free_without_a_reference_column():
    assert read(characters="reference | x", reference="").columns[0].label == "reference"


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=20)
plain_words = st.text("abc, x", min_size=1, max_size=12).map(str.strip).filter(str.strip)
numbers = st.floats(0.01, 99)


def values_of_keys(text):
    """A strategy for the values of every key of a character, with ``text`` for what is free text."""
    tags = st.lists(text.map(lambda tag: tag.replace(",", "").strip()).filter(str.strip), max_size=3)
    return {
        "kind": st.sampled_from(["lora", "embedding", "none"]),
        "person": text,
        "tags": tags,
        "weight": st.floats(-2, 2),
        "exclude": st.booleans(),
        "creator": text,
        "group": text,
        "negative": text,
        "cfg_scale": numbers,
        "denoising": numbers,
        "prompt": text,
        "weights": st.lists(st.integers(-9, 9).map(lambda tenths: tenths / 10), min_size=1, max_size=3, unique=True),
    }


def test_every_key_of_a_character_is_tried():
    assert set(values_of_keys(words)) == {key.name for key in CHARACTER_KEYS}


def lists_of_entries(text, keys):
    """Lists of objects with labels that differ as file names, and some of the keys."""
    optional = {name: values for name, values in values_of_keys(text).items() if name in keys}
    entry = st.fixed_dictionaries({"label": text.map(lambda label: f"x{label}"), "text": text}, optional=optional)
    lists = st.lists(entry, min_size=1, max_size=5, unique_by=lambda one: file_stem(one["label"]).casefold())
    return lists.map(lambda entries: [one if "weights" not in one else {**one, "text": "ember"} for one in entries])


ATTRIBUTES = [key.name for key in keys_of(Character)]
IN_LINES = [key.name for key in CHARACTER_KEYS if key.in_lines]


@given(
    expressions=lists_of_entries(words.filter(str.strip), []),
    characters=lists_of_entries(words.filter(str.strip), ATTRIBUTES),
    switch_at=st.floats(0.01, 0.99),
    seeds=st.lists(st.integers(0, 2**32 - 1), unique=True, max_size=4),
)
def test_a_study_survives_json(expressions, characters, switch_at, seeds):
    study = read(expressions=expressions, characters=characters, switch_at=switch_at, seeds=seeds)
    assert study_from_dict(json.loads(json.dumps(study_to_dict(study)))) == study
    for character, entry in zip(study.characters, characters, strict=True):
        said = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
        assert {name: getattr(character, name) for name in entry if name not in ("label", "text")} == {
            name: value for name, value in said.items() if name not in ("label", "text")
        }


@given(lists_of_entries(plain_words, [*IN_LINES, "group"]))
def test_objects_written_as_lines_say_the_same(entries):
    entries.sort(key=lambda entry: entry.get("group", ""))  # no line ends a group, so those without come first
    study = read(characters=entries, reference="")
    assert read(characters=write_lines(entries), reference="").characters == study.characters
    assert len(study.characters) == sum(len(entry.get("weights", [0])) for entry in entries)


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("negative=old, x", "negative", "old, x"),
        ("Kind = LoRA", "kind", "lora"),
        ("cfg_scale=5.5", "cfg_scale", 5.5),
        ("tags=a, b", "tags", ("a", "b")),
        ("exclude", "exclude", True),
        ("exclude=no", "exclude", False),
        ("person=Noor", "person", "Noor"),
        ("prompt=[a:{expression}:0.3] b", "prompt", "[a:{expression}:0.3] b"),
    ],
)
def test_a_key_on_a_line_is_an_attribute(line, name, value):
    assert getattr(read(characters=f"Noor | x | {line}").characters[0], name) == value


def test_a_weight_of_nothing_is_kept():
    study = read(characters="ember | weights=0,1")
    assert [c.weight for c in study.characters] == [0, 1]
    assert study_from_dict(study_to_dict(study)) == study


def test_a_study_without_templates_gets_the_pages_and_else_those_of_the_original_study():
    standard = "closeup of woman facing viewer, {expression}, RAW photo, {character}"
    negative = "naked, illustration, 3d, drawing, cartoon, anime, 2girls"

    def filled(of_page, negative_of_page, **changes):
        study = read(**changes).with_templates(of_page, negative_of_page)
        return study.prompt, study.negative_prompt

    assert filled(" ", "") == (standard, negative)
    assert filled("", "old") == (standard, "old")
    assert filled("a {expression}", "") == ("a {expression}", "")
    assert filled("a", "b", prompt="own", negative_prompt="") == ("own", "")
    assert filled("", "b", prompt="own") == ("own", "b")
    assert filled("a", "b", prompt="", negative_prompt=" ") == (standard, negative)
    assert filled("", "", expression_placeholder="FACE", character_placeholder="WHO")[0] == (
        "closeup of woman facing viewer, FACE, RAW photo, WHO"
    )


def test_columns_belong_to_their_groups_and_the_reference_to_all():
    study = read(characters="Ada\n[LoRAs]\nNoor\n[Others]\nmei\n[LoRAs]\nTomas")
    assert study.groups == ("", "LoRAs", "Others")
    labels = {group: [column.label for column in study.columns_of(group)] for group in study.groups}
    assert labels == {"": ["reference", "Ada"], "LoRAs": ["reference", "Noor", "Tomas"], "Others": ["reference", "mei"]}
    assert [column.label for column in replace(study, reference="").columns_of("Others")] == ["mei"]
    assert study.reference_column == Character(label="reference", text="1girl", kind="none")
    assert study.reference_column.place == "reference"


@pytest.mark.parametrize(
    ("changes", "drawn", "count"),
    [
        ({}, 0, 0),
        ({}, 2, 12),
        ({"seeds": [5]}, 2, 6),
        ({"seeds": [5, 6, 7]}, 1, 18),
        ({"reference": ""}, 1, 4),
        ({"scout": {}}, 3, 96),
        ({"scout": {"seeds": [5, 6]}, "seeds": [1]}, 3, 12),
    ],
)
def test_cells_are_rows_times_columns_times_seeds(changes, drawn, count):
    assert read(**changes).cell_count(drawn) == count
    assert read().cell_count() == 0


def test_fifty_thousand_cells_are_the_most():
    assert MAX_CELLS == 50_000


def test_presets_are_lists():
    counts = [len(read(expressions=preset_text(title)).expressions) for title in preset_titles()]
    assert counts == [9, 8, 7, 28, 24, 28]


def test_an_expression_at_several_strengths_makes_a_row_for_each():
    study = read(expressions="neutral\nsmile | smiling, happy | strengths=0.8,1,1.2\nsad", characters="Noor")
    rows = [(row.label, row.text, row.strength, row.strength_of) for row in study.expressions]
    assert rows == [
        ("neutral", "neutral", None, ""),
        ("smile 0.8", "(smiling, happy:0.8)", 0.8, "smile"),
        ("smile 1", "(smiling, happy:1)", 1.0, "smile"),
        ("smile 1.2", "(smiling, happy:1.2)", 1.2, "smile"),
        ("sad", "sad", None, ""),
    ]
    assert study_from_dict(study_to_dict(study)) == study


@pytest.mark.parametrize(
    "text", ["(smiling)", "[a|b]", "a: b", "smile AND laugh", "a #b", "<lora:x:1>", "{a}", "a\\\\b"]
)
def test_only_plain_words_have_strengths(text):
    _, faults = read_study({"expressions": [{"text": text, "strengths": [0.8]}], "characters": "Noor"})
    assert [str(fault) for fault in faults] == [
        "expressions[0]: strengths: need a text of plain words, without brackets, colons or bars"
    ]


def test_a_character_at_several_cfg_scales_makes_a_column_for_each():
    study = read(
        expressions="sad", characters="Noor | noor | cfg_scale=4,7\nmei | <lora:mei:1> | weights=0.5,1 | cfg_scale=3,6"
    )
    assert [(c.label, c.text, c.cfg_scale, c.person) for c in study.characters] == [
        ("Noor CFG 4", "noor", 4.0, "Noor"), ("Noor CFG 7", "noor", 7.0, "Noor"),
        ("mei 0.5 CFG 3", "<lora:mei:0.5>", 3.0, "mei"), ("mei 0.5 CFG 6", "<lora:mei:0.5>", 6.0, "mei"),
        ("mei 1 CFG 3", "<lora:mei:1>", 3.0, "mei"), ("mei 1 CFG 6", "<lora:mei:1>", 6.0, "mei"),
    ]  # fmt: skip
    assert study_from_dict(study_to_dict(study)) == study
    in_json = read(expressions="sad", characters=[{"label": "Noor", "text": "noor", "cfg_scale": [4, 7]}])
    assert in_json.characters == study.characters[:2]
    one = read(expressions="sad", characters="Noor | noor | cfg_scale=4").characters[0]
    assert (one.label, one.cfg_scale, one.person) == ("Noor", 4.0, "")


@pytest.mark.parametrize(
    ("scales", "told"), [([4, 0], "must be above 0"), ([4, 4], "names 4 twice"), ([], "names no number")]
)
def test_cfg_scales_that_are_none_are_faults(scales, told):
    _, faults = read_study({"expressions": "sad", "characters": [{"text": "noor", "cfg_scale": scales}]})
    assert [str(fault) for fault in faults] == [f"characters[0]: cfg_scale: {told}"]
