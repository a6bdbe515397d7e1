import pytest

from sd_expression_grid.prompts.part_weights import closing_weight_as_words, ends_in_comment, weights_as_words
from sd_expression_grid.prompts.prompts import Edit, Template
from tests.unit.schedules import holds, parts_and_weights

EDIT = Edit(composition="hair", switch_at=0.2)


def filled(text, expression="sad", character="Noor", edit=EDIT):
    made = Template(text=text, expression_placeholder="{expression}", character_placeholder="{character}")
    return made.fill(expression, character, edit)


@pytest.mark.parametrize(
    ("template", "expression", "character", "words"),
    [
        ("photo, {expression}, {character}", "sad", "<lora:mei:1> cat girl, :3", " cat girl, :3"),
        ("photo, {expression}, {character}", "sad", "ember_nobody:1.2", " ember_nobody:1.2"),
        ("photo, {expression}, {character}", "sad", ":3 <lora:mei:1>", " :3 "),
        ("photo, {character}, {expression}", ":3", "mei", " :3"),
        ("photo, {character}: {expression}", "3", "mei", " mei: 3"),
        ("photo, {character}:{expression}", " .5", "mei", " mei: .5"),
        ("photo, {expression}, {character} # mine", "sad", "cat, :3", "cat, :3"),
        ("photo, {expression}, {character} AND a dog", "sad", "cat, :3", "cat, :3"),
        ("photo, {expression}, {character}", "sad", "blush ///, :3", "blush ///, :3"),
        ("photo, {expression}, {character}", "sad", "cat http://x.y :3", "cat http://x.y :3"),
        ("photo, {expression}, {character}", "sad", "<lora:Rock AND Roll:1> cat :3", "cat :3"),
    ],
)
def test_a_number_that_was_put_in_is_words_to_the_parser(template, expression, character, words):
    for prompt in (filled(template, expression, character), filled(template, expression, character, None)):
        text, weight = parts_and_weights(prompt.text.partition("#")[0])[0]
        assert weight == 1
        if not prompt.is_edited or expression == "sad":
            assert text.replace("\\", "").rstrip().endswith(words.strip())


@pytest.mark.parametrize(
    ("template", "character", "weights"),
    [
        ("photo, {expression}, {character} :0.5", "mei", [0.5]),
        ("{character}:1.2 AND {expression} :.3", "mei", [1.2, 0.3]),
        ("{expression}, {character}", "mei :0.5 AND city :0.7", [0.5, 0.7]),
    ],
)
def test_a_weight_of_the_template_or_of_a_text_with_and_is_the_users(template, character, weights):
    assert [weight for _, weight in parts_and_weights(filled(template, character=character).text)] == weights


@pytest.mark.parametrize(
    ("pieces", "joined"),
    [
        (["cat ", ":3"], r"cat :\3"),
        (["cat", " : .5 "], r"cat : \.5 "),
        (["", "a :-3."], r"a :\-3."),
        (["x:", "3"], r"x:\3"),
        (["", ":", "3"], r":\3"),
        (["", "a :3", " AND b"], r"a :\3 AND b"),
        (["", "a :3 ", "AND ", ":5"], r"a :\3 AND :\5"),
        (["", "a :3", " AND b :.7"], r"a :\3 AND b :.7"),
        (["", ":3 AND :4"], ":3 AND :4"),
        (["", "a :3", "\n"], "a :\\3\n"),
        (["", "a <lora:b:1>:  2.5"], r"a <lora:b:1>:  \2.5"),
        (["", "a :3", " # c"], r"a :\3 # c"),
        (["", "a :3", " // c"], r"a :\3 // c"),
        (["", "a :3", " /* c */"], r"a :\3 /* c */"),
        (["a :3"], "a :3"),
    ],
)
def test_a_backslash_stands_before_the_number_that_was_put_in(pieces, joined):
    """Every second piece was put in."""
    assert weights_as_words([(piece, number % 2 == 1) for number, piece in enumerate(pieces)]) == joined


@pytest.mark.parametrize(
    ("text", "is_within"),
    [
        ("a # mine", True), ("a // mine", True), ("a #", True), ("a //", True), ("a", False), ("", False),
        ("# mine\na", False), ("// mine\n", False), ("a /* mine */", False), ("a /* # mine */", False),
        ("a /* b */ # mine", True),
    ],
)  # fmt: skip
def test_what_is_written_behind_belongs_to_a_comment_of_the_last_line(text, is_within):
    assert ends_in_comment(text) is is_within


def test_other_texts_stay_as_they_are():
    for text in ("a :3, b", "(a:1.2)", "[a:b:0.2]", "a:b", ":3 cats", "1.2"):
        assert weights_as_words([(text, True)]) == text


def test_a_face_at_the_end_is_a_good_row():
    assert holds(filled("photo, {character}, {expression}", r"\:3"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (":3", r":\3"),
        ("cat, : +1.5 ", r"cat, : \+1.5 "),
        (":3 <lora:a:1>", r":\3 <lora:a:1>"),
        ("<lora:a:1>", "<lora:a:1>"),
        (r":\3", r":\3"),
        (":3 cat", ":3 cat"),
        ("3", "3"),
    ],
)
def test_a_number_before_a_closing_bracket_becomes_words(text, words):
    assert closing_weight_as_words(text) == words
