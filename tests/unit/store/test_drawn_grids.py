import pytest

from sd_expression_grid.store.drawn_grids import GRIDS_FILE, DrawnGrids
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
    DrawnGrids(folder).remember(first, "aa")
    DrawnGrids(folder).remember(second, "bb")
    assert (DrawnGrids(folder).file_of("aa"), DrawnGrids(folder).file_of("bb")) == (first, second)
    assert DrawnGrids(folder).file_of("cc") is None


def test_nothing_is_found_where_nothing_was_drawn(folder):
    assert DrawnGrids(folder).file_of("aa") is None


def test_a_file_that_is_gone_or_other_does_not_count(folder):
    gone, other = written(folder, "gone.png"), written(folder, "other.png")
    DrawnGrids(folder).remember(gone, "aa")
    DrawnGrids(folder).remember(other, "bb")
    gone.unlink()
    other.write_bytes(b"cropped")
    assert (DrawnGrids(folder).file_of("aa"), DrawnGrids(folder).file_of("bb")) == (None, None)


def test_of_several_the_last_that_is_still_there_counts(folder):
    old, last = written(folder, "grid-0000.png"), written(folder, "grid-0001.png")
    DrawnGrids(folder).remember(old, "aa")
    DrawnGrids(folder).remember(last, "aa")
    assert DrawnGrids(folder).file_of("aa") == last
    last.unlink()
    assert DrawnGrids(folder).file_of("aa") == old


@pytest.mark.parametrize(
    "line",
    ["[]", "{}", "{", '{"file": 1, "contents": "aa", "sha256": ""}', '{"file": "../x", "contents": "aa", "sha256": ""}',
     '{"file": "..\\\\x", "contents": "aa", "sha256": ""}', '{"file": "", "contents": "aa", "sha256": ""}'],
)  # fmt: skip
def test_a_line_that_names_no_grid_of_the_folder_is_skipped(folder, line):
    file = written(folder, "grid.png")
    DrawnGrids(folder).remember(file, "aa")
    with (folder.path / GRIDS_FILE).open("a") as record:
        record.write(f"{line}\n")
    assert DrawnGrids(folder).file_of("aa") == file
