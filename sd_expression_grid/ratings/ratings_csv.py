"""Ratings as CSV for spreadsheets: a line for every rater and cell, with the traits of its character."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.ratings.ratings import SCORES, Rating
from sd_expression_grid.ratings.ratings_table import ROW_TRAITS, TRAITS, Column, RatingsTable
from sd_expression_grid.ratings.table_lines import (
    NEEDED,
    RATING_FIELDS,
    ROW_FIELDS,
    TRAIT_FIELDS,
    WHOLE,
    TableError,
    TableLines,
)
from sd_expression_grid.study.value_types import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sd_expression_grid.study.study import CellKey

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def write_ratings(table: RatingsTable) -> str:
    """A table's ratings as CSV; a cell without ratings has a line without scores.

    ``read_ratings_csv`` reads the same table from it, without pictures and without ratings that do not count. A text
    that a spreadsheet would read as a formula gets an apostrophe in front.
    """
    traits = {column.label: _trait_values(column) for column in table.columns}
    ratings: dict[CellKey, list[Rating]] = defaultdict(list)
    for rating in table.ratings:
        ratings[rating.key].append(rating)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow((*RATING_FIELDS, *TRAIT_FIELDS, *ROW_FIELDS))
    for key in table.cell_keys():
        for rating in ratings[key] or [Rating(key=key, rater="")]:
            values = *_rating_values(rating), *traits[key.character], *_row_values(table, key.expression)
            writer.writerow(map(harmless, values))
    return file.getvalue()


def _rating_values(rating: Rating) -> tuple[str, ...]:
    given = rating.expression_score, rating.likeness_score, rating.natural_score
    scores = ("" if score is None else SCORES[score] for score in given)
    return rating.key.expression, rating.key.character, str(rating.key.seed), rating.rater, *scores, rating.note


def _trait_values(column: Column) -> tuple[str, ...]:
    return (*(as_text(getattr(column, trait.name)) for trait in TRAITS), as_text(column.is_reference))


def _row_values(table: RatingsTable, label: str) -> tuple[str, ...]:
    row = table.row_traits.get(label)
    return tuple(as_text(getattr(row, trait.name)) if row else "" for trait in ROW_TRAITS)


def harmless(text: str) -> str:
    """The text, with an apostrophe in front if a spreadsheet would read it as a formula."""
    is_number = WHOLE.fullmatch(text)
    return f"'{text}" if _FORMULA.match(text) and not is_number else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def read_ratings_csv(file: Path) -> RatingsTable:
    """The table in a CSV file: UTF-8 or UTF-16, divided by commas, semicolons or tabs, in any order of columns.

    A line without scores is a cell that is not rated. A character's traits may stand in any of its lines. Raises
    TableError that names every faulty line, and StudyError where there is no text to read.
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


def parse_ratings(text: str, name: str) -> RatingsTable:
    """The table in a CSV text; ``name`` is the file's, for messages."""
    found = TableLines(name)
    for number, line in _lines(text, found):
        found.take(number, line)
    if found.faults:
        raise TableError(found.faults)
    return found.table()


def _lines(text: str, found: TableLines) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields every line that is not blank: its number, and its fields by the names in the first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    header: list[str] = []
    try:
        for values in reader:
            fields = [_plain(value.strip()) for value in values]
            if not header and any(fields):
                header = [field.lower().replace(" ", "_") for field in fields]
                found.check(header, reader.line_num)
                if found.faults:
                    return
            elif any(fields):
                yield reader.line_num, _named(header, fields, reader.line_num, found)
    except csv.Error as error:
        found.fault(reader.line_num, f"cannot be read as CSV: {error}")
    if not header:
        found.faults.append(Fault(found.name, f"is empty; its first line names the columns: {', '.join(NEEDED)}"))


def _delimiter(text: str) -> str:
    """The delimiter of the first line that is not blank; Excel writes semicolons if decimals have commas."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def _named(header: list[str], fields: list[str], number: int, found: TableLines) -> dict[str, str]:
    if any(fields[len(header) :]):
        found.fault(number, f"has {len(fields)} fields, but the first line names {len(header)}")
    return dict(zip(header, fields, strict=False))
