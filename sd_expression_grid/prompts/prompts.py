"""Fills templates: placeholders, prompt editing, and escapes for what would silently break it.

The WebUI reads ``[before:after:when]`` as ``before`` until step int(when × steps), then ``after``; a stray bar or colon
makes it take the whole prompt literally, with no edit at all and no message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from sd_expression_grid.prompts.brackets import Pairs, find_pairs
from sd_expression_grid.prompts.network_tags import TAG, without_tags
from sd_expression_grid.prompts.part_weights import AND, closing_weight_as_words, weights_as_words

WHEN = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*", re.IGNORECASE)
"""The time of a prompt edit, in the WebUI's grammar."""

AsWords = Callable[[str], str]
"""What makes a text words that would not be, at the place where it is put in."""

_MARKS = "\ue000\ue001"
"""Stand for placeholders; private to us by Unicode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A filled template: ``text`` with our prompt edits, ``before`` and ``after`` with their first and second phase.

    All three are equal if there is no such edit.
    """

    text: str
    before: str
    after: str

    @property
    def is_edited(self) -> bool:
        """Whether it has one of our edits."""
        return self.text != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The prompt edit that an expression becomes: the composition words until ``switch_at`` of the steps."""

    composition: str
    switch_at: float

    def text(self, expression: str, as_words: AsWords = str) -> str:
        """The edit in the WebUI's syntax, its time always a decimal; ``as_words`` is applied to both of its texts."""
        return f"[{as_words(self.composition)}:{as_words(expression)}:{decimal(self.switch_at)}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A prompt with placeholders."""

    text: str
    expression_placeholder: str
    character_placeholder: str

    def missing_placeholders(self) -> list[str]:
        """The placeholders for which nothing would be put in."""
        found = {match[0] for match in self._placeholders()}
        return [one for one in (self.expression_placeholder, self.character_placeholder) if one not in found]

    @property
    def character_tags(self) -> list[str]:
        """The network tags that the character's placeholder stands in, as in ``<lora:{character}:0.8>``."""
        return self._tags_with(self.character_placeholder)

    @property
    def expression_tags(self) -> list[str]:
        """The network tags that the expression's placeholder stands in, which nothing is put into."""
        return self._tags_with(self.expression_placeholder)

    def without_character_tags(self) -> Template:
        """The template for a column without a character."""
        text = self.text
        for tag in self.character_tags:
            text = text.replace(tag, "")
        return replace(self, text=text)

    def _tags_with(self, placeholder: str) -> list[str]:
        """Plain words are no placeholders in a tag: in ``<lora:smile_slider:1>`` they belong to a file's name."""
        if placeholder.replace(" ", "").isalnum():
            return []
        return [tag[0] for tag in TAG.finditer(self.text) if placeholder in tag[0]]

    def fill(self, expression: str, character: str, edit: Edit | None) -> Prompt:
        """Puts a row's and a column's texts in, both at once; an expression outside prompt edits becomes ``edit``.

        The expression is escaped for an edit already, the character is not.
        """

        def first_phase(_: str, as_words: AsWords) -> str:
            return as_words(edit.composition if edit else expression)

        after = self._replaced(expression, character, _as_words)
        if edit is None:
            return Prompt(text=after, before=after, after=after)
        return Prompt(
            text=self._replaced(expression, character, edit.text),
            before=self._replaced(expression, character, first_phase),
            after=after,
        )

    def changed_around(self, change: Callable[[str], str]) -> str:
        """The text with a change of all but its placeholders, which no change can take for what they look like."""
        marks = {self.expression_placeholder: _MARKS[0], self.character_placeholder: _MARKS[1]}
        pieces, done = [], 0
        for match in self._placeholders():
            pieces += [self.text[done : match.start()], marks[match[0]]]
            done = match.end()
        changed = change("".join([*pieces, self.text[done:]]))
        for placeholder, mark in marks.items():
            changed = changed.replace(mark, placeholder)
        return changed

    @property
    def placeholder_starts(self) -> list[int]:
        """The positions at which texts are put in."""
        return [match.start() for match in self._placeholders()]

    @property
    def has_placeholders(self) -> bool:
        """Whether anything is put in."""
        return bool(self.placeholder_starts)

    @property
    def character_is_in_edit(self) -> bool:
        """Whether the character stands in square brackets, where some of its characters would mean something."""
        pairs = find_pairs(self.text)
        return any(
            match[0] == self.character_placeholder and _is_in_square_brackets(self.text, pairs, match.start())
            for match in self._placeholders()
        )

    def _replaced(self, expression: str, character: str, wrapped: Callable[[str, AsWords], str]) -> str:
        """``wrapped`` makes what an expression outside of the user's own edits becomes."""
        pairs = find_pairs(self.text)
        pieces, done = [], 0
        for match in self._placeholders():
            as_words = closing_weight_as_words if _closes_weight(self.text, match.end()) else str
            if match[0] == self.character_placeholder:
                text = as_words(_escaped_for(self.text, pairs, match.start(), character))
            elif _is_in_edit(self.text, pairs, match.start()):
                text = as_words(expression)
            else:
                text = wrapped(expression, as_words)
            pieces += [(self.text[done : match.start()], False), (text, True)]
            done = match.end()
        return weights_as_words([*pieces, (self.text[done:], False)])

    def _placeholders(self) -> tuple[re.Match[str], ...]:
        """The placeholders that texts are put in for, in their order."""
        return _placeholders_in(self)


