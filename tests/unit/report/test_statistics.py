import sys
from itertools import combinations, product
from math import comb
from statistics import fmean, stdev

import numpy as np
import pytest
from scipy.stats import binomtest, t, ttest_ind

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.report.statistics.agreement import krippendorff
from sd_expression_grid.report.statistics.intervals import difference_interval, pooled_dispersion, wilson
from sd_expression_grid.report.statistics.permutation import holm, mcnemar, paired_test, unpaired_test
from tests.unit.report import golden


@pytest.mark.parametrize(("successes", "count"), [(4, 4), (0, 4), (1, 1), (3, 7), (30, 36)])
def test_wilson_is_scipys_where_counts_are_whole(successes, count):
    expected = binomtest(successes, count).proportion_ci(method="wilson")
    assert wilson(successes, count, 0.95) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(("successes", "count", "confidence"), [(2.4, 3.2, 0.95), (4.5, 6, 0.9), (0.3, 1, 0.5)])
def test_wilsons_ends_are_the_shares_that_the_found_one_is_just_as_far_from(successes, count, confidence):
    z = NORMAL[confidence]
    for end in wilson(successes, count, confidence):
        assert abs(successes / count - end) == pytest.approx(z * (end * (1 - end) / count) ** 0.5)


NORMAL = {0.5: 0.6744897502, 0.9: 1.6448536270, 0.95: 1.9599639845}
"""The quantiles of the normal distribution at both ends, from a table."""


def test_half_the_effective_cells_make_a_wider_interval():
    whole, half = wilson(9, 12, 0.95), wilson(4.5, 6, 0.95)
    assert half.low < whole.low < 0.75 < whole.high < half.high


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([[(1, 1), (0, 1), (1, 1)]], 1),  # clusters of one cell
        ([[(2, 4), (2, 4)]], 1),  # more alike than chance lets them be
        ([[(4, 4), (0, 4)]], 7),  # all or nothing: 8 * 0.5**2 over 0.25 * 8 / 7
        ([[(4, 4), (0, 4)], [(2, 4), (2, 4)]], 7 / 2),
        ([[(4, 4), (4, 4)]], 1),
        ([], 1),
    ],
)
def test_dispersion_compares_clusters_with_chance(groups, expected):
    assert pooled_dispersion(groups) == pytest.approx(expected)


def test_newcombes_own_example():
    """Newcombe 1998, table II (a): 56/70 minus 48/80, method 10."""
    shares = [(k / n, wilson(k, n, 0.95)) for k, n in ((56, 70), (48, 80))]
    assert difference_interval(*shares) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_six_pairs_that_all_go_one_way_can_tell_and_five_cannot():
    assert paired_test([2, 3, 4, 5, 6, 7], [1] * 6, 0.95).p == pytest.approx(1 / 32)
    five = paired_test([2, 3, 4, 5, 6], [1] * 5, 0.95)
    assert (five.difference, five.p, five.smallest_p) == pytest.approx((3, 1 / 16, 1 / 16))


def test_pairs_that_are_equal_can_tell_nothing():
    effect = paired_test([0.5, 0.5], [0.5, 0.5], 0.95)
    assert effect == (0, None, 1, 1 / 2)


@pytest.mark.parametrize(("size", "smallest"), [(3, 0.1), (4, 2 / 70)])
def test_groups_of_three_cannot_tell_and_groups_of_four_can(size, smallest):
    effect = unpaired_test(range(10, 10 + size), range(size), 0.95)
    assert (effect.difference, effect.p, effect.smallest_p) == pytest.approx((10, smallest, smallest))


def test_a_single_unit_tells_nothing():
    assert paired_test([1], [0.5], 0.95) == (0.5, None, 1, 1)
    assert unpaired_test([1], [0.5, 0.5], 0.95) == (0.5, None, 1, 1)


