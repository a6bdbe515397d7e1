import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.ratings.rating_import import import_ratings
from sd_expression_grid.ratings.ratings import read_ratings
from sd_expression_grid.store.folder import StudyFolder
from tests.finished import finished_study


def csv_file(tmp_path, *lines):
    file = tmp_path / "by hand.csv"
    file.write_text("\n".join(lines))
    return file


def test_without_seeds_and_raters_the_only_seed_and_the_files_name_are_meant(tmp_path):
    folder = finished_study(tmp_path, seeds=[5])
    count = import_ratings(folder, csv_file(tmp_path, "expression;character;expression_score", "sad;Noor;2"))
    assert count == 1
    (((rater, key), rating),) = read_ratings(folder.path).items()
    assert (rater, key.seed) == ("by hand", 5)
    assert rating.picture == folder.read_record()[key].sha256


def test_a_seed_and_a_rater_that_are_named_are_kept(tmp_path):
    folder = finished_study(tmp_path, seeds=[0, 5])
    head = "expression,character,seed,rater,expression_score"
    assert import_ratings(folder, csv_file(tmp_path, head, "sad,Noor,5,Bo,2", "sad,Noor,,Bo,1", "sad,mei,5,,")) == 2
    found = {(rater, key.seed): rating.expression_score for (rater, key), rating in read_ratings(folder.path).items()}
    assert found == {("Bo", 5): 2, ("Bo", 0): 1}


def test_a_cell_that_was_never_drawn_is_rated_without_a_picture(tmp_path):
    folder = finished_study(tmp_path, seeds=[5])
    (folder.path / "cells.jsonl").unlink()
    import_ratings(folder, csv_file(tmp_path, "expression,character,expression_score", "sad,Noor,2"))
    assert [rating.picture for rating in read_ratings(folder.path).values()] == [""]


def test_a_folder_without_a_study_says_so(tmp_path):
    file = csv_file(tmp_path, "expression,character,expression_score", "sad,Noor,2")
    with pytest.raises(StudyError) as caught:
        import_ratings(StudyFolder(tmp_path), file)
    assert str(caught.value) == f"{tmp_path}: is no study's folder: it has no study.json"


def test_every_strange_cell_is_named_and_nothing_is_added(tmp_path):
    folder = finished_study(tmp_path)
    file = csv_file(
        tmp_path, "expression,character,seed,expression_score", "sad,Noor,1,2", "glad,Noor,1,2", "sad,Noor,9,2"
    )
    with pytest.raises(StudyError) as caught:
        import_ratings(folder, file)
    assert [str(fault) for fault in caught.value.faults] == [
        "by hand.csv: the study has no cell glad, Noor, seed 1",
        "by hand.csv: the study has no cell sad, Noor, seed 9",
    ]
    assert read_ratings(folder.path) == {}
