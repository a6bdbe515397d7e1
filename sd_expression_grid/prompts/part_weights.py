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
_CLOSING_WEIGHT = re.compile(r":\s*(?=[-+]?[.\d]+\s*\Z)")  # the WebUI's grammar of weights in brackets
_COMMENT = re.compile(r"#[^\n]*|//[^\n]*|/\*.*?\*/", re.DOTALL)
"""Of all WebUIs. Which of them this one strips does not matter: an escape that was not needed changes nothing."""


def weights_as_words(pieces: Sequence[tuple[str, bool]]) -> str:
    """The pieces joined, where a piece's mark tells whether it was put in: a weight that any such piece has a part in
    becomes words, by a backslash before its number, which the WebUI drops. A piece with an AND means its weights.
    """
    text = "".join(piece for piece, _ in pieces)
    without_tags = _blanked(TAG, text)
    weights = {*_weights(without_tags), *_weights(_blanked(_COMMENT, without_tags))}
    if not weights:
        return text
    put_in = [mark for piece, is_put_in in pieces for mark in [is_put_in and not _has_parts(piece)] * len(piece)]
    escaped, done = [], 0
    for start, end in sorted(weights):
        if any(put_in[start:end]):
            number = end - len(text[start:end].lstrip(": \t\n"))
            escaped.append(f"{text[done:number]}\\")
            done = number
    return "".join((*escaped, text[done:]))


def _has_parts(text: str) -> bool:
    return AND.search(_blanked(TAG, text)) is not None


def closing_weight_as_words(text: str) -> str:
    """A text that a closing bracket follows, without a weight at its end: ``:3`` becomes ``:\\3``."""
    number = _CLOSING_WEIGHT.search(_blanked(TAG, text))
    return f"{text[: number.end()]}\\{text[number.end() :]}" if number else text


def ends_in_comment(text: str) -> bool:
    """Whether what is written behind a text, in its last line, belongs to a comment."""
    return any(match.end() == len(text) and match[0][:2] != "/*" for match in _COMMENT.finditer(text))


def without_comments(text: str) -> str:
    """The text with spaces for what any WebUI takes for comments."""
    return _blanked(_COMMENT, text)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _weights(text: str) -> Iterator[tuple[int, int]]:
    """The colon's place and the end of the number, for each AND part that ends in a weight."""
    start = 0
    for end in (*(match.start() for match in AND.finditer(text)), len(text)):
        weight = _WEIGHT.search(text[start:end])
        if weight:
            yield start + weight.start(), start + weight.end(1)
        start = end
