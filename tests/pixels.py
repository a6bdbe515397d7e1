"""Pictures compared by their pixels."""

import numpy as np


def difference(one, other):
    """The largest difference of a channel, of 255; more for pictures of different sizes."""
    if one.size != other.size:
        return 256
    # Forge hides the infotext of what it saves once more in an alpha channel.
    first, second = (np.asarray(picture.convert("RGB"), dtype=int) for picture in (one, other))
    return int(np.abs(first - second).max())
