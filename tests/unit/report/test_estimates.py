"""Estimates of verdicts by a model of the whole study, and how many more seeds would decide."""

from dataclasses import replace

import numpy as np
import pytest

from sd_expression_grid.report.expressions import rank_expressions, verdict_on
from sd_expression_grid.report.matrix import matrix_of
from sd_expression_grid.report.more_seeds import MOST_SEEDS, GrowingRate, seeds_that_decide
from sd_expression_grid.report.statistics import hierarchy
from sd_expression_grid.report.statistics.hierarchy import row_chances
from sd_expression_grid.report.statistics.intervals import wilson
from sd_expression_grid.report.subjects import subjects_of
from sd_expression_grid.report.types import Thresholds
from tests.benchmarks.verdicts import decisions, summary
from tests.simulated import WORLDS, simulated
from tests.unit.rated import REFERENCE, columns, table
from tests.unit.report.made import rate


def wilson_rate(successes, count):
    return replace(rate(successes, count), interval=wilson(successes, count, 0.95))


def needed(reference, characters, seeds=4, dispersion=1.0, **limits):
    growing = [
        GrowingRate(rate=wilson_rate(*counts), dispersion=spread, confidence=0.95)
        for counts, spread in ((reference, 1.0), (characters, dispersion))
    ]
    return seeds_that_decide(*growing, seeds, lambda *rates: verdict_on(*rates, Thresholds(**limits)).name)


@pytest.mark.parametrize(
    ("reference", "characters", "seeds"),
    [
        ((3, 4), (10, 40), (12, 12)),  # 12 of 16 are clearly above a half, 11.25 of 15 are not
        ((1, 4), (20, 40), (12, 12)),
        ((4, 4), (22, 40), (None, 35)),  # the characters alone are near the line
        ((2, 4), (20, 40), (None, None)),  # both are exactly at it
    ],
)
def test_how_many_more_seeds_would_decide(reference, characters, seeds):
    assert needed(reference, characters) == seeds


def test_the_number_of_seeds_is_the_first_that_decides():
    """By hand: so many times as many cells with the same share, in Wilson's formula."""
    more, _ = needed((3, 4), (10, 40))
    above = [wilson(0.75 * count, count, 0.95).low > 0.5 for count in (4 + more - 1, 4 + more)]
    assert above == [False, True]


def test_correlated_cells_need_more_seeds_and_other_limits_other_numbers():
    _, independent = needed((4, 4), (24, 40))
    _, correlated = needed((4, 4), (24, 40), dispersion=2.0)
    assert independent < correlated <= MOST_SEEDS
    assert needed((4, 4), (24, 40), characters_can=0.4)[1] == 1


def study(**rows):
    """Rows of six characters: the successes of the reference, and of each character, of four seeds."""
    people = columns(*"abcdef")
    cells = {
        row: " ".join(
            ",".join(f"{sign}y" if who else sign for sign in "y" * wins + "n" * (4 - wins))
            for who, wins in enumerate(found)
        )
        for row, found in rows.items()
    }
    return table([REFERENCE, *people], cells)


CLEAR = {
    "fine": (4, 4, 4, 4, 3, 4, 4), "fine_too": (4, 4, 3, 4, 4, 4, 3), "stiff": (4, 0, 1, 0, 0, 1, 0),
    "stiff_too": (4, 1, 0, 0, 1, 0, 0), "beyond": (0, 0, 0, 0, 0, 0, 0), "beyond_too": (0, 0, 0, 1, 0, 0, 0),
}  # fmt: skip


def estimated(rated):
    matrix = matrix_of(rated, Thresholds())
    return {each.label: each.estimate for each in rank_expressions(matrix, subjects_of(matrix))}


def test_what_is_clear_is_estimated_so():
    found = estimated(study(**CLEAR))
    assert {label: estimate.likeliest for label, estimate in found.items()} == {
        "fine": "no LoRA needed", "fine_too": "no LoRA needed", "stiff": "easy candidate",
        "stiff_too": "easy candidate", "beyond": "hard candidate", "beyond_too": "hard candidate",
    }  # fmt: skip
    for estimate in found.values():
        assert sum(estimate.probabilities.values()) == pytest.approx(1)
        assert 0 <= estimate.characters.low < estimate.characters.high <= 1
    assert found["fine"].reference.low > found["beyond"].reference.high


@pytest.mark.slow
def test_a_row_learns_from_the_others():
    """Half of the reference's seeds show it; among rows that all can, it is more probably one that can, too."""
    near = (2, 1, 2, 1, 1, 0, 1)
    able = {f"able{n}": (4, 3, 3, 4, 2, 3, 4) for n in range(8)}
    unable = {f"unable{n}": (0, 0, 0, 1, 0, 0, 0) for n in range(8)}
    among_able, among_unable = (estimated(study(near=near, **others))["near"] for others in (able, unable))
    assert among_able.reference.low > among_unable.reference.low
    assert among_able.probabilities["hard candidate"] < among_unable.probabilities["hard candidate"]


def test_there_is_no_estimate_of_what_is_too_small_or_has_no_reference():
    two = dict(list(CLEAR.items())[:2])
    assert set(estimated(study(**two)).values()) == {None}
    without = study(**CLEAR)
    rated = tuple(each for each in without.ratings if each.key.character != "reference")
    assert set(estimated(replace(without, ratings=rated)).values()) == {None}
    neutral = estimated(study(neutral=(4, 4, 4, 4, 4, 4, 4), **CLEAR))
    assert [label for label, estimate in neutral.items() if estimate is None] == ["neutral"]


def test_cells_that_are_not_rated_say_nothing():
    reference, characters = np.array([4.0, 2, 0, 3]), np.ones((4, 3)) * 2
    some = row_chances((reference, np.full(4, 4.0)), (characters, np.full((4, 3), 4.0)))
    more = row_chances(
        (np.append(reference, 0), np.append(np.full(4, 4.0), 0)),
        (np.vstack([characters, np.zeros(3)]), np.vstack([np.full((4, 3), 4.0), np.zeros(3)])),
    )
    assert np.ptp(np.quantile(more.reference[:, 4], [0.025, 0.975])) > 0.7
    assert np.abs(some.reference.mean(axis=0) - more.reference[:, :4].mean(axis=0)).max() < 0.05


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (4, 3), (3, 9)])
def test_products_and_inverses_of_the_design_are_those_of_whole_matrices(rows, columns):
    random = np.random.default_rng(rows)
    design, _ = hierarchy._design(rows, columns)
    products, weights = hierarchy._Products(design), random.random(len(design))
    weighted = products.weighted(weights)
    assert weighted == pytest.approx(design.T @ np.diag(weights) @ design)
    definite = weighted + np.diag(random.random(len(weighted)) + 1)
    inverse = hierarchy._inverse(definite, columns)
    assert inverse == pytest.approx(np.linalg.inv(definite))
    assert products.spread(inverse) == pytest.approx(np.diag(design @ inverse @ design.T))


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
def test_the_estimate_decides_more_than_the_verdict_and_less_of_it_wrongly(world):
    random = np.random.default_rng(21)
    made = [simulated(random, WORLDS[world], reference_seeds=8) for _ in range(40)]
    ways = {way: numbers for way, *numbers in summary([each for truth in made for each in decisions(truth)])}
    (decided, wrong, *_), (more, fewer, *held) = ways["verdict"], ways[f"estimate {Thresholds().probable:.0%}"]
    assert more > decided
    assert fewer < wrong
    assert min(held) > 0.86
