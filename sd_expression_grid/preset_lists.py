"""The expression lists that ship with the product."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "presets"
_TITLES = {"study": "The study's nine rows", "hard": "Eight hard expressions"}


def preset_titles() -> list[str]:
    """The presets, as they are offered."""
    return list(_TITLES.values())


def preset_text(title: str) -> str:
    """A preset's list, as it would be pasted."""
    name = next(name for name, known in _TITLES.items() if known == title)
    return (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
