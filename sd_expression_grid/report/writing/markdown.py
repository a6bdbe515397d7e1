"""Pieces of Markdown, in which no letter of a name becomes markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MARKUP = re.compile(r"[\\`*_\[\]<>|#~]")


def plain(text: str) -> str:
    """A text as words; its line breaks become spaces."""
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def bullets(lines: Iterable[str]) -> str:
    """Plain texts as a list."""
    return "\n".join(f"- {plain(line)}" for line in lines)


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Plain texts as a table."""
    rows = [f"| {' | '.join(map(plain, texts))} |" for texts in (head, *lines)]
    return "\n".join((rows[0], "|" + "---|" * len(head), *rows[1:]))


def code(text: str) -> str:
    """A text to be copied letter by letter, fenced with more backticks than it has in a row."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def picture(file: str, words: str) -> str:
    """A picture, ``file`` being its path from the text's folder with / between its parts."""
    return f"![{plain(words)}]({quote(file)})"
