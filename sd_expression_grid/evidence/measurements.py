"""What was measured, kept beside the study: ``evidence.jsonl`` has a line for every pair of pictures, once."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.base.json_lines import append_lines, read_lines
from sd_expression_grid.base.json_reader import is_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sd_expression_grid.store.folder import Outcome
    from sd_expression_grid.study.study import CellKey

EVIDENCE_FILE = "evidence.jsonl"

Method = Literal["landmarks", "difference"]
Faceless = Literal["", "picture", "neutral"]

MeasurementKey = tuple[Method, str, str]
"""What a measurement is known by: its method and the SHA-256 of both pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """How far a picture is from that of its neutral cell; both are named by their SHA-256.

    ``parts`` has a share for each part of the face, or one for the whole picture. It is empty where no face was found,
    in the picture or the neutral one, as ``faceless`` says: that is no evidence, and not a movement of 0.
    """

    method: Method
    picture: str
    neutral: str
    parts: Mapping[str, float] = field(default_factory=dict)
    faceless: Faceless = ""

    @property
    def key(self) -> MeasurementKey:
        """What it is known by."""
        return self.method, self.picture, self.neutral

    @property
    def change(self) -> float | None:
        """That of the part that changed most; None where no face was found."""
        return max(self.parts.values(), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a study's pictures by one method: the cells that were measured against the row ``neutral``."""

    method: Method
    neutral: str
    measurements: Mapping[CellKey, Measurement]


NEUTRAL = "neutral"
"""The label, in any capitals, of the row whose faces show no expression."""


def neutral_row(rows: Sequence[str]) -> str:
    """The row that all others are compared with: the one that is called neutral, else the first."""
    return next((row for row in rows if row.strip().lower() == NEUTRAL), rows[0])


def neutral_cells(rows: Sequence[str], record: Mapping[CellKey, Outcome]) -> dict[CellKey, CellKey]:
    """Each finished cell's neutral one, of the same column and seed, where that is finished too."""
    done = {key for key, outcome in record.items() if outcome.status == "done"}
    neutral = neutral_row(rows)
    pairs = ((key, replace(key, expression=neutral)) for key in record if key in done and key.expression in rows)
    return {key: other for key, other in pairs if key != other and other in done}


def read_evidence(folder: Path, rows: Sequence[str], record: Mapping[CellKey, Outcome]) -> Evidence | None:
    """What was measured of the pictures that are there now; None of nothing.

    Where both methods were used, the one that knows more cells counts; landmarks, where they are as many.
    """
    known = read_measurements(folder)
    pairs = neutral_cells(rows, record) if known else {}
    methods: tuple[Method, ...] = get_args(Method)
    of_method = {method: dict(_measured_by(method, known, pairs, record)) for method in methods}
    method = max(methods, key=lambda each: len(of_method[each]))
    if not of_method[method]:
        return None
    return Evidence(method=method, neutral=neutral_row(rows), measurements=of_method[method])


def read_measurements(folder: Path) -> dict[MeasurementKey, Measurement]:
    """All that was measured in a study's folder; StudyError where the file cannot be read.

    Lines that are torn or no measurements do not count: those pictures are measured again.
    """
    file = folder / EVIDENCE_FILE
    try:
        return {found.key: found for found in read_lines(file, _measurement, what=None)}
    except OSError as error:
        raise StudyError([Fault(str(file), f"cannot be read: {error.strerror}")]) from error


def add_measurements(folder: Path, measurements: Iterable[Measurement]) -> None:
    """Adds measurements; they are on disk when this returns."""
    lines = ({name: value for name, value in asdict(each).items() if value} for each in measurements)
    append_lines(folder / EVIDENCE_FILE, lines)


def _measured_by(
    method: Method,
    known: Mapping[MeasurementKey, Measurement],
    pairs: Mapping[CellKey, CellKey],
    record: Mapping[CellKey, Outcome],
) -> Iterator[tuple[CellKey, Measurement]]:
    for cell, neutral in pairs.items():
        found = known.get((method, record[cell].sha256, record[neutral].sha256))
        if found:
            yield cell, found


def _measurement(data: Mapping[str, Any]) -> Measurement:
    names = {each.name for each in fields(Measurement)}
    if not {"method", "picture", "neutral"} <= data.keys() <= names:
        raise ValueError
    found = Measurement(**data)
    fits = (
        found.method in get_args(Method)
        and found.faceless in get_args(Faceless)
        and isinstance(found.picture, str)
        and isinstance(found.neutral, str)
        and isinstance(found.parts, dict)
        and all(is_number(share) and share >= 0 for share in found.parts.values())
        and bool(found.parts) != bool(found.faceless)
    )
    if not fits:
        raise ValueError
    return found
