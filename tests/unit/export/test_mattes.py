"""Transparent backgrounds, with a tool of ours in the place of rembg, and with mediapipe where it is installed."""

import json
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.export import mattes
from sd_expression_grid.export.export import ExportRequest, export_faces
from sd_expression_grid.store.picks import Pick, write_picks
from sd_expression_grid.study.study import CellKey
from tests.study_folders import study_folder


@pytest.fixture
def folder(tmp_path):
    return study_folder(tmp_path, size=(40, 60))


@pytest.fixture
def tool(monkeypatch, tmp_path):
    """A rembg whose figure is as many pixels wide from the left as ``widths`` tells, one after the other."""
    rembg, models = ModuleType("rembg"), tmp_path / "models"
    rembg.__spec__ = ModuleSpec("rembg", None)
    rembg.widths, rembg.sessions = [], []
    rembg.new_session = lambda name: rembg.sessions.append(name) or name

    def remove(picture, session, only_mask):
        assert (session, only_mask, picture.mode) == ("u2net", True, "RGB")
        mask = Image.new("L", picture.size)
        mask.paste(255, (0, 0, rembg.widths.pop(0) if rembg.widths else 20, picture.height))
        return mask

    rembg.remove = remove
    monkeypatch.setitem(sys.modules, "rembg", rembg)
    monkeypatch.setenv("U2NET_HOME", str(models))
    models.mkdir()
    (models / "u2net.onnx").touch()
    return rembg


@pytest.fixture
def no_tool(monkeypatch, tmp_path):
    def find_spec(name):
        if name.startswith("mediapipe."):
            raise ModuleNotFoundError(name="mediapipe")

    monkeypatch.setattr(mattes, "find_spec", find_spec)
    monkeypatch.setenv("U2NET_HOME", str(tmp_path))


def exported(folder, out, **options):
    return export_faces(folder, ExportRequest(character="Noor", program="plain", transparent=True, **options), out)


def alpha(file):
    with Image.open(file) as picture:
        assert picture.mode == "RGBA"
        return np.asarray(picture)[..., 3]


@pytest.mark.parametrize("image_format", ["png", "webp"])
def test_the_background_is_transparent_and_the_figure_is_not(folder, tool, tmp_path, image_format):
    made = exported(folder, tmp_path / "out", image_format=image_format)
    found = alpha(made.folder / f"faces/smile.{image_format}")
    assert (found[:, :20] == 255).all()
    assert (found[:, 20:] == 0).all()
    assert tool.sessions == ["u2net"]
    assert json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))["transparent"] is True


def test_rows_of_one_composition_share_a_matte_of_all_that_is_figure(folder, tool, tmp_path):
    cells = [("neutral", 7), ("smile", 7), ("sad", 8)]
    picks = [Pick(name="Noor", key=CellKey(expression=row, character="Noor", seed=seed)) for row, seed in cells]
    write_picks(folder.path, "Noor", picks)
    tool.widths[:] = [10, 30, 15]
    made = exported(folder, tmp_path / "out")
    widths = {row: int(alpha(made.folder / f"faces/{row}.png")[0].sum()) // 255 for row, _ in cells}
    assert widths == {"neutral": 30, "smile": 30, "sad": 15}


def test_crop_and_height_are_those_of_the_matte_as_well(folder, tool, tmp_path):
    made = exported(folder, tmp_path / "out", crop="10,0,20,40", height=80)
    found = alpha(made.folder / "faces/smile.png")
    assert found.shape == (80, 40)
    assert found[:, :18].min() > 240
    assert found[:, 22:].max() < 15


def refused(folder, out):
    with pytest.raises(StudyError) as raised:
        exported(folder, out)
    assert not out.exists()
    return str(raised.value)


def test_without_a_tool_it_is_said(folder, no_tool, tmp_path):
    assert refused(folder, tmp_path / "out") == (
        "--transparent: needs a tool that is not installed here: rembg with a model in its folder (~/.u2net), or "
        "mediapipe 0.10.9; see docs/export.md"
    )


def test_a_rembg_without_a_model_is_not_called_for_it_would_download_one(folder, tool, tmp_path, monkeypatch):
    (tmp_path / "models/u2net.onnx").unlink()
    monkeypatch.setattr(mattes, "find_spec", lambda name: name == "rembg" or None)
    assert "needs a tool" in refused(folder, tmp_path / "out")
    assert tool.sessions == []


def test_where_nobody_is_found_it_is_said(folder, tool, tmp_path):
    tool.widths[:] = [0, 0, 0]
    assert refused(folder, tmp_path / "out") == (
        "Noor, seed 7: nobody was found in the pictures; keep their background"
    )


def test_more_than_a_fiftieth_of_the_picture_is_somebody(tool, tmp_path):
    tool.widths[:] = [1] * 6
    assert exported(study_folder(tmp_path, size=(49, 60)), tmp_path / "out").count == 3
    assert "nobody was found" in refused(study_folder(tmp_path, size=(51, 60)), tmp_path / "none")


def test_a_tool_that_fails_is_said(folder, tool, tmp_path):
    tool.remove = lambda *_args, **_options: 1 / 0
    assert refused(folder, tmp_path / "out") == (
        "the background could not be removed (ZeroDivisionError: division by zero)"
    )


def test_mediapipes_share_of_figure_becomes_a_matte(monkeypatch):
    shares = np.array([[0, 0.5, 1], [-0.25, 0.1, 1.5]])

    def selfie_segmentation(model_selection):
        assert model_selection == 0
        return SimpleNamespace(process=lambda pixels: SimpleNamespace(segmentation_mask=shares[: len(pixels)]))

    package = "mediapipe.python.solutions.selfie_segmentation"
    for name in ("mediapipe", "mediapipe.python", "mediapipe.python.solutions", package):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules[package].SelfieSegmentation = selfie_segmentation
    monkeypatch.setattr(mattes, "find_spec", lambda name: None if name == "rembg" else name)
    found = mattes._installed_tool()(Image.new("RGB", (3, 2)))
    assert found.mode == "L"
    assert np.asarray(found).tolist() == [[0, 128, 255], [0, 26, 255]]


def test_mediapipe_finds_a_person(monkeypatch):
    pytest.importorskip("mediapipe.python.solutions", reason="no mediapipe with its models is installed")
    data = pytest.importorskip("skimage.data", reason="no photograph: no scikit-image")
    monkeypatch.setattr(mattes, "find_spec", lambda name: None if name == "rembg" else name)
    found = np.asarray(mattes._installed_tool()(Image.fromarray(data.astronaut())))
    assert found.shape == (512, 512)
    assert found[100, 220] > 200  # her face
    assert found[40, 480] < 60  # the shuttle behind her
