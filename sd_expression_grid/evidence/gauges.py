"""The two ways of telling how far a picture is from its neutral one: by landmarks of the face, or by its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.evidence.differences import brightness, difference
from sd_expression_grid.evidence.faces import movement
from sd_expression_grid.evidence.mediapipe_faces import mediapipe_landmarks

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from sd_expression_grid.evidence.faces import Face, Landmarks
    from sd_expression_grid.evidence.measurements import Method

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge(Generic[Seen]):
    """``see`` takes from an RGB picture what ``compare`` needs of it and of the neutral one; None without a face.

    ``note`` says why it is not the better gauge; empty where it is.
    """

    method: Method
    see: Callable[[Image.Image], Seen | None]
    compare: Callable[[Seen, Seen], dict[str, float]]
    note: str = ""


def face_gauge(landmarks: Landmarks) -> Gauge[Face]:
    """Tells how far the parts of the face moved."""
    return Gauge(method="landmarks", see=landmarks, compare=movement)


def pixel_gauge(note: str = "") -> Gauge[NDArray[np.float64]]:
    """Tells whether the pictures are virtually the same."""
    return Gauge(method="difference", see=brightness, compare=difference, note=note)


def best_gauge() -> Gauge[Any]:
    """By landmarks where a package for them is installed, else by pixels; nothing is ever installed for it."""
    try:
        return face_gauge(mediapipe_landmarks())
    except StudyError as error:
        return pixel_gauge(f"{error}; pictures are compared by their pixels instead")
