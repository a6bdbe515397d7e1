"""Pasted lists: one entry a line, ``label | text | key=value``, divided at ``|`` or TAB outside brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault
from sd_expression_grid.prompts.brackets import find_pairs
from sd_expression_grid.prompts.network_tags import TAG
from sd_expression_grid.study.list_keys import ListKey, keys_of
from sd_expression_grid.study.study import CHARACTER_KEYS, Expression
from sd_expression_grid.study.value_types import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_GROUP = re.compile(r"\[([^\[\]:|]+)\]")
_KEY = re.compile(r"\s*(\w+)\s*=\s*(.*)", re.DOTALL)
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One line or object of a list: its fields by name, as JSON values, and the place where it was written."""

    fields: Mapping[str, object]
    place: str


def read_expression_lines(text: str) -> tuple[list[ListEntry], list[Fault]]:
    """The entries of an expression list, and the faults of its lines."""
    return _read_lines(text, "expressions", keys_of(Expression), groups=False)


def read_character_lines(text: str) -> tuple[list[ListEntry], list[Fault]]:
    """The entries of a character list, each with the group above it, and the faults of its lines."""
    return _read_lines(text, "characters", CHARACTER_KEYS, groups=True)


def write_lines(entries: Sequence[Mapping[str, object]]) -> str:
    """Entries given as JSON objects, as lines; those without a group come first, since no line ends a group.

    Some objects cannot be written as a line; read the lines again and compare.
    """
    lines, group = [], ""
    for entry in sorted(entries, key=lambda entry: bool(entry.get("group"))):
        if entry.get("group", "") != group:
            group = str(entry.get("group", ""))
            lines.append(f"[{group}]")
        lines.append(_line(entry))
    return "\n".join(lines)


def short_label(text: str) -> str:
    """A text as its own label: every network tag shortened to its name."""
    return " ".join(TAG.sub(lambda tag: f" {tag[2].partition(':')[0]} ", text).split())


def _read_lines(
    text: str, name: str, list_keys: Iterable[ListKey], *, groups: bool
) -> tuple[list[ListEntry], list[Fault]]:
    keys = {key.name: key for key in list_keys if key.in_lines}
    entries, faults, group = [], [], ""
    for number, line in _written_lines(text):
        title = _GROUP.fullmatch(line.strip()) if groups else None
        if title:
            group = title[1].strip()
            continue
        place = f"{name}, line {number} ({_shown(line)})"
        fields, problems = _fields(_divide(line), keys)
        faults += [Fault(place, problem) for problem in problems]
        if not problems:
            entries.append(ListEntry(fields={**fields, **({"group": group} if group else {})}, place=place))
    return entries, faults


def _written_lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines without blank ones and comments; spaces that word processors put in are plain ones."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n|\u2028|\u2029", text), start=1):
        plain = line.replace("\ufeff", "").replace("\u200b", "").replace("\u00a0", " ").replace("\u202f", " ")
        if plain.strip() and not plain.lstrip().startswith("#"):
            yield number, plain.strip(" ")


def _divide(line: str) -> list[str]:
    """The fields of a line. ``\\|`` outside brackets is a literal bar."""
    pairs = find_pairs(line, brackets="([{")
    fields, start = [], 0
    for position, character in enumerate(line):
        if character in "|\t" and position in pairs.live and pairs.innermost[position] < 0:
            fields.append(line[start:position])
            start = position + 1
    fields.append(line[start:])
    return [_literal_bars(field) for field in fields]


def _literal_bars(field: str) -> str:
    pairs = find_pairs(field, brackets="([{")
    result = []
    for position, character in enumerate(field):
        escapes = character == "\\" and field[position + 1 : position + 2] == "|"
        if not (escapes and pairs.innermost[position] < 0 and position + 1 not in pairs.live):
            result.append(character)
    return "".join(result).strip()


def _fields(parts: list[str], keys: Mapping[str, ListKey]) -> tuple[dict[str, object], list[str]]:
    """The fields of a line as JSON values, and what is wrong with the line."""
    values: dict[str, object] = {}
    problems = []
    plain = [parts[0]]
    for part in parts[1:]:
        name, text = _name_and_text(part, keys)
        if not name:
            plain.append(part)
        elif name in values:
            problems.append(f"{name} is given twice")
        else:
            values[name] = keys[name].value.parse(text)
    label, text, *surplus = _label_and_text(plain)
    if surplus:
        problems.append(_too_many(surplus[0], keys))
    return {"label": label, "text": text, **values}, problems


def _label_and_text(plain: list[str]) -> list[str]:
    """The fields without a key: label, text, and those that are too many."""
    while len(plain) > 1 and not plain[-1]:
        plain = plain[:-1]
    if len(plain) > 1 and not plain[0]:
        plain = plain[1:]
    return plain if len(plain) > 1 else [short_label(plain[0]), plain[0]]


def _name_and_text(part: str, keys: Mapping[str, ListKey]) -> tuple[str, str]:
    """A field's key and the text of its value; both empty for a field without a known key."""
    alone = part.strip().lower()
    if alone in keys and keys[alone].value.alone:
        return alone, keys[alone].value.alone
    match = _KEY.fullmatch(part)
    if match and match[1].lower() in keys:
        return match[1].lower(), match[2].strip()
    return "", ""


def _line(entry: Mapping[str, object]) -> str:
    label, text = str(entry.get("label", "")), str(entry.get("text", ""))
    values = {key.name: as_text(entry.get(key.name)) for key in CHARACTER_KEYS if key.in_lines}
    fields = [*([text] if label == text else [label, text]), *(f"{name}={v}" for name, v in values.items() if v)]
    return " | ".join(_with_literal_bars(field) for field in fields)


def _with_literal_bars(field: str) -> str:
    pairs = find_pairs(field, brackets="([{")
    stray = {i for i, c in enumerate(field) if c == "|" and i in pairs.live and pairs.innermost[i] < 0}
    return "".join(f"\\{c}" if i in stray else c for i, c in enumerate(field))


def _too_many(part: str, keys: Iterable[str]) -> str:
    known = f"; the keys are {', '.join(keys)}" if keys else ""
    return f"'{_shown(part)}' is one field too many: a line is label | text{known} (write \\| for a bar that is text)"


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
