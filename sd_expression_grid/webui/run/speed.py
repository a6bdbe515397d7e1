"""How fast the last runs were, to tell how long the next one takes."""

from __future__ import annotations

from typing import Any

from modules import shared

_seconds_a_row: dict[tuple[object, ...], float] = {}


def remember(p: Any, way: str, rows: int, seconds: float) -> None:
    """Notes a run of so many denoiser rows."""
    if rows:
        _seconds_a_row[_alike(p, way)] = seconds / rows


def seconds_for(p: Any, way: str, rows: int) -> float | None:
    """The time of a run of so many denoiser rows; None before one with the same size, sampler and checkpoint."""
    known = _seconds_a_row.get(_alike(p, way))
    return None if known is None else known * rows


def _alike(p: Any, way: str) -> tuple[object, ...]:
    hires = (p.hr_scale, p.hr_resize_x, p.hr_resize_y) if p.enable_hr else ()
    return way, p.sampler_name, p.width, p.height, shared.sd_model.sd_checkpoint_info.filename, hires
