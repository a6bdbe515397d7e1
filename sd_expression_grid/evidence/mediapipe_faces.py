"""Landmarks by mediapipe's FaceMesh, where somebody has installed it: its wheels up to 0.10 carry the model inside."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.evidence.face_movement import FaceLandmarks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray
    from PIL import Image

    from sd_expression_grid.evidence.face_movement import LandmarkFinder, Points

_CORNERS = (33, 263)
_RIGID = (
    *(33, 133, 362, 263),  # corners of the eyes
    *(168, 6, 197, 195),  # bridge of the nose
    *(127, 162, 356, 389),  # temples
    *(10, 67, 109, 297, 338),  # top of the forehead
)


def mediapipe_landmarks() -> LandmarkFinder:
    """Finds the landmarks of a picture's face; StudyError says why where mediapipe is missing or does not work here."""
    if find_spec("mediapipe") is None:
        message = "mediapipe, which finds landmarks of faces, is not installed"
        raise StudyError(message)
    try:
        process = _tried_face_mesh()
    except Exception as error:  # whatever a broken package raises
        message = f"the installed mediapipe does not work here ({str(error).splitlines()[0]:.200})"
        raise StudyError(message) from error
    parts = _parts()

    def find(picture: Image.Image) -> FaceLandmarks | None:
        faces = process(np.asarray(picture)).multi_face_landmarks
        if not faces:
            return None
        points = _in_pixels(faces[0].landmark, picture)
        of_parts = {part: points[numbers] for part, numbers in parts.items()}
        return FaceLandmarks(corners=points[[*_CORNERS]], rigid=points[[*_RIGID]], parts=of_parts)

    return find


def _tried_face_mesh() -> Callable[[NDArray[np.uint8]], Any]:
    """FaceMesh's finder of the landmarks in (height, width, 3) pixels.

    It is tried on a black picture, since some versions of mediapipe fail only when they run, by that of protobuf.
    """
    from mediapipe.python.solutions.face_mesh import FaceMesh  # noqa: PLC0415 - optional, and slow to load

    mesh = FaceMesh(static_image_mode=True, max_num_faces=1, refine_landmarks=True)
    mesh.process(np.zeros((64, 64, 3), dtype=np.uint8))
    return mesh.process  # type: ignore[no-any-return]


def _parts() -> dict[str, list[int]]:
    """The numbers of the landmarks of each part of the face that expressions move."""
    from mediapipe.python.solutions import face_mesh  # noqa: PLC0415 - optional

    return {
        "brows": _points_of(face_mesh.FACEMESH_LEFT_EYEBROW, face_mesh.FACEMESH_RIGHT_EYEBROW),
        "eyes": _points_of(face_mesh.FACEMESH_LEFT_EYE, face_mesh.FACEMESH_RIGHT_EYE),
        "gaze": _points_of(face_mesh.FACEMESH_IRISES),
        "mouth": _points_of(face_mesh.FACEMESH_LIPS),
    }


def _points_of(*lines: Iterable[tuple[int, int]]) -> list[int]:
    """The numbers of the landmarks at the ends of a part's lines, each once."""
    return sorted({point for part in lines for line in part for point in line})


def _in_pixels(landmarks: Iterable[Any], picture: Image.Image) -> Points:
    return np.array([(point.x * picture.width, point.y * picture.height) for point in landmarks])
