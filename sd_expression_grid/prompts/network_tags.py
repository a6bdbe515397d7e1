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

_NAMED = ("te", "unet", "dyn")

_MEANT_AS_TAG = re.compile(
    r"(?:[<＜‹〈《«]|&lt;)?\s*\b(?:lora|lyco|lycoris|loha|hypernet)\s*(?:[:：][^,，<\n]*|[>＞›〉》»]|&gt;)",
    re.IGNORECASE,
)
"""What people write for a tag and the WebUI takes for words: left open, with spaces, without or with other brackets."""


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

    @property
    def has_name(self) -> bool:
        """Whether the WebUI reads the name as one."""
        return bool(self.name.strip()) and not _is_named(self.name)

    @property
    def positional(self) -> tuple[str, ...]:
        """The values without a name: text-encoder weight, UNet weight, rank; a named value does not count."""
        return tuple(value for value in self.values if not _is_named(value))

    @property
    def named(self) -> dict[str, str]:
        """The values with a name. The WebUI reads ``te``, ``unet`` and ``dyn``; others are for extensions."""
        return dict(value.split("=") for value in self.values if _is_named(value))

    def bad_values(self) -> list[str]:
        """The values that the WebUI would read and that are no numbers: with one, it turns every LoRA off."""
        bad = [value for place, value in enumerate(self.positional[:3]) if not _is_number(value, whole=place == 2)]
        named = ((name, self.named[name]) for name in _NAMED if name in self.named)
        return bad + [f"{name}={value}" for name, value in named if not _is_number(value, whole=name == "dyn")]

    def with_weight(self, weight: float) -> NetworkTag:
        """The tag with this weight for text encoder and UNet; rank and named values stay, and still win."""
        unnamed = [_plain_number(weight)]
        if len(self.positional) > 2 or "te" in self.named:  # else the UNet would follow te=
            unnamed += [_plain_number(weight), *self.positional[2:]]
        named = [value for value in self.values if _is_named(value)]
        return NetworkTag(type=self.type, name=self.name, values=(*unnamed, *named))


def find_tags(text: str) -> tuple[NetworkTag, ...]:
    """All tags of a prompt, in its order."""
    tags = []
    for match in TAG.finditer(text):
        name, *values = match[2].split(":")
        tags.append(NetworkTag(type=match[1], name=name, values=tuple(values)))
    return tuple(tags)


def mistaken_tags(text: str) -> list[str]:
    """What looks like a network tag and is none, in the text's order: the WebUI would draw it as words."""
    return [" ".join(match[0].split()) for match in _MEANT_AS_TAG.finditer(TAG.sub(" ", text))]


def without_tags(text: str) -> str:
    """The prompt as the text encoder sees it."""
    return TAG.sub("", text)


def with_weight(text: str, weight: float) -> str | None:
    """A character's text at a weight: its one LoRA tag's, or ``(name:0.7)`` for an embedding; None if neither fits.

    A tag whose ``unet=`` would win over the weight does not fit. Brackets in an embedding's name are escaped.
    """
    tags = find_tags(text)
    if len(tags) == 1 and tags[0].is_lora and "unet" not in tags[0].named:
        return TAG.sub(lambda _: tags[0].with_weight(weight).text, text)
    if not tags and re.fullmatch(r"(?:[^()\[\]<>:|,\\]|\\[()\[\]])+", text):
        return f"({text}:{_plain_number(weight)})"
    return None


def with_strength(text: str, strength: float) -> str | None:
    """Plain words with an attention, ``(smiling:0.8)``; None for a text that has a syntax of its own."""
    if not re.fullmatch(r"[^()\[\]{}<>:|#\\]+", text) or re.search(r"\b(AND|BREAK)\b", text):
        return None
    return f"({text}:{_plain_number(strength)})"


def is_name(text: str) -> bool:
    """Whether a text can stand in a tag as the network's name."""
    return re.fullmatch(r"[^<>:|=]+", text) is not None


def is_weight(value: str) -> bool:
    """Whether the WebUI can read a value as a weight."""
    return _is_number(value, whole=False)


def _plain_number(number: float) -> str:
    """A number without an exponent, which the WebUI does not read in weights."""
    text = f"{number:.10f}".rstrip("0").rstrip(".")
    return text or "0"


def _is_named(value: str) -> bool:
    """Whether the WebUI reads a value, or even the network's name, as ``name=value``: with one sign, not with more."""
    return value.count("=") == 1


def _is_number(value: str, *, whole: bool) -> bool:
    """Whether the WebUI can read a value; a rank is a whole number."""
    try:
        return math.isfinite(int(value) if whole else float(value))
    except ValueError:
        return False