@lru_cache(maxsize=256)
def _placeholders_in(template: Template) -> tuple[re.Match[str], ...]:
    """Found once, since every row of a column fills the same template."""
    longest_first = sorted((template.expression_placeholder, template.character_placeholder), key=len, reverse=True)
    pattern = re.compile("|".join(map(_as_whole_words, longest_first)))
    tags = [tag.span() for tag in TAG.finditer(template.text) if tag[0] not in template.character_tags]
    found = pattern.finditer(template.text)
    return tuple(match for match in found if not any(start <= match.start() < end for start, end in tags))


def _as_words(expression: str, as_words: AsWords) -> str:
    return as_words(expression)


def _escaped_for(template: str, pairs: Pairs, position: int, character: str) -> str:
    """A character's text with the escapes that its place needs: in square brackets more than elsewhere."""
    if any(tag.start() < position < tag.end() for tag in TAG.finditer(template)):
        return character
    escape = escape_in_edit if _is_in_square_brackets(template, pairs, position) else escape_outside
    return escape(character)


def _is_in_square_brackets(template: str, pairs: Pairs, position: int) -> bool:
    return any(template[start] == "[" for start, _ in pairs.around(position))


def _closes_weight(template: str, position: int) -> bool:
    """Whether a number at this place would be the weight of the brackets around it."""
    return re.match(r"\s*\)", without_tags(template[position:])) is not None


def _as_whole_words(placeholder: str) -> str:
    """A pattern that finds a placeholder that is a plain word nowhere within another word."""
    before = r"(?<![0-9A-Za-z_])" if re.match("[0-9A-Za-z_]", placeholder) else ""
    after = r"(?![0-9A-Za-z_])" if re.search("[0-9A-Za-z_]$", placeholder) else ""
    return f"{before}{re.escape(placeholder)}{after}"


def decimal(number: float) -> str:
    """A fraction with a decimal point, such as 0.2; the WebUI reads 1 as a step, and 2e-1 not at all."""
    text = format(Decimal(repr(number)), "f")
    return text if "." in text else f"{text}.0"


def escape_in_edit(text: str) -> str:
    """Escapes what would break the prompt edit around the text; its meaning stays.

    Balanced weights ``(x:1.2)``, edits ``[a:b:0.5]`` and alternations ``[a|b]`` inside are left as they are.
    """
    pairs = find_pairs(text)
    escaped = "".join(f"\\{c}" if _breaks_edit(text, pairs, i) else c for i, c in enumerate(text))
    return f"{escaped}\\" if _ends_in_lone_backslash(escaped) else escaped


