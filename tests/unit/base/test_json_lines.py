import os

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.json_lines import append_lines, read_lines, read_whole


def number_in(data):
    if set(data) != {"n"}:
        raise ValueError
    return data["n"]


def test_lines_are_on_disk_when_they_are_added(tmp_path, monkeypatch):
    file, synced = tmp_path / "lines.jsonl", []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append((os.fstat(number).st_ino, file.read_text())))
    append_lines(file, [{"n": 1}, {"n": 2}])
    append_lines(file, [{"n": "三"}])
    written = '{"n": 1}\n{"n": 2}\n'
    assert synced == [(file.stat().st_ino, written), (file.stat().st_ino, f'{written}{{"n": "三"}}\n')]


def test_a_missing_file_has_no_lines(tmp_path):
    assert list(read_lines(tmp_path / "none.jsonl", number_in, "number")) == []


def test_a_torn_line_does_not_count_and_the_next_begins_anew(tmp_path):
    file = tmp_path / "lines.jsonl"
    file.write_text('{"n": 1}\n{"n": 2')
    append_lines(file, [{"n": 3}])
    assert file.read_text() == '{"n": 1}\n{"n": 2\n{"n": 3}\n'
    assert list(read_lines(file, number_in, "number")) == [1, 3]


@pytest.mark.parametrize("line", ["[1]", "1", '{"m": 1}', "x", '{"n": 1} {}'])
def test_a_wrong_line_is_named_or_left_out(tmp_path, line):
    file = tmp_path / "lines.jsonl"
    file.write_text(f'{{"n": 1}}\n\n{line}\n{{"n": 2}}\n')
    with pytest.raises(StudyError) as caught:
        list(read_lines(file, number_in, "number"))
    assert str(caught.value) == f"{file}, line 3: is no number"
    assert list(read_lines(file, number_in, what=None)) == [1, 2]


def test_a_torn_line_is_one_that_begins_an_object_and_ends_none(tmp_path):
    file = tmp_path / "lines.jsonl"
    file.write_text('{"n": 1}\r\n{"n": {"m": 2}  \n')
    with pytest.raises(StudyError, match=r"line 2: is no number$"):
        list(read_lines(file, number_in, "number"))
    file.write_text('{"n": 1}\n{"n": 2\n\n')
    assert list(read_lines(file, number_in, "number")) == [1]


def test_a_file_is_read_up_to_its_limit_and_a_larger_one_is_named(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert read_whole(file, 5) == b"12345"
    with pytest.raises(StudyError, match="is larger than"):
        read_whole(file, 4)
    file.write_bytes(b"x" * 1_500_001)
    with pytest.raises(StudyError) as caught:
        read_whole(file, 1_500_000)
    assert str(caught.value) == f"{file}: is larger than 1.5 MB, and is not read"


def test_an_empty_line_of_a_file_that_only_began_is_no_torn_one(tmp_path):
    file = tmp_path / "lines.jsonl"
    file.touch()
    append_lines(file, [{"n": 1}])
    append_lines(file, [])
    append_lines(file, [{"n": 2}])
    assert file.read_text() == '{"n": 1}\n{"n": 2}\n'


def test_a_bug_of_the_reader_is_not_a_wrong_line(tmp_path):
    file = tmp_path / "lines.jsonl"
    append_lines(file, [{"n": 1}])
    with pytest.raises(AttributeError):
        list(read_lines(file, lambda data: data.nothing, "number"))
