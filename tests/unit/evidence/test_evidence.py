"""How far faces moved: the geometry on faces with known displacements, and what is kept of it beside a study."""

import hashlib
import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.evidence import measuring
from sd_expression_grid.evidence.face_movement import FaceLandmarks, movement
from sd_expression_grid.evidence.measurements import (
    EVIDENCE_FILE,
    Measurement,
    neutral_row,
    read_evidence,
    read_measurements,
)
from sd_expression_grid.evidence.measuring import measure_pictures
from sd_expression_grid.evidence.picture_measures import PictureMeasure, best_measure, landmark_measure, pixel_measure
from sd_expression_grid.evidence.pixel_difference import brightness, difference
from sd_expression_grid.report.types import Thresholds
from sd_expression_grid.store.folder import Outcome, png_of
from sd_expression_grid.study.study import CellKey
from tests.standin.portraits.painter import BASE, FACES, UNIT, decode
from tests.study_folders import study_folder

CORNERS = np.array([(100.0, 200.0), (200.0, 200.0)])
RIGID = np.vstack([CORNERS, [(150, 210), (150, 150), (110, 140), (190, 140)]])
BROWS = np.array([(110.0, 170.0), (130, 165), (170, 165), (190, 170)])
MOUTH = np.array([(130.0, 300.0), (150, 290), (170, 300), (150, 310)])
STILL = FaceLandmarks(corners=CORNERS, rigid=RIGID, parts={"brows": BROWS, "mouth": MOUTH})


