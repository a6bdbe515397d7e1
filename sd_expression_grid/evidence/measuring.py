"""Measures a study's pictures, each against its column's neutral cell of the same seed, and keeps what it measured."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.base.json_lines import read_whole
from sd_expression_grid.evidence.measurements import (
    Measurement,
    add_measurements,
    neutral_cells,
    read_measurements,
)
from sd_expression_grid.grids.drawing.pictures import as_rgb
from sd_expression_grid.store.cell_pictures import picture_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sd_expression_grid.evidence.measurements import Faceless
    from sd_expression_grid.evidence.picture_measures import Features, PictureMeasure
    from sd_expression_grid.store.folder import Outcome, StudyFolder

MOST_BYTES = 100_000_000
MOST_PIXELS = 64_000_000
"""A picture that is larger is not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuringProgress:
    """How many cells have been looked at, of how many that were still to be."""

    done: int
    total: int

    def __str__(self) -> str:
        return f"{self.done:,} of {self.total:,} pictures looked at" if self.total else "all pictures are looked at"


def measure_pictures(folder: StudyFolder, measure: PictureMeasure[Features]) -> Iterator[MeasuringProgress]:
    """Measures the cells that were not measured yet, a column and seed at a time, and tells how far it has come.

    Cells without a neutral cell, and pictures that are missing, changed, links or broken, are left unmeasured. Raises
    StudyError where the folder cannot be read or written.
    """
    waiting = _waiting(folder, measure)
    done, total = 0, sum(map(len, waiting.values()))
    yield MeasuringProgress(done=done, total=total)
    for neutral, outcomes in waiting.items():
        try:
            add_measurements(folder.path, _measured(folder, measure, neutral, outcomes))
        except OSError as error:
            raise StudyError([Fault(str(folder.path), f"what was measured cannot be kept: {error}")]) from error
        done += len(outcomes)
        yield MeasuringProgress(done=done, total=total)


def _waiting(folder: StudyFolder, measure: PictureMeasure[Features]) -> dict[Outcome, list[Outcome]]:
    """The cells that are still to be measured, by their neutral ones."""
    rows = [row.label for row in folder.existing_study().expressions]
    record, known = folder.read_record(), read_measurements(folder.path)
    problems = picture_problems(folder, record)
    waiting: dict[Outcome, list[Outcome]] = {}
    for key, neutral in neutral_cells(rows, record).items():
        measured = (measure.method, record[key].sha256, record[neutral].sha256) in known
        if not measured and not problems[key] and not problems[neutral]:
            waiting.setdefault(record[neutral], []).append(record[key])
    return waiting


def _measured(
    folder: StudyFolder, measure: PictureMeasure[Features], neutral: Outcome, outcomes: Iterable[Outcome]
) -> Iterator[Measurement]:
    picture = _picture(folder, neutral)
    if picture is None:
        return
    neutral_features = measure.features(picture)
    for outcome in outcomes:
        picture = _picture(folder, outcome)
        if picture is not None:
            parts, faceless = _compared(measure, measure.features(picture), neutral_features)
            yield Measurement(
                method=measure.method,
                picture=outcome.sha256,
                neutral=neutral.sha256,
                parts=parts,
                faceless=faceless,
            )


def _compared(
    measure: PictureMeasure[Features], found: Features | None, neutral: Features | None
) -> tuple[dict[str, float], Faceless]:
    if neutral is None:
        return {}, "neutral"
    return ({}, "picture") if found is None else (measure.compare(found, neutral), "")


def _picture(folder: StudyFolder, outcome: Outcome) -> Image.Image | None:
    """A cell's picture as RGB; None where it is not the one that was saved, or cannot be read."""
    try:
        data = read_whole(folder.path / outcome.file, MOST_BYTES)
        if hashlib.sha256(data).hexdigest() != outcome.sha256:
            return None
        with Image.open(BytesIO(data)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.load()
            return as_rgb(picture, (255, 255, 255))
    except (OSError, SyntaxError, ValueError, StudyError, Image.DecompressionBombError):
        return None
