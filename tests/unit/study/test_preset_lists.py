import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.study.lists import read_expression_lines
from sd_expression_grid.study.preset_lists import preset_text, preset_titles, save_preset


def test_the_products_presets_are_lists_without_faults():
    sizes = []
    for title in preset_titles():
        entries, faults = read_expression_lines(preset_text(title))
        assert faults == []
        sizes.append(len(entries))
    assert sizes == [9, 8]


def test_a_saved_preset_is_offered_and_comes_back_as_it_was(tmp_path):
    own = tmp_path / "not yet" / "presets"
    title = save_preset(" my: faces ", "sad\nbored | bored, 退屈\n", own)
    assert preset_titles(own)[2:] == [title] == ["my_ faces"]
    assert preset_text(title, own) == "sad\nbored | bored, 退屈\n"
    save_preset(title, "angry", own)
    assert preset_text(title, own) == "angry"


@pytest.mark.parametrize(
    ("title", "text", "part"),
    [
        ("", "sad", "needs a name"),
        ("mine", " \n", "needs a name"),
        ("THE STUDY'S nine rows", "sad", "ships with Expression grid"),
    ],
)
def test_what_is_no_preset_is_refused(tmp_path, title, text, part):
    with pytest.raises(StudyError, match=part):
        save_preset(title, text, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_name_leads_nowhere_else(tmp_path):
    assert save_preset("../../up", "sad", tmp_path / "presets") == "_.._up"
    assert [file.name for file in (tmp_path / "presets").iterdir()] == ["_.._up.txt"]


def test_a_preset_that_is_gone_says_so(tmp_path):
    with pytest.raises(StudyError, match="'gone' cannot be read"):
        preset_text("gone", tmp_path)


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="cannot be saved"):
        save_preset("mine", "sad", tmp_path / "file")