def laid(face, angle=0.0, scale=1.0, shift=(0.0, 0.0)):
    """The face elsewhere in the picture: turned by degrees, scaled, shifted by pixels."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = scale * np.array([(cos, sin), (-sin, cos)])

    def move(points):
        return points @ matrix + shift

    parts = {name: move(points) for name, points in face.parts.items()}
    return FaceLandmarks(corners=move(face.corners), rigid=move(face.rigid), parts=parts)


def with_mouth(points):
    return replace(STILL, parts={**STILL.parts, "mouth": points})


@pytest.mark.parametrize(
    ("mouth", "moved"),
    [
        (MOUTH, 0),
        (np.add(MOUTH, (3, 4)), 0.05),  # every point by 5 of 100 pixels
        (np.add(MOUTH, [(0, 0), (0, -6), (0, 0), (0, 6)]), np.sqrt(18) / 100),  # opened: two of four points by 6
        (np.add((MOUTH - (150, 300)) * (1.5, 1), (150, 300)), np.sqrt(50) / 100),  # widened: the corners by 10
    ],
)
@pytest.mark.parametrize("place", [{}, {"angle": -30}, {"scale": 3}, {"shift": (40, -70)}])
def test_known_movements_are_recovered_wherever_the_head_is(mouth, moved, place):
    found = movement(laid(with_mouth(mouth), **place), STILL)
    assert found == {"brows": pytest.approx(0, abs=1e-12), "mouth": pytest.approx(moved, abs=1e-12)}


def test_the_unit_is_the_distance_of_the_eyes_of_the_neutral_face():
    face = with_mouth(np.add(MOUTH, (0, 10)))
    assert movement(face, laid(STILL, 170, 0.25, (9, 9)))["mouth"] == pytest.approx(0.1)


def test_points_that_are_found_a_little_wrong_move_little():
    random = np.random.default_rng(5)
    noisy = replace(STILL, rigid=RIGID + random.normal(0, 0.5, RIGID.shape))
    assert 0 < movement(noisy, STILL)["mouth"] < 0.02


def dotted(picture):
    """Landmarks that read a colour: green is how far the mouth moved, in pixels; blue pictures have no face."""
    _, green, blue = picture.getpixel((0, 0))
    return None if blue == 255 else with_mouth(np.add(MOUTH, (0, green)))


@pytest.fixture
def folder(tmp_path):
    """Two rows and a column of 3 seeds: moved by 7, without a face, and without a face in the neutral cell."""
    study = study_folder(tmp_path, expressions="smile\nNeutral", characters="Noor", reference="", seeds=[1, 2, 3])
    (study.path / "cells.jsonl").unlink()
    for seed, neutral, smile in ((1, (9, 0, 0), (9, 7, 0)), (2, (9, 0, 0), (9, 9, 255)), (3, (9, 0, 255), (9, 0, 0))):
        paint(study, key("Neutral", seed), neutral)
        paint(study, key("smile", seed), smile)
    return study


def key(row, seed):
    return CellKey(expression=row, character="Noor", seed=seed)


def paint(folder, cell, colour, mode="RGB"):
    file, sha256 = folder.write_cell(cell, png_of(Image.new(mode, (8, 8), colour)))
    folder.record(Outcome(key=cell, status="done", file=file, sha256=sha256))
    return folder.path / file


def look(folder, measure=None):
    return list(measure_pictures(folder, measure or landmark_measure(dotted)))


def evidence(folder):
    rows = [row.label for row in folder.read_study().expressions]
    return read_evidence(folder.path, rows, folder.read_record())


def test_each_cell_is_measured_against_the_neutral_one_of_its_column_and_seed(folder):
    steps = look(folder)
    assert list(map(str, steps)) == [f"{done} of 3 pictures looked at" for done in range(4)]
    found = evidence(folder)
    assert (found.method, found.neutral) == ("landmarks", "Neutral")
    assert set(found.measurements) == {key("smile", seed) for seed in (1, 2, 3)}
    assert found.measurements[key("smile", 1)].parts == {"brows": pytest.approx(0), "mouth": pytest.approx(0.07)}


def test_no_face_is_missing_and_not_zero(folder):
    look(folder)
    found = evidence(folder).measurements
    assert [(found[key("smile", seed)].faceless, found[key("smile", seed)].change) for seed in (2, 3)] == [
        ("picture", None),
        ("neutral", None),
    ]


def test_a_study_is_measured_once(folder):
    seen = []

    def counting(picture):
        seen.append(picture)
        return dotted(picture)

    look(folder, landmark_measure(counting))
    assert len(seen) == 6
    assert list(map(str, look(folder, landmark_measure(counting)))) == ["all pictures are looked at"]
    assert len(seen) == 6
    paint(folder, key("smile", 1), (9, 8, 0))
    assert key("smile", 1) not in evidence(folder).measurements
    look(folder, landmark_measure(counting))
    assert len(seen) == 8
    assert evidence(folder).measurements[key("smile", 1)].change == pytest.approx(0.08)


def test_without_a_neutral_cell_nothing_is_measured(folder):
    folder.record(Outcome(key=key("Neutral", 1), status="failed"))
    look(folder)
    assert set(evidence(folder).measurements) == {key("smile", 2), key("smile", 3)}


@pytest.mark.parametrize(
    ("rows", "neutral"), [(["sad", "neutral"], "neutral"), (["calm", "sad"], "calm"), (["a", " NEUTRAL "], " NEUTRAL ")]
)
def test_the_neutral_row_is_the_one_of_that_name_else_the_first(rows, neutral):
    assert neutral_row(rows) == neutral


def test_only_pictures_of_the_studys_own_are_read(folder, tmp_path):
    outside = tmp_path / "outside.png"
    Image.new("RGB", (8, 8), (9, 50, 0)).save(outside)
    digest = hashlib.sha256(outside.read_bytes()).hexdigest()
    (folder.path / "cells/link.png").symlink_to(outside)
    (folder.path / "cells/Other").symlink_to(tmp_path, target_is_directory=True)
    for seed, file in ((1, "cells/link.png"), (2, "cells/Other/outside.png")):
        folder.record(Outcome(key=key("smile", seed), status="done", file=file, sha256=digest))
    look(folder)
    assert set(evidence(folder).measurements) == {key("smile", 3)}


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_broken_and_changed_pictures_are_left_out(folder, content):
    record = folder.read_record()
    changed, broken = (folder.path / record[key("smile", seed)].file for seed in (1, 2))
    changed.write_bytes(content)
    broken.write_bytes(content)
    folder.record(replace(record[key("smile", 2)], sha256=hashlib.sha256(content).hexdigest()))
    assert look(folder)[-1].done == 3
    assert set(evidence(folder).measurements) == {key("smile", 3)}


def test_cells_of_rows_that_the_study_no_longer_has_are_not_measured(folder):
    paint(folder, key("winking", 1), (9, 9, 0))
    look(folder)
    assert len(read_measurements(folder.path)) == 3


def test_what_cannot_be_kept_or_read_is_said(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(measuring, "add_measurements", full)
    with pytest.raises(StudyError) as raised:
        look(folder)
    assert str(raised.value) == f"{folder.path}: what was measured cannot be kept: [Errno 28] No space left on device"
    (folder.path / EVIDENCE_FILE).mkdir()
    with pytest.raises(StudyError) as raised:
        look(folder)
    assert str(raised.value) == f"{folder.path / EVIDENCE_FILE}: cannot be read: Is a directory"


def test_a_picture_is_compared_with_the_neutral_one_and_not_the_other_way_round(folder):
    def ratio(found, neutral):
        return {"picture": found / neutral}

    look(
        folder,
        PictureMeasure(method="difference", features=lambda picture: picture.getpixel((0, 0))[1] + 1, compare=ratio),
    )
    assert evidence(folder).measurements[key("smile", 1)].parts == {"picture": 8}


def test_what_is_transparent_is_white(folder):
    seen = []
    measure = PictureMeasure(method="difference", features=lambda picture: seen.append(picture.getpixel((0, 0))),
                             compare=dict)  # fmt: skip
    paint(folder, key("smile", 1), (9, 9, 9, 0), "RGBA")
    look(folder, measure)
    assert seen[:2] == [(9, 0, 0), (255, 255, 255)]


def test_a_line_may_say_that_nothing_hides_the_face(folder):
    look(folder)
    file = folder.path / EVIDENCE_FILE
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    file.write_text("".join(f"{json.dumps({'faceless': '', 'parts': {}, **line})}\n" for line in lines))
    assert len(read_measurements(folder.path)) == 3


def test_lines_that_are_torn_or_none_are_measured_again(folder):
    look(folder)
    file = folder.path / EVIDENCE_FILE
    good = file.read_text().splitlines()
    first = json.loads(good[0])
    hostile = [
        "[1]", "null", "{", "\x00", "[" * 100_000, json.dumps({**first, "parts": None}),
        json.dumps({**first, "parts": {"mouth": float("nan")}}), json.dumps({**first, "parts": {"mouth": -1}}),
        json.dumps({**first, "parts": {"mouth": "1"}}), json.dumps({**first, "parts": {}}),
        json.dumps({**first, "method": ["landmarks"]}), json.dumps({**first, "picture": 5}),
        json.dumps({**first, "more": 1}), json.dumps({**first, "faceless": "picture"}), good[0][:40],
    ]  # fmt: skip
    file.write_text("\n".join([*hostile, *good[1:]]) + "\n" + good[2][:30])
    assert len(read_measurements(folder.path)) == 2
    assert look(folder)[-1].done == 1
    assert evidence(folder).measurements[key("smile", 1)].change == pytest.approx(0.07)


def test_landmarks_count_where_they_know_as_many_cells_as_pixels_do(folder):
    look(folder, pixel_measure())
    assert evidence(folder).method == "difference"
    look(folder)
    assert evidence(folder).method == "landmarks"
    paint(folder, key("smile", 1), (9, 8, 0))
    look(folder, pixel_measure())
    assert evidence(folder).method == "difference"


def test_the_part_that_moved_most_is_the_change():
    parts = {"brows": 0.01, "mouth": 0.05, "eyes": 0.02}
    assert Measurement(method="landmarks", picture="a", neutral="b", parts=parts).change == 0.05


def test_a_difference_is_the_mean_of_brightness_where_that_differs_most():
    """Of 8 × 8 fields one is 51 of 255 brighter, another 25.5."""
    dark, other = (Image.new("RGB", (64, 64), (20, 20, 20)) for _ in range(2))
    other.paste((71, 71, 71), (8, 16, 16, 24))
    other.paste((71, 71, 71), (40, 40, 48, 44))
    assert difference(brightness(other), brightness(dark)) == {"picture": pytest.approx(0.2)}


def portrait(share, face="sad", size=(192, 192)):
    """The stand-in's painter, with a character of a known range: the share of the expression that it shows."""
    return brightness(decode((BASE + share * FACES[face]) * UNIT, size))


