import pytest

from sd_expression_grid.store.drawn_grids import GRIDS_FILE, grid_drawn_of, remember_grid
from sd_expression_grid.store.folder import StudyFolder


@pytest.fixture
def folder(tmp_path):
    return StudyFolder(tmp_path)


def written(folder, name, data=b"picture"):
    file = folder.path / name
    file.write_bytes(data)
    return file


def test_a_grid_is_found_by_what_it_was_drawn_of(folder):
    first, second = written(folder, "grid-0000.png"), written(folder, "grid-0001.png", b"another")
    remember_grid(folder, first, "aa")
    remember_grid(folder, second, "bb")
    assert (grid_drawn_of(folder, "aa"), grid_drawn_of(folder, "bb")) == (first, second)
    assert grid_drawn_of(folder, "cc") is None


def test_nothing_is_found_where_nothing_was_drawn(folder):
    assert grid_drawn_of(folder, "aa") is None


def test_a_file_that_is_gone_or_other_does_not_count(folder):
    gone, other = written(folder, "gone.png"), written(folder, "other.png")
    remember_grid(folder, gone, "aa")
    remember_grid(folder, other, "bb")
    gone.unlink()
    other.write_bytes(b"cropped")
    assert (grid_drawn_of(folder, "aa"), grid_drawn_of(folder, "bb")) == (None, None)


def test_of_several_the_last_that_is_still_there_counts(folder):
    old, last = written(folder, "grid-0000.png"), written(folder, "grid-0001.png")
    remember_grid(folder, old, "aa")
    remember_grid(folder, last, "aa")
    assert grid_drawn_of(folder, "aa") == last
    last.unlink()
    assert grid_drawn_of(folder, "aa") == old


@pytest.mark.parametrize(
    "line",
    ["[]", "{}", "{", '{"file": 1, "contents": "aa", "sha256": ""}', '{"file": "../x", "contents": "aa", "sha256": ""}',
     '{"file": "..\\\\x", "contents": "aa", "sha256": ""}', '{"file": "", "contents": "aa", "sha256": ""}'],
)  # fmt: skip
def test_a_line_that_names_no_grid_of_the_folder_is_skipped(folder, line):
    file = written(folder, "grid.png")
    remember_grid(folder, file, "aa")
    with (folder.path / GRIDS_FILE).open("a") as record:
        record.write(f"{line}\n")
    assert grid_drawn_of(folder, "aa") == file
