"""Names of faces, as the programs' own expressions read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.file_names import file_stem
from sd_expression_grid.export.export import PROGRAMS
from sd_expression_grid.export.names import named_rows
from sd_expression_grid.export.renpy import KEYWORDS, tag_of, variable_of
from sd_expression_grid.export.sillytavern import EXPRESSIONS
from sd_expression_grid.study.preset_lists import preset_text, preset_titles
from sd_expression_grid.study.schema import study_from_dict
from tests.unit.export.programs import (
    RENPY_KEYWORDS,
    RENPY_NAME,
    can_be_added_to_sillytavern,
    renpy_shows,
    sillytavern_label,
)

SILLYTAVERN, RENPY, PLAIN = (PROGRAMS[key] for key in ("sillytavern", "renpy", "plain"))
TEXTS = st.text(max_size=20) | st.sampled_from(
    [*RENPY_KEYWORDS, *EXPRESSIONS, "con", "-con", "_-x", "smile-open", "joy.b", "ſ"]
)


def names(labels, rules, *lines):
    return dict(named_rows(labels, lines, rules).names)


def fault(labels, rules, *lines):
    with pytest.raises(StudyError) as raised:
        named_rows(labels, lines, rules)
    return str(raised.value)


def test_there_are_28_expressions():
    assert len(set(EXPRESSIONS)) == len(EXPRESSIONS) == 28
    assert names(EXPRESSIONS, SILLYTAVERN) == {label: (label,) for label in EXPRESSIONS}
    assert named_rows(EXPRESSIONS, (), SILLYTAVERN).notes == ()


@given(TEXTS)
def test_a_name_for_sillytavern_is_its_own_label_and_one_that_can_be_added(text):
    name = SILLYTAVERN.name_from(text)
    assert SILLYTAVERN.name_from(name) == name
    if name:
        assert sillytavern_label(f"{name}.png") == sillytavern_label(f"{name}-2.png") == name
        assert name in EXPRESSIONS or can_be_added_to_sillytavern(name, EXPRESSIONS)


@given(TEXTS)
def test_a_name_for_renpy_can_be_shown(text):
    name = RENPY.name_from(text)
    assert RENPY.name_from(name) == name
    if name:
        assert renpy_shows([name])


@given(TEXTS)
def test_a_plain_name_is_a_file_name_everywhere(text):
    name = PLAIN.name_from(text)
    assert PLAIN.name_from(name) == name == name.lower()
    if name:
        assert file_stem(name) == name


@given(TEXTS)
def test_a_character_of_any_name_has_a_tag_and_a_variable_or_is_refused(text):
    try:
        tag = tag_of(text)
    except StudyError:
        assert not RENPY.name_from(text)
        return
    assert renpy_shows([tag])
    assert tag != "side"
    assert RENPY_NAME.fullmatch(variable_of(text))
    assert variable_of(text) not in RENPY_KEYWORDS


def test_our_keywords_are_those_of_renpy():
    assert {"$", *KEYWORDS} == RENPY_KEYWORDS


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("smile-open", "smile_open"),
        ("smile.closed", "smile_closed"),
        ("Café au lait!", "cafe_au_lait"),
        ("joyful", "face_joyful"),
        ("Joy", "joy"),
        ("笑顔", ""),
        ("con", "con_"),
    ],
)
def test_names_for_sillytavern(text, name):
    assert SILLYTAVERN.name_from(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("smiling, open mouth", "smiling_open_mouth"),
        ("Smile-Open", "smile-open"),
        ("-angry", "angry"),
        ("Con", "con_"),
        ("-nul_", "nul_"),
        ("with", "with_"),
        ("2faced", "2faced"),
        ("don't", "don_t"),
        ("笑顔", "笑顔"),
        ("😀", ""),
        ("a b [c]", "a_b_c"),
    ],
)
def test_names_for_renpy(text, name):
    assert RENPY.name_from(text) == name


@pytest.mark.parametrize(("text", "name"), [("Con", "con_"), ("-con", "con_"), ("_-x", "x"), ("Aux-", "aux_")])
def test_plain_names_are_none_that_windows_reserves(text, name):
    assert PLAIN.name_from(text) == name


@pytest.mark.parametrize("called", ["Con", "nul", "COM1"])
def test_a_tag_for_renpy_is_a_folder_on_windows_too(called):
    assert tag_of(called) == file_stem(tag_of(called)) == f"{called.lower()}_"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("Noor 0.7", "noor_0_7"), ("class", "class_"), ("2B", "c_2b"), ("Show", "show_"), ("gui", "gui_")),
        *(("Side", "side_"), ("五条", "person_9c13554a"), ("日本", "person_c7b7cdcc")),
    ],
)
def test_variables_for_renpy(text, name):
    assert variable_of(text) == name


def test_labels_are_understood_as_one_of_the_28_once_each():
    labels = ["neutral", "smiling, open mouth", "smiling, closed mouth", "laughing hard", "Surprised", "bored", "sad"]
    assert names(labels, SILLYTAVERN) == {
        "neutral": ("neutral",),
        "smiling, open mouth": ("joy",),
        "smiling, closed mouth": ("smiling_closed_mouth",),
        "laughing hard": ("amusement",),
        "Surprised": ("surprise",),
        "bored": ("bored",),
        "sad": ("sadness",),
    }


def test_a_row_that_is_one_of_the_28_keeps_its_name_before_others_that_mean_it():
    assert names(["happy", "joy"], SILLYTAVERN) == {"happy": ("happy",), "joy": ("joy",)}


def test_a_users_names_come_before_proposed_ones():
    lines = ["# mine", "", "Laughing = joy, Amusement", "sad="]
    assert names(["laughing", "happy", "sad"], SILLYTAVERN, *lines) == {
        "laughing": ("joy", "amusement"),
        "happy": ("happy",),
        "sad": (),
    }


def test_a_row_with_commas_and_equals_signs_can_be_named():
    assert names(["a=b, c"], PLAIN, "a=b, c = d")["a=b, c"] == ("d",)


def test_what_is_renamed_is_said():
    (note,) = named_rows(["smile-open", "joy"], (), SILLYTAVERN).notes
    assert note == "In SillyTavern 'smile-open' becomes 'smile_open'."


def test_the_lines_can_be_read_again():
    labels = ["neutral", "smiling, open mouth", "happy", "sad"]
    found = named_rows(labels, ["sad =", "happy = love, caring"], SILLYTAVERN)
    assert named_rows(labels, found.lines.splitlines(), SILLYTAVERN).names == found.names


def test_a_row_whose_label_begins_like_a_comment_can_be_named():
    labels = ["#blessed", "sad"]
    lines = ["# a comment = joy", "#sad = joy", "#Blessed = bliss", "sad = tears"]
    assert names(labels, PLAIN, *lines) == {"#blessed": ("bliss",), "sad": ("tears",)}
    found = named_rows(labels, ["#blessed ="], PLAIN)
    assert named_rows(labels, found.lines.splitlines(), PLAIN).names == found.names


def test_two_rows_with_one_name_are_refused():
    said = fault(["a b", "a-b", "c"], SILLYTAVERN)
    assert said == "names: a b and a-b would have the same name, 'a_b'; give them different ones"
    assert "c and d would have the same name, 'joy'" in fault(["c", "d"], RENPY, "c = joy", "d = Joy")


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("label", ["…", "///", "😀", "-"])
def test_a_name_that_nothing_can_have_is_refused(label, program):
    rules = PROGRAMS[program]
    assert fault(["joy", label], rules) == (
        f"names: {label!r} cannot be a name in {rules.title}; write '{label} = NAME' with another one"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("joy", "names: write ROW = NAME, not 'joy'"),
        ("jo = x", "names: the study has no row 'jo'; the nearest: joy"),
        ("joy = x\njoy = y", "names: joy is named in two lines; write its names in one, divided by commas"),
    ],
)
def test_lines_that_will_not_do_are_said(line, said):
    assert fault(["joy", "sad"], PLAIN, *line.splitlines()) == said


def preset_labels(title):
    return [row.label for row in study_from_dict({"expressions": preset_text(title), "characters": "one"}).expressions]


def test_the_preset_of_chat_characters_is_sillytaverns_28():
    labels = preset_labels("28 expressions of chat characters")
    assert sorted(labels) == sorted(EXPRESSIONS)
    assert named_rows(labels, (), SILLYTAVERN).notes == ()


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("title", preset_titles())
def test_every_preset_has_names_in_every_program(title, program):
    labels = preset_labels(title)
    found = named_rows(labels, (), PROGRAMS[program])
    assert len({name for names in found.names.values() for name in names}) == len(labels)
