import re
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sd_expression_grid.prompts.prompts import (
    Edit,
    Template,
    braces_as_text,
    decimal,
    escape_in_edit,
    escape_outside,
    unescapable,
)
from tests.unit.schedules import holds

EDIT = Edit(composition="hair, eyes", switch_at=0.2)


def template(text, expression="{expression}", character="{character}"):
    return Template(text=text, expression_placeholder=expression, character_placeholder=character)


def test_an_expression_becomes_a_prompt_edit():
    prompt = template("woman, {expression}, RAW photo, {character}").fill("sad", "<lora:Noor:1>", EDIT)
    assert prompt.text == "woman, [hair, eyes:sad:0.2], RAW photo, <lora:Noor:1>"
    assert prompt.before == "woman, hair, eyes, RAW photo, <lora:Noor:1>"
    assert prompt.after == "woman, sad, RAW photo, <lora:Noor:1>"


@pytest.mark.parametrize(
    "own",
    [
        "[hair: {expression}: 0.3]",
        "[{expression}:0.3]",
        "[{expression}::5]",
        "[a|{expression}]",
        "[(b {expression}:1.1):c:.5]",
    ],
)
def test_a_prompt_edit_of_the_user_stays_as_written(own):
    prompt = template(f"woman, {own}, {{character}}").fill("sad", "Noor", EDIT)
    assert prompt.text == f"woman, {own}, Noor".replace("{expression}", "sad")
    assert not prompt.is_edited


@pytest.mark.parametrize(
    "around", ["[{expression}]", "({expression}:1.2)", r"\[a:{expression}:0.2\]", "[a:b:{expression}]"]
)
def test_brackets_that_are_no_edit_do_not_count(around):
    prompt = template(f"{around} {{character}}").fill("sad", "Noor", EDIT)
    assert "[hair, eyes:sad:0.2]" in prompt.text


def test_any_text_can_be_a_placeholder():
    own = template("closeup, neutral face expression, 1girl", "neutral face expression", "1girl")
    prompt = own.fill("sad", "Noor", EDIT)
    assert prompt.text == "closeup, [hair, eyes:sad:0.2], Noor"


def test_replacement_is_simultaneous():
    prompt = template("{expression}, {character}").fill("{character}", "{expression}", None)
    assert prompt.text == "{character}, {expression}"


def test_the_longer_placeholder_wins_where_one_begins_with_the_other():
    prompt = template("face expression, face", "face expression", "face").fill("sad", "Noor", None)
    assert prompt.text == "sad, Noor"


def test_missing_placeholders_are_named():
    assert template("woman, {character}").missing_placeholders() == ["{expression}"]


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1.0"), (0.2, "0.2"), (1e-05, "0.00001"), (0.5, "0.5"), (1 / 3, "0.3333333333333333")]
)
def test_the_switch_point_is_a_plain_decimal(number, text):
    assert decimal(number) == text
    assert float(text) == number


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("smiling, open mouth", "smiling, open mouth"),
        ("smile: big", r"smile\: big"),
        ("smile ;)", r"smile ;\)"),
        ("a | b", r"a \| b"),
        ("(sad:1.3) [x] [a:b:0.5] [c|d]", "(sad:1.3) [x] [a:b:0.5] [c|d]"),
        ("(a:b:1.2)", r"(a\:b:1.2)"),
        ("a (b|c) d", r"a (b\|c) d"),
        ("]", r"\]"),
        ("(]", r"\(\]"),
        (r"\(x\)", r"\(x\)"),
        ("x\\", "x\\\\"),
        ("x\\\\", "x\\\\"),
        ("x\\\\\\", "x\\\\\\\\"),
        ("<lora:sad:0.5> sad", "<lora:sad:0.5> sad"),
    ],
)
def test_what_would_break_an_edit_is_escaped(text, escaped):
    assert escape_in_edit(text) == escaped
    assert holds(template("woman, {expression}, photo, {character}").fill(escaped, "Noor", EDIT))


@pytest.mark.parametrize("text", ["smile: big", "smile ;)", "a | b", "]"])
def test_unescaped_it_breaks_the_edit(text):
    assert not holds(template("{expression} {character}").fill(text, "Noor", EDIT))


@pytest.mark.parametrize("text", ["[a:b]", "[a:b:c:0.5]"])
def test_what_no_escape_mends_is_found_by_the_parser(text):
    assert not holds(template("{expression} {character}").fill(escape_in_edit(text), "Noor", EDIT))


def test_bars_and_unpaired_brackets_outside_the_edit_are_escaped():
    assert escape_outside("a | b [c|d] e: ) (") == r"a \| b [c|d] e: \) \("
    assert not holds(template("{expression} a | b").fill("sad", "", EDIT))
    assert holds(template("{expression} {character}").fill("sad", escape_outside("a | b ) [x"), EDIT))


COMMENT = "'#' starts a comment in the WebUI, which would swallow the rest of the prompt"


@pytest.mark.parametrize(
    ("text", "in_edit", "problem"),
    [
        ("a # b", True, COMMENT),
        ("a # b", False, COMMENT),
        ("a AND b", True, "AND would split the prompt in the middle of the prompt edit; write 'and'"),
        ("a AND b", False, None),
        ("a AND b # c", True, COMMENT),
        ("<lora:this AND that:1>", True, None),
        ("BAND", True, None),
    ],
)
def test_what_has_no_escape_is_named(text, in_edit, problem):
    assert unescapable(text, in_edit=in_edit, comment_signs=("#",)) == problem