def test_students_interval_of_pairs():
    """Differences 1, 2, 3: mean 2, standard error 1/√3, t(2) = 4.3027."""
    assert paired_test([2, 4, 6], [1, 2, 3], 0.95).interval == pytest.approx((2 - 2.4841, 2 + 2.4841), abs=1e-4)


def found_by_chance(differences, found):
    """The share of differences as far out as the one found, twice that of the smaller side."""
    sides = [np.mean([sign * (difference - found) >= -1e-9 for difference in differences]) for sign in (1, -1)]
    return min(1, 2 * min(sides))


@pytest.mark.parametrize(
    ("first", "second"),
    [((0.5, 0.9, 0.3, 0.7), (0.4, 0.95, 0.1, 0.5)), ((0.1, 0.2, 0.9), (0.8, 0.6, 0.7)), ((0.5, 0.5), (0.1, 0.9))],
)
def test_pairs_are_tested_by_all_signs_of_their_differences(first, second):
    differences = [one - other for one, other in zip(first, second, strict=True)]
    means = [fmean(s * d for s, d in zip(signs, differences, strict=True))
             for signs in product((1, -1), repeat=len(first))]  # fmt: skip
    effect = paired_test(first, second, 0.9)
    reach = t.ppf(0.95, len(first) - 1) * stdev(differences) / len(first) ** 0.5
    assert effect.difference == pytest.approx(fmean(differences))
    assert effect.interval == pytest.approx((fmean(differences) - reach, fmean(differences) + reach))
    assert effect.p == pytest.approx(found_by_chance(means, fmean(differences)))
    assert effect.smallest_p == 2 / 2 ** len(first)


@pytest.mark.filterwarnings("ignore:Precision loss occurred")  # by scipy, of a group whose units are all the same
@pytest.mark.parametrize(
    ("first", "second"),
    [((0.5, 0.9, 0.3), (0.4, 0.95, 0.1, 0.2)), ((0.1, 0.2), (0.8, 0.6, 0.7)), ((0.5, 0.5), (0.1, 0.9))],
)
def test_groups_are_tested_by_all_exchanges_of_their_units(first, second):
    every = (*first, *second)
    chosen = [set(places) for places in combinations(range(len(every)), len(first))]
    means = [
        fmean(every[place] for place in places)
        - fmean(every[place] for place in range(len(every)) if place not in places)
        for places in chosen
    ]
    effect, found = unpaired_test(first, second, 0.9), fmean(first) - fmean(second)
    assert effect.difference == pytest.approx(found)
    assert effect.interval == pytest.approx(ttest_ind(first, second, equal_var=False).confidence_interval(0.9))
    assert effect.p == pytest.approx(found_by_chance(means, found))
    assert effect.smallest_p == 2 / comb(len(every), len(first))


def test_differences_that_only_rounding_makes_are_none():
    """0.3 - 0.1 and 0.4 - 0.2 differ in the last binary digit, and so do 0.1 + 0.2 and 0.3."""
    assert paired_test([0.3, 0.4], [0.1, 0.2], 0.95).interval is None
    assert unpaired_test([0.1 + 0.2, 0.3], [0.5, 0.5], 0.95).interval is None
    assert unpaired_test([0.1 + 0.2, 0.3], [0.3, 0.3], 0.95).p == 1


def test_many_units_are_tested_at_random_but_always_alike():
    """2²⁰ arrangements of 20 pairs would be too many: 9,999 are drawn, so that p is at least 2 of 10,000."""
    one, other = np.linspace(0.5, 0.9, 20), np.linspace(0.1, 0.3, 20)
    assert [paired_test(one, other, 0.95).p for _ in range(2)] == pytest.approx([2e-4] * 2)
    assert [unpaired_test(one, other, 0.95).p for _ in range(2)] == pytest.approx([2e-4] * 2)
    mixed = one + np.tile([0.1, -0.1], 10)
    assert paired_test(mixed, one, 0.95) == paired_test(mixed, one, 0.95)


