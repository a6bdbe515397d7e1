"""How far a face moved, from its landmarks: its parts against those of the neutral face, whatever the head's place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Points = NDArray[np.float64]
"""Points of a picture, (number, 2), in pixels, x to the right and y down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceLandmarks:
    """The landmarks of a face, of which another face by the same finder has as many in the same order.

    ``corners`` are the eyes' two outer corners. ``rigid`` are at least two points that no expression moves (much):
    corners of the eyes, bridge of the nose, temples, forehead. ``parts`` are those that expressions move, by name.
    """

    corners: Points
    rigid: Points
    parts: Mapping[str, Points]


LandmarkFinder = Callable[[Image.Image], FaceLandmarks | None]
"""Finds the face in an RGB picture; None where it finds none."""


def movement(face: FaceLandmarks, neutral: FaceLandmarks) -> dict[str, float]:
    """How far each part of a face is from the neutral one, as a share of the distance between the eyes' outer corners.

    The face is laid over the neutral one by the similarity (shift, turn, scale) that brings its rigid points nearest,
    in the sense of least squares: ordinary Procrustes analysis, in the plane a regression of complex numbers (Dryden
    and Mardia 1998, chapter 3). Then, for each part, the root of the mean squared distance of its points. The distance
    between the outer corners of the neutral face's eyes is the unit, as in the 300-W benchmark (Sagonas et al. 2013).
    """
    here, there = _complex(face.rigid), _complex(neutral.rigid)
    from_here = here - here.mean()
    turn_and_scale = np.vdot(from_here, there) / (abs(from_here) ** 2).sum()
    unit = abs(np.subtract(*_complex(neutral.corners)))

    def distance(part: str) -> float:
        laid_over = (_complex(face.parts[part]) - here.mean()) * turn_and_scale + there.mean()
        return float(np.sqrt(np.mean(abs(laid_over - _complex(neutral.parts[part])) ** 2)) / unit)

    return {part: distance(part) for part in neutral.parts}


def _complex(points: Points) -> NDArray[np.complex128]:
    return points[:, 0] + 1j * points[:, 1]
