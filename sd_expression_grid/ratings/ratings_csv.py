"""Ratings as a table for spreadsheets: a line for every rater and cell, with what is known of its column beside it."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, get_args

from sd_expression_grid.base.errors import Fault, StudyError, raise_if_any
from sd_expression_grid.base.json_reader import is_number
from sd_expression_grid.ratings.ratings import SCORES, Rating
from sd_expression_grid.ratings.ratings_table import Column, Table
from sd_expression_grid.study.study import REFERENCE_LABEL, CellKey, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

NEEDED = ("expression", "character", "expression_score")
RATING_FIELDS = ("expression", "character", "seed", "rater", "expression_score", "likeness_score")
COLUMN_FIELDS = ("kind", "person", "tags", "weight", "reference", "exclude")

_WHOLE = re.compile(r"([+-]?\d+)(?:[.,]0*)?")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_YES_AND_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def write_ratings(table: Table) -> str:
    """A table's ratings as CSV, with a line without scores for every cell that nobody has rated.

    ``read_ratings_csv`` reads the same table from it, but for what does not count and for the pictures. A text that a
    spreadsheet would take for a formula gets an apostrophe in front.
    """
    columns = {column.label: _column_values(column) for column in table.columns}
    ratings: dict[CellKey, list[Rating]] = defaultdict(list)
    for rating in table.ratings:
        ratings[rating.key].append(rating)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow((*RATING_FIELDS, *COLUMN_FIELDS))
    for key in table.cell_keys():
        for rating in ratings[key] or [Rating(key=key, rater="")]:
            writer.writerow([harmless(value) for value in (*_rating_values(rating), *columns[key.character])])
    return file.getvalue()


def _rating_values(rating: Rating) -> tuple[str, ...]:
    scores = ("" if score is None else SCORES[score] for score in (rating.expression_score, rating.likeness_score))
    return rating.key.expression, rating.key.character, str(rating.key.seed), rating.rater, *scores


def _column_values(column: Column) -> tuple[str, ...]:
    weight = "" if column.weight is None else repr(column.weight)
    flags = ("yes" if flag else "" for flag in (column.is_reference, column.exclude))
    return column.kind or "", column.person, ",".join(column.tags), weight, *flags


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe in front where it might."""
    is_number = _WHOLE.fullmatch(text)
    return f"'{text}" if _FORMULA.match(text) and not is_number else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def read_ratings_csv(file: Path) -> Table:
    """The table in a CSV file: UTF-8 or UTF-16, divided by commas, semicolons or tabs, in any order of columns.

    A line without scores names a cell that is not rated. What is said of a character may stand in any of its lines.
    Raises StudyError that names every faulty line at once.
    """
    return replace(parse_ratings(_decoded(file), file.name), title=file.stem)


def _decoded(file: Path) -> str:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise StudyError([Fault(str(file), f"cannot be read: {error.strerror}")]) from error
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise StudyError([Fault(str(file), "is not UTF-8; in the spreadsheet, save it as 'CSV UTF-8'")]) from error


def parse_ratings(text: str, name: str) -> Table:
    """The table in a text; ``name`` is the file's, for the faults."""
    reading = _Reading(name)
    for number, line in _lines(text, reading):
        reading.take(number, line)
    raise_if_any(reading.faults)
    return reading.table()


def _lines(text: str, reading: _Reading) -> Iterator[tuple[int, dict[str, str]]]:
    """Every line that is not blank with its number, by the names in the first."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    header: list[str] = []
    try:
        for values in reader:
            fields = [_plain(value.strip()) for value in values]
            if not header and any(fields):
                header = [field.lower().replace(" ", "_") for field in fields]
                reading.check(header, reader.line_num)
                if reading.faults:
                    return
            elif any(fields):
                yield reader.line_num, _named(header, fields, reader.line_num, reading)
    except csv.Error as error:
        reading.fault(reader.line_num, f"cannot be read as CSV: {error}")
    if not header:
        reading.faults.append(Fault(reading.name, f"is empty; its first line names the columns: {_names(NEEDED)}"))


def _delimiter(text: str) -> str:
    """What divides the first line that has anything in it; Excel writes semicolons where commas are decimal points."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _named(header: list[str], fields: list[str], number: int, reading: _Reading) -> dict[str, str]:
    if any(fields[len(header) :]):
        reading.fault(number, f"has {len(fields)} fields, but the first line names {len(header)}")
    return dict(zip(header, fields, strict=False))


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names)


