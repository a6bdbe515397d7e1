"""A forecast of a study: its cells, sizes and cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sd_expression_grid.study.study import CellKey, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """The text that the encoder sees from step ``first`` to step ``last``, counted from 1, both included."""

    first: int
    last: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastCell:
    """One cell of the table that will be drawn. ``phases`` are empty if they were not requested."""

    key: CellKey
    prompt: str
    negative_prompt: str
    is_made: bool
    phases: tuple[Phase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A study as it would be made now.

    ``rows`` and ``stock_rows`` estimate the denoiser rows for the missing cells, with shared steps and without.
    ``seconds`` is None if no run has measured the speed yet. ``pages`` are the sizes of all grids in pixels. ``notes``
    are lines for the user. With ``draws_seed`` the seeds are examples: the run draws its own. ``loads`` are the
    networks of each column's first cell, by its label: ``LoRA Noor``.
    """

    study: Study
    cells: tuple[ForecastCell, ...]
    rows: int
    stock_rows: int
    seconds: float | None
    pages: tuple[tuple[int, int], ...]
    folder: str = ""
    notes: tuple[str, ...] = ()
    draws_seed: bool = False
    loads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """The number of cells that are yet to be made."""
        return sum(not cell.is_made for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The denoiser's calls for one picture: ``shared`` of ``first_pass`` are alike in a column; a hires pass has none.

    ``parts`` is the number of prompts between ANDs, each a row beside the negative prompt's.
    """

    first_pass: int
    shared: int
    hires_pass: int = 0
    parts: int = 1

    @property
    def hires_rows(self) -> int:
        """Denoiser rows of a cell's hires pass."""
        return (self.parts + 1) * self.hires_pass

    def rows(self, cells: int) -> int:
        """Denoiser rows for a number of cells of a column, if nothing is shared."""
        return (self.parts + 1) * cells * (self.first_pass + self.hires_pass)

    def rows_shared(self, cells: int, *, whole_calls: bool) -> int:
        """The same if the composition steps are shared; single rows also share one more step of the negative prompt."""
        if not cells:
            return 0
        hires = cells * self.hires_rows
        own = self.shared + cells * (self.first_pass - self.shared)
        if whole_calls:
            return hires + (self.parts + 1) * own
        ahead = min(self.shared + 1, self.first_pass)
        return hires + self.parts * own + ahead + cells * (self.first_pass - ahead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the cells of a column cost: ``shares`` tells whether they share their composition steps."""

    calls: Calls
    shares: bool
    whole_calls: bool

    @property
    def shares_rows(self) -> bool:
        """Whether single rows are shared, and not only whole calls."""
        return self.shares and not self.whole_calls

    def rows(self, cells: int) -> int:
        """Denoiser rows for a number of cells of a column."""
        return self.calls.rows_shared(cells, whole_calls=self.whole_calls) if self.shares else self.calls.rows(cells)


def phases(texts: Sequence[str]) -> tuple[Phase, ...]:
    """Steps with the same text, together; ``texts`` holds the text of each step, from step 1."""
    found, first = [], 1
    for text, run in groupby(texts):
        last = first + len(list(run)) - 1
        found.append(Phase(first=first, last=last, text=text))
        first = last + 1
    return tuple(found)
