import json

import pytest

from sd_expression_grid.base.errors import SavingError, StudyError
from sd_expression_grid.store.picks import PICKS_FILE, Pick, picks_of, read_picks, write_picks
from sd_expression_grid.study.study import CellKey


def pick(name, row, seed, picture=""):
    return Pick(name=name, key=CellKey(expression=row, character=f"{name} 0.7", seed=seed), picture=picture)


NOOR = (pick("Noor", "joy", 7, "abc"), pick("Noor", "joy", 8), pick("Noor", "sad", 7))


def test_what_is_written_is_read_again_in_its_order(tmp_path):
    write_picks(tmp_path, "Noor", NOOR)
    assert read_picks(tmp_path) == NOOR


def test_the_form_of_the_file(tmp_path):
    write_picks(tmp_path, "Noor", NOOR[:1])
    assert json.loads((tmp_path / PICKS_FILE).read_text(encoding="utf-8")) == {
        "picks": [{"name": "Noor", "expression": "joy", "character": "Noor 0.7", "seed": 7, "picture": "abc"}]
    }


def test_without_a_file_nothing_is_picked(tmp_path):
    assert read_picks(tmp_path) == ()


def test_the_picks_of_others_stay(tmp_path):
    write_picks(tmp_path, "mei", [pick("mei", "joy", 8)])
    write_picks(tmp_path, "Noor", NOOR)
    write_picks(tmp_path, "Noor", NOOR[2:])
    assert picks_of(tmp_path, "mei") == (pick("mei", "joy", 8),)
    assert picks_of(tmp_path, "Noor") == NOOR[2:]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"picks": 3}',
        '{"picks": [3]}',
        '{"picks": [{"name": "Noor"}]}',
        '{"picks": [{"name": 1, "expression": "joy", "character": "Noor", "seed": 7}]}',
        '{"picks": [{"name": "Noor", "expression": "joy", "character": "Noor", "seed": "7"}]}',
        '{"picks": [{"name": "Noor", "expression": "joy", "character": "Noor", "seed": 7, "picture": 1}]}',
    ],
)
def test_a_file_of_another_form_is_said_and_never_written_over(tmp_path, text):
    (tmp_path / PICKS_FILE).write_text(text, encoding="utf-8")
    for attempt in (lambda: read_picks(tmp_path), lambda: write_picks(tmp_path, "Noor", NOOR)):
        with pytest.raises(StudyError, match=r"picks\.json: cannot be read as picks; put it away and pick again"):
            attempt()
    assert (tmp_path / PICKS_FILE).read_text(encoding="utf-8") == text


def test_a_disk_that_takes_nothing_leaves_the_earlier_picks(tmp_path):
    write_picks(tmp_path, "Noor", NOOR)
    (tmp_path / "picks.tmp").mkdir()
    with pytest.raises(SavingError, match=r"picks\.json: cannot be written"):
        write_picks(tmp_path, "Noor", NOOR[:1])
    assert read_picks(tmp_path) == NOOR
