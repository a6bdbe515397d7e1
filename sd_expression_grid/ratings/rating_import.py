"""Imports ratings from a CSV file into a study's folder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault
from sd_expression_grid.ratings.ratings import Rating, add_ratings
from sd_expression_grid.ratings.ratings_csv import read_ratings_csv
from sd_expression_grid.ratings.ratings_table import read_table
from sd_expression_grid.ratings.table_lines import TableError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sd_expression_grid.store.folder import StudyFolder
    from sd_expression_grid.study.study import CellKey


def import_ratings(folder: StudyFolder, file: Path) -> int:
    """Adds the ratings of a CSV file to a study, as ratings of its current pictures; returns their number.

    Without a seed, a rating is one of the study's only seed; without a rater, it gets the file's name. Raises
    TableError that names every cell that the study does not have; then nothing is added.
    """
    table = read_table(folder)
    cells = set(table.cell_keys())
    only_seed = table.seeds[0] if len(table.seeds) == 1 else None
    ratings = [_settled(rating, only_seed, file.stem) for rating in read_ratings_csv(file).ratings]
    strange = _strange(ratings, cells, file.name)
    if strange:
        raise TableError(strange)
    record = folder.read_record()
    seen = {key: record[key].sha256 for key in cells if key in record}
    add_ratings(folder.path, [replace(rating, picture=seen.get(rating.key, "")) for rating in ratings])
    return len(ratings)


def _settled(rating: Rating, only_seed: int | None, rater: str) -> Rating:
    key = rating.key
    if key.seed == 0 and only_seed is not None:
        key = replace(key, seed=only_seed)
    return replace(rating, key=key, rater=rating.rater or rater)


def _strange(ratings: Collection[Rating], cells: Collection[CellKey], name: str) -> list[Fault]:
    keys = dict.fromkeys(rating.key for rating in ratings)
    return [
        Fault(name, f"the study has no cell {key.expression}, {key.character}, seed {key.seed}")
        for key in keys
        if key not in cells
    ]