@pytest.mark.parametrize("face", ["sad", "smiling", "surprised", "winking", "looking away", "raising eyebrow"])
@pytest.mark.parametrize("size", [(192, 192), (256, 384)])
def test_portraits_of_no_range_are_virtually_the_same_and_of_full_range_are_not(face, size):
    shares = [difference(portrait(share, face, size), portrait(0, face, size))["picture"] for share in (0, 0.01, 1)]
    assert shares[0] == 0
    assert shares[1] < Thresholds().differs < shares[2] / 2


def test_noise_leaves_a_portrait_virtually_the_same():
    picture = decode(BASE * UNIT, (256, 384))
    grain = np.random.default_rng(2).normal(0, 4, (384, 256, 3))
    noisy = Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))
    assert difference(brightness(noisy), brightness(picture))["picture"] < Thresholds().differs


def test_without_landmarks_pixels_are_compared_and_it_is_said_why(monkeypatch):
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    measure = best_measure()
    assert measure.method == "difference"
    assert measure.note == (
        "mediapipe, which finds landmarks of faces, is not installed; pictures are compared by their pixels instead"
    )


@pytest.fixture
def mediapipe(tmp_path, monkeypatch):
    """Installs a package of that name, with this text as its only module, or as that of FaceMesh."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "mediapipe"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path / "site")

    def install(text, file="__init__.py"):
        for folder in ("mediapipe/python/solutions", "mediapipe/python", "mediapipe"):
            (tmp_path / "site" / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / "site" / folder / "__init__.py").write_text("")
        (tmp_path / "site/mediapipe" / file).write_text(text)

    yield install
    for name in [name for name in sys.modules if name.partition(".")[0] == "mediapipe"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No module named 'mediapipe.python.solutions.face_mesh'"),
        ("raise RuntimeError('protobuf\\nis another')", "protobuf"),
        ("raise RuntimeError('x' * 300)", "x" * 200),
    ],
)
def test_a_package_that_does_not_work_is_not_used_and_it_is_said_why(mediapipe, text, said):
    mediapipe(text)
    measure = best_measure()
    assert measure.method == "difference"
    assert measure.note == (
        f"the installed mediapipe does not work here ({said}); pictures are compared by their pixels instead"
    )


FACE_MESH = """
from types import SimpleNamespace
FACEMESH_LEFT_EYEBROW, FACEMESH_RIGHT_EYEBROW = frozenset({(7, 2), (2, 3)}), frozenset({(50, 60)})
FACEMESH_LEFT_EYE, FACEMESH_RIGHT_EYE = frozenset({(21, 20)}), frozenset({(31, 30)})
FACEMESH_IRISES, FACEMESH_LIPS = frozenset({(470, 471)}), frozenset({(80, 81), (81, 82)})
MADE, SEEN = [], []

