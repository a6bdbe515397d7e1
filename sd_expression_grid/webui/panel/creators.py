"""Who made a network, as far as its file, or a file that a model manager keeps beside it, tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sd_expression_grid.webui.host.networks import safetensors_header

_AUTHOR = "modelspec.author"
"""Where Stability's ModelSpec keeps it, in a safetensors file's metadata."""

_BESIDE = {
    ".civitai.info": (("creator", "username"), ("model", "creator", "username")),
    ".metadata.json": (("civitai", "creator", "username"), ("civitai", "model", "creator", "username")),
}
"""The ends of the files' names, and where the name stands in them: Civitai Helper and its kin; ComfyUI LoRA Manager."""

MAX_BYTES = 10_000_000


def creator_of(file: str) -> str:
    """The creator's name; empty where nothing tells it. Files that cannot be read tell nothing."""
    path = Path(file)
    told = (_name_in(_read(path.with_suffix(end)), way) for end, ways in _BESIDE.items() for way in ways)
    in_file = safetensors_header(path).get("__metadata__", {})
    return next(filter(None, told), "") or _name_in(in_file, (_AUTHOR,))


def _read(path: Path) -> object:
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None


def _name_in(data: object, way: tuple[str, ...]) -> str:
    """The text at the end of a way of keys, on one line; one with a bar in it would end a field of a list."""
    for key in way:
        data = data.get(key) if isinstance(data, Mapping) else None
    name = " ".join(data.split()) if isinstance(data, str) else ""
    return "" if "|" in name else name
