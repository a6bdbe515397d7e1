"""The landmarks of a package that somebody may have installed, on photographs that others may have brought along.

Without them the tests are skipped, or fail where $REQUIRE_LANDMARKS is set; the extra `test-landmarks` has both.
"""

import os
from functools import cache
from importlib import import_module

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from sd_expression_grid.evidence.face_movement import movement
from sd_expression_grid.evidence.mediapipe_faces import mediapipe_landmarks
from sd_expression_grid.report.types import Thresholds


def needed(module, reason):
    return import_module(module) if os.environ.get("REQUIRE_LANDMARKS") else pytest.importorskip(module, reason=reason)


needed("mediapipe.python.solutions", "no mediapipe with FaceMesh is installed")

STILL = Thresholds().moved


@cache
def landmarks():
    return mediapipe_landmarks()


@pytest.fixture(params=["astronaut", "grace_hopper"])
def photo(request):
    if request.param == "astronaut":
        return Image.fromarray(needed("skimage.data", "no photograph: no scikit-image").astronaut())
    cbook = needed("matplotlib.cbook", "no photograph: no matplotlib")
    with Image.open(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)) as picture:
        return picture.convert("RGB")


def moved(picture, neutral):
    return movement(landmarks()(picture), landmarks()(neutral))


def test_what_is_no_face_has_no_landmarks():
    assert landmarks()(Image.new("RGB", (256, 256), (180, 150, 130))) is None


def test_the_same_picture_does_not_move(photo):
    assert max(moved(photo, photo).values()) < 1e-6


@pytest.mark.parametrize("name", ["turned", "smaller", "brighter", "noisy"])
def test_another_place_and_light_are_no_expression(photo, name):
    grain = np.random.default_rng(4).normal(0, 4, (photo.height, photo.width, 3))
    other = {
        "turned": lambda: photo.rotate(3, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128)),
        "smaller": lambda: photo.resize((photo.width * 4 // 5, photo.height * 4 // 5), Image.Resampling.LANCZOS),
        "brighter": lambda: ImageEnhance.Brightness(photo).enhance(1.15),
        "noisy": lambda: Image.fromarray(np.clip(np.asarray(photo) + grain, 0, 255).astype(np.uint8)),
    }[name]()
    assert max(moved(other, photo).values()) < STILL


def test_a_mouth_that_is_drawn_lower_moved_and_the_brows_did_not(photo):
    found = moved(with_lower_mouth(photo, 0.12), photo)
    assert found["mouth"] > STILL
    assert found["mouth"] > 2 * found["brows"]


def with_lower_mouth(photo, share):
    """The photo with what is around the mouth's middle bent down by a share of the distance of the eyes."""
    face = landmarks()(photo)
    unit = np.linalg.norm(np.subtract(*face.corners))
    x, y = face.parts["mouth"].mean(axis=0)
    down, right = np.mgrid[: photo.height, : photo.width].astype(float)
    bend = np.exp(-(((right - x) / (0.45 * unit)) ** 2 + ((down - y) / (0.3 * unit)) ** 2))
    source = np.clip(np.round(down - share * unit * bend).astype(int), 0, photo.height - 1)
    return Image.fromarray(np.asarray(photo)[source, right.astype(int)])