def escape_outside(text: str) -> str:
    """Escapes what would break prompt editing from outside of an edit: bars outside ``[a|b]``, and unpaired brackets.

    A stray bar turns off all editing in the prompt; with an unpaired bracket the WebUI's parser has two readings, and
    picks one by the order of a set. Colons are kept, since they have meanings there.
    """
    pairs = find_pairs(text)
    return "".join(f"\\{c}" if i in pairs.unpaired or _is_stray_bar(text, pairs, i) else c for i, c in enumerate(text))


def braces_as_text(text: str) -> str:
    """The text with the bars in its braces escaped, which mean something to Dynamic Prompts alone.

    To the WebUI's parser they are stray bars, one of which turns off all editing in the prompt.
    """
    pairs = find_pairs(text, brackets="([{")
    inside = {i for i in pairs.live if text[i] == "|" and pairs.innermost[i] >= 0 and text[pairs.innermost[i]] == "{"}
    return "".join(f"\\{c}" if i in inside else c for i, c in enumerate(text))


def unescapable(text: str, *, in_edit: bool, comment_signs: Sequence[str]) -> str | None:
    """Why the text would break the prompt and cannot be escaped; None if it is harmless.

    ``comment_signs`` are what starts a comment: the WebUI strips comments before it looks for network tags.
    """
    sign = next((sign for sign in comment_signs if sign in text), None)
    if sign:
        return f"'{sign}' starts a comment in the WebUI, which would swallow the rest of the prompt"
    if in_edit and AND.search(without_tags(text)):
        return "AND would split the prompt in the middle of the prompt edit; write 'and'"
    return None


def _is_in_edit(template: str, pairs: Pairs, position: int) -> bool:
    return any(template[start] == "[" and is_edit(template, pairs, start, end) for start, end in pairs.around(position))


def is_edit(template: str, pairs: Pairs, start: int, end: int) -> bool:
    """Whether a pair of square brackets is a prompt edit or an alternation of the user's own."""
    marks = marks_in(template, pairs, start, end)
    if any(template[i] == "|" for i in marks):
        return True
    return bool(marks) and WHEN.fullmatch(template, marks[-1] + 1, end) is not None


def marks_in(template: str, pairs: Pairs, start: int, end: int) -> list[int]:
    """Where the colons and bars stand that divide the content of a pair of brackets."""
    return [i for i in _live_in(pairs, start, end) if template[i] in ":|"]


def _live_in(pairs: Pairs, start: int, end: int) -> Iterator[int]:
    return (i for i in range(start + 1, end) if i in pairs.live and pairs.innermost[i] == start)


def _breaks_edit(text: str, pairs: Pairs, position: int) -> bool:
    if position in pairs.unpaired:
        return True
    if position not in pairs.live or text[position] not in ":|":
        return False
    opening = pairs.innermost[position]
    if opening < 0:
        return True
    if text[opening] == "[":
        return False
    last_colon = max((i for i in _live_in(pairs, opening, pairs.closing[opening]) if text[i] == ":"), default=-1)
    return position != last_colon


def _is_stray_bar(text: str, pairs: Pairs, position: int) -> bool:
    if position not in pairs.live or text[position] != "|":
        return False
    opening = pairs.innermost[position]
    return opening < 0 or text[opening] != "["


def _ends_in_lone_backslash(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


Schedule = Callable[[str], tuple[tuple[str, ...], ...]]
"""A prompt to the texts that the encoder sees: one tuple for each AND part, with the text of each step, from step 1."""


def edit_holds(prompt: Prompt, schedule: Schedule, switch_step: int) -> bool:
    """Whether the WebUI reads the edit as meant: the first phase up to ``switch_step``, then another second one."""
    actual, before, after = (_as_encoded(schedule(text)) for text in (prompt.text, prompt.before, prompt.after))
    is_to_change = prompt.before != prompt.after or not prompt.is_edited  # a row may say what the composition says
    if not len(actual) == len(before) == len(after) or (is_to_change and before == after):
        return False
    return all(
        part == first[:switch_step] + second[switch_step:]
        for part, first, second in zip(actual, before, after, strict=True)
    )


def _as_encoded(parts: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """The texts without the backslashes that the encoder drops: a colon needs one in an edit, but not outside it."""
    return tuple(tuple(re.sub(r"\\(?=[:|+\-.\d])", "", text) for text in part) for part in parts)
