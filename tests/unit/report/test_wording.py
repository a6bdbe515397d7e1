"""Numbers and names as all parts of a report say them."""

import pytest

from sd_expression_grid.report import wording
from sd_expression_grid.report.statistics.intervals import Interval
from tests.unit.report.made import comparison, rate

PAIRED = {"is_paired": True, "units": (1, 1)}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (wording.percent(0.834), "83%"),
        (wording.fine_percent(0.0204), "2.0%"),
        (wording.percents(Interval(0.006, 0.944)), "1 to 94%"),
        (wording.percents(None), ""),
        (wording.points(0.124), "+12"),
        (wording.points(-0.03), "−3"),
        (wording.points(0.0), "0"),
        (wording.points(-0.004), "0"),
        (wording.point_range(Interval(-0.03, 0.27)), "−3 to +27"),
        (wording.point_range(None), ""),
        (wording.p_value(0.0009), "p < 0.001"),
        (wording.p_value(0.001), "p = 0.001"),
        (wording.p_value(0.0312), "p = 0.031"),
        (wording.counted(rate(30, 36, low=0.68, high=0.92)), "83% (30 of 36; 68 to 92%)"),
        (wording.counted(rate(0, 0)), "not rated"),
        (wording.number(0, "cell"), "0 cells"),
        (wording.number(1, "cell"), "1 cell"),
        (wording.number(1200, "cell"), "1,200 cells"),
        (wording.few([]), ""),
        (wording.few(["a"]), "a"),
        (wording.few(["a", "b"]), "a and b"),
        (wording.few(list("abcdefg")), "a, b, c, d, e, f and g"),
        (wording.few(list("abcdefgh")), "a, b, c, d, e, f and 2 more"),
        (wording.few(list("abcd"), 2), "a, b and 2 more"),
        (wording.few(["a, or so", "b", "c"]), "“a, or so”, “b” and “c”"),
        (wording.few(["a", "b, or so", "c"]), "“a”, “b, or so” and “c”"),
        (wording.units(comparison("a", "b", **PAIRED)), "1 person as both"),
        (wording.units(comparison("a", "b", is_paired=False, units=(8, 1))), "8 and 1 characters"),
        (wording.versus(comparison("a", "b")), "a against b"),
        (wording.versus(comparison("a", "b", within="none")), "a against b (plain words only)"),
        (wording.singular("lora"), "LoRA"),
        (wording.plural("lora"), "LoRAs"),
        (wording.singular("embedding"), "embedding"),
        (wording.plural("embedding"), "embeddings"),
        (wording.singular("none"), "plain words"),
        (wording.plural("none"), "plain words"),
        (wording.singular(None), ""),
        (wording.plural(None), ""),
    ],
)
def test_how_it_is_said(found, said):
    assert found == said


def test_the_measures_and_their_order():
    assert list(wording.MEASURES.items()) == [
        ("both", "Expression and person"), ("expression", "Expression"), ("likeness", "Person"),
        ("natural", "Natural"), ("all", "All three"),
    ]  # fmt: skip
