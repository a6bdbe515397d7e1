"""A five-line table of ratings that has all that a report can show, and what follows from it, reckoned by hand.

Scores are those of ``rated.table``: expression and person, y, p, n or - for none, seed 0 before the comma.
"Eligible" are the cells whose reference shows the expression: all of the first three rows, and seed 0 of sad.
"""

from dataclasses import replace
from itertools import product
from statistics import NormalDist

import numpy as np
from scipy.stats import chi2_contingency

from sd_expression_grid.evidence.measurements import Evidence, Measurement
from sd_expression_grid.ratings.ratings_table import Column
from sd_expression_grid.report.report import report_on
from sd_expression_grid.report.types import Thresholds
from sd_expression_grid.study.study import CellKey
from tests.unit.rated import REFERENCE, rating, table

SEEDS = (0, 1)
COLUMNS = (
    REFERENCE,
    Column(label="Noor 0.5", person="Noor", kind="lora", weight=0.5, tags=("well-known",)),
    Column(label="Noor 1", person="Noor", kind="lora", weight=1.0, tags=("well-known",)),
    Column(label="Noor TI", person="Noor", kind="embedding", tags=("well-known",)),
    Column(label="Tomas", kind="embedding", tags=("invented",)),
    Column(label="Worn", exclude=True),
)
LABELS = [column.label for column in COLUMNS]
ROWS = {
    #            reference  Noor 0.5  Noor 1  Noor TI  Tomas  Worn
    "neutral": " y,y        yy,yy     yy,yy   yy,yy    yy,yy  yy,yy",
    "smiling": " y,y        ny,yy     yy,py   yy,yy    ny,yn  ny,ny",
    "laughing": "y,y        ny,py     yy,py   yy,yy    ny,yn  ny,ny",
    "sad": "     y,n        ny,yy     yy,ny   yn,ny    ny,--  ny,ny",
    "bored": "   n,-        ny,ny     nn,ny   ny,py    ny,n-  yy,ny",
}
SECOND_RATER = (
    rating("neutral", "Noor TI", 0, "yy", rater="Bo"),
    rating("smiling", "Tomas", 0, "py", rater="Bo"),  # the lower middle of no and partly is no
    rating("sad", "Noor 0.5", 0, "ny", rater="Bo"),
)
CONFIDENCE = 0.9
THRESHOLDS = Thresholds(confidence=CONFIDENCE, stiff=0.75)

CHARACTERS = ("Noor TI", "Noor 1", "Noor 0.5", "Tomas")
"""The most flexible first."""
EXPRESSIONS = ("bored", "sad", "smiling", "laughing", "neutral")
"""The hardest first; bored is harder than sad for the reference, too."""
MEASURES = ("expression", "likeness", "both")

# Successes, partly, cells, ratings
FLEXIBILITY = {"Noor TI": (6, 0, 7, 8), "Noor 1": (5, 2, 7, 7), "Noor 0.5": (3, 1, 7, 8), "Tomas": (2, 0, 7, 8)}
OF_CHARACTERS = {
    "Noor TI": {"expression": (7, 1, 10, 11), "likeness": (9, 0, 10, 11), "both": (6, 1, 10, 11)},
    "Noor 1": {"expression": (5, 2, 10, 10), "likeness": (9, 0, 10, 10), "both": (5, 2, 10, 10)},
    "Noor 0.5": {"expression": (4, 1, 10, 11), "likeness": (10, 0, 10, 11), "both": (4, 1, 10, 11)},
    "Tomas": {"expression": (4, 0, 9, 10), "likeness": (6, 0, 8, 9), "both": (2, 0, 8, 9)},
}
P_BEHIND = {"Noor TI": 1.0, "Noor 1": 1.0, "Noor 0.5": 1.0, "Tomas": 0.75}
"""Six pairs of characters; Noor TI alone succeeds in four cells, Tomas alone in none: 6 · 2 · 0.5⁴."""

