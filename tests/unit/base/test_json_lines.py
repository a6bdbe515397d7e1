import os

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.json_lines import append_lines, read_lines


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
    with pytest.raises(StudyError, match=r"lines\.jsonl, line 3: is no number"):
        list(read_lines(file, number_in, "number"))
    assert list(read_lines(file, number_in, what=None)) == [1, 2]


def test_a_bug_of_the_reader_is_not_a_wrong_line(tmp_path):
    file = tmp_path / "lines.jsonl"
    append_lines(file, [{"n": 1}])
    with pytest.raises(AttributeError):
        list(read_lines(file, lambda data: data.nothing, "number"))
