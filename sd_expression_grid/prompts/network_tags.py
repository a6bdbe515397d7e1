"""Network tags such as ``<lora:Noor:0.8>``: the WebUI's syntax, read and written without the WebUI.

Grammar: ``<type:name:weight…>``; for LoRAs the positional values are text-encoder weight, UNet weight and rank, and
``te=``, ``unet=``, ``dyn=`` name them.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

TAG = re.compile(r"<(\w+):([^>]+)>")
LORA_TYPES = ("lora", "lyco")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTag:
    """One tag: its type, the network's name, and its values as they were written."""

    type: str
    name: str
    values: tuple[str, ...]

    @property
    def is_lora(self) -> bool:
        """Whether the WebUI's LoRA extension handles this tag."""
        return self.type in LORA_TYPES

    @property
    def text(self) -> str:
        """The tag as the WebUI reads it."""
        return f"<{':'.join((self.type, self.name, *self.values))}>"

    def bad_value(self) -> str | None:
        """The first value that is not a number, or None. With one, the WebUI would turn every LoRA off."""
        return next((value for place, value in enumerate(self.values) if not _is_weight(value, place)), None)

    def with_weight(self, weight: float) -> NetworkTag:
        """The tag with this weight for text encoder and UNet; a rank limit stays."""
        named = [value for value in self.values if value.startswith("dyn=")]
        positional = [value for value in self.values if "=" not in value]
        values = [f"{weight:g}"]
        if len(positional) > 2:
            values += [f"{weight:g}", positional[2]]
        return NetworkTag(type=self.type, name=self.name, values=(*values, *named))


def find_tags(text: str) -> tuple[NetworkTag, ...]:
    """All tags of a prompt, in its order."""
    tags = []
    for match in TAG.finditer(text):
        name, *values = match[2].split(":")
        tags.append(NetworkTag(type=match[1], name=name, values=tuple(values)))
    return tuple(tags)


def without_tags(text: str) -> str:
    """The prompt as the text encoder sees it."""
    return TAG.sub("", text)


def with_weight(text: str, weight: float) -> str | None:
    """A character's text at a weight: its one LoRA tag's, or ``(name:0.7)`` for an embedding; None if neither fits."""
    tags = find_tags(text)
    if len(tags) == 1 and tags[0].is_lora:
        return TAG.sub(lambda _: tags[0].with_weight(weight).text, text)
    if not tags and re.fullmatch(r"[^\s()\[\]<>:|,]+", text):
        return f"({text}:{weight:g})"
    return None


def _is_weight(value: str, place: int) -> bool:
    """Whether the WebUI can read a value: the third, and ``dyn``, is the rank, a whole number."""
    name, equals, number = value.rpartition("=")
    is_rank = name == "dyn" if equals else place == 2
    try:
        return math.isfinite(int(number) if is_rank else float(number))
    except ValueError:
        return False
