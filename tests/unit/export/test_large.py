import pytest

from sd_expression_grid.export.large import is_made_of, large_files
from sd_expression_grid.store.folder import StudyFolder
from sd_expression_grid.study.study import CellKey
from tests.study_folders import add_cell, study_folder

KEY = CellKey(expression="smile", character="Noor", seed=7)
SMALL = "a face\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 7, Size: 64x64, Version: 1"


@pytest.fixture
def folder(tmp_path):
    folder = study_folder(tmp_path)
    (folder.path / "large").mkdir()
    add_cell(StudyFolder(folder.path / "large"), KEY, (96, 96))
    return folder


def test_large_pictures_are_found_by_their_cells(folder):
    assert large_files(folder, folder.read_record()) == {KEY: "large/cells/Noor/smile_7.png"}
    (folder.path / "large/cells/Noor/smile_7.png").unlink()
    assert large_files(folder, folder.read_record()) == {}


def test_without_large_pictures_there_are_none(tmp_path):
    folder = study_folder(tmp_path)
    assert large_files(folder, folder.read_record()) == {}


def test_a_hires_pass_is_no_difference():
    hires = "Denoising strength: 0.5, Hires upscale: 2, Hires upscaler: Latent, Hires steps: 4, Version: 1"
    assert is_made_of(SMALL.replace("Version: 1", hires), SMALL)
    assert is_made_of(SMALL.replace("Version: 1", hires), f"{SMALL}, Denoising strength: 0.3, Hires upscale: 1.5")


def test_another_version_of_the_webui_is_no_difference():
    assert is_made_of(SMALL.replace("Version: 1", "Version: v1.10.1"), SMALL)


@pytest.mark.parametrize(
    "change", [("a face", "a cat"), ("blurry", "sharp"), ("scale: 7", "scale: 4"), ("Seed: 7", "Seed: 8")]
)
def test_any_other_is_one(change):
    assert not is_made_of(SMALL.replace(*change), SMALL)
