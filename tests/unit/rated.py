"""Tables of ratings for tests: written by hand, and by raters whose pictures have known chances."""

import numpy as np

from sd_expression_grid.ratings.ratings import Rating
from sd_expression_grid.ratings.ratings_table import Column, RatingsTable
from sd_expression_grid.study.study import CellKey

REFERENCE = Column(label="reference", kind="none", is_reference=True)
SIGNS = {"y": 2, "p": 1, "n": 0, "-": None}


def rating(expression, character, seed, scores, rater="Ana", **more):
    """A sign for each score, y, p, n or - for none: one alone is the expression's, then person and natural follow."""
    shown, kept, natural = (SIGNS[sign] for sign in f"{scores}--"[:3])
    key = CellKey(expression=expression, character=character, seed=seed)
    given = {"expression_score": shown, "likeness_score": kept, "natural_score": natural}
    return Rating(key=key, rater=rater, **given, **more)


def table(columns, rows, **more):
    """``rows`` holds, for each row, a word for each column, with the scores of each seed, divided by commas."""
    ratings = []
    seeds = 0
    for expression, cells in rows.items():
        for column, cell in zip(columns, cells.split(), strict=True):
            for seed, scores in enumerate(cell.split(",")):
                seeds = max(seeds, seed + 1)
                ratings.append(rating(expression, column.label, seed, scores))
    counted = tuple(r for r in ratings if not r.is_empty)
    return RatingsTable(rows=tuple(rows), columns=tuple(columns), seeds=tuple(range(seeds)), ratings=counted, **more)


def columns(*labels, **fields):
    return [Column(label=label, **fields) for label in labels]


def drawn(characters, successes, reference):
    """A table from outcomes: ``successes`` (character, row, seed) and ``reference`` (row, seed) are truth values."""
    _, rows, seeds = np.shape(successes)
    labels = [f"row {row}" for row in range(rows)]
    outcomes = {REFERENCE.label: reference, **dict(zip([c.label for c in characters], successes, strict=True))}
    ratings = tuple(
        rating(labels[row], label, seed, ("y" if outcome[row][seed] else "n") + "y")
        for label, outcome in outcomes.items()
        for row in range(rows)
        for seed in range(seeds)
    )
    return RatingsTable(
        rows=tuple(labels), columns=(REFERENCE, *characters), seeds=tuple(range(seeds)), ratings=ratings
    )


def chance(logit):
    return 1 / (1 + np.exp(-np.asarray(logit)))
