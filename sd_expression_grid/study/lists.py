"""Pasted lists: one entry a line, ``label | text | key=value``, divided at ``|`` or TAB outside brackets."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, nearest
from sd_expression_grid.prompts.brackets import find_pairs
from sd_expression_grid.prompts.network_tags import TAG, find_tags
from sd_expression_grid.prompts.prompts import WHEN
from sd_expression_grid.study.study import CHARACTER_KEYS, EXPRESSION_KEYS, STRENGTHS
from sd_expression_grid.study.value_types import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sd_expression_grid.study.list_keys import ListKey

_GROUP = re.compile(r"\[([^\[\]|]+)\]")
_MEANT_AS_GROUP = re.compile(r"[\[［【〔]([^\[\]［］【】〔〕|]*)[\]］】〕]\s*([:：]?|#.*)")
_EDIT = re.compile(rf".*:{WHEN.pattern}", re.IGNORECASE | re.DOTALL)
_KEY = re.compile(r"\s*(\w[\w -]*?)\s*=\s*(.*)", re.DOTALL)
_TOKEN = re.compile(r"[^\s,]+")
_FACE = re.compile(r"(?=.*\|)(?=.*[^|])(?!\|.*[^|]$)(?:[^\w\s,]|_)*(?:\|[a-zA-Z]\|)?(?:[^\w\s,]|_)*")
"""A face such as ``:|``, ``|_|`` or ``|o|``: signs, at most one letter between bars. A bar before it is none of its."""

_SIGNS = re.compile(r"(?<![^\s,|])[^\w\s,|\[\]{}]*[()][^\w\s,|\[\]{}]*(?![^\s,|])")
"""A face such as ``:(``, whose bracket pairs with none."""

_RULER = re.compile(r"[\s|:\-]*-{3,}[\s|:\-]*|\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*")
"""The line below the head of a table in Markdown: with fewer than three dashes it has two columns at least."""
_LINE_BREAK = re.compile(r"\r\n|\r|\n|\u2028|\u2029")
_CELL = re.compile(
    r"(^|[\t\r\n\u2028\u2029,])\"((?:[^\"]|\"\")*)\"(?=[\t\r\n\u2028\u2029]|$)"
    r"|(\|[ ]*)\"((?:[^\"|]|\"\")*)\"(?=[ ]*(?:[|\t\r\n\u2028\u2029]|$))"
)
"""A cell as spreadsheets put it into quotes: with line breaks in it, or with quotes, which are doubled then.

After a bar there is no bar in it, which would be another line's.
"""

_TWO_NUMBERS = re.compile(r"[|\t]\s*(weights|strengths|cfg[ _-]scale)\s*=\s*(\d+),(\d+)\s*(?:[|\t]|$)", re.IGNORECASE)
_BREAK_IN_CELL = "\v"
_CSV = re.compile(r'"[^"]*",\S.*|[^",]*,"[^"]*".*')
_WIDE_BAR = re.compile(r"(?<=[\w>)\]}\"'])\s*(｜)\s*(?=[\w<(\[{\"'])")
_LONE_WIDE_BAR = re.compile(r"(?<!\S)(?:｜|｜(?=\S*\w\S*\w)\S+|(?=\S*\w\S*\w)\S+｜)(?!\S)")
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One line or object of a list: its fields by name, as JSON values, and the place where it was written."""

    fields: Mapping[str, object]
    place: str


def read_expression_lines(text: str) -> tuple[list[ListEntry], list[Fault]]:
    """The entries of an expression list, each once, and the faults of its lines."""
    entries, faults = _expression_lines(text)
    return list(_once(entries)), faults


def read_character_lines(text: str) -> tuple[list[ListEntry], list[Fault]]:
    """The entries of a character list, each once with the group above it, and the faults of its lines."""
    entries, faults = _character_lines(text)
    return list(_once(entries)), faults


def repeated_lines(expressions: str, characters: str) -> list[str]:
    """A line of text for each list in which lines are repeated, which are read once."""
    lists = {"expressions": _expression_lines(expressions)[0], "characters": _character_lines(characters)[0]}
    notes = []
    for name, entries in lists.items():
        kept = {entry.place for entry in _once(entries)}
        numbers = [re.sub(r".*?line (\d+).*", r"\1", entry.place) for entry in entries if entry.place not in kept]
        if numbers:
            notes.append(f"{name}: repeated lines are taken once: {', '.join(numbers)}")
    return notes


def decimal_commas(name: str, text: str) -> list[str]:
    """A line of text for each line of a pasted list whose two weights, strengths or CFG scales may be meant as one."""
    found = ((number, _TWO_NUMBERS.search(line)) for number, line in _written_lines(text))
    several = ((number, _key_name(one[1]), one[2], one[3]) for number, one in found if one)
    return [
        f"{name}, line {number}: {key}={first},{second} are two numbers; for one of {first}.{second} write a point"
        for number, key, first, second in several
        if (second in ("5", "25", "75") if key == "cfg_scale" else first == "0")
    ]


def _expression_lines(text: str) -> tuple[list[ListEntry], list[Fault]]:
    return _read_lines(text, "expressions", EXPRESSION_KEYS, groups=False)


def _character_lines(text: str) -> tuple[list[ListEntry], list[Fault]]:
    return _read_lines(text, "characters", CHARACTER_KEYS, groups=True)


def _once(entries: Iterable[ListEntry]) -> Iterator[ListEntry]:
    """Entries without those that say the same as one before; only words say the same in capitals."""
    seen: set[str] = set()
    for entry in entries:
        said = repr(sorted(entry.fields.items()))
        key = said if TAG.search(said) or re.search(r"\b(AND|BREAK)\b", said) else said.lower()
        if key not in seen:
            yield entry
        seen.add(key)


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


def own_label(text: str) -> str:
    """A text as its own label: the name of its only network tag, else the text with its tags shortened to names."""
    tags = find_tags(text)
    return tags[0].name.strip() if len(tags) == 1 and tags[0].name.strip() else _long_label(text)


def _long_label(text: str) -> str:
    return " ".join(TAG.sub(lambda tag: f" {tag[2].partition(':')[0]} ", text).split())


def _read_lines(
    text: str, name: str, list_keys: Iterable[ListKey], *, groups: bool
) -> tuple[list[ListEntry], list[Fault]]:
    keys = {key.name: key for key in list_keys if key.in_lines}
    entries: list[ListEntry] = []
    faults: list[Fault] = []
    group = ""
    for number, line in _written_lines(text):
        title = _group_title(line) if groups else ""
        if title:
            group = title
            continue
        place = f"{name}, line {number} ({_shown(line)})"
        fields, problems = _fields(_divide(line), keys)
        problems += [*_stray_bar(line), *_other_dividers(line)]
        problems = [*_mistaken_heading(line, groups=groups)] or problems
        faults += [Fault(place, problem) for problem in problems]
        if not problems:
            entries.append(ListEntry(fields={**fields, **({"group": group} if group else {})}, place=place))
    return _with_labels(entries), faults


def _group_title(line: str) -> str:
    """The title in a line such as ``[LoRAs: celebrities]``; empty for other lines, such as a prompt edit."""
    title = _GROUP.fullmatch(line.strip())
    return title[1].strip() if title and not _EDIT.fullmatch(title[1]) else ""


def _mistaken_heading(line: str, *, groups: bool) -> Iterator[str]:
    """What is wrong with a line that is meant as a comment, or as a group's title, and is none."""
    if line.lstrip().startswith("＃"):
        yield "a comment starts with # instead of ＃"
    title = _MEANT_AS_GROUP.fullmatch(line.strip()) if groups else None
    if not title or _EDIT.fullmatch(title[1]):
        return
    if not title[1].strip():
        yield "the group's title is empty; write [Title]"
    elif "#" in title[2]:
        yield f"a comment needs a line of its own, and so does a group's title; write [{title[1].strip()}] alone"
    else:
        yield f"it reads as a group's title; write [{title[1].strip()}] alone"


def _with_labels(entries: Sequence[ListEntry]) -> list[ListEntry]:
    """Entries without a label get one of their text; where several have a network's name alone, their whole text."""
    texts = {str(entry.fields["text"]) for entry in entries if not entry.fields["label"]}
    count = Counter(own_label(text) for text in texts)

    def label(entry: ListEntry) -> object:
        text = str(entry.fields["text"])
        return entry.fields["label"] or (own_label(text) if count[own_label(text)] == 1 else _long_label(text))

    return [ListEntry(fields={**entry.fields, "label": label(entry)}, place=entry.place) for entry in entries]


def _written_lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines without blank ones and comments; spaces that word processors put in are plain ones.

    A spreadsheet's cell with line breaks in it belongs to the line that it begins in.
    """
    number = 1
    for line in _LINE_BREAK.split(_CELL.sub(_unquoted, text)):
        yield from ((number, plain) for plain in _plain_line(line.replace(_BREAK_IN_CELL, " ")))
        number += 1 + line.count(_BREAK_IN_CELL)


def _unquoted(cell: re.Match[str]) -> str:
    """A cell in quotes as a spreadsheet means it; quotes without need are the user's own."""
    is_after_bar = cell[3] is not None
    before, text = (cell[3], cell[4]) if is_after_bar else (cell[1], cell[2])
    if not (_LINE_BREAK.search(text) or ('""' in text and not is_after_bar)):
        return cell[0]
    return before + _LINE_BREAK.sub(_BREAK_IN_CELL, text.replace('""', '"'))


def _plain_line(line: str) -> Iterator[str]:
    plain = line.replace("\ufeff", "").replace("\u200b", "").replace("\u00a0", " ").replace("\u202f", " ")
    if plain.strip() and not plain.lstrip().startswith("#") and not _RULER.fullmatch(plain):
        yield plain.strip(" ").rstrip("\t ")


def _divide(line: str) -> list[str]:
    """The fields of a line. ``\\|`` outside brackets is a literal bar, and so is one in a face such as ``:|``."""
    pairs = find_pairs(_SIGNS.sub(lambda face: "x" * len(face[0]), line), brackets="([{")
    faces = {i for token in _TOKEN.finditer(line) if _FACE.fullmatch(token[0]) for i in range(*token.span())}
    bars = {bar.start(1) for bar in _WIDE_BAR.finditer(line)}
    fields, start = [], 0
    for position, character in enumerate(line):
        is_live = position in pairs.live and pairs.innermost[position] < 0
        if (character in "|\t" or position in bars) and is_live and position not in faces:
            fields.append(line[start:position])
            start = position + 1
    fields.append(line[start:])
    return [_literal_bars(field) for field in fields]


def _stray_bar(line: str) -> Iterator[str]:
    """What is wrong with a line whose last bar may be part of its text, as in ``label|:|``."""
    last = line.split()[-1]
    if re.search(r"[^\s\\|]\|$", line) and not line.startswith("|") and not _FACE.fullmatch(last):
        yield "it ends in a bar; write \\| for a bar that is text, or leave it out"


def _other_dividers(line: str) -> Iterator[str]:
    """What is wrong with a line whose fields are divided by what divides none."""
    pairs = find_pairs(line, brackets="[{")
    in_brackets = any(pairs.innermost[i] >= 0 for i, character in enumerate(line) if character == "｜")
    if in_brackets or _LONE_WIDE_BAR.search(_WIDE_BAR.sub("|", line)):
        yield "the fullwidth bar in it divides nothing there; write |, or \\| for a bar that is text"
    if _CSV.fullmatch(line):
        yield "it reads as a line of a CSV file; divide its fields by | or TAB, without quotes around them"


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
    problems: list[str] = []
    if len(parts) > 1 and _name_and_text(parts[0], keys)[0]:
        problems.append(f"'{parts[0]}' stands where the label should; write label | text | {parts[0]}")
    plain = [parts[0]]
    for part in parts[1:]:
        name, text = _name_and_text(part, keys)
        if not name:
            unknown = list(_unknown_key(part, keys))
            problems += unknown
            plain += [] if unknown else [part]
        elif name in values:
            problems.append(f"{name} is given twice")
        else:
            values[name] = keys[name].value.parse(text)
    label, text, *surplus = _label_and_text(plain)
    if surplus:
        problems.append(_too_many(surplus[0], keys))
    if not text:
        problems.append(f"there is no text after the bar; write '{label}' alone, or label | text")
    if TAG.search(label):
        problems.append(f"the label holds a network tag; the label comes first: {own_label(label)} | {label}")
    return {"label": label, "text": text, **values}, problems


def _label_and_text(plain: list[str]) -> list[str]:
    """The fields without a key: label, text, and those that are too many. A line without label has an empty one.

    Bars around a line, as in a Markdown table, and columns that a spreadsheet leaves empty, are no fields.
    """
    if len(plain) > 1 and not plain[0]:
        plain = plain[1:]
        while len(plain) > 1 and not plain[-1]:
            plain = plain[:-1]
    while len(plain) > 2 and not plain[-1]:
        plain = plain[:-1]
    return plain if len(plain) > 1 else ["", plain[0]]


def _key_name(written: str) -> str:
    """A key as it is declared, however the WebUI would write it."""
    return re.sub(r"[ -]", "_", written.strip().lower())


def _unknown_key(part: str, keys: Iterable[str]) -> Iterator[str]:
    """What is wrong with a field that reads as ``key=value``; nothing with other texts, such as the face ``=_=``."""
    colon = re.match(r"\s*(\w[\w -]*?)\s*:", part)
    if colon and _key_name(colon[1]) in keys:
        yield f"'{_shown(part)}' reads as a key with a colon; write {colon[1]}=…"
    match = _KEY.fullmatch(part)
    if match and " " not in match[1] and len(match[1]) > 1 and match[1].isascii() and not match[2].startswith("="):
        yield f"'{match[1]}' is no key{nearest(match[1], keys)}; {_known_keys(keys)}"


def _name_and_text(part: str, keys: Mapping[str, ListKey]) -> tuple[str, str]:
    """A field's key and the text of its value; both empty for a field without a known key."""
    alone = part.strip().lower()
    if alone in keys and keys[alone].value.alone:
        return alone, keys[alone].value.alone
    match = _KEY.fullmatch(part)
    name = _key_name(match[1]) if match else ""
    return (name, match[2].strip()) if match and name in keys else ("", "")


def _line(entry: Mapping[str, object]) -> str:
    label, text = str(entry.get("label", "")), str(entry.get("text", ""))
    values = {key.name: as_text(entry.get(key.name)) for key in (*CHARACTER_KEYS, STRENGTHS) if key.in_lines}
    fields = [*([text] if label == text else [label, text]), *(f"{name}={v}" for name, v in values.items() if v)]
    return " | ".join(_with_literal_bars(field) for field in fields)


def _with_literal_bars(field: str) -> str:
    pairs = find_pairs(field, brackets="([{")
    stray = {i for i, c in enumerate(field) if c == "|" and i in pairs.live and pairs.innermost[i] < 0}
    return "".join(f"\\{c}" if i in stray else c for i, c in enumerate(field))


def _too_many(part: str, keys: Iterable[str]) -> str:
    what = f"'{_shown(part)}' is one field too many: a line is label | text"
    return f"{what}; {_known_keys(keys)} (write \\| for a bar that is text)"


def _known_keys(keys: Iterable[str]) -> str:
    names = tuple(keys)
    return f"the keys are {', '.join(names)}" if len(names) > 1 else f"the only key is {names[0]}"


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
