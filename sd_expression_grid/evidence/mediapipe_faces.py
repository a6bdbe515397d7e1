"""Landmarks by mediapipe's FaceMesh, where somebody has installed it: its wheels up to 0.10 carry the model inside."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.evidence.faces import Face

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sd_expression_grid.evidence.faces import Landmarks, Points

_CORNERS = (33, 263)
_RIGID = (
    *(33, 133, 362, 263),  # corners of the eyes
    *(168, 6, 197, 195),  # bridge of the nose
    *(127, 162, 356, 389),  # temples
    *(10, 67, 109, 297, 338),  # top of the forehead
)


def mediapipe_landmarks() -> Landmarks:
    """The landmarks of the largest face; StudyError that says why where mediapipe is missing or does not work here.

    It is tried on an empty picture, since some of its versions fail only when they run, by the version of protobuf.
    """
    if find_spec("mediapipe") is None:
        message = "mediapipe, which finds landmarks of faces, is not installed"
        raise StudyError(message)
    try:
        landmarks = _face_mesh()
        landmarks(Image.new("RGB", (64, 64)))
    except Exception as error:
        message = f"the installed mediapipe does not work here ({str(error).splitlines()[0]:.200})"
        raise StudyError(message) from error
    return landmarks


def _face_mesh() -> Landmarks:
    from mediapipe.python.solutions import face_mesh  # noqa: PLC0415 - optional, and slow to load

    mesh = face_mesh.FaceMesh(static_image_mode=True, max_num_faces=1, refine_landmarks=True)
    parts = {
        "brows": _points_of(face_mesh.FACEMESH_LEFT_EYEBROW, face_mesh.FACEMESH_RIGHT_EYEBROW),
        "eyes": _points_of(face_mesh.FACEMESH_LEFT_EYE, face_mesh.FACEMESH_RIGHT_EYE),
        "gaze": _points_of(face_mesh.FACEMESH_IRISES),
        "mouth": _points_of(face_mesh.FACEMESH_LIPS),
    }

    def landmarks(picture: Image.Image) -> Face | None:
        found = mesh.process(np.asarray(picture)).multi_face_landmarks
        if not found:
            return None
        points = _in_pixels(found[0].landmark, picture)
        taken = {part: points[places] for part, places in parts.items()}
        return Face(corners=points[[*_CORNERS]], rigid=points[[*_RIGID]], parts=taken)

    return landmarks


def _points_of(*lines: Iterable[tuple[int, int]]) -> list[int]:
    """The ends of a part's lines, each once."""
    return sorted({point for part in lines for line in part for point in line})


def _in_pixels(landmarks: Iterable[Any], picture: Image.Image) -> Points:
    return np.array([(point.x * picture.width, point.y * picture.height) for point in landmarks])
