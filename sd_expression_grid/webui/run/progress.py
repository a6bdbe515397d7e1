"""The WebUI's progress bar, job text and live preview, counting the whole study."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING

from modules import shared

from sd_expression_grid.grids.drawing.contact_sheet import ContactSheet
from sd_expression_grid.grids.grid_tables import tables_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from PIL import Image

    from sd_expression_grid.plan.plan import Batch
    from sd_expression_grid.study.study import CellKey, Study
    from sd_expression_grid.webui.host.processing import Processing


GridPlace = tuple[int, int]
"""Column and row of a cell in its grid, from 0."""

PREVIEW_BYTES = 64 * 2**20
"""What the previews of all grids may take together."""


class Progress:
    """Tells the WebUI which batch is under way, and shows the grid with it; cells that are ``there`` have a tick."""

    def __init__(
        self, page: Processing, study: Study, batches: Sequence[Batch], *, there: Container[CellKey], title: str
    ) -> None:
        self._study, self._there, self._title = study, there, title
        self._size = (page.width, page.height)
        self._passes = 2 if page.enable_hr else 1
        self._rows = {row.label: number for number, row in enumerate(study.expressions, start=1)}
        self._columns = {column.label: number for number, column in enumerate(study.columns, start=1)}
        self._seeds = {seed: number for number, seed in enumerate(study.seeds, start=1)}
        self._numbers = {key: number for number, batch in enumerate(batches) for key in batch.keys}
        self._tables = tables_of(study, self._size)
        self._places: dict[CellKey, list[tuple[int, GridPlace]]] = {}
        for number, table in enumerate(self._tables):
            for place, key in table.keys.items():
                self._places.setdefault(key, []).append((number, place))
        self._sheets: dict[int, ContactSheet] = {}
        self._longest_side = min(768, math.isqrt(PREVIEW_BYTES // (3 * len(self._tables))))
        self._current: tuple[CellKey, ...] = ()
        shared.state.job_count = len(batches) * self._passes
        shared.state.processing_has_refined_job_count = True  # else every hires pass would double the count
        steps = page.steps + (page.hr_second_pass_steps or page.steps if page.enable_hr else 0)
        shared.total_tqdm.updateTotal(steps * len(batches))

    def begin(self, batch: Batch) -> None:
        """Names the batch in the text under the progress bar; a failed batch before it counts as done."""
        self._current = batch.keys
        shared.state.job_no = self._numbers[batch.keys[0]] * self._passes
        shared.state.textinfo = f"{self._title}{self._text(batch)}"

    def show(self, key: CellKey, picture: Image.Image) -> None:
        """Puts a cell that was made into the live preview; those of earlier runs have a tick, to begin at once."""
        if shared.opts.live_previews_enable:
            for table, place in self._places[key]:
                self._sheet(table).show(place, picture)
            _assign(self._sheet(self._places[key][0][0]).image())

    def _text(self, batch: Batch) -> str:
        if self._study.scout:
            numbers = _range("seed", self._seeds[batch.keys[0].seed], self._seeds[batch.keys[-1].seed])
            return f"{numbers} of {len(self._seeds)}: {', '.join(str(key.seed) for key in batch.keys)}"
        columns = _range("column", self._columns[batch.keys[0].character], self._columns[batch.keys[-1].character])
        return f"{self._rows_text(batch)}, {columns} of {len(self._columns)}{self._seeds_text(batch)}: {_label(batch)}"

    def _seeds_text(self, batch: Batch) -> str:
        if len(self._seeds) == 1:
            return ""
        used = {seed for _, seed in batch.columns}
        return f", seed{'s' * (len(used) > 1)} {', '.join(str(seed) for seed in self._seeds if seed in used)}"

    def _rows_text(self, batch: Batch) -> str:
        """The rows by their numbers; where a batch goes on in another column, how many cells it has."""
        if len(batch.columns) > 1:
            return f"{len(batch.keys)} cells"
        numbers = [self._rows[key.expression] for key in batch.keys]
        return f"{_range('row', numbers[0], numbers[-1])} of {len(self._rows)}"

    def _sheet(self, table: int) -> ContactSheet:
        if table not in self._sheets:
            keys = self._tables[table].keys
            there = [place for place, key in keys.items() if key in self._there]
            self._sheets[table] = ContactSheet(keys, self._size, self._longest_side, there)
        return self._sheets[table]

    @contextmanager
    def live_preview(self) -> Iterator[None]:
        """While it holds, the picture that is being denoised shows in its place in the grid, not alone."""

        def assign(picture: Image.Image) -> None:
            table, place = self._places[self._current[0]][0]
            _assign(self._sheet(table).image_with(place, picture))

        def decode() -> None:
            if len(self._current) == 1:  # the rows of a batch would all be decoded for nothing
                type(shared.state).do_set_current_image(shared.state)

        shared.state.assign_current_image, shared.state.do_set_current_image = assign, decode
        try:
            yield
        finally:
            del shared.state.assign_current_image, shared.state.do_set_current_image


def _label(batch: Batch) -> str:
    """What a batch's cells are called: the one, its column, or the first and the last one."""
    first, last = batch.keys[0], batch.keys[-1]
    if len(batch.keys) == 1:
        return f"{first.character}, {first.expression}"
    return first.character if first.character == last.character else f"{first.character} to {last.character}"


def _range(word: str, first: int, last: int) -> str:
    return f"{word} {first}" if first == last else f"{word}s {first} to {last}"


def _assign(picture: Image.Image) -> None:
    type(shared.state).assign_current_image(shared.state, picture)
