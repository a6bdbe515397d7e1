import pytest
from hypothesis import given
from hypothesis import strategies as st

from sd_expression_grid.base.file_names import file_stem, first_free, free_stem, same_file_key


@given(st.text(max_size=120))
def test_file_stems_are_plain_names(label):
    stem = file_stem(label)
    assert stem
    assert len(stem.encode()) <= 81
    assert stem not in (".", "..")
    assert not set(stem) & set('<>:"/\\|?*\n\t\0')
    assert stem == stem.strip(" .")
    assert file_stem(stem) == stem


@pytest.mark.parametrize(
    ("label", "stem"),
    [
        ("smile: open", "smile_ open"),
        ("  a \t b. ", "a _ b"),
        ("con", "con_"),
        ("LPT1.txt", "LPT1.txt_"),
        ("", "_"),
        ("...", "_"),
        ("e\u0301", "é"),
        ("ä" * 50, "ä" * 40),
        ("x" * 79 + "ä", "x" * 79),
        ("x" * 81, "x" * 80),
        ("con.", "con_"),
        ("com10", "com10"),
        ("a\x9f\x7fb", "a__b"),
        ("x" * 79 + " y", "x" * 79),
    ],
)
def test_a_label_becomes_a_name_that_every_system_takes(label, stem):
    assert file_stem(label) == stem


def test_a_name_may_be_asked_to_be_shorter():
    assert file_stem("abcdef", 4) == "abcd"
    assert same_file_key("ABCdef", 4) == same_file_key("abcDxx", 4) == "abcd"


def test_labels_that_differ_in_case_or_forbidden_characters_are_one_file():
    assert same_file_key("Noor?") == same_file_key("noor*")
    assert same_file_key("Noor") != same_file_key("Noor 2")


def test_a_free_stem_is_no_files_whatever_its_ending(tmp_path):
    assert free_stem(tmp_path, "grid [1]") == "grid [1]"
    (tmp_path / "grid [1].png").touch()
    assert free_stem(tmp_path, "grid [1]") == "grid [1] (2)"
    for name in ("grid [1].png", "grid [1] (2).jpg", "grid 1.png"):
        (tmp_path / name).touch()
    assert free_stem(tmp_path, "grid [1]") == "grid [1] (3)"


def test_a_free_name_is_the_first_that_is_not_taken_in_the_form_that_is_asked_for():
    assert first_free("a", set().__contains__) == "a"
    assert first_free("a", {"a", "a (2)"}.__contains__) == "a (3)"
    assert first_free("{a}", {"{a}"}.__contains__, "{}-{}") == "{a}-2"
