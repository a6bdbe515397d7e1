"""The WebUI's progress bar, job text and live preview, counting the whole study."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from modules import shared

from sd_expression_grid.drawing.contact_sheet import ContactSheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PIL import Image

    from sd_expression_grid.plan import Batch
    from sd_expression_grid.study import CellKey, Study


PREVIEW_BYTES = 64 * 2**20
"""What the previews of all grids may take together."""


class Progress:
    """Tells the WebUI which batch is under way, and shows the grid with it."""

    def __init__(self, study: Study, batches: Sequence[Batch], p: Any, title: str = "") -> None:
        self._study, self._title = study, title
        self._size = (p.width, p.height)
        self._passes = 2 if p.enable_hr else 1
        self._rows = {row.label: number for number, row in enumerate(study.expressions, start=1)}
        self._columns = {column.label: number for number, column in enumerate(study.columns, start=1)}
        self._groups = {c.label: (c.group,) for c in study.characters}
        self._numbers = {batch.keys: number for number, batch in enumerate(batches)}
        self._sheets: dict[tuple[str, int], ContactSheet] = {}
        sheets = max(1, len(study.groups) * len(study.seeds))
        self._longest_side = min(768, math.isqrt(PREVIEW_BYTES // (3 * sheets)))
        self._current: tuple[CellKey, ...] = ()
        shared.state.job_count = len(batches) * self._passes
        shared.state.processing_has_refined_job_count = True  # else every hires pass would double the count
        steps = p.steps + (p.hr_second_pass_steps or p.steps if p.enable_hr else 0)
        shared.total_tqdm.updateTotal(steps * len(batches))

    def begin(self, batch: Batch) -> None:
        """Names the batch in the text under the progress bar; a failed batch before it counts as done."""
        self._current = batch.keys
        shared.state.job_no = self._numbers[batch.keys] * self._passes
        shared.state.textinfo = f"{self._title}{self._text(batch.keys)}"

    def show(self, key: CellKey, read: Callable[[], Image.Image]) -> None:
        """Puts a finished cell into the live preview."""
        if shared.opts.live_previews_enable:
            picture, sheets = read(), self._sheets_with(key)
            for sheet in sheets:
                sheet.show(key.expression, key.character, picture)
            _assign(sheets[0].image())

    def _text(self, keys: tuple[CellKey, ...]) -> str:
        first, last = self._rows[keys[0].expression], self._rows[keys[-1].expression]
        rows = f"row {first}" if first == last else f"rows {first} to {last}"
        column = keys[0].character
        label = f"{column}, {keys[0].expression}" if first == last else column
        seed = f", seed {keys[0].seed}" if len(self._study.seeds) > 1 else ""
        across = f"column {self._columns[column]} of {len(self._columns)}{seed}"
        return f"{rows} of {len(self._rows)}, {across}: {label}"

    def _sheets_with(self, key: CellKey) -> list[ContactSheet]:
        """One sheet for a character's cell; the reference column stands in every group's."""
        groups = self._groups.get(key.character, self._study.groups)
        return [self._sheet(group, key.seed) for group in groups]

    def _sheet(self, group: str, seed: int) -> ContactSheet:
        if (group, seed) not in self._sheets:
            columns = [column.label for column in self._study.columns_of(group)]
            self._sheets[group, seed] = ContactSheet(list(self._rows), columns, self._size, self._longest_side)
        return self._sheets[group, seed]

    @contextmanager
    def live_preview(self) -> Iterator[None]:
        """While it holds, the picture that is being denoised shows in its place in the grid, not alone."""

        def assign(picture: Image.Image) -> None:
            key = self._current[0]
            _assign(self._sheets_with(key)[0].image_with(key.expression, key.character, picture))

        def decode() -> None:
            if len(self._current) == 1:  # the rows of a batch would all be decoded for nothing
                type(shared.state).do_set_current_image(shared.state)

        shared.state.assign_current_image, shared.state.do_set_current_image = assign, decode
        try:
            yield
        finally:
            del shared.state.assign_current_image, shared.state.do_set_current_image


def _assign(picture: Image.Image) -> None:
    type(shared.state).assign_current_image(shared.state, picture)
