import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.ratings.rating_import import import_ratings
from sd_expression_grid.ratings.ratings import read_ratings
from tests.finished import finished_study


def csv_file(tmp_path, *lines):
    file = tmp_path / "by hand.csv"
    file.write_text("\n".join(lines))
    return file


def test_without_seeds_and_raters_the_only_seed_and_the_files_name_are_meant(tmp_path):
    folder = finished_study(tmp_path, seeds=[5])
    count = import_ratings(folder, csv_file(tmp_path, "expression;character;expression_score", "sad;Noor;2"))
    assert count == 1
    ((rater, key),) = read_ratings(folder.path)
    assert (rater, key.seed) == ("by hand", 5)


def test_every_strange_cell_is_named_and_nothing_is_added(tmp_path):
    folder = finished_study(tmp_path)
    file = csv_file(
        tmp_path, "expression,character,seed,expression_score", "sad,Noor,1,2", "glad,Noor,1,2", "sad,Noor,9,2"
    )
    with pytest.raises(StudyError) as caught:
        import_ratings(folder, file)
    assert [fault.problem for fault in caught.value.faults] == [
        "the study has no cell glad, Noor, seed 1",
        "the study has no cell sad, Noor, seed 9",
    ]
    assert read_ratings(folder.path) == {}
