import json
import re
from dataclasses import replace
from datetime import datetime

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.ratings.ratings import Rating, add_ratings, read_ratings
from sd_expression_grid.ratings.session import rate, read_session, session_to_dict
from sd_expression_grid.store.folder import Outcome, StudyFolder
from sd_expression_grid.study.study import CellKey
from tests.finished import finished_study

KEY = CellKey(expression="sad", character="Noor", seed=1)
NO_CELL = "is no cell of the study; open it again"
NO_RATING = "what was sent is no rating of a cell; open the study again"
NAME = "Rater: write your name, at most 80 characters; ratings are kept under it"


@pytest.fixture
def folder(tmp_path):
    return StudyFolder(finished_study(tmp_path).path.resolve())


def key_of(session, cell):
    study = session.study
    column, row = study.columns[cell.column].label, study.expressions[cell.row].label
    return CellKey(expression=row, character=column, seed=study.seeds[cell.seed])


def cell_at(session, key=KEY):
    return next(cell for cell in session.cells if key_of(session, cell) == key)


def picture_of(folder, key=KEY):
    return folder.read_record()[key].sha256


def sent(**changes):
    data = {"expression": "sad", "character": "Noor", "seed": 1, "rater": "Ana", "expression_score": 2}
    return {**data, "likeness_score": 1, **changes}


def test_every_cell_is_there_with_its_picture(folder):
    session = read_session(folder, "Ana")
    assert len(session.cells) == 2 * 4 * 2
    assert [key_of(session, cell) for cell in session.cells] == list(folder.read_record())
    cell = cell_at(session)
    assert (folder.path / cell.file).is_file()
    assert (cell.picture, cell.problem, cell.expression_score) == (picture_of(folder), "", None)


def test_excluded_columns_and_cells_without_picture_are_not_in_the_order(tmp_path):
    folder = finished_study(tmp_path, failed=["ember"])
    session = read_session(StudyFolder(folder.path.resolve()), "Ana")
    keys = [key_of(session, session.cells[number]) for number in session.order]
    assert [key.character for key in keys] == ["reference"] * 4 + ["Noor"] * 4
    ember = cell_at(session, replace(KEY, character="ember"))
    assert (ember.file, ember.problem) == ("", "failed: RuntimeError: no memory")


def test_the_blind_order_is_a_raters_own_and_stays(folder):
    ana, bo = read_session(folder, "Ana"), read_session(folder, "Bo")
    assert sorted(ana.blind_order) == ana.order
    assert ana.order != ana.blind_order != bo.blind_order
    assert read_session(folder, "Ana").blind_order == ana.blind_order


def test_the_blind_order_stays_when_the_study_grows(folder):
    session = read_session(folder, "Ana")
    before = [key_of(session, session.cells[number]) for number in session.blind_order]
    study = folder.read_study()
    folder.write_study(replace(study, characters=(*study.characters[1:], study.characters[0])))
    session = read_session(folder, "Ana")
    assert [key_of(session, session.cells[number]) for number in session.blind_order] == before


def test_a_rating_is_found_again_by_its_rater_alone(folder):
    rate(folder, sent(picture=picture_of(folder)))
    cell = cell_at(read_session(folder, " Ana "))
    assert (cell.expression_score, cell.likeness_score) == (2, 1)
    assert cell_at(read_session(folder, "Bo")).expression_score is None


def test_what_is_kept_says_who_when_and_of_which_picture(folder):
    rating = rate(folder, sent(rater="  Ana\tMaria ", picture="ab"))
    assert read_ratings(folder.path) == {("Ana Maria", KEY): rating}
    assert datetime.fromisoformat(rating.rated_at).tzinfo is not None
    assert rating.picture == "ab"


def test_a_rating_of_another_picture_does_not_count(folder):
    rate(folder, sent(picture=picture_of(folder)))
    folder.record(replace(folder.read_record()[KEY], sha256="other"))
    assert cell_at(read_session(folder, "Ana")).expression_score is None


def test_a_rating_that_names_no_picture_counts(folder):
    add_ratings(folder.path, [Rating(key=KEY, rater="Ana", expression_score=0)])
    assert cell_at(read_session(folder, "Ana")).expression_score == 0


def test_a_rating_is_taken_back(folder):
    rate(folder, sent())
    rate(folder, sent(expression_score=None, likeness_score=None))
    assert cell_at(read_session(folder, "Ana")).expression_score is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"character": "nobody"}, f"nobody, sad: {NO_CELL}"),
        ({"expression": "glad"}, f"Noor, glad: {NO_CELL}"),
        ({"seed": 3}, f"Noor, sad: {NO_CELL}"),
        ({"character": "reference"}, "reference: has no person to be like; it takes no second score"),
        ({"rater": "  "}, NAME),
        ({"rater": "a\x1bb"}, NAME),
        ({"rater": "a" * 81}, NAME),
        ({"expression_score": 3}, NO_RATING),
        ({"likeness_score": -1}, NO_RATING),
        ({"expression_score": "2"}, NO_RATING),
        ({"seed": "1"}, NO_RATING),
        ({"seed": None}, NO_RATING),
        ({"rater": None}, NO_RATING),
        ({"picture": 1}, NO_RATING),
        ({"natural_score": 3}, NO_RATING),
        ({"note": "a" * 301}, "note: may have 300 characters, in one line"),
        ({"note": "a\nb"}, "note: may have 300 characters, in one line"),
    ],
)
def test_what_cannot_be_kept_is_refused(folder, changes, message):
    with pytest.raises(StudyError) as caught:
        rate(folder, sent(**changes))
    assert str(caught.value) == message
    assert not (folder.path / "ratings").exists()


