"""What two WebUIs have different that would give other pixels, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sd_expression_grid.fleet.protocol import Look

_LONGEST = 60


def differences(one: Look, other: Look) -> list[str]:
    """Every difference, such as ``the checkpoint is b17c0ffee0, not a91d2c33f1``; of ``other``, against ``one``."""
    names = dict.fromkeys([*one.equipment, *other.equipment])
    found = [_difference(name, one.equipment.get(name), other.equipment.get(name)) for name in names]
    named = [text for text in found if text]
    if not named and one.identities != other.identities:
        return ["the prompts, as the WebUI completes them, are others"]
    return named


def _difference(name: str, one: str | None, other: str | None) -> str:
    if one == other:
        return ""
    if one is None or other is None:
        return f"{name} is {'only there' if one is None else 'missing'}"
    return f"{name} is {_shown(other, one)}, not {_shown(one, other)}"


def _shown(value: str, beside: str) -> str:
    """A value, cut to where it differs from the other one if it is long."""
    if len(value) <= _LONGEST:
        return value or "none"
    pairs = zip(value, beside, strict=False)
    start = next((i for i, (mine, its) in enumerate(pairs) if mine != its), min(len(value), len(beside)))
    start = max(0, start - _LONGEST // 3)
    return f"{'…' if start else ''}{value[start : start + _LONGEST]}…"
