"""Builds a table of ratings from the lines of a CSV file, and collects their faults."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.base.json_reader import Reader, is_whole
from sd_expression_grid.ratings.ratings import SCORES, Rating
from sd_expression_grid.ratings.ratings_table import ROW_TRAITS, TRAITS, Column, RatingsTable
from sd_expression_grid.study.study import REFERENCE_LABEL, CellKey, ExpressionTraits
from sd_expression_grid.study.value_types import TEXT, YES_OR_NO, ValueType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sd_expression_grid.study.list_keys import ListKey

WHOLE = re.compile(r"([+-]?\d{1,20})(?:[.,]0*)?")
"""A whole number as spreadsheets write it: also 2.0 and 2,0."""


def _parse_whole(text: str) -> int | str:
    whole = WHOLE.fullmatch(text)
    return int(whole[1]) if whole else text


def _read_whole(reader: Reader, name: str, default: int | None) -> int | None:
    return reader.take(name, default, "a whole number", is_whole)


def _parse_score(text: str) -> int | str:
    return SCORES.index(text.lower()) if text.lower() in SCORES else _parse_whole(text)


def _read_score(reader: Reader, name: str, default: int | None) -> int | None:
    return reader.take(name, default, "0, 1, 2, no, partly or yes", lambda value: value in range(len(SCORES)))


_WHOLE_NUMBER = ValueType(read=_read_whole, parse=_parse_whole)
_SCORE = ValueType(read=_read_score, parse=_parse_score)
_OF_RATINGS = {
    "expression": TEXT,
    "character": TEXT,
    "seed": _WHOLE_NUMBER,
    "rater": TEXT,
    "expression_score": _SCORE,
    "likeness_score": _SCORE,
    "natural_score": _SCORE,
    "note": TEXT,
}


def _types_of(traits: Iterable[ListKey]) -> dict[str, ValueType]:
    return {trait.name: trait.own_value or trait.value for trait in traits}


_OF_CHARACTERS = {**_types_of(TRAITS), "reference": YES_OR_NO}
_OF_ROWS = _types_of(ROW_TRAITS)
_TYPES = {**_OF_RATINGS, **_OF_CHARACTERS, **_OF_ROWS}

NEEDED = ("expression", "character", "expression_score")
RATING_FIELDS = tuple(_OF_RATINGS)
TRAIT_FIELDS = tuple(_OF_CHARACTERS)
ROW_FIELDS = tuple(_OF_ROWS)


class TableError(StudyError):
    """A table of ratings that cannot be read, or that does not fit its study."""

    consequence = "no rating was taken over"


@dataclass(slots=True)
class TableLines:
    """The rows, seeds, columns and ratings of the lines so far, and their faults."""

    name: str
    faults: list[Fault] = field(default_factory=list)
    rows: dict[str, dict[str, object]] = field(default_factory=dict)
    seeds: dict[int, None] = field(default_factory=dict)
    columns: dict[str, dict[str, object]] = field(default_factory=dict)
    places: dict[tuple[str, CellKey], int] = field(default_factory=dict)
    ratings: list[Rating] = field(default_factory=list)

    def fault(self, number: int, problem: str) -> None:
        """Adds a fault of a line."""
        self.faults.append(Fault(f"{self.name}, line {number}", problem))

    def check(self, header: list[str], number: int) -> None:
        """Adds a fault for every column that is missing, unknown or there twice."""
        for name in NEEDED:
            if name not in header:
                self.fault(number, f"names no column '{name}'; it needs {', '.join(NEEDED)}")
        for name in dict.fromkeys(header):
            if name and name not in _TYPES:
                self.fault(
                    number, f"names the column '{name}', which is not known; the columns are {', '.join(_TYPES)}"
                )
            elif name and header.count(name) > 1:
                self.fault(number, f"names the column '{name}' twice")

    def take(self, number: int, line: Mapping[str, str]) -> None:
        """Reads a line: its rating, if it has scores, and the traits of its character and of its row."""
        values = {name: self._value(number, name, line.get(name, "")) for name in _TYPES}
        for name in ("expression", "character"):
            if not values[name]:
                self.fault(number, f"has no {name}")
        key = CellKey(
            expression=str(values["expression"]),
            character=str(values["character"]),
            seed=values["seed"] or 0,
        )
        self.seeds.setdefault(key.seed)
        self._describe(number, key.character, self.columns.setdefault(key.character, {}), _some(values, TRAIT_FIELDS))
        self._describe(number, key.expression, self.rows.setdefault(key.expression, {}), _some(values, ROW_FIELDS))
        self._rate(number, key, values)

    def _value(self, number: int, name: str, text: str) -> Any:  # noqa: ANN401
        if not text:
            return None
        reader = Reader({name: _TYPES[name].parse(text)}, f"{self.name}, line {number}: ", self.faults)
        return _TYPES[name].read(reader, name, None)

    def _describe(self, number: int, label: str, known: dict[str, object], values: Mapping[str, object]) -> None:
        for name, value in values.items():
            if known.setdefault(name, value) != value:
                self.fault(number, f"{name} of {label} is another than in an earlier line")

    def _rate(self, number: int, key: CellKey, values: Mapping[str, Any]) -> None:
        rating = Rating(
            key=key,
            rater=values["rater"] or "",
            expression_score=values["expression_score"],
            likeness_score=values["likeness_score"],
            natural_score=values["natural_score"],
            note=values["note"] or "",
        )
        if rating.is_empty:
            return
        earlier = self.places.setdefault((rating.rater, key), number)
        if earlier != number:
            self.fault(number, f"rates the cell of line {earlier} again, by the same rater")
        self.ratings.append(rating)

    def table(self) -> RatingsTable:
        """The table of all lines; TableError if two columns are the reference."""
        columns = tuple(_column(label, values) for label, values in self.columns.items())
        references = [column.label for column in columns if column.is_reference]
        if len(references) > 1:
            problem = f"there can be one reference column only, not {', '.join(references)}"
            raise TableError([Fault(self.name, problem)])
        return RatingsTable(
            rows=tuple(self.rows),
            row_traits={label: _row(label, values) for label, values in self.rows.items() if values},
            columns=columns,
            seeds=tuple(self.seeds),
            ratings=tuple(self.ratings),
        )


def _some(values: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """Those values that a line gives."""
    return {name: values[name] for name in names if values[name] is not None}


def _row(label: str, values: Mapping[str, Any]) -> ExpressionTraits:
    return ExpressionTraits(label=label, **values)


def _column(label: str, values: Mapping[str, Any]) -> Column:
    traits = {name: value for name, value in values.items() if name != "reference"}
    return Column(label=label, is_reference=values.get("reference", label == REFERENCE_LABEL), **traits)
