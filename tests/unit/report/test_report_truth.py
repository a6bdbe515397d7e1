"""Studies whose truth is known: chances are set, pictures and raters are drawn from them, and the report must find it.

The chances follow a logistic model: an expression's ease, a character's flexibility, and what suits the two together.
"""

import numpy as np
import pytest

from sd_expression_grid.ratings.ratings_table import Column
from sd_expression_grid.report.characters import rank_characters
from sd_expression_grid.report.comparisons import compare
from sd_expression_grid.report.expressions import rank_expressions
from sd_expression_grid.report.matrix import matrix_of
from sd_expression_grid.report.report import report_on
from sd_expression_grid.report.statistics.permutation import paired_test, unpaired_test
from sd_expression_grid.report.subjects import subjects_of
from sd_expression_grid.report.types import Thresholds
from tests.unit.rated import chance, columns, drawn

pytestmark = pytest.mark.slow

ROWS, SEEDS = 9, 4
GRID = np.linspace(-4, 4, 41)
WEIGHTS = np.exp(-(GRID**2) / 2) / np.exp(-(GRID**2) / 2).sum()


def on_average(logits, spread):
    """The chance over a normal effect that nobody sees."""
    return np.tensordot(chance(np.asarray(logits)[..., None] + spread * GRID), WEIGHTS, axes=1)


def simulated(random, count, *, seed_effect, flexibility=1.0, interaction=0.5):
    """A table of characters without a cell that the reference cannot do, and the chances of characters and rows."""
    ease = random.normal(0, 1.5, ROWS)
    logits = ease + random.normal(0, flexibility, (count, 1)) + random.normal(0, interaction, (count, ROWS))
    effects = random.normal(0, seed_effect, (count, 1, SEEDS))
    outcomes = random.random((count, ROWS, SEEDS)) < chance(logits[..., None] + effects)
    table = drawn(columns(*(f"c{n}" for n in range(count))), outcomes, np.ones((ROWS, SEEDS), bool))
    spread = np.sqrt(flexibility**2 + interaction**2 + seed_effect**2)
    return table, on_average(logits, seed_effect).mean(axis=1), on_average(ease, spread)


@pytest.mark.parametrize("seed_effect", [0, 1])
def test_intervals_hold_the_truth_as_often_as_they_promise(seed_effect):
    """95% of 480 characters and 540 rows, less what so many studies may miss it by."""
    random = np.random.default_rng(5)
    characters, rows = [], []
    for _ in range(60):
        table, flexibility, ease = simulated(random, 8, seed_effect=seed_effect)
        matrix = matrix_of(table, Thresholds())
        for result in rank_characters(matrix):
            low, high = result.flexibility.interval
            characters.append(low <= flexibility[int(result.column.label[1:])] <= high)
        for result in rank_expressions(matrix, subjects_of(matrix)):
            low, high = result.rates["both"].interval
            rows.append(low <= ease[int(result.label[4:])] <= high)
    assert np.mean(characters) > 0.92
    assert np.mean(rows) > 0.92


def test_without_allowance_for_clusters_the_intervals_would_not_hold():
    """Characters differ much; the rows of a study have them in common, so that there are 60 cases and not 540."""
    random = np.random.default_rng(5)
    allowed, plain = [], []
    for _ in range(60):
        table, _, ease = simulated(random, 8, seed_effect=0, flexibility=3)
        matrix = matrix_of(table, Thresholds())
        for result in rank_expressions(matrix, subjects_of(matrix)):
            truth, both = ease[int(result.label[4:])], result.rates["both"]
            for rate, inside in ((both, allowed), (matrix.rate(both.cells, "both"), plain)):
                inside.append(rate.interval.low <= truth <= rate.interval.high)
    assert np.mean(plain) < 0.85
    assert np.mean(allowed) > 0.9


def test_the_ranking_is_that_of_the_true_flexibility():
    random = np.random.default_rng(6)
    truth = np.linspace(0.1, 0.9, 5)
    outcomes = random.random((5, 20, 6)) < truth[:, None, None]
    report = report_on(drawn(columns("e", "d", "c", "b", "a"), outcomes, np.ones((20, 6), bool)))
    assert [result.column.label for result in report.characters] == ["a", "b", "c", "d", "e"]


def test_flexibility_is_not_held_down_by_what_the_base_model_cannot_do():
    """Two characters who always do what the reference does, in a study half of which is out of its reach."""
    random = np.random.default_rng(7)
    reference = random.random((ROWS, SEEDS)) < 0.5
    report = report_on(drawn(columns("a", "b"), [reference, reference], reference))
    assert {result.flexibility.share for result in report.characters} == {1}
    assert report.characters[0].rates["both"].share == pytest.approx(reference.mean())


@pytest.mark.parametrize(
    ("reference", "characters", "verdict"),
    [(0.98, 0.1, "easy candidate"), (0.05, 0.05, "hard candidate"), (0.98, 0.9, "no LoRA needed")],
)
def test_verdicts_recover_the_truth(reference, characters, verdict):
    random = np.random.default_rng(8)
    outcomes = random.random((12, 60, 8)) < characters
    report = report_on(drawn(columns(*"abcdefghijkl"), outcomes, random.random((60, 8)) < reference))
    found = [result.verdict.name for result in report.expressions]
    assert found.count(verdict) >= 0.8 * len(found)
    assert set(found) <= {verdict, "undecided"}


def test_verdicts_on_the_border_are_seldom_given():
    """A reference and characters at exactly one half: "hard" and "no LoRA needed" have a chance of 2.5% each."""
    random = np.random.default_rng(9)
    outcomes = random.random((12, 100, 8)) < 0.5
    report = report_on(drawn(columns(*"abcdefghijkl"), outcomes, random.random((100, 8)) < 0.5))
    found = [result.verdict.name for result in report.expressions]
    assert found.count("undecided") >= 0.9 * len(found)


def test_tests_raise_no_more_false_alarms_than_they_promise():
    random = np.random.default_rng(10)
    p_values = []
    for _ in range(150):
        shares = random.binomial(36, chance(random.normal(0, 1, (2, 6)))) / 36
        p_values.append((paired_test(*shares, 0.95).p, unpaired_test(*shares, 0.95).p))
    alarms = (np.array(p_values) <= 0.05).mean(axis=0)
    assert (alarms < 0.1).all()


def kinds(random, people, advantage):
    """The same persons as LoRA and embedding, by their chances' logits."""
    flexibility = random.normal(0, 0.7, people)
    ease = random.normal(0, 1, ROWS)
    logits = np.stack([flexibility[:, None] + ease, flexibility[:, None] + ease + advantage])
    outcomes = random.random((2, people, ROWS, SEEDS)) < chance(logits)[..., None]
    characters = [
        Column(label=f"{kind} {person}", kind=kind, person=f"person {person}")
        for kind in ("lora", "embedding")
        for person in range(people)
    ]
    return drawn(characters, outcomes.reshape(-1, ROWS, SEEDS), np.ones((ROWS, SEEDS), bool))


@pytest.mark.parametrize(("advantage", "least", "most"), [(0, 0, 0.12), (1.5, 0.9, 1)])
def test_a_difference_of_kinds_is_found_where_there_is_one(advantage, least, most):
    random = np.random.default_rng(11)
    found = []
    for _ in range(50):
        matrix = matrix_of(kinds(random, 7, advantage), Thresholds())
        (comparison,) = compare(matrix, subjects_of(matrix))
        found.append(comparison.outcome == "first")
    assert least <= np.mean(found) <= most
