import numpy as np
import pytest
from scipy.stats import binomtest

from sd_expression_grid.report.statistics.agreement import krippendorff
from sd_expression_grid.report.statistics.intervals import difference_interval, pooled_dispersion, wilson
from sd_expression_grid.report.statistics.permutation import holm, mcnemar, paired_test, unpaired_test


@pytest.mark.parametrize(("successes", "count"), [(4, 4), (0, 4), (1, 1), (3, 7), (30, 36)])
def test_wilson_is_scipys_where_counts_are_whole(successes, count):
    expected = binomtest(successes, count).proportion_ci(method="wilson")
    assert wilson(successes, count, 0.95) == pytest.approx((expected.low, expected.high))


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


def test_raters_who_guess_do_not_agree():
    random = np.random.default_rng(1)
    units = {number: [random.integers(0, 3, 2).tolist()] for number in range(400)}
    found = krippendorff(units, 0.95)
    assert found.interval.low < 0 < found.interval.high


@pytest.mark.parametrize("units", [{}, {1: [[2]]}, {1: [[2, 2]], 2: [[2, 2]]}])
def test_agreement_that_cannot_be_known_is_not_given(units):
    assert krippendorff(units, 0.95).alpha is None