def test_the_natural_score_and_the_note_are_found_again(folder):
    rate(folder, sent(natural_score=0, note="a" * 300))
    cell = cell_at(read_session(folder, "Ana"))
    assert (cell.expression_score, cell.natural_score, cell.note) == (2, 0, "a" * 300)


def test_a_name_may_have_eighty_letters(folder):
    assert rate(folder, sent(rater="a" * 80)).rater == "a" * 80


def test_the_time_of_a_rating_is_told_to_the_millisecond(folder):
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", rate(folder, sent()).rated_at)


def test_the_reference_takes_the_first_score_alone(folder):
    rate(folder, sent(character="reference", likeness_score=None))
    assert cell_at(read_session(folder, "Ana"), replace(KEY, character="reference")).expression_score == 2


def test_without_a_reference_column_every_column_has_two_questions(tmp_path):
    session = session_to_dict(read_session(finished_study(tmp_path, reference=""), "Ana"))
    assert [column["asks_likeness"] for column in session["columns"]] == [True] * 3


def test_the_page_is_given_json(folder):
    data = json.loads(json.dumps(session_to_dict(read_session(folder, "Ana"))))
    assert (data["study"], data["rater"], data["seeds"]) == ("study", "Ana", [1, 2])
    assert data["rows"][1] == {"label": "sad", "text": "sad crying"}
    noor = {"label": "Noor", "person": "Noor", "kind": "lora", "group": "", "exclude": False, "asks_likeness": True}
    assert data["columns"][1] == noor
    assert [column["asks_likeness"] for column in data["columns"]] == [False, True, True, True]
    assert data["cells"][0]["scores"] == [None, None, None]
    places = [(cell["column"], cell["seed"], cell["row"]) for cell in data["cells"]]
    assert places == [(column, seed, row) for column in range(4) for seed in range(2) for row in range(2)]
    assert data["order"] == list(range(12))
    assert data["columns"][3] == {**noor, "label": "worn", "person": "worn", "kind": "none", "exclude": True}


def test_a_cell_is_given_to_the_page_with_its_place_and_picture_or_its_problem(tmp_path):
    folder = finished_study(tmp_path, failed=["ember"])
    rate(folder, sent(likeness_score=0))
    cells = session_to_dict(read_session(folder, "Ana"))["cells"]
    file = {"file": "cells/Noor/sad_1.png", "picture": picture_of(folder)}
    assert cells[5] == {"row": 1, "column": 1, "seed": 0, **file, "scores": [2, 0, None], "note": ""}
    assert cells[10] == {"row": 0, "column": 2, "seed": 1, "problem": "failed: RuntimeError: no memory"}


def test_the_blind_order_is_the_one_that_version_0_1_0_drew(folder):
    """A rater who goes on after an update meets the rest of the cells, and no cell twice."""
    assert read_session(folder, "Ana").blind_order == [11, 0, 6, 8, 5, 10, 4, 2, 1, 7, 3, 9]


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [
        ({"file": "cells/Noor/gone.png"}, "its picture is missing"),
        ({"file": "cells/Noor/link.png"}, "its picture is a link"),
        ({"file": "cells/linked/sad_1.png"}, "its picture is a link"),
        ({"file": ""}, "its picture is missing"),
        ({"status": "skipped"}, "skipped"),
    ],
)
def test_a_cell_without_picture_of_its_own_says_why(folder, tmp_path, outcome, problem):
    other = finished_study(tmp_path, "other").path / "cells" / "Noor"
    (folder.path / "cells" / "Noor" / "link.png").symlink_to(other / "sad_1.png")
    (folder.path / "cells" / "linked").symlink_to(other)
    folder.record(Outcome(key=KEY, **{"status": "done", "sha256": "x", **outcome}))
    cell = cell_at(read_session(folder, "Ana"))
    assert problem in cell.problem
    assert cell.file == ""


def test_a_cell_that_was_never_made_says_so(folder):
    study = folder.read_study()
    folder.write_study(replace(study, seeds=(1, 2, 3)))
    cell = cell_at(read_session(folder, "Ana"), replace(KEY, seed=3))
    assert cell.problem == "was not made yet"


def test_too_many_cells_are_refused_before_they_are_counted_out(folder):
    study = folder.read_study()
    folder.write_study(replace(study, seeds=tuple(range(100_000))))
    with pytest.raises(StudyError) as caught:
        read_session(folder, "Ana")
    assert str(caught.value) == f"{folder.path}: has 800,000 cells; at most 50,000 can be rated here"


def test_as_many_cells_as_are_allowed_can_be_rated(folder, monkeypatch):
    monkeypatch.setattr("sd_expression_grid.ratings.session.MAX_CELLS", 16)
    assert len(read_session(folder, "Ana").cells) == 16
    monkeypatch.setattr("sd_expression_grid.ratings.session.MAX_CELLS", 15)
    with pytest.raises(StudyError, match="has 16 cells; at most 15 can be rated here"):
        read_session(folder, "Ana")


def test_a_study_without_seeds_has_nothing_to_rate(folder):
    folder.write_study(replace(folder.read_study(), seeds=()))
    with pytest.raises(StudyError) as caught:
        read_session(folder, "Ana")
    assert str(caught.value) == f"{folder.path}: has no cells to rate"
    (folder.path / "study.json").unlink()
    with pytest.raises(StudyError, match="has no cells to rate"):
        read_session(folder, "Ana")


def test_cells_are_numbered_in_the_order_asked_for_without_those_that_are_not_to_be_rated(tmp_path):
    session = read_session(StudyFolder(finished_study(tmp_path, failed=["ember"]).path.resolve()), "Ana")
    asked = [replace(KEY, character="ember"), KEY, replace(KEY, expression="neutral", seed=2), replace(KEY, seed=99)]
    assert [key_of(session, session.cells[number]) for number in session.numbers_of(asked)] == asked[1:3]