@dataclass(slots=True)
class _Reading:
    """A table as far as it is read, and all that is wrong with it."""

    name: str
    faults: list[Fault] = field(default_factory=list)
    rows: dict[str, None] = field(default_factory=dict)
    seeds: dict[int, None] = field(default_factory=dict)
    columns: dict[str, dict[str, object]] = field(default_factory=dict)
    places: dict[tuple[str, CellKey], int] = field(default_factory=dict)
    ratings: list[Rating] = field(default_factory=list)

    def fault(self, number: int, problem: str) -> None:
        """Notes what is wrong with a line."""
        self.faults.append(Fault(f"{self.name}, line {number}", problem))

    def check(self, header: list[str], number: int) -> None:
        """Notes columns that are missing, unknown or there twice."""
        known = (*RATING_FIELDS, *COLUMN_FIELDS)
        for name in NEEDED:
            if name not in header:
                self.fault(number, f"names no column '{name}'; it needs {_names(NEEDED)}")
        for name in dict.fromkeys(header):
            if name and name not in known:
                self.fault(number, f"names the column '{name}', which is not known; the columns are {_names(known)}")
            elif name and header.count(name) > 1:
                self.fault(number, f"names the column '{name}' twice")

    def take(self, number: int, line: Mapping[str, str]) -> None:
        """Reads a line: its rating, if it has scores, and what it says of its character."""
        values = {name: self._value(number, name, line.get(name, "")) for name in (*RATING_FIELDS, *COLUMN_FIELDS)}
        for name in ("expression", "character"):
            if not values[name]:
                self.fault(number, f"has no {name}")
        key = CellKey(
            expression=str(values["expression"]),
            character=str(values["character"]),
            seed=values["seed"] or 0,
        )
        self.rows.setdefault(key.expression)
        self.seeds.setdefault(key.seed)
        self._describe(number, key.character, values)
        self._rate(number, key, values)

    def _value(self, number: int, name: str, text: str) -> Any:  # noqa: ANN401
        read, wanted = _READERS.get(name, (str, ""))
        if not text:
            return None
        try:
            return read(text)
        except (KeyError, ValueError):
            self.fault(number, f"{name} must be {wanted}, not '{text:.40}'")
            return None

    def _describe(self, number: int, label: str, values: Mapping[str, object]) -> None:
        known = self.columns.setdefault(label, {})
        for name in COLUMN_FIELDS:
            value = values[name]
            if value is not None and known.setdefault(name, value) != value:
                self.fault(number, f"{name} of {label} is another than in an earlier line")

    def _rate(self, number: int, key: CellKey, values: Mapping[str, Any]) -> None:
        rating = Rating(
            key=key,
            rater=values["rater"] or "",
            expression_score=values["expression_score"],
            likeness_score=values["likeness_score"],
        )
        if rating.is_empty:
            return
        earlier = self.places.setdefault((rating.rater, key), number)
        if earlier != number:
            self.fault(number, f"rates the cell of line {earlier} again, by the same rater")
        self.ratings.append(rating)

    def table(self) -> Table:
        """The table, when nothing is wrong."""
        columns = tuple(_column(label, values) for label, values in self.columns.items())
        references = [column.label for column in columns if column.is_reference]
        if len(references) > 1:
            problem = f"there can be one reference column only, not {_names(tuple(references))}"
            raise StudyError([Fault(self.name, problem)])
        return Table(rows=tuple(self.rows), columns=columns, seeds=tuple(self.seeds), ratings=tuple(self.ratings))


def _column(label: str, values: Mapping[str, Any]) -> Column:
    return Column(
        label=label,
        kind=values.get("kind"),
        person=values.get("person", ""),
        tags=values.get("tags", ()),
        weight=values.get("weight"),
        exclude=values.get("exclude", False),
        is_reference=values.get("reference", label == REFERENCE_LABEL),
    )


def _score(text: str) -> int:
    names = {
        **{name: score for score, name in enumerate(SCORES)},
        **{str(score): score for score in range(len(SCORES))},
    }
    whole = _WHOLE.fullmatch(text)
    return names[whole[1] if whole else text.lower()]


def _seed(text: str) -> int:
    whole = _WHOLE.fullmatch(text)
    if not whole:
        raise ValueError
    return int(whole[1])


def _kind(text: str) -> str:
    if text.lower() not in get_args(Kind):
        raise ValueError
    return text.lower()


def _tags(text: str) -> tuple[str, ...]:
    return tuple(tag.strip() for tag in text.split(",") if tag.strip())


def _weight(text: str) -> float:
    weight = float(text.replace(",", "."))
    if not is_number(weight):
        raise ValueError
    return weight


def _flag(text: str) -> bool:
    return _YES_AND_NO[text.lower()]


_SCORE: tuple[Callable[[str], object], str] = (_score, "0, 1, 2, no, partly or yes")
_FLAG: tuple[Callable[[str], object], str] = (_flag, "yes or no")
_READERS: dict[str, tuple[Callable[[str], object], str]] = {
    "seed": (_seed, "a whole number"),
    "expression_score": _SCORE,
    "likeness_score": _SCORE,
    "kind": (_kind, f"one of {', '.join(get_args(Kind))}"),
    "tags": (_tags, "words divided by commas"),
    "weight": (_weight, "a number"),
    "reference": _FLAG,
    "exclude": _FLAG,
}
