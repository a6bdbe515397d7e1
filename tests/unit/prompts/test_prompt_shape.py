import pytest
from hypothesis import given
from hypothesis import strategies as st

from sd_expression_grid.prompts.prompt_shape import shape_of, with_words
from tests.unit.schedules import negative_schedule

TEXTS = st.sampled_from(["sad", "smile, ", " ", "", "0.2", "3", "\\: x", "\n", "\U000f0000", "e"])
TIMES = st.sampled_from(["0.2", " 3 ", "-1", ".5", "1e1"])


def groups(inner):
    texts = st.lists(inner, max_size=3).map("".join)
    edits = st.builds("[{}:{}:{}]".format, texts, texts, TIMES) | st.builds("[{}:{}]".format, texts, TIMES)
    alternations = st.builds("[{}|{}]".format, texts, texts)
    return edits | alternations | texts.map("({}:1.2)".format) | texts.map("({})".format) | texts


CLEAR = st.recursive(TEXTS, groups, max_leaves=8)


@given(st.text() | CLEAR)
def test_a_shape_with_its_words_is_the_prompt(prompt):
    assert with_words(*shape_of(prompt)) == prompt


@given(CLEAR)
def test_the_parser_reads_a_shape_as_it_reads_the_prompt(prompt):
    shape, words = shape_of(prompt)
    assert tuple(with_words(text, words) for text in negative_schedule(shape)[0]) == negative_schedule(prompt)[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("woman, [hair:sad:0.2], mei", "man, [eyes:very \\(happy\\):0.2]x"),
        ("[a:(sad:1.3):0.2]", "[b:(bored:1.3):0.2]"),
        ("[a|[b:c: 3]] (d)", "[p|[q:r: 3]] (s)"),
    ],
)
def test_prompts_that_differ_in_their_words_alone_have_one_shape(one, other):
    assert shape_of(one)[0] == shape_of(other)[0]


def test_times_and_weights_are_no_words():
    assert shape_of("[a:b:0.2]")[0] != shape_of("[a:b:0.3]")[0]
    assert shape_of("(a:1.2)")[0] != shape_of("(a:1.3)")[0]


@pytest.mark.parametrize(
    "prompt", ["a: b", "[a:b:c]", "(a", "a]", "[a:b:0.2] | c", "(a:b:c)", "a\\", "a\\\nb", "[a:(b:0.2]", "(a|b)"]
)
def test_what_leaves_the_parser_a_choice_has_no_shape(prompt):
    assert shape_of(prompt) == (prompt, [])


@pytest.mark.parametrize(
    ("prompt", "shape", "words"),
    [
        ("woman, [hair:sad:0.2], mei", "A[B:C:0.2]D", ["woman, ", "hair", "sad", ", mei"]),
        ("[a|b] (c) (d:1.2)", "[A|B] (C) (D:1.2)", ["a", "b", "c", "d"]),
        ("a\\(b\\)", "A", ["a\\(b\\)"]),
        ("", "", []),
    ],
)
def test_a_shape_has_a_sign_for_each_text(prompt, shape, words):
    found, texts = shape_of(prompt)
    assert found.translate({0xF0000 + number: letter for number, letter in enumerate("ABCD")}) == shape
    assert texts == words