OF_REFERENCE = {"bored": (0, 0, 1, 1), "sad": (1, 0, 2, 2), "smiling": (2, 0, 2, 2), "laughing": (2, 0, 2, 2)}
OF_REFERENCE["neutral"] = (2, 0, 2, 2)
# Noor's LoRA is one character. Seed 1 is best at 0.5, so seed 0 is judged at 0.5; seed 0 is best at 1, so seed 1 at 1.
OF_EXPRESSIONS = {
    "bored": {"expression": (0, 1, 6, 6), "likeness": (5, 0, 5, 5), "both": (0, 1, 5, 5)},
    "sad": {"expression": (1, 0, 5, 6), "likeness": (4, 0, 5, 6), "both": (0, 0, 5, 6)},
    "smiling": {"expression": (3, 1, 6, 7), "likeness": (5, 0, 6, 7), "both": (2, 1, 6, 7)},
    "laughing": {"expression": (3, 1, 6, 6), "likeness": (5, 0, 6, 6), "both": (2, 1, 6, 6)},
    "neutral": {"expression": (6, 0, 6, 7), "likeness": (6, 0, 6, 7), "both": (6, 0, 6, 7)},
}
VERDICTS = {
    "bored": "hard candidate",
    "sad": "undecided",
    "smiling": "easy candidate",
    "laughing": "easy candidate",
    "neutral": None,
}
"""None for the neutral row, which nobody needs a LoRA for."""


def spread(*groups):
    """The dispersion of groups of clusters (successes, cells), from the chi-squared of each group's table."""
    found = expected = 0.0
    for clusters in groups:
        wins, cells = np.transpose(clusters)
        variance = wins.sum() / cells.sum() * (1 - wins.sum() / cells.sum())
        found += chi2_contingency([wins, cells - wins], correction=False).statistic * variance
        expected += (len(cells) - 1) * variance * cells.sum() / (cells.sum() - 1)
    return max(1.0, found / expected)


# Clusters of characters are their eligible cells of seed 0 and of seed 1; groups that are all yes say nothing.
CHARACTER_SPREAD = {
    "expression": spread([(4, 4), (1, 3)], [(1, 4), (2, 3)], [(1, 4), (3, 3)]),  # Noor 1, Noor 0.5, Tomas
    "likeness": spread([(3, 4), (3, 3)], [(4, 4), (1, 3)]),  # Noor TI, Tomas
    "both": spread([(3, 4), (3, 3)], [(4, 4), (1, 3)], [(1, 4), (2, 3)], [(1, 4), (1, 3)]),
}
# Clusters of expressions are the persons, Noor and Tomas.
EXPRESSION_SPREAD = {
    "expression": spread([(2, 4), (1, 2)], [(2, 4), (1, 2)], [(1, 4), (0, 1)]),  # smiling, laughing, sad
    "likeness": spread([(4, 4), (1, 2)], [(4, 4), (1, 2)], [(3, 4), (1, 1)]),
    "both": spread([(2, 4), (0, 2)], [(2, 4), (0, 2)]),
}


def interval(successes, count, dispersion=1.0):
    """Wilson's, by its definition: the shares from which the one found is z standard errors away."""
    z, cells, share = NormalDist().inv_cdf((1 + CONFIDENCE) / 2), max(1.0, count / dispersion), successes / count
    low, high = sorted(np.roots([1 + z * z / cells, -2 * share - z * z / cells, share * share]).real)
    return low, high


def character_interval(label, measure=None):
    """The interval of a character's flexibility, or of one of its rates."""
    successes, _, count, _ = OF_CHARACTERS[label][measure] if measure else FLEXIBILITY[label]
    return interval(successes, count, CHARACTER_SPREAD[measure or "both"])


def expression_interval(label, measure=None):
    """The interval of the characters' rate in a row, or of the reference's."""
    successes, _, count, _ = OF_EXPRESSIONS[label][measure] if measure else OF_REFERENCE[label]
    return interval(successes, count, EXPRESSION_SPREAD[measure] if measure else 1.0)


def scores_of(row, label):
    """The scores of a row and column, seed by seed, as signs for (expression, likeness, both)."""
    is_reference = label == REFERENCE.label
    found = []
    for signs in ROWS[row].split()[LABELS.index(label)].split(","):
        shown, kept = f"{signs}-"[:2]
        both = "-" if "-" in (shown, kept) else min((shown, kept), key="npy".index)
        found.append((shown, "-", shown) if is_reference else (shown, kept, both))
    return found


