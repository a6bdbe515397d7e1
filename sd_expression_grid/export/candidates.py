"""The cells among which a character's faces are picked: all seeds and weights of each row, with their ratings."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, StudyError, nearest
from sd_expression_grid.ratings.ratings import SCORES, read_ratings
from sd_expression_grid.ratings.ratings_table import table_of
from sd_expression_grid.ratings.session import asks_likeness
from sd_expression_grid.store.cell_pictures import picture_problems
from sd_expression_grid.study.study import CellKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sd_expression_grid.ratings.ratings import Rating
    from sd_expression_grid.store.folder import Outcome, StudyFolder
    from sd_expression_grid.study.study import Character, Study

NO, UNRATED, PARTLY, YES = range(4)
"""How good a cell is, the worst first; one that nobody judged may still be good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The mean scores of a cell, from 0 to 2, of ``count`` ratings; None where none was given."""

    expression: float | None
    likeness: float | None
    natural: float | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A cell that may be picked. ``problem`` says why its picture cannot be shown; then there is no ``outcome``.

    ``grade`` is one of NO, UNRATED, PARTLY and YES.
    """

    key: CellKey
    scores: Scores
    outcome: Outcome | None = None
    problem: str = ""
    grade: int = UNRATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """All cells of a character. ``rows`` holds those of each row's label, column after column, seed after seed."""

    name: str
    study: Study
    rows: Mapping[str, tuple[Candidate, ...]]

    @property
    def by_key(self) -> dict[CellKey, Candidate]:
        """The cells by their keys."""
        return {cell.key: cell for cells in self.rows.values() for cell in cells}

    @property
    def are_rated(self) -> bool:
        """Whether a cell of them was rated."""
        return any(cell.grade != UNRATED for cells in self.rows.values() for cell in cells)


def name_of(column: Character) -> str:
    """A character's name: its column's label without the weight, CFG scale or denoising strength behind it."""
    return column.own_label or column.label


def character_names(study: Study) -> tuple[str, ...]:
    """The characters of a study, those in several columns once; the reference column first."""
    return tuple(dict.fromkeys(map(name_of, study.columns)))


def candidates_of(folder: StudyFolder, name: str) -> Candidates:
    """The cells of a character, by its name, or by a column's whole label for that one alone.

    Raises StudyError for a folder without a study, an unknown character, or a file that cannot be read.
    """
    study = folder.existing_study()
    columns = _columns(study, name)
    record = folder.read_record()
    problems = picture_problems(folder, record)
    table = table_of(study, record, read_ratings(folder.path).values())
    ratings: dict[CellKey, list[Rating]] = {}
    for rating in table.ratings:
        ratings.setdefault(rating.key, []).append(rating)

    def candidate(row: str, column: Character, seed: int) -> Candidate:
        key = CellKey(expression=row, character=column.label, seed=seed)
        problem = problems.get(key, "was not made yet")
        if problem:
            return Candidate(key=key, scores=_scores(()), problem=problem)
        found, is_person = ratings.get(key, []), asks_likeness(study, column)
        return Candidate(key=key, outcome=record[key], scores=_scores(found), grade=_grade(found, is_person=is_person))

    rows = {
        row: tuple(candidate(row, column, seed) for column in columns for seed in table.seeds) for row in table.rows
    }
    return Candidates(name=name, study=study, rows=rows)


def _columns(study: Study, name: str) -> Sequence[Character]:
    named = [column for column in study.columns if column.label == name]
    columns = named or [column for column in study.columns if name_of(column) == name]
    if not columns:
        names = character_names(study)
        known = nearest(name, names) or f"; it has {', '.join(names)}"
        raise StudyError([Fault("--character", f"the study has no character {name!r:.80}{known}")])
    return columns


def _given(scores: Iterable[int | None]) -> list[int]:
    return [score for score in scores if score is not None]


def _scores(ratings: Sequence[Rating]) -> Scores:
    def mean(scores: Iterable[int | None]) -> float | None:
        given = _given(scores)
        return fmean(given) if given else None

    return Scores(
        expression=mean(rating.expression_score for rating in ratings),
        likeness=mean(rating.likeness_score for rating in ratings),
        natural=mean(rating.natural_score for rating in ratings),
        count=sum(rating.has_score for rating in ratings),
    )


def _grade(ratings: Sequence[Rating], *, is_person: bool) -> int:
    """YES if all that was given is yes, NO if one score is no; without expression and likeness it is no YES.

    The natural score is not asked of everybody, and counts where it was given.
    """
    shown = _given(rating.expression_score for rating in ratings)
    kept = _given(rating.likeness_score for rating in ratings)
    given = [*shown, *kept, *_given(rating.natural_score for rating in ratings)]
    if not given:
        return UNRATED
    if min(given) == SCORES.index("no"):
        return NO
    is_complete = bool(shown) and (bool(kept) or not is_person)
    return YES if min(given) == SCORES.index("yes") and is_complete else PARTLY
