import os

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.json_lines import read_whole
from sd_expression_grid.store.folder import MAX_STUDY_BYTES, StudyFolder
from sd_expression_grid.store.studies import chosen_study, study_names
from tests.finished import finished_study


@pytest.fixture
def parent(tmp_path):
    """Where studies are, beside a study that is none of theirs."""
    finished_study(tmp_path, "outside")
    parent = tmp_path / "grids"
    finished_study(parent, "first")
    return parent


def test_studies_are_named_the_last_first(parent):
    os.utime(parent / "first" / "study.json", (1, 1))
    finished_study(parent, "second")
    (parent / "2026-01-01").mkdir()
    assert study_names(parent) == ["second", "first"]
    assert study_names(parent / "nowhere") == []


def test_a_study_is_chosen_by_its_name(parent):
    assert chosen_study(parent, "first") == StudyFolder((parent / "first").resolve())


@pytest.mark.parametrize(
    "name", ["", ".", "../outside", "first/../../outside", "first/cells", "first/", "/etc", "nobody", "a\0b"]
)
def test_a_name_leads_nowhere_else(parent, name):
    (parent.parent / "study.json").write_text("{}")
    with pytest.raises(StudyError) as caught:
        chosen_study(parent, name)
    assert str(caught.value) == f"{parent}: has no study named {name!r}"


def test_the_folder_above_is_a_link_out(parent):
    (parent.parent / "study.json").write_text("{}")
    with pytest.raises(StudyError, match=r"\.\.: is a link that leads out of"):
        chosen_study(parent, "..")


def test_of_a_long_name_the_beginning_is_told(parent):
    with pytest.raises(StudyError) as caught:
        chosen_study(parent, "x" * 90)
    assert str(caught.value) == f"{parent}: has no study named '{'x' * 79}"


def test_an_absolute_path_is_no_name(parent):
    with pytest.raises(StudyError, match="has no study named"):
        chosen_study(parent, str(parent.parent / "outside"))


def test_a_folder_that_is_a_link_out_is_not_followed(parent):
    (parent / "linked").symlink_to(parent.parent / "outside")
    with pytest.raises(StudyError) as caught:
        chosen_study(parent, "linked")
    told = f"is a link that leads out of {parent.resolve()}; it is not followed"
    assert str(caught.value) == f"{parent / 'linked'}: {told}"


@pytest.mark.parametrize(
    "name",
    [
        *("study.json", "cells.jsonl", "ratings", "ratings/Ana.jsonl", "report/a.html"),
        *("picks.json", "large/cells.jsonl", "infotexts", "infotexts/0.js"),
    ],
)
def test_a_file_that_is_a_link_out_is_not_followed(parent, name):
    file, other = parent / "first" / name, parent.parent / "outside" / name
    (other if "." not in name else other.parent).mkdir(exist_ok=True)
    other.exists() or other.write_bytes(b"")
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    file.symlink_to(other)
    with pytest.raises(StudyError) as caught:
        chosen_study(parent, "first")
    told = f"is a link that leads out of {(parent / 'first').resolve()}; it is not followed"
    assert str(caught.value) == f"{file}: {told}"


def test_a_link_within_the_study_is_followed_and_cells_are_looked_at_elsewhere(parent):
    (parent / "first" / "copy.jsonl").symlink_to(parent / "first" / "cells.jsonl")
    (parent / "first" / "cells" / "out").symlink_to(parent.parent / "outside")
    assert chosen_study(parent, "first").path == (parent / "first").resolve()


def test_an_output_folder_may_itself_be_a_link(parent, tmp_path):
    (tmp_path / "link").symlink_to(parent)
    assert chosen_study(tmp_path / "link", "first").path == (parent / "first").resolve()


def test_a_huge_study_is_not_read(parent):
    file = parent / "first" / "study.json"
    with file.open("wb") as opened:
        opened.truncate(10 * MAX_STUDY_BYTES)
    with pytest.raises(StudyError, match=r"study\.json: is larger than 10 MB"):
        chosen_study(parent, "first").read_study()


def test_a_file_is_read_up_to_its_limit(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert read_whole(file, 5) == b"12345"
    with pytest.raises(StudyError, match="is larger than"):
        read_whole(file, 4)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"expressions":' * 100_000, "\0", "[1]", '"study"', "1e999"])
def test_what_is_no_study_says_so(parent, text):
    (parent / "first" / "study.json").write_text(text)
    with pytest.raises(StudyError, match="cannot be read as a study"):
        chosen_study(parent, "first").read_study()


def test_a_record_of_nested_brackets_says_so(parent):
    (parent / "first" / "cells.jsonl").write_text("[" * 100_000)
    with pytest.raises(StudyError, match=r"cells\.jsonl, line 1: is no record"):
        chosen_study(parent, "first").read_record()
