import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.export.picking import keep_picks, keep_proposal, picking_to_dict
from sd_expression_grid.store.picks import picks_of
from sd_expression_grid.study.study import CellKey
from tests.study_folders import study_folder
from tests.unit.export.test_proposal import rate


@pytest.fixture
def folder(tmp_path):
    return study_folder(tmp_path, characters="Noor | <lora:Noor:1> | weights=0.4,0.8\nmei | <lora:mei:1>")


def sent(*cells, name="Noor", shown=()):
    picks, before = (
        [{"expression": row, "character": column, "seed": seed} for row, column, seed in each]
        for each in (cells, shown)
    )
    return {"study": "study", "character": name, "picks": picks, "shown": before, "number": 1}


def shown(folder, name="Noor"):
    return {row["label"]: row for row in picking_to_dict(folder, name)["rows"]}


def test_all_weights_and_seeds_are_shown_with_what_was_said_of_them(folder):
    rate(folder, "smile", "Noor 0.8", 7, "yp")
    file = folder.read_record()[CellKey(expression="smile", character="Noor 0.8", seed=7)].file
    assert shown(folder)["smile"]["cells"][2] == {
        "character": "Noor 0.8", "seed": 7, "file": file, "grade": "partly",
    }  # fmt: skip
    assert [(cell["character"], cell["seed"]) for cell in shown(folder)["sad"]["cells"]] == [
        ("Noor 0.4", 7), ("Noor 0.4", 8), ("Noor 0.8", 7), ("Noor 0.8", 8),
    ]  # fmt: skip


def test_a_proposal_is_shown_until_something_is_kept(folder):
    rate(folder, "smile", "Noor 0.8", 8, "yy")
    assert [row["picks"] for row in shown(folder).values()] == [[3], [3], [3]]
    keep_picks(folder, sent(("smile", "Noor 0.4", 7), ("smile", "Noor 0.4", 8)))
    assert [row["picks"] for row in shown(folder).values()] == [[], [0, 1], []]
    assert picking_to_dict(folder, "Noor")["is_kept"]
    keep_proposal(folder, "Noor")
    assert [row["picks"] for row in shown(folder).values()] == [[3], [3], [3]]
    assert [pick.key.seed for pick in picks_of(folder.path, "Noor")] == [8, 8, 8]
    assert not picking_to_dict(folder, "mei")["is_kept"]


def test_why_a_row_has_no_proposal_is_told(folder):
    for seed in (7, 8):
        rate(folder, "sad", "mei", seed, "ny")
    assert shown(folder, "mei")["sad"]["why"] == "has no good cell: each that is there was rated no"
    assert shown(folder, "mei")["smile"]["why"] == ""


def test_picks_are_kept_with_their_pictures(folder):
    keep_picks(folder, sent(("smile", "Noor 0.4", 7)))
    (pick,) = picks_of(folder.path, "Noor")
    assert pick.picture == folder.read_record()[pick.key].sha256


def test_picks_of_another_page_are_not_written_over(folder):
    first, second = ("smile", "Noor 0.4", 7), ("sad", "Noor 0.8", 8)
    keep_picks(folder, sent(first))
    with pytest.raises(StudyError, match="changed on another page meanwhile; show the faces again"):
        keep_picks(folder, sent(second))
    assert [pick.key.expression for pick in picks_of(folder.path, "Noor")] == ["smile"]
    keep_picks(folder, sent(first, second, shown=[first]))
    assert [pick.key.expression for pick in picks_of(folder.path, "Noor")] == ["smile", "sad"]


def test_a_pick_whose_picture_is_gone_is_not_among_those_shown(folder):
    first, second = ("smile", "Noor 0.4", 7), ("sad", "Noor 0.8", 8)
    keep_picks(folder, sent(first, second))
    (folder.path / folder.read_record()[CellKey(expression="smile", character="Noor 0.4", seed=7)].file).unlink()
    keep_picks(folder, sent(second, shown=[second]))
    assert [pick.key.expression for pick in picks_of(folder.path, "Noor")] == ["sad"]


def test_a_cell_without_picture_is_shown_and_not_taken(folder):
    key = CellKey(expression="smile", character="mei", seed=7)
    (folder.path / folder.read_record()[key].file).unlink()
    assert shown(folder, "mei")["smile"]["cells"][0] == {
        "character": "mei", "seed": 7, "problem": "its picture is missing",
    }  # fmt: skip
    with pytest.raises(StudyError, match="has no picture any more"):
        keep_picks(folder, sent(("smile", "mei", 7), name="mei"))


@pytest.mark.parametrize(
    "data",
    [
        {"character": "Noor"},
        {"character": "Noor", "picks": []},
        {"character": "Noor", "picks": 3, "shown": []},
        {"character": "Noor", "picks": [3]},
        {"character": "Noor", "picks": [{"expression": "smile", "character": "Noor", "seed": "7"}]},
        sent(("smile", "mei", 7)),
        sent(("smile", "Noor 0.4", 9)),
    ],
)
def test_what_is_no_pick_is_refused_and_nothing_is_kept(folder, data):
    with pytest.raises(StudyError, match="what was sent are no cells of the character"):
        keep_picks(folder, data)
    assert not (folder.path / "picks.json").exists()