def counts(row, label, measure):
    """Successes, partly, cells and ratings of a row and column."""
    scores = [scores[MEASURES.index(measure)] for scores in scores_of(row, label)]
    seconds = {(r.key.expression, r.key.character) for r in SECOND_RATER}
    cells = len(scores) - scores.count("-")
    return scores.count("y"), scores.count("p"), cells, cells + ((row, label) in seconds)


def places(*cells):
    """The places of cells, each a (column, row, seed), among all 60: column after column, row after row."""
    order = list(product(LABELS, ROWS, SEEDS))
    return [order.index(cell) for cell in cells]


def eligible(label):
    """The places of a character's rated eligible cells."""
    return places(*product([label], ("neutral", "smiling", "laughing"), SEEDS), (label, "sad", 0))


def judged(row, measure="both"):
    """The places of the characters' scored cells in a row, in the order in which subjects and seeds come."""
    columns = [("Noor TI", 0), ("Noor TI", 1), ("Noor 0.5", 0), ("Noor 1", 1), ("Tomas", 0), ("Tomas", 1)]
    return places(
        *((label, row, seed) for label, seed in columns if scores_of(row, label)[seed][MEASURES.index(measure)] != "-")
    )


def key(row, label, seed):
    return CellKey(expression=row, character=label, seed=seed)


MOUTHS = {
    key("sad", "reference", 0): 0.1,
    key("sad", "Noor TI", 0): 0.019,  # rated yes
    key("sad", "Tomas", 0): 0.001,  # rated no
    key("smiling", "Tomas", 0): 0.03,  # rated no
}
FACELESS = {key("sad", "Noor 1", 0): "picture", key("sad", "Noor 0.5", 0): "neutral"}


def _evidence():
    pictures = {"method": "landmarks", "picture": "a", "neutral": "b"}
    found = {cell: Measurement(**pictures, parts={"brows": 0.004, "mouth": share}) for cell, share in MOUTHS.items()}
    found |= {cell: Measurement(**pictures, faceless=where) for cell, where in FACELESS.items()}
    return Evidence(method="landmarks", neutral="neutral", measurements=found)


def golden_table():
    """The table: with pictures of all cells but one, and with ratings that do not count."""
    rated = table(COLUMNS, ROWS, title="Five lines")
    missing = key("bored", "reference", 1)
    files = {cell: f"cells/{cell.character}/{cell.expression} #{cell.seed}.png" for cell in rated.cell_keys()}
    del files[missing]
    return replace(
        rated,
        ratings=rated.ratings + SECOND_RATER,
        stale=(rating("smiling", "Noor 1", 0, "ny"), rating("smiling", "Noor 1", 0, "ny", rater="Bo")),
        strange=(rating("winking", "Zoe", 9, "yy"),),
        not_drawn=(missing, key("neutral", "Worn", 0)),
        files=files,
        evidence=_evidence(),
    )


def golden_report():
    return report_on(golden_table(), THRESHOLDS)


ALPHA = 1 - 5 * 8 / 180
"""Krippendorff's, of the expression scores (yes, yes), (no, partly) and (no, no): three no, one partly, two yes.

Distances are 4 between no and partly, 12.25 between no and yes, 2.25 between partly and yes. Observed: 4 in both
orders, so 8. Expected: 2 · (3·1·4 + 3·2·12.25 + 1·2·2.25) = 180.
"""


def alpha(pairs):
    """Krippendorff's ordinal alpha of cells with two scores each, straight from its definition."""
    scores = [score for pair in pairs for score in pair]

    def distance(one, other):
        low, high = sorted((one, other))
        between = sum(low <= score <= high for score in scores)
        return (between - (scores.count(low) + scores.count(high)) / 2) ** 2 if low != high else 0

    observed = sum(2 * distance(*pair) for pair in pairs) / len(scores)
    expected = sum(distance(*pair) for pair in product(scores, repeat=2)) / (len(scores) * (len(scores) - 1))
    return 1 - observed / expected if expected else np.nan


def alpha_interval(pairs):
    """The quantiles of the alphas of the same cells drawn again, as often as the report draws them."""
    draws = np.random.default_rng(0).integers(len(pairs), size=(1000, len(pairs)))
    tail = (1 - CONFIDENCE) / 2
    return tuple(np.nanquantile([alpha([pairs[place] for place in drawn]) for drawn in draws], [tail, 1 - tail]))


ALPHA_INTERVAL = alpha_interval([(2, 2), (0, 1), (0, 0)])