def test_the_tests_need_scipy_and_that_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    for needs_it in (
        lambda: paired_test([1], [0], 0.95), lambda: unpaired_test([1], [0], 0.95), lambda: mcnemar(1, 2)
    ):  # fmt: skip
        with pytest.raises(StudyError) as raised:
            needs_it()
        assert str(raised.value) == (
            "the report needs scipy, which is not installed here: pip install 'sd-expression-grid[report]'"
        )


@pytest.mark.parametrize(("first", "second"), [(3, 1), (1, 3), (7, 2), (4, 4), (0, 6)])
def test_mcnemar_is_a_coin_thrown_for_each_cell_that_differs(first, second):
    count, least = first + second, min(first, second)
    expected = 2 * sum(comb(count, wins) for wins in range(least + 1)) / 2**count
    assert mcnemar(first, second) == pytest.approx(min(1, expected))


def test_mcnemar_counts_only_cells_that_differ():
    assert mcnemar(5, 0) == pytest.approx(1 / 16)
    assert mcnemar(0, 0) == 1


def test_holm_keeps_the_order_and_never_exceeds_one():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1, 1]
    assert holm([]) == []


def test_krippendorffs_own_example():
    """Krippendorff 2011, "Computing Krippendorff's alpha-reliability", C: ordinal alpha is 0.815."""
    raters = ("123321412***", "1233224125*3", "*3332342251*", "12332441251*")
    units = {
        number: [[int(score) - 1 for score in scores if score != "*"]]
        for number, scores in enumerate(zip(*raters, strict=True))
    }
    found = krippendorff(units, 0.95, levels=5)
    assert found.alpha == pytest.approx(0.815, abs=5e-4)
    assert found.cells == 11
    assert found.interval.low < found.alpha < found.interval.high


def test_alpha_and_its_interval_by_definition():
    """Units of one cell with two raters each, so that the bootstrap draws cells; the last has one rater only."""
    pairs = [(2, 2), (0, 1), (0, 0), (1, 2), (2, 0), (1, 1), (2, 2)]
    units = {number: [list(pair)] for number, pair in enumerate(pairs)}
    found = krippendorff({**units, "lonely": [[2], []]}, golden.CONFIDENCE)
    assert found.cells == 7
    assert found.alpha == pytest.approx(golden.alpha(pairs))
    assert found.interval == pytest.approx(golden.alpha_interval(pairs))


def test_cells_of_a_row_and_column_are_drawn_together():
    """Two units, of which one always agrees and the other never does: alpha of either or both of them."""
    agreeing, other = [[0, 0], [2, 2], [1, 1]], [[0, 2], [2, 0], [1, 0]]
    found = krippendorff({"a": agreeing, "b": other}, 0.999)
    assert found.cells == 6
    assert found.alpha == pytest.approx(golden.alpha([*agreeing, *other]))
    assert found.interval == pytest.approx((golden.alpha(other * 2), 1))


def test_of_a_single_row_and_column_nobody_knows_how_certain_alpha_is():
    agreeing = [[0, 0], [2, 2], [1, 2]]
    found = krippendorff({"a": agreeing, "lonely": [[2], []]}, 0.95)
    assert (found.cells, found.interval) == (3, None)
    assert found.alpha == pytest.approx(golden.alpha(agreeing))


def test_raters_who_guess_do_not_agree():
    random = np.random.default_rng(1)
    units = {number: [random.integers(0, 3, 2).tolist()] for number in range(400)}
    found = krippendorff(units, 0.95)
    assert found.interval.low < 0 < found.interval.high


@pytest.mark.parametrize("units", [{}, {1: [[2]]}, {1: [[2, 2]], 2: [[2, 2]]}])
def test_agreement_that_cannot_be_known_is_not_given(units):
    found = krippendorff(units, 0.95)
    assert (found.cells, found.alpha, found.interval) == (2 if len(units) > 1 else 0, None, None)