@given(st.text(alphabet="ab :|()[]\\,.5", max_size=12))
def test_escaped_text_holds_unless_it_has_square_brackets_of_its_own(text):
    escaped = escape_in_edit(text)
    unescaped_square = re.search(r"(?<!\\)(\\\\)*\[", escaped)
    empty = not re.sub(r"[\s\\]", "", escaped)
    if not unescaped_square and not empty and "()" not in escaped.replace(" ", ""):
        assert holds(template("woman, {expression}, photo, {character}").fill(escaped, "Noor", EDIT)), escaped


def test_other_signs_of_comments_count_where_the_webui_knows_them():
    assert unescapable(">//<", in_edit=True, comment_signs=("#",)) is None
    assert "'//' starts a comment" in unescapable(">//<", in_edit=True, comment_signs=("#", "//", "/*"))


def test_without_comments_in_the_webui_their_sign_is_text():
    assert unescapable("face #3", in_edit=True, comment_signs=()) is None


def test_a_comment_sign_in_a_network_tag_counts_too():
    assert "comment" in unescapable("<lora:foo#2:1>", in_edit=False, comment_signs=("#",))


def test_a_placeholder_within_the_other_is_not_there():
    assert template("1girl, photo", "girl", "1girl").missing_placeholders() == ["girl"]


def test_an_edit_that_never_shows_does_not_hold():
    prompt = template("woman, {character}").fill("sad", "Noor", EDIT)
    assert not holds(prompt)


def test_the_templates_network_tags_stay_as_they_are():
    prompt = template("photo, smile, 1girl <lora:smile_slider:0.5>", "smile", "1girl").fill("sad", "Noor", EDIT)
    assert prompt.text == "photo, [hair, eyes:sad:0.2], Noor <lora:smile_slider:0.5>"


def test_a_placeholder_that_is_a_word_is_no_part_of_another():
    prompt = template("crusader, sad, sad2, girl, 1girl", "sad", "girl").fill("glad", "Noor", None)
    assert prompt.text == "crusader, glad, sad2, Noor, 1girl"
    assert template("crusader, 1girls", "sad", "1girl").missing_placeholders() == ["sad", "1girl"]


def test_a_character_may_stand_in_a_tag():
    own = template("{expression} <lora:{character}:0.8> photo of {character}")
    assert own.fill("sad", "Noor", None).text == "sad <lora:Noor:0.8> photo of Noor"
    assert own.character_tags == ["<lora:{character}:0.8>"]
    assert own.without_character_tags().fill("sad", "1girl", None).text == "sad  photo of 1girl"


def test_an_expression_may_not():
    assert template("{expression} {character} <lora:{expression}_slider:1>").expression_tags == [
        "<lora:{expression}_slider:1>"
    ]
    assert template("smile, <lora:my smile_slider:1>", "my smile").expression_tags == []
    assert template("x, <lora:my-smile:1>", "my-smile").expression_tags == ["<lora:my-smile:1>"]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("{a|b}", r"{a\|b}"),
        ("x {a|b|c} y|z {", r"x {a\|b\|c} y|z {"),
        ("{a|[b|c]|d}", r"{a\|[b|c]\|d}"),
        ("[{a|b}|c]", r"[{a\|b}|c]"),
        (r"{a\|b}", r"{a\|b}"),
        ("(a|b)", "(a|b)"),
    ],
)
def test_bars_in_braces_are_escaped_and_no_others(text, escaped):
    assert braces_as_text(text) == escaped


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("|a", r"\|a"),
        ("(a|b)", r"(a\|b)"),
        ("[(a|b)|c]", r"[(a\|b)|c]"),
        ("([a|b])", "([a|b])"),
        (r"a \| b", r"a \| b"),
        ("<lora:a|b:1>", "<lora:a|b:1>"),
        ("[a:b:0.5] c: (d:1.2", r"[a:b:0.5] c: \(d:1.2"),
    ],
)
def test_outside_an_edit_stray_bars_and_brackets_are_escaped(text, escaped):
    assert escape_outside(text) == escaped


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        # text, and what is before and after the switch
        ("{expression}", ("[hair, eyes:sad:0.2]", "hair, eyes", "sad")),
        ("[{expression}:x]", ("[[hair, eyes:sad:0.2]:x]", "[hair, eyes:x]", "[sad:x]")),
        ("[x:{expression}:3]", ("[x:sad:3]",) * 3),
        ("[x:3] {expression}", ("[x:3] [hair, eyes:sad:0.2]", "[x:3] hair, eyes", "[x:3] sad")),
        ("[{expression}|x]", ("[sad|x]",) * 3),
        ("[(x|{expression})]", ("[(x|[hair, eyes:sad:0.2])]", "[(x|hair, eyes)]", "[(x|sad)]")),
        ("[({expression}):0.5]", ("[(sad):0.5]",) * 3),
        ("{character}", ("Noor",) * 3),
        ("{expression}{expression}", ("[hair, eyes:sad:0.2]" * 2, "hair, eyeshair, eyes", "sadsad")),
        ("<lora:{expression}:1>", ("<lora:{expression}:1>",) * 3),
    ],
)
def test_a_template_is_filled_for_both_phases(text, filled):
    assert astuple(template(text).fill("sad", "Noor", EDIT)) == filled


def test_both_placeholders_are_missing_in_an_empty_template():
    assert template("").missing_placeholders() == ["{expression}", "{character}"]
    assert template("<lora:{character}:1> {expression}").missing_placeholders() == []
    assert template("<lora:{expression}:1> {character}").missing_placeholders() == ["{expression}"]
