"""The differences between two WebUIs that would give other pixels, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sd_expression_grid.prompts.infotext_text import settings_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sd_expression_grid.fleet.protocol import Inspection

_LONGEST = 60
_SCHEDULER = "txt2img's scheduler"

_IN_INFOTEXT = {"sampler_name": "Sampler", "steps": "Steps", "cfg_scale": "CFG scale"}
"""Fields of the API's txt2img, and their names in an infotext; the size is one of its own."""


def unlike_requested(settings: Mapping[str, object], inspection: Inspection) -> list[str]:
    """What a WebUI would make otherwise than the settings of the request say, as ``fingerprint_differences`` says it.

    The WebUIs' API replaces a sampler that is not there, and rounds sizes, without a word.
    """
    fingerprint = inspection.fingerprint
    made = {name: fingerprint.get(f"txt2img's {name}") for name in (*_IN_INFOTEXT, "width", "height")}
    return [
        f"{name} is {value}, not {requested}"
        for name, requested in _requested(settings)
        if (value := made[name]) is not None and not _is_same(value, str(requested), fingerprint)
    ]


def _requested(settings: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Fields that are requested by themselves, or by an infotext that fills the others."""
    said = settings_in(str(settings.get("infotext", "")))
    width, _, height = said.get("Size", "").partition("x")
    filled = {name: said.get(label) for name, label in _IN_INFOTEXT.items()} | {"width": width, "height": height}
    yield from ((name, settings.get(name) or value) for name, value in filled.items() if settings.get(name) or value)


def _is_same(made: str, requested: str, fingerprint: Mapping[str, str]) -> bool:
    """Also where a sampler is named together with its schedule type, as it once was."""
    try:
        return float(made) == float(requested)
    except ValueError:
        return requested in (made, f"{made} {fingerprint.get(_SCHEDULER)}")


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
