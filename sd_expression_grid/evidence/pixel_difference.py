"""How far a picture differs from another, by brightness alone: enough to tell which are virtually the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDE, _FIELDS = 64, 8


def brightness(picture: Image.Image) -> NDArray[np.float64]:
    """The brightness of an RGB picture, from 0 to 1, in 64 × 64 means, which noise hardly touches."""
    small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64) / 255


def difference(picture: NDArray[np.float64], neutral: NDArray[np.float64]) -> dict[str, float]:
    """The mean absolute difference in that field, of 8 × 8, where it is the largest: a wink changes one field only.

    Light and a shift of the head change it more than most expressions do, so that it says nothing where it is large.
    """
    step = _SIDE // _FIELDS
    fields = abs(picture - neutral).reshape(_FIELDS, step, _FIELDS, step)
    return {"picture": float(fields.mean(axis=(1, 3)).max())}
