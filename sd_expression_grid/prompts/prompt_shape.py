"""A prompt without its words: to the WebUI's prompt-editing parser they are alike, and parsing takes milliseconds.

That is so where every bracket, colon and bar has its place in the grammar of ``modules/prompt_parser.py``. Elsewhere
the parser has a choice, and makes it by the whole text.
"""

from __future__ import annotations

import re

from sd_expression_grid.prompts.prompts import WHEN

_PLAIN = re.compile(r"(?:[^\\\[\]():|]|\\.)+")
_ESCAPED = re.compile(r"\\.")
_P = r"[^\\\[\]():|]*"
_GROUP = re.compile(
    rf"\({_P}\)|\({_P}:{_P}\)|\[{_P}\]|\[{_P}(?:\|{_P})+\]"
    rf"|\[(?:{_P}:)?{_P}:(?i:{WHEN.pattern})\]"
)
"""A weight, an alternation or an edit with nothing but plain text in it."""

_MAYBE_TIME = re.compile(r"[\s\d.eE+-]*")
_FIRST_STAND_IN = 0xF0000
"""Private use: whatever of it stands in a prompt is plain text, for which another one stands."""


def shape_of(prompt: str) -> tuple[str, list[str]]:
    """The prompt with one character for each plain text, and these texts in their order.

    What may be the time of an edit stays as it is. So does a prompt that leaves the parser a choice.
    """
    words: list[str] = []
    if not _is_clear(prompt):
        return prompt, words

    def stand_in(found: re.Match[str]) -> str:
        if _MAYBE_TIME.fullmatch(found[0]):
            return found[0]
        words.append(found[0])
        return chr(_FIRST_STAND_IN + len(words) - 1)

    return _PLAIN.sub(stand_in, prompt), words


def with_words(shape: str, words: list[str]) -> str:
    """A part of a shape as the text that it stands for."""
    return shape.translate({_FIRST_STAND_IN + number: word for number, word in enumerate(words)})


def _is_clear(prompt: str) -> bool:
    """Whether nothing is left when all groups are taken for plain text, from the inside out."""
    text, groups = _ESCAPED.sub("x", prompt), 1
    while groups:
        text, groups = _GROUP.subn("x", text)
    return not any(mark in text for mark in "\\[]():|")
