from typing import Literal

import pytest

from sd_expression_grid.base.errors import Fault, StudyError, nearest, raise_if_any
from sd_expression_grid.base.json_reader import Reader, described, is_number, is_text, is_whole, object_from


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", r"is not JSON: Expecting value: line 1 column 1 \(char 0\)$"),
        ("{", "is not JSON: Expecting property name"),
        ("[" * 100_000, "is not JSON: ."),
        ("9" * 5000, "is not JSON: ."),
        ("[]", "must be a JSON object, is a list"),
        ("null", "must be a JSON object, is null"),
        ("3", "must be a JSON object, is 3"),
    ],
)
def test_what_is_no_object_is_named_with_its_place(text, problem):
    with pytest.raises(StudyError, match=f"^here: {problem}"):
        object_from(text, "here")


def test_an_object_is_read():
    assert object_from(' {"a": [1]} ') == {"a": [1]}


def test_unknown_keys_are_named_beside_the_known_ones():
    reader = Reader({"b": "x", "c": 1}, "grid.")
    assert (reader.text("b", ""), reader.text("a", "y")) == ("x", "y")
    reader.refuse_unknown()
    assert reader.faults == [Fault("grid.c", "is not a known key; the keys are a, b")]


def test_many_faults_are_a_message_of_a_hundred_lines():
    with pytest.raises(StudyError) as caught:
        raise_if_any(Fault(f"line {number}", "x") for number in range(1500))
    lines = str(caught.value).splitlines()
    assert lines[0] == "1,500 faults, nothing was generated:"
    assert lines[1:101] == [f"- line {number}: x" for number in range(100)]
    assert lines[101:] == ["- and 1,400 more"]


def test_no_faults_raise_nothing():
    raise_if_any([])


def test_the_nearest_names_are_offered_as_they_are_written():
    assert nearest("nor", ["Tomas", "Noor"]) == "; the nearest: Noor"
    assert nearest("nor", ["Tomas"]) == ""


@pytest.mark.parametrize(
    ("value", "text", "number", "whole"),
    [
        ("a", True, False, False),
        ("", True, False, False),
        ("\ud800", False, False, False),
        ("a\udfff", False, False, False),
        ("\ud7ff\ue000", True, False, False),
        (["a"], False, False, False),
        (None, False, False, False),
        (1, False, True, True),
        (-1.5, False, True, False),
        (True, False, False, False),
        (1e12, False, False, False),
        (-1e12, False, False, False),
        (1e12 - 1, False, True, False),
        (-(10**400), False, False, True),
        (float("nan"), False, False, False),
    ],
)
def test_what_a_value_is(value, text, number, whole):
    assert (is_text(value), is_number(value), is_whole(value)) == (text, number, whole)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (None, "a: must be a text, is null"),
        (True, "a: must be a text, is true or false"),
        ({}, "a: must be a text, is an object"),
        ([], "a: must be a text, is a list"),
        (0.5, "a: must be a text, is 0.5"),
    ],
)
def test_a_value_that_does_not_fit_is_shown(value, fault):
    reader = Reader({"a": value})
    assert reader.text("a", "default") == "default"
    assert list(map(str, reader.faults)) == [fault]


def test_null_is_no_text_where_none_is_needed():
    reader = Reader({"a": None})
    assert reader.optional_text("a") is reader.optional_text("b") is None
    assert reader.faults == []


def test_numbers_have_a_least_value_and_a_type():
    reader = Reader({"a": 0, "b": 1.5, "c": 3, "d": 2})
    assert [reader.whole(key, 7, least=1) for key in "abcx"] == [7, 7, 3, 7]
    assert [reader.number(key, 0.5) for key in "dx"] == [2.0, 0.5]
    assert list(map(str, reader.faults)) == ["a: must be at least 1, is 0", "b: must be a whole number, is 1.5"]


@pytest.mark.parametrize(
    ("read", "given", "wanted"),
    [
        (lambda reader: reader.text("a", "d"), 1, "a text"),
        (lambda reader: reader.optional_text("a"), 1, "a text"),
        (lambda reader: reader.number("a", 0.5), 1e12, "a number"),
        (lambda reader: reader.whole("a", 7, least=1), 1.0, "a whole number"),
        (lambda reader: reader.flag("a", default=True), 1, "true or false"),
        (lambda reader: reader.choice("a", "x", Literal["x", "y"]), "z", "one of x, y"),
        (lambda reader: reader.items("a"), "z", "a list"),
    ],
)
def test_a_value_of_another_type_is_told_and_the_default_taken(read, given, wanted):
    reader = Reader({"a": given}, "b.")
    assert read(reader) == read(Reader({}))
    assert list(map(str, reader.faults)) == [f"b.a: must be {wanted}, is {given!r}"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "null"), (False, "true or false"), ({}, "an object"), ([], "a list"), ("x" * 60, f"'{'x' * 59}"), (3, "3")],
)
def test_a_wrong_value_is_shown_with_at_most_sixty_letters(value, shown):
    assert described(value) == shown


def test_the_least_whole_number_is_one_that_may_be():
    reader = Reader({"a": 1, "b": 0})
    assert [reader.whole(key, 7, least=1) for key in "ab"] == [1, 7]
    assert [str(fault) for fault in reader.faults] == ["b: must be at least 1, is 0"]
