"""Pasted text to entries: one a line, ``label | text | key=value``, divided at ``|`` or TAB outside brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault
from sd_expression_grid.prompts.brackets import find_pairs
from sd_expression_grid.prompts.network_tags import TAG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CHARACTER_KEYS = ("negative", "cfg_scale", "prompt", "person", "tags", "kind", "exclude", "weights")

_GROUP = re.compile(r"\[([^\[\]:|]+)\]")
_KEY = re.compile(r"\s*(\w+)\s*=\s*(.*)", re.DOTALL)
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line or object of a list as it was written: its fields by name, its group and its place."""

    fields: dict[str, object]
    group: str
    place: str
    is_pasted: bool = True


def read_expression_lines(text: str) -> tuple[list[Entry], list[Fault]]:
    """The entries of an expression list, and the faults of its lines."""
    return _read_lines(text, "expressions", keys=(), groups=False)


def read_character_lines(text: str) -> tuple[list[Entry], list[Fault]]:
    """The entries of a character list, each with the group above it, and the faults of its lines."""
    return _read_lines(text, "characters", keys=CHARACTER_KEYS, groups=True)


def write_lines(entries: Sequence[Mapping[str, object]]) -> str:
    """Entries given as objects, as lines; those without a group come first, since no line ends a group.

    Not every object has a line that says the same: read the lines again to know.
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


def _read_lines(text: str, name: str, *, keys: tuple[str, ...], groups: bool) -> tuple[list[Entry], list[Fault]]:
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
            entries.append(Entry(fields=fields, group=group, place=place))
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


def _fields(parts: list[str], keys: tuple[str, ...]) -> tuple[dict[str, object], list[str]]:
    fields: dict[str, object] = {}
    problems = []
    plain = [parts[0]]
    for part in parts[1:]:
        key, value = _key_and_value(part, keys)
        if not key:
            plain.append(part)
        elif key in fields:
            problems.append(f"{key} is given twice")
        else:
            fields[key] = value
    while len(plain) > 1 and not plain[-1]:
        plain.pop()
    if len(plain) > 1 and not plain[0]:
        plain.pop(0)
    if len(plain) > 2:
        problems.append(_too_many(plain[2], keys))
    label, text = (plain[0], plain[1]) if len(plain) > 1 else (short_label(plain[0]), plain[0])
    return {"label": label, "text": text, **fields}, problems


def _key_and_value(part: str, keys: tuple[str, ...]) -> tuple[str, str]:
    if part.strip().lower() == "exclude" and "exclude" in keys:
        return "exclude", "yes"
    match = _KEY.fullmatch(part)
    if match and match[1].lower() in keys:
        return match[1].lower(), match[2].strip()
    return "", ""


def _line(entry: Mapping[str, object]) -> str:
    label, text = str(entry.get("label", "")), str(entry.get("text", ""))
    fields = [text] if label == text else [label, text]
    for key in CHARACTER_KEYS:
        value = entry.get(key)
        if isinstance(value, list | tuple):
            value = ", ".join(map(str, value))
        if value not in (None, "", False):
            fields.append(f"{key}={'yes' if value is True else value}")
    return " | ".join(_with_literal_bars(field) for field in fields)


def _with_literal_bars(field: str) -> str:
    pairs = find_pairs(field, brackets="([{")
    stray = {i for i, c in enumerate(field) if c == "|" and i in pairs.live and pairs.innermost[i] < 0}
    return "".join(f"\\{c}" if i in stray else c for i, c in enumerate(field))


def _too_many(part: str, keys: tuple[str, ...]) -> str:
    known = f"; the keys are {', '.join(keys)}" if keys else ""
    return f"'{_shown(part)}' is one field too many: a line is label | text{known} (write \\| for a bar that is text)"


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
