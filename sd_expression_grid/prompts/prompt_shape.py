"""A prompt with its plain words replaced by single characters, so that prompts of one shape are parsed only once.

The WebUI's prompt-editing parser takes milliseconds and treats all plain words alike, provided that the grammar of
``modules/prompt_parser.py`` admits one reading of the brackets, colons and bars. Other prompts keep their words.
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
"""The first of the stand-ins, in a private use area of Unicode. One that is in the prompt itself is replaced, too."""


def shape_of(prompt: str) -> tuple[str, list[str]]:
    """The prompt with one character in place of each plain text, and these texts in order.

    A text that could be the time of an edit is kept, and so is a whole prompt that has more than one reading.
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
    """Part of a shape, with the words back in it."""
    return shape.translate({_FIRST_STAND_IN + number: word for number, word in enumerate(words)})


def _is_clear(prompt: str) -> bool:
    """Whether the prompt has one reading: replacing groups by plain text, innermost first, leaves no bracket or bar."""
    text, groups = _ESCAPED.sub("x", prompt), 1
    while groups:
        text, groups = _GROUP.subn("x", text)
    return not any(mark in text for mark in "\\[]():|")
