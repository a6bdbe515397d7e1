from pathlib import Path

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.study.lists import read_expression_lines
from sd_expression_grid.study.preset_lists import (
    EXPRESSIONS,
    NONE,
    delete_preset,
    own_preset,
    preset_text,
    preset_titles,
    save_preset,
)


def test_the_products_presets_are_lists_without_faults():
    sizes = []
    for title in preset_titles():
        entries, faults = read_expression_lines(preset_text(title))
        assert faults == []
        sizes.append(len(entries))
    assert sizes == [9, 8, 7, 28, 24, 28]


def test_a_saved_preset_is_offered_and_comes_back_as_it_was(tmp_path):
    own = tmp_path / "not yet" / "presets"
    title = save_preset(" my: faces ", "sad\nbored | bored, 退屈\n", own)
    assert preset_titles(own)[len(EXPRESSIONS) :] == [title] == ["my_ faces"]
    assert preset_text(title, own) == "sad\nbored | bored, 退屈\n"
    save_preset(title, "angry", own)
    assert preset_text(title, own) == "angry"


@pytest.mark.parametrize(
    ("title", "text", "told"),
    [
        ("", "sad", "a preset needs a name and a list"),
        ("mine", " \n", "a preset needs a name and a list"),
        (
            "THE STUDY'S nine rows",
            "sad",
            "'THE STUDY'S nine rows' is the name of a preset that ships with Expression grid; choose another",
        ),
    ],
)
def test_what_is_no_preset_is_refused(tmp_path, title, text, told):
    with pytest.raises(StudyError) as caught:
        save_preset(title, text, tmp_path)
    assert str(caught.value) == told
    assert list(tmp_path.iterdir()) == []


def test_a_preset_that_cannot_be_written_over_stays(tmp_path, monkeypatch):
    def full(path, data):
        with path.open("wb") as file:
            file.write(data[:1])
        raise OSError(28, "No space left on device")

    save_preset("mine", "sad\nangry", tmp_path)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StudyError, match=r"the preset cannot be saved: .*No space left on device"):
        save_preset("mine", "bored", tmp_path)
    assert preset_text("mine", tmp_path) == "sad\nangry"
    assert preset_titles(tmp_path)[len(EXPRESSIONS) :] == ["mine"]


def test_a_name_leads_nowhere_else(tmp_path):
    assert save_preset("../../up", "sad", tmp_path / "presets") == "_.._up"
    assert [file.name for file in (tmp_path / "presets").iterdir()] == ["_.._up.txt"]


def test_a_preset_that_is_gone_says_so(tmp_path):
    with pytest.raises(StudyError, match=r"^the preset 'gone' cannot be read: \[Errno 2\] .*gone\.txt'$"):
        preset_text("gone", tmp_path)
    (tmp_path / "mine.txt").write_bytes(b"\xff")
    with pytest.raises(StudyError, match=r"^the preset 'mine' cannot be read: 'utf-8' codec"):
        preset_text("mine", tmp_path)


def test_presets_come_in_the_order_of_their_names_after_the_products(tmp_path):
    products = list(EXPRESSIONS)
    assert products[:2] == ["The study's nine rows", "Eight hard expressions"]
    for name in ("b.txt", "a.txt", "c.json"):
        (tmp_path / name).touch()
    assert preset_titles() == products
    assert preset_titles(tmp_path) == [*products, "a", "b"]
    assert preset_titles(tmp_path / "nowhere") == products


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match=r"^the preset cannot be saved: \[Errno"):
        save_preset("mine", "sad", tmp_path / "file")


def test_a_preset_is_found_and_written_over_whatever_its_capitals(tmp_path):
    save_preset("My faces", "sad", tmp_path)
    assert own_preset(" my FACES", tmp_path) == "My faces"
    assert own_preset("faces", tmp_path) is None
    assert save_preset("my faces", "angry", tmp_path) == "My faces"
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("My faces.txt", "angry")]


def test_a_preset_of_the_users_own_is_deleted_and_no_other(tmp_path):
    save_preset("a", "sad", tmp_path)
    save_preset("b", "sad", tmp_path)
    assert delete_preset("A", tmp_path) == "a"
    assert [file.name for file in tmp_path.iterdir()] == ["b.txt"]
    for title in ("a", "", "Eight hard expressions", "../b"):
        with pytest.raises(StudyError, match="there is no preset of your own named"):
            delete_preset(title, tmp_path)


def test_lists_of_characters_have_no_presets_but_the_users_own(tmp_path):
    assert save_preset("Eight hard expressions", "Noor", tmp_path, NONE) == "Eight hard expressions"
    assert preset_titles(tmp_path, NONE) == ["Eight hard expressions"]
    assert preset_text("Eight hard expressions", tmp_path, NONE) == "Noor"


def test_every_expression_of_chat_programs_is_there():
    entries, _ = read_expression_lines(preset_text("28 expressions of chat characters"))
    names = """
        admiration amusement anger annoyance approval caring confusion curiosity desire disappointment disapproval
        disgust embarrassment excitement fear gratitude grief joy love nervousness optimism pride realization relief
        remorse sadness surprise neutral
    """
    assert [entry.fields["label"] for entry in entries] == names.split()
