import pytest

from sd_expression_grid.store.cell_pictures import picture_problems
from sd_expression_grid.store.folder import Outcome, StudyFolder
from sd_expression_grid.study.study import CellKey


@pytest.fixture
def path(tmp_path):
    (tmp_path / "study" / "cells" / "Noor").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.png").touch()
    return tmp_path / "study"


def problem(path, **fields):
    key = CellKey(expression="sad", character="Noor", seed=1)
    outcome = Outcome(key=key, **{"status": "done", "file": "cells/Noor/sad_1.png", **fields})
    return picture_problems(StudyFolder(path), {key: outcome})[key]


def test_a_picture_in_the_folder_has_no_problem(path):
    assert problem(path) == "its picture is missing"
    (path / "cells/Noor/sad_1.png").touch()
    assert problem(path) == ""


@pytest.mark.parametrize("status", ["failed", "skipped", "interrupted"])
def test_a_cell_without_picture_says_why(path, status):
    assert problem(path, status=status, file="") == status
    assert problem(path, status=status, file="", error="no memory") == f"{status}: no memory"


def test_a_link_is_not_followed(path):
    (path / "cells/Noor/sad_1.png").symlink_to(path.parent / "outside" / "secret.png")
    assert problem(path) == "its picture is a link, which is not followed"


def test_nor_is_a_linked_folder_that_leads_out(path):
    (path / "cells" / "mei").symlink_to(path.parent / "outside")
    assert problem(path, file="cells/mei/secret.png") == "its picture is a link, which is not followed"


def test_a_linked_folder_within_the_study_is_its_own(path):
    (path / "cells" / "mei").symlink_to(path / "cells" / "Noor")
    (path / "cells/Noor/sad_1.png").touch()
    assert problem(path, file="cells/mei/sad_1.png") == ""


def test_a_folder_is_no_picture(path):
    (path / "cells/Noor/sad_1.png").mkdir()
    assert problem(path) == "its picture is missing"
