"""How fast the last runs were, to tell how long the next one takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules import shared

if TYPE_CHECKING:
    from sd_expression_grid.webui.host.processing import Processing

_seconds_a_row: dict[tuple[object, ...], float] = {}


def remember(page: Processing, way: str, rows: int, seconds: float) -> None:
    """Notes a run: the number of denoiser rows computed, and its time in seconds."""
    if rows:
        _seconds_a_row[_alike(page, way)] = seconds / rows


def seconds_for(page: Processing, way: str, rows: int) -> float | None:
    """The seconds of a run with this number of denoiser rows; None before one of the same kind was made."""
    known = _seconds_a_row.get(_alike(page, way))
    return None if known is None else known * rows


def _alike(page: Processing, way: str) -> tuple[object, ...]:
    hires = (page.hr_scale, page.hr_resize_x, page.hr_resize_y) if page.enable_hr else ()
    return way, page.sampler_name, page.width, page.height, shared.sd_model.sd_checkpoint_info.filename, hires
