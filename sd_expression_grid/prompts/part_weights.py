"""The weight of a whole AND part: a number after a colon at its end, as in ``a cat :0.5 AND a dog``.

The WebUI reads it after it has stripped comments and network tags, and before brackets mean anything to it, so that a
face such as ``:3`` at the end of a prompt would give the whole prompt the weight 3.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sd_expression_grid.prompts.network_tags import TAG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

AND = re.compile(r"\bAND\b")

_WEIGHT = re.compile(r":\s*([-+]?(?:\d*\.\d+|\d+\.?))\s*\Z")  # the WebUI's grammar
_STRIPPED = re.compile(rf"{TAG.pattern}|#[^\n]*|//[^\n]*|/\*.*?\*/", re.DOTALL)


def weights_as_words(pieces: Sequence[tuple[str, bool]]) -> str:
    """The pieces joined, where a piece's mark tells whether it was put in: a weight that any such piece has a part in
    becomes words, by a backslash before its number, which the WebUI drops. A piece with an AND means its weights.
    """
    text = "".join(piece for piece, _ in pieces)
    put_in = [is_put_in and not AND.search(piece) for piece, is_put_in in pieces for _ in piece]
    escaped, done = [], 0
    for start, end in _weights(text):
        if any(put_in[start:end]):
            number = end - len(text[start:end].lstrip(": \t\n"))
            escaped.append(f"{text[done:number]}\\")
            done = number
    return "".join((*escaped, text[done:]))


def _weights(text: str) -> Iterator[tuple[int, int]]:
    """The colon's place and the end of the number, for each AND part that ends in a weight."""
    seen = _STRIPPED.sub(lambda match: " " * len(match[0]), text)
    start = 0
    for end in (*(match.start() for match in AND.finditer(seen)), len(seen)):
        weight = _WEIGHT.search(seen[start:end])
        if weight:
            yield start + weight.start(), start + weight.end(1)
        start = end
