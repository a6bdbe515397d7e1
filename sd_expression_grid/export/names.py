"""What each row is called in a program: proposed from its label, or as a user's lines ``ROW = NAME, NAME`` have it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import ExportError, Fault, nearest, raise_if_any
from sd_expression_grid.base.file_names import file_stem

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from typing import Protocol

    class NamingRules(Protocol):
        """How a program names faces."""

        title: str

        def default_name(self, label: str, taken: Container[str]) -> str:
            """The name that a row's label suggests, not among those ``taken``; a text, which ``name_from`` mends."""

        def name_from(self, text: str) -> str:
            """The text as a name that the program takes, changed as little as possible; empty where none is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRows:
    """The names of each row by its label; a row with none is left out. ``notes`` are sentences."""

    names: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> str:
        """The names as lines that a user may change."""
        return "\n".join(f"{row} = {', '.join(names)}" for row, names in self.names.items())


def named_rows(labels: Sequence[str], lines: Iterable[str], rules: NamingRules) -> NamedRows:
    """The names of all rows in a program: those of the lines, and proposed ones for the other rows.

    Raises StudyError for lines that name no row, names that cannot be, and two rows with one name.
    """
    requested, faults = _requested(labels, lines)
    raise_if_any(faults, ExportError)
    taken = {name for names in requested.values() for name in names}
    taken.update(label.lower() for label in labels if label not in requested)
    names: dict[str, tuple[str, ...]] = {}
    renamed: list[tuple[str, str]] = []
    for label in labels:
        wanted = requested.get(label)
        texts = wanted if wanted is not None else (rules.default_name(label, taken),)
        found = tuple(dict.fromkeys(rules.name_from(text) for text in texts))
        taken.update(found)
        faults += [_nameless(label, text, rules) for text in texts if not rules.name_from(text)]
        renamed += [(text, rules.name_from(text)) for text in texts if rules.name_from(text) != text]
        names[label] = found
    raise_if_any(faults or _shared(names), ExportError)
    changes = ", ".join(f"{text!r} becomes {name!r}" for text, name in renamed)
    return NamedRows(names=names, notes=(f"In {rules.title} {changes}.",) if changes else ())


def plain_word(text: str, forbidden: str) -> str:
    """A text as one lower-case word: every run of ``forbidden``, a character class, and of spaces becomes ``_``.

    It begins and ends with no ``-`` and no ``_``, but for the one after a name that Windows reserves. Empty where no
    letter and no digit is left.
    """
    word = re.sub(rf"(?:[{forbidden}]|\s)+", "_", unicodedata.normalize("NFC", text).lower())
    short = file_stem(word).strip("-_")
    return file_stem(short) if any(map(str.isalnum, short)) else ""


def _requested(labels: Sequence[str], lines: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], list[Fault]]:
    """The names of the lines by row, and what is wrong with the lines; empty lines and comments count as none."""
    by_lower = {label.lower(): label for label in labels}
    requested: dict[str, tuple[str, ...]] = {}
    faults = []
    for line in filter(None, (line.strip() for line in lines)):
        row, equals, names = line.rpartition("=")
        label = by_lower.get(row.strip().lower())
        if label is None and line.startswith("#"):
            continue
        if not equals:
            faults.append(Fault("names", f"write ROW = NAME, not {line!r:.80}"))
        elif label is None:
            faults.append(Fault("names", f"the study has no row {row.strip()!r:.80}{nearest(row.strip(), labels)}"))
        elif label in requested:
            faults.append(Fault("names", f"{label} is named in two lines; write its names in one, divided by commas"))
        else:
            requested[label] = tuple(filter(None, (name.strip() for name in names.split(","))))
    return requested, faults


def _nameless(label: str, text: str, rules: NamingRules) -> Fault:
    return Fault("names", f"{text!r:.80} cannot be a name in {rules.title}; write '{label} = NAME' with another one")


def _shared(names: Mapping[str, tuple[str, ...]]) -> list[Fault]:
    """A fault for each name that several rows have; file names may not differ by case alone."""
    rows: dict[str, list[str]] = {}
    for label, found in names.items():
        for name in found:
            rows.setdefault(name.casefold(), []).append(label)
    return [
        Fault("names", f"{' and '.join(sharing)} would have the same name, {name!r}; give them different ones")
        for name, sharing in rows.items()
        if len(sharing) > 1
    ]
