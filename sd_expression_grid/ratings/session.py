"""A study as shown to one rater: cells with pictures and scores, and the orders to rate them in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.ratings.ratings import Rating, add_ratings, rating_from_dict, read_ratings
from sd_expression_grid.store.cell_pictures import picture_problems
from sd_expression_grid.study.study import MAX_CELLS, REFERENCE_LABEL, CellKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sd_expression_grid.store.folder import Outcome, StudyFolder
    from sd_expression_grid.study.study import Character, Study

MAX_NAME = 80
MAX_NOTE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCell:
    """A cell to be rated. ``problem`` says why its picture cannot be shown; then it has no scores.

    ``row``, ``column`` and ``seed`` are indices into the study's lists. ``file`` is relative to the study's folder,
    ``picture`` its SHA-256.
    """

    row: int
    column: int
    seed: int
    file: str = ""
    picture: str = ""
    problem: str = ""
    expression_score: int | None = None
    likeness_score: int | None = None
    natural_score: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A study under one rater's name."""

    name: str
    rater: str
    study: Study
    cells: tuple[SessionCell, ...]

    @property
    def order(self) -> list[int]:
        """The cells to rate, as indices into ``cells``, column after column; excluded columns are left out."""
        is_left_out = [column.exclude for column in self.study.columns]
        return [n for n, cell in enumerate(self.cells) if not cell.problem and not is_left_out[cell.column]]

    def numbers_of(self, keys: Iterable[CellKey]) -> list[int]:
        """The cells to rate among these keys, as indices into ``cells``, in the order of the keys."""
        study, to_rate = self.study, set(self.order)
        labels = [column.label for column in study.columns]
        rows = [row.label for row in study.expressions]
        found = {
            CellKey(expression=rows[cell.row], character=labels[cell.column], seed=study.seeds[cell.seed]): number
            for number, cell in enumerate(self.cells)
        }
        return [found[key] for key in keys if found.get(key) in to_rate]

    @property
    def blind_order(self) -> list[int]:
        """The same cells in an order drawn by rater and study, which stays the same when cells are added."""
        study, columns = self.study, self.study.columns

        def lot(number: int) -> bytes:
            cell = self.cells[number]
            labels = study.expressions[cell.row].label, columns[cell.column].label, study.seeds[cell.seed]
            return hashlib.sha256(repr((self.name, self.rater, labels)).encode()).digest()

        return sorted(self.order, key=lot)


def read_session(folder: StudyFolder, rater: str) -> Session:
    """Reads a study for a rater; StudyError if it cannot be rated.

    A rating of an earlier picture of the cell does not count; one that names no picture does.
    """
    study = _study_in(folder)
    ratings = read_ratings(folder.path)
    record = folder.read_record()
    name = rater_name(rater)
    problems = picture_problems(folder, record)
    cells = []
    for at, key in _places(study):
        cell = _with_picture(at, record.get(key), problems.get(key, "was not made yet"))
        rating = ratings.get((name, key))
        if rating and not cell.problem and rating.picture in ("", cell.picture):
            cell = _with_rating(cell, rating)
        cells.append(cell)
    return Session(name=folder.path.name, rater=name, study=study, cells=tuple(cells))


def rate(folder: StudyFolder, data: Mapping[str, Any]) -> Rating:
    """Adds a rating in the form of ``rating_to_dict`` to a study's folder; it is synced to disk when this returns.

    Raises StudyError if it is not a rating, or not of a cell of the study.
    """
    try:
        rating = rating_from_dict(data)
    except ValueError as error:
        message = "what was sent is no rating of a cell; open the study again"
        raise StudyError(message) from error
    study, key = _study_in(folder), rating.key
    column = next((column for column in study.columns if column.label == key.character), None)
    if column is None or key.seed not in study.seeds or key.expression not in (e.label for e in study.expressions):
        raise StudyError([Fault(f"{key.character}, {key.expression}", "is no cell of the study; open it again")])
    if rating.likeness_score is not None and not asks_likeness(study, column):
        raise StudyError([Fault(key.character, "has no person to be like; it takes no second score")])
    if len(rating.note) > MAX_NOTE or not rating.note.isprintable():
        raise StudyError([Fault("note", f"may have {MAX_NOTE} characters, in one line")])
    now = datetime.now().astimezone()
    rating = replace(rating, rater=rater_name(rating.rater), rated_at=now.isoformat(timespec="milliseconds"))
    add_ratings(folder.path, [rating])
    return rating


def asks_likeness(study: Study, column: Character) -> bool:
    """Whether cells of the column get the second score, for likeness: all but the reference column."""
    return not (study.reference and column.label == REFERENCE_LABEL)


def rater_name(text: str) -> str:
    """A rater's name with single spaces; StudyError if it is empty, too long or has control characters."""
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        message = f"Rater: write your name, at most {MAX_NAME} characters; ratings are kept under it"
        raise StudyError(message)
    return name


def session_to_dict(session: Session) -> dict[str, object]:
    """The session as JSON values, for the page."""
    study = session.study
    return {
        "study": session.name,
        "rater": session.rater,
        "rows": [{"label": row.label, "text": row.text} for row in study.expressions],
        "columns": [_column_to_dict(study, column) for column in study.columns],
        "seeds": list(study.seeds),
        "cells": [_cell_to_dict(cell) for cell in session.cells],
        "order": session.order,
        "blind_order": session.blind_order,
    }


def _study_in(folder: StudyFolder) -> Study:
    study = folder.read_study()
    count = study.cell_count() if study else 0
    if study is None or not count:
        raise StudyError([Fault(str(folder.path), "has no cells to rate")])
    if count > MAX_CELLS:
        raise StudyError([Fault(str(folder.path), f"has {count:,} cells; at most {MAX_CELLS:,} can be rated here")])
    return study


def _places(study: Study) -> Iterator[tuple[SessionCell, CellKey]]:
    """Yields every cell without its picture, and its key; column after column."""
    for column, character in enumerate(study.columns):
        for seed, number in enumerate(study.seeds):
            for row, expression in enumerate(study.expressions):
                key = CellKey(expression=expression.label, character=character.label, seed=number)
                yield SessionCell(row=row, column=column, seed=seed), key


def _with_picture(cell: SessionCell, outcome: Outcome | None, problem: str) -> SessionCell:
    if outcome is None or problem:
        return replace(cell, problem=problem)
    return replace(cell, file=outcome.file, picture=outcome.sha256)


def _with_rating(cell: SessionCell, rating: Rating) -> SessionCell:
    return replace(
        cell,
        expression_score=rating.expression_score,
        likeness_score=rating.likeness_score,
        natural_score=rating.natural_score,
        note=rating.note,
    )


def _column_to_dict(study: Study, column: Character) -> dict[str, object]:
    return {
        "label": column.label,
        "person": column.person or column.label,
        "kind": column.kind or "none",
        "group": column.group,
        "exclude": column.exclude,
        "asks_likeness": asks_likeness(study, column),
    }


def _cell_to_dict(cell: SessionCell) -> dict[str, object]:
    scores = [cell.expression_score, cell.likeness_score, cell.natural_score]
    place = {"row": cell.row, "column": cell.column, "seed": cell.seed}
    if cell.problem:
        return {**place, "problem": cell.problem}
    return {**place, "file": cell.file, "picture": cell.picture, "scores": scores, "note": cell.note}
