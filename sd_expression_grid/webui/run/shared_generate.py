"""Makes batches with shared composition steps, and proves once a run that the pictures are the same without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sd_expression_grid.webui.denoiser.shared_steps import not_shared
from sd_expression_grid.webui.host.companions import active_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sd_expression_grid.plan.plan import Batch
    from sd_expression_grid.plan.run_batches import Generate, Generated
    from sd_expression_grid.webui.denoiser.shared_steps import SharedSteps
    from sd_expression_grid.webui.host.processing import Processing

ROUNDING = 2
"""Parts of 255 by which a pixel may differ where single rows were shared: a call with fewer rows rounds otherwise."""


class SharedGenerate:
    """Makes batches by ``generate`` with the steps that ``sharing`` shares.

    What another extension keeps from one call of the denoiser to the next grows stale where a call is recalled instead
    of made, and that shows in later calls. So where others take part, the first batch with recalled calls is made
    again without. If it differs, the second is taken, and nothing is shared any more.
    """

    def __init__(self, generate: Generate, sharing: SharedSteps, page: Processing) -> None:
        self._generate, self._sharing, self._page = generate, sharing, page
        self._is_settled = False

    def __call__(self, batch: Batch) -> Sequence[Generated]:
        """Generates the batch."""
        with self._sharing.during(batch):
            made = self._generate(batch)
        if self._is_settled or not self._sharing.recalled:
            return made
        self._is_settled = True
        others = active_names(self._page)
        return self._proven(batch, made, others) if others else made

    def _proven(self, batch: Batch, made: Sequence[Generated], others: Sequence[str]) -> Sequence[Generated]:
        again = self._generate(batch)
        tolerance = 0 if self._sharing.memo.whole_calls else ROUNDING
        if all(_difference(one, other) <= tolerance for one, other in zip(made, again, strict=True)):
            self._sharing.count_unshared()
            return made
        self._sharing.end()
        self._page.comment(not_shared(f"beside {', '.join(others)}, a picture made with them was another one"))
        return again


def _difference(one: Generated, other: Generated) -> int:
    """The largest difference of two pictures' values, 256 where their sizes differ."""
    first, second = (np.asarray(made.picture.convert("RGB"), np.int16) for made in (one, other))
    return int(np.abs(first - second).max()) if first.shape == second.shape else 256
