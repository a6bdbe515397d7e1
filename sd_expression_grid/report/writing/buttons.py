"""Numbers that open the cells behind them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from sd_expression_grid.report.wording import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sd_expression_grid.report.types import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A text that opens cells. ``title`` says what they are.

    ``cells`` are their places in ``Report.cells`` as ranges, ``0-3,7``; empty where there are none to open.
    """

    text: str
    title: str
    cells: str


def button(text: str, places: Sequence[int], title: str) -> Button:
    """A text that opens the cells at these places."""
    return Button(text=text, title=title, cells=_ranges(places))


def rate_button(rate: Rate, title: str) -> Button:
    """A share, rounded to whole percent, that opens its rated cells; a dash where none is rated."""
    return button(share_text(rate.share), rate.cells, title)


def share_text(share: float | None) -> str:
    """A share as whole percent, or a dash where it is not known."""
    return "–" if share is None else percent(share)


def _ranges(places: Sequence[int]) -> str:
    runs = [[place for _, place in run] for _, run in groupby(enumerate(places), key=lambda item: item[1] - item[0])]
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
