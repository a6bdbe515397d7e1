"""A prompt without its words: to the WebUI's prompt-editing parser they are alike, and parsing takes milliseconds."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"(?:[^\\\[\]():|]|\\.)+")
"""Plain text in the grammar of ``modules/prompt_parser.py``."""

_MAYBE_TIME = re.compile(r"[\s\d.eE+-]*")
_FIRST_STAND_IN = 0xF0000
"""Private use: whatever of it stands in a prompt is plain text, for which another one stands."""


def shape_of(prompt: str) -> tuple[str, list[str]]:
    """The prompt with one character for each plain text, and these texts in their order.

    What may be the time of an edit stays as it is. So does a prompt in which a backslash escapes nothing.
    """
    words: list[str] = []
    if "\\\n" in prompt:
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
