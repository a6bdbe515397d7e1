"""The two ways of telling how far a picture is from its neutral one: by landmarks of the face, or by its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.evidence.face_movement import movement
from sd_expression_grid.evidence.mediapipe_faces import mediapipe_landmarks
from sd_expression_grid.evidence.pixel_difference import brightness, difference

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from sd_expression_grid.evidence.face_movement import FaceLandmarks, LandmarkFinder
    from sd_expression_grid.evidence.measurements import Method

Features = TypeVar("Features")
"""What a measure compares of a picture: the landmarks of its face, or its brightness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMeasure(Generic[Features]):
    """``features`` takes from an RGB picture what is compared; None where it has no face.

    ``compare`` tells from those of a picture and of its neutral one how far each part is from the neutral one, as
    shares. ``note`` says why this is not the better measure; it is empty where it is.
    """

    method: Method
    features: Callable[[Image.Image], Features | None]
    compare: Callable[[Features, Features], dict[str, float]]
    note: str = ""


def landmark_measure(finder: LandmarkFinder) -> PictureMeasure[FaceLandmarks]:
    """Tells how far the parts of the face moved."""
    return PictureMeasure(method="landmarks", features=finder, compare=movement)


def pixel_measure(note: str = "") -> PictureMeasure[NDArray[np.float64]]:
    """Tells whether the pictures are virtually the same."""
    return PictureMeasure(method="difference", features=brightness, compare=difference, note=note)


def best_measure() -> PictureMeasure[Any]:
    """By landmarks where a package for them is installed, else by pixels; nothing is ever installed for it."""
    try:
        return landmark_measure(mediapipe_landmarks())
    except StudyError as error:
        return pixel_measure(f"{error}; pictures are compared by their pixels instead")
