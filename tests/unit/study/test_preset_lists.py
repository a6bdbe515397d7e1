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
    products = ["The study's nine rows", "Eight hard expressions"]
    for name in ("b.txt", "a.txt", "c.json"):
        (tmp_path / name).touch()
    assert preset_titles() == products
    assert preset_titles(tmp_path) == [*products, "a", "b"]
    assert preset_titles(tmp_path / "nowhere") == products


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match=r"^the preset cannot be saved: \[Errno"):
        save_preset("mine", "sad", tmp_path / "file")
