"""The differences between two WebUIs that would give other pixels, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sd_expression_grid.fleet.protocol import Inspection

_LONGEST = 60


def fingerprint_differences(model: Inspection, other: Inspection) -> list[str]:
    """All differences of ``other`` from ``model``, such as ``the checkpoint is b17c0ffee0, not a91d2c33f1``."""
    names = dict.fromkeys([*model.fingerprint, *other.fingerprint])
    found = [_difference(name, model.fingerprint.get(name), other.fingerprint.get(name)) for name in names]
    named = [text for text in found if text]
    if not named and model.identities != other.identities:
        return ["the prompts, as the WebUI completes them, are others"]
    return named


def _difference(name: str, one: str | None, other: str | None) -> str:
    if one == other:
        return ""
    if one is None or other is None:
        return f"{name} is {'only there' if one is None else 'missing'}"
    return f"{name} is {_shown(other, one)}, not {_shown(one, other)}"


def _shown(value: str, beside: str) -> str:
    """A value; a long one is cut to where it differs from the other."""
    if len(value) <= _LONGEST:
        return value or "none"
    pairs = zip(value, beside, strict=False)
    start = next((i for i, (mine, its) in enumerate(pairs) if mine != its), min(len(value), len(beside)))
    start = max(0, start - _LONGEST // 3)
    return f"{'…' if start else ''}{value[start : start + _LONGEST]}…"
