"""Where text breaks into lines of a width: between words, in long words at their hyphens, at last anywhere."""

from __future__ import annotations

from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

from sd_expression_grid.grids.drawing.graphemes import Word, clusters, soft_pieces, words
from sd_expression_grid.grids.drawing.text_lines import advance, exceeds, ink_exceeds, span_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.grids.drawing.text_lines import TextStyle


def wrap(text: str, width: int, style: TextStyle, *, anywhere: bool) -> Iterator[str]:
    """Break clean text into lines of a width in pixels; a longer word only at its hyphens and the like, or `anywhere`.

    A line is as long as its ink: kerning and what hangs over make that differ from its words and spaces together.
    """
    space = advance(" ", style)
    for paragraph in text.split("\n"):
        line, length = "", 0.0
        for piece, spaced in _pieces(paragraph, width, style, anywhere=anywhere):
            gap = " " if spaced and line else ""
            longer = length + len(gap) * space + advance(piece, style)
            if line and ink_exceeds(line + gap + piece, longer, width, style):
                yield line
                line, length = piece, advance(piece, style)
            else:
                line, length = line + gap + piece, longer
        if line:
            yield line


def _pieces(paragraph: str, width: int, style: TextStyle, *, anywhere: bool) -> Iterator[Word]:
    """The words of a paragraph, those too long for a line taken apart."""
    for word in words(paragraph):
        if not exceeds(word.text, width, style):
            yield word
            continue
        spaced = word.spaced
        for piece in soft_pieces(word.text):
            parts = _slices(piece, width, style) if anywhere and exceeds(piece, width, style) else (piece,)
            for part in parts:
                yield Word(part, spaced)
                spaced = False


def _slices(word: str, width: int, style: TextStyle) -> Iterator[str]:
    """As much of a word at a time as a line holds; at least one character."""
    left = clusters(word)
    while left:
        lengths = accumulate(advance(cluster, style) for cluster in left)
        count = max(1, sum(1 for _ in takewhile(lambda length: length <= width, lengths)))
        while count > 1 and span_of("".join(left[:count]), style).width > width:
            count -= 1
        yield "".join(left[:count])
        left = left[count:]
