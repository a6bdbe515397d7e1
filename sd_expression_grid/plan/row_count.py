"""Counts the denoiser rows of batches before they are made, by the texts that the denoiser will get in each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sd_expression_grid.plan.plan import cells_by_column
from sd_expression_grid.plan.step_memo import StepMemo, last_shared_call, shared_steps, step_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from sd_expression_grid.plan.plan import Batch, Cell, Column

    Schedule = Sequence[tuple[Hashable, ...]]
    """The texts of each step, by the row that the denoiser computes for them."""


class ColumnSteps:
    """The steps that the rows of each column share; ``steps_of`` gives a cell's texts of every step."""

    def __init__(self, cells: Iterable[Cell], steps_of: Callable[[Cell], Sequence[Hashable]]) -> None:
        self._cells = cells_by_column(cells)
        self._steps_of = steps_of
        self._steps: dict[Column, int] = {}

    def most_shared(self, columns: Iterable[Column]) -> int:
        """The number of leading steps that the rows of one of these columns share."""
        self._steps = {column: self._shared(column) for column in columns}
        return max(self._steps.values())

    def _shared(self, column: Column) -> int:
        if column in self._steps:
            return self._steps[column]
        return shared_steps([self._steps_of(cell) for cell in self._cells[column]])


class RowCount:
    """Counts the rows of first passes in batches whose equal rows are computed once, as they are while batches run.

    ``calls_of`` gives the number of denoiser calls for a cell.
    """

    def __init__(
        self, cells: Iterable[Cell], steps_of: Callable[[Cell], Schedule], calls_of: Callable[[Cell], int]
    ) -> None:
        self._columns = ColumnSteps(cells, steps_of)
        self._steps_of, self._calls_of = steps_of, calls_of
        self._memo: StepMemo[int] = StepMemo(whole_calls=False)
        self._latents: dict[Hashable, int] = {}

    def rows(self, batches: Iterable[Batch]) -> int:
        """The rows that are computed for some batches."""
        unshared = sum(map(self._rows_alone, batches))
        return self._memo.rows_computed + unshared

    def _rows_alone(self, batch: Batch) -> int:
        """Counts the calls of a batch that share rows with the memo; returns the rows of those that share none."""
        self._memo.begin(batch.columns)
        calls = self._calls_of(batch.cells[0])
        last = last_shared_call(self._columns.most_shared(batch.columns), whole_calls=False)
        shared = min(last + 1, calls)
        schedules = [self._steps_of(cell) for cell in batch.cells]
        latents: list[Hashable] = [(cell.key.seed, cell.networks, cell.denoising) for cell in batch.cells]
        for call in range(shared):
            latents = self._after([schedule[step_of(call)] for schedule in schedules], latents)
        return (calls - shared) * sum(len(schedule[0]) for schedule in schedules)

    def _after(self, texts: Sequence[tuple[Hashable, ...]], latents: Sequence[Hashable]) -> list[Hashable]:
        """Counts a call; what stands for the latents after it: they depend on those before it and on the texts."""
        inputs = list(zip(latents, texts, strict=True))
        self._memo.outputs([(latent, text) for latent, row in inputs for text in row], lambda wanted: wanted)
        return [self._latents.setdefault(each, len(self._latents)) for each in inputs]
