"""Random seeds as the WebUI draws them, and the variation seed of a folder's cells."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.store.folder import Outcome
    from sd_expression_grid.study.study import CellKey

RANDOM_SEED_LIMIT = 4_294_967_294
"""The WebUI draws its random seeds below this number."""


def is_random(seed: str | float) -> bool:
    """Whether the WebUI would draw a seed: for -1, and for a text that is not a number."""
    try:
        return int(seed) == -1
    except (TypeError, ValueError):
        return True


def random_seed() -> int:
    """A seed as the WebUI draws it."""
    return random.randrange(RANDOM_SEED_LIMIT)


def variation_seed_of(record: Mapping[CellKey, Outcome]) -> int | None:
    """The variation seed that a record's cells were made with; None if there is none."""
    infotexts = (outcome.infotext for outcome in record.values())
    found = (re.search(r"Variation seed: (\d+)", infotext) for infotext in infotexts)
    return next((int(match[1]) for match in found if match), None)
