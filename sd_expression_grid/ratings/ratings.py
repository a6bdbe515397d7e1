"""Ratings: does the face show the expression, is it still that person, and does the picture look natural?

``ratings/<rater>.jsonl`` in the study's folder has a line for every click; the last one of a cell counts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.file_names import file_stem
from sd_expression_grid.base.json_lines import append_lines, read_lines
from sd_expression_grid.store.folder import RATINGS_FOLDER, cell_key_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sd_expression_grid.study.study import CellKey

SCORES = ("no", "partly", "yes")
"""The names of the scores 0, 1 and 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One rater's judgement of one cell: three scores from 0 to 2, None if not given, and a note.

    Without scores and note, the earlier rating is taken back. ``picture`` is the SHA-256 of the rated file, empty if
    unknown; ``rated_at`` is a time in ISO 8601 with time zone, empty if unknown. The natural score and the note came
    with version 0.2.0: earlier lines have neither.
    """

    key: CellKey
    rater: str
    expression_score: int | None = None
    likeness_score: int | None = None
    natural_score: int | None = None
    note: str = ""
    picture: str = ""
    rated_at: str = ""

    @property
    def has_score(self) -> bool:
        """Whether it has any score."""
        return (self.expression_score, self.likeness_score, self.natural_score) != (None, None, None)

    @property
    def is_empty(self) -> bool:
        """Whether it has neither a score nor a note."""
        return not self.has_score and not self.note


def add_ratings(folder: Path, ratings: Iterable[Rating]) -> None:
    """Adds ratings to a study's folder, in a file for each rater; they are synced to disk when this returns."""
    of_file: dict[Path, list[Rating]] = {}
    for rating in ratings:
        of_file.setdefault(_file_of(folder, rating.rater), []).append(rating)
    for file, found in of_file.items():
        file.parent.mkdir(exist_ok=True)
        append_lines(file, map(rating_to_dict, found))


def read_ratings(folder: Path) -> dict[tuple[str, CellKey], Rating]:
    """The last rating of every rater and cell in a study's folder, without those taken back.

    Raises StudyError, with file and line, for a line that is not a rating.
    """
    found = {}
    for file in sorted((folder / RATINGS_FOLDER).glob("*.jsonl")):
        for rating in read_lines(file, rating_from_dict, "rating"):
            found[rating.rater, rating.key] = rating
    return {place: rating for place, rating in found.items() if not rating.is_empty}


def rating_to_dict(rating: Rating) -> dict[str, object]:
    """The rating as JSON values."""
    values = asdict(rating)
    return {**values.pop("key"), **{name: value for name, value in values.items() if value not in (None, "")}}


def rating_from_dict(data: Mapping[str, Any]) -> Rating:
    """The rating that ``rating_to_dict`` wrote; ValueError if it is not one."""
    rating = Rating(
        key=cell_key_from(data),
        rater=_text(data.get("rater")),
        expression_score=_score(data.get("expression_score")),
        likeness_score=_score(data.get("likeness_score")),
        natural_score=_score(data.get("natural_score")),
        note=_text(data.get("note", "")),
        picture=_text(data.get("picture", "")),
        rated_at=_text(data.get("rated_at", "")),
    )
    if rating.rated_at:
        datetime.fromisoformat(rating.rated_at)
    return rating


def _file_of(folder: Path, rater: str) -> Path:
    return folder / RATINGS_FOLDER / f"{file_stem(rater)}.jsonl"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004 - a wrong line, whatever is wrong with it
    return value


def _score(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or value not in range(len(SCORES)):
        raise ValueError
    return int(value)  # type: ignore[call-overload,no-any-return]
