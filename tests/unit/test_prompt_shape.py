import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sd_expression_grid.prompt_shape import shape_of, with_words
from tests.unit.schedules import negative_schedule

PIECES = st.sampled_from(
    ["[", "]", "(", ")", ":", "|", "\\", "\n", " ", "0.2", "3", "-1", "1e1", "e", "sad", "smile, ", "\U000f0000"]
)


@given(st.text() | st.lists(PIECES, max_size=14).map("".join))
def test_a_shape_with_its_words_is_the_prompt(prompt):
    assert with_words(*shape_of(prompt)) == prompt


@given(st.lists(PIECES, max_size=14).map("".join))
@example("[a:b:0.2] \\\n")
@example("[a: 0.2 :0.2] x\\")
@example("[0.2 b:0.2]")
@example("[:\\:0.2:0.2]|")
def test_the_parser_reads_a_shape_as_it_reads_the_prompt(prompt):
    shape, words = shape_of(prompt)
    assert tuple(with_words(text, words) for text in negative_schedule(shape)[0]) == negative_schedule(prompt)[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("woman, [hair:sad:0.2], mei", "man, [eyes:very \\(happy\\):0.2]x"),
        ("[a:(sad:1.3):0.2]", "[b:(bored:1.3):0.2]"),
    ],
)
def test_prompts_that_differ_in_their_words_alone_have_one_shape(one, other):
    assert shape_of(one)[0] == shape_of(other)[0]


def test_times_and_weights_are_no_words():
    assert shape_of("[a:b:0.2]")[0] != shape_of("[a:b:0.3]")[0]
    assert shape_of("[a:b:0.2]")[0] != shape_of("[a:b:c]")[0]
