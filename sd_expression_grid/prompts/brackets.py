"""Pairs of brackets in a prompt, as lists, templates and escaping need them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from sd_expression_grid.prompts.network_tags import TAG

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSING = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Pairs:
    """``innermost[i]`` is the position of the opening bracket of the closest pair around character i, or -1.

    ``closing`` maps each paired opening bracket to its closing one; ``unpaired`` holds brackets without partner.
    ``live`` are the characters with a meaning of their own: neither escaped, nor a backslash, nor in a network tag.
    """

    innermost: tuple[int, ...]
    closing: dict[int, int]
    unpaired: frozenset[int]
    live: frozenset[int]

    def around(self, position: int) -> Iterator[tuple[int, int]]:
        """The pairs around a character, from the inside out."""
        opening = self.innermost[position]
        while opening >= 0:
            yield opening, self.closing[opening]
            opening = self.innermost[opening]


@dataclass(slots=True)
class _Scan:
    closing: dict[int, int] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)
    unpaired: set[int] = field(default_factory=set)

    def close(self, text: str, position: int) -> None:
        wanted = _CLOSING[text[position]]
        found = next((i for i in reversed(self.waiting) if text[i] == wanted), None)
        if found is None:
            self.unpaired.add(position)
            return
        while self.waiting[-1] != found:
            self.unpaired.add(self.waiting.pop())
        self.closing[self.waiting.pop()] = position


@lru_cache(maxsize=1024)
def find_pairs(text: str, brackets: str = "([") -> Pairs:
    """Pairs the given kinds of brackets; escaped ones and those in network tags are plain characters."""
    scan = _Scan()
    live = _live_characters(text)
    for position in sorted(live):
        character = text[position]
        if character in brackets:
            scan.waiting.append(position)
        elif _CLOSING.get(character, "-") in brackets:
            scan.close(text, position)
    unpaired = frozenset(scan.unpaired | set(scan.waiting))
    return Pairs(_innermost(text, scan.closing), scan.closing, unpaired, live)


def _live_characters(text: str) -> frozenset[int]:
    tagged = {i for tag in TAG.finditer(text) for i in range(*tag.span())}
    live = set()
    position = 0
    while position < len(text):
        if text[position] == "\\":
            position += 2
            continue
        if position not in tagged:
            live.add(position)
        position += 1
    return frozenset(live)


def _innermost(text: str, closing: dict[int, int]) -> tuple[int, ...]:
    result = []
    open_pairs: list[int] = []
    ends = set(closing.values())
    for position in range(len(text)):
        if position in ends:
            open_pairs.pop()
        result.append(open_pairs[-1] if open_pairs else -1)
        if position in closing:
            open_pairs.append(position)
    return tuple(result)