class FaceMesh:
    def __init__(self, **options):
        MADE.append(options)

    def process(self, pixels):
        SEEN.append(pixels)
        points = [SimpleNamespace(x=n / 512, y=n / 1024) for n in range(478)]
        return SimpleNamespace(multi_face_landmarks=[SimpleNamespace(landmark=points)] if pixels.any() else None)
"""


def test_the_landmarks_of_mediapipes_mesh_are_its_points_in_pixels(mediapipe):
    """Its points are numbered; point n of the one that is played lies at n / 512 across and n / 1024 down."""
    mediapipe(FACE_MESH, "python/solutions/face_mesh.py")
    measure = best_measure()
    assert (measure.method, measure.note) == ("landmarks", "")
    face = measure.features(Image.new("RGB", (1024, 3072), (9, 9, 9)))

    def points(*numbers):
        return [[2.0 * n, 3.0 * n] for n in numbers]

    assert face.corners.tolist() == points(33, 263)
    eyes, nose, temples = (33, 133, 362, 263), (168, 6, 197, 195), (127, 162, 356, 389)
    assert face.rigid.tolist() == points(*eyes, *nose, *temples, 10, 67, 109, 297, 338)
    assert {part: found.tolist() for part, found in face.parts.items()} == {
        "brows": points(2, 3, 7, 50, 60),
        "eyes": points(20, 21, 30, 31),
        "gaze": points(470, 471),
        "mouth": points(80, 81, 82),
    }
    assert measure.features(Image.new("RGB", (10, 30))) is None
    played = sys.modules["mediapipe.python.solutions.face_mesh"]
    assert played.MADE == [{"static_image_mode": True, "max_num_faces": 1, "refine_landmarks": True}]
    tried, *_ = played.SEEN
    assert (tried.shape, tried.dtype, tried.any()) == ((64, 64, 3), np.uint8, False)
