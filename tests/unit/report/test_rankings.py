"""Characters, weights, groups and expressions: their order, and where the limits are by which they are judged."""

import pytest

from sd_expression_grid.ratings.ratings_table import Column
from sd_expression_grid.report.characters import groups_of, rank_characters
from sd_expression_grid.report.curves import curves_of
from sd_expression_grid.report.expressions import alike_rows, rank_expressions, verdict_on
from sd_expression_grid.report.matrix import matrix_of
from sd_expression_grid.report.statistics.intervals import Interval
from sd_expression_grid.report.subjects import subjects_of
from sd_expression_grid.report.types import Thresholds
from tests.unit.rated import REFERENCE, columns, table
from tests.unit.report.made import rate


def matrix(characters, rows, **thresholds):
    return matrix_of(table([REFERENCE, *characters], rows), Thresholds(**thresholds))


def ranked(*args, **thresholds):
    return rank_characters(matrix(*args, **thresholds))


def labels(results):
    return [getattr(result, "column", result).label for result in results]


def test_characters_come_most_flexible_first_then_by_all_cells_then_as_in_the_study():
    """In ``hard`` the reference fails, so that it tells characters apart only where they are level."""
    rows = {"sad": "y -- ny yy ny ny ny yy", "hard": "n -- ny ny ny yy ny --"}
    assert labels(ranked(columns(*"abcdefg"), rows)) == ["g", "c", "e", "b", "d", "f", "a"]


@pytest.mark.parametrize(
    ("others", "rows", "p_values"),
    [
        (0, 8, [1]),
        (1, 8, [1, 2 / 2**8]),
        (2, 8, [1, 3 * 2 / 2**8, 3 * 2 / 2**8]),
        (3, 8, [1, *[6 * 2 / 2**8] * 3]),
        (3, 3, [1, 1, 1, 1]),
    ],
)
def test_who_is_behind_has_a_p_value_for_all_pairs(others, rows, p_values):
    found = ranked(columns(*"abcd"[: 1 + others]), {f"row {n}": "y yy" + " ny" * others for n in range(rows)})
    assert [result.p_behind for result in found] == pytest.approx(p_values)


def test_only_rows_and_seeds_that_both_are_rated_in_tell_who_is_behind():
    """Rated together: four cells that only ``a`` has, one that only ``b`` has; 2 · (5 + 1) / 2⁵."""
    rows = {"both": "y,y yy,yy ny,ny", "other": "y,y yy,yy ny,ny", "last": "y,y yy,ny --,yy", "none": "y,y yy,yy --,--"}
    first, second = ranked(columns("a", "b"), rows)
    assert (first.column.label, first.flexibility.count, second.flexibility.count) == ("a", 8, 5)
    assert second.p_behind == pytest.approx(2 * 6 / 32)


@pytest.mark.parametrize(
    ("signs", "limit", "fails"),
    [
        ("nn", 0.8, False),  # of two rows, nothing is said
        ("nnn", 0.8, True),
        ("nnny", 0.8, False),
        ("nnnny", 0.8, True),
        ("nnny", 0.75, True),
        ("nnn-", 0.8, True),  # what is not rated is no success
        ("nnnh", 0.8, False),  # half of the seeds is no failure
    ],
)
def test_who_fails_on_nearly_every_row(signs, limit, fails):
    scores = {"n": "ny,ny", "y": "yy,yy", "-": "--,--", "h": "yy,ny"}
    (found,) = ranked(columns("a"), {f"row {n}": f"y,y {scores[sign]}" for n, sign in enumerate(signs)}, stiff=limit)
    assert found.fails_nearly_everywhere == fails
    assert found.failed_rows == tuple(f"row {n}" for n, sign in enumerate(signs) if sign == "n")


def at_weights(*weights, **more):
    return [Column(label=f"Noor {weight:g}", person="Noor", weight=weight, **more) for weight in weights]


def curves(characters, rows, **thresholds):
    found = matrix(characters, rows, **thresholds)
    return curves_of(found, rank_characters(found), rank_expressions(found, subjects_of(found)))


def of_two_makers():
    """Noor's LoRAs of Ana and of Bo, each at two weights, as lists with ``weights=`` make them."""
    return [
        Column(label=f"Noor by {maker} {weight:g}", person="Noor", weight=weight, kind="lora", creator=maker)
        for maker in ("Ana", "Bo") for weight in (0.4, 0.8)
    ]  # fmt: skip


def test_two_models_of_one_person_at_several_weights_are_two_characters():
    rows = dict.fromkeys(SIX, "y ny ny yy yy")
    subjects = subjects_of(matrix(of_two_makers(), rows))
    assert [(subject.label, subject.person, subject.creator) for subject in subjects] == [
        ("Noor by Ana", "Noor", "Ana"), ("Noor by Bo", "Noor", "Bo"),
    ]  # fmt: skip
    assert [curve.name for curve in curves(of_two_makers(), rows)] == ["Noor by Ana · LoRA", "Noor by Bo · LoRA"]


SIX = [f"row {n}" for n in range(6)]


@pytest.mark.parametrize(
    ("cells", "limit", "best", "is_clear"),
    [
        ("ny yy", 0.05, 1, True),  # 2 / 2⁶ = 0.03125
        ("yy ny", 2 / 2**6, 0, True),
        ("ny yy", 0.031, 1, False),
        ("-- yy", 0.05, 1, False),
        ("yy --", 0.05, 0, False),
        ("-- --", 0.05, None, False),
        ("yn yy", 0.05, 1, True),
        ("ny nn", 0.05, 0, False),  # neither succeeds; at 0 it is still the person
        ("ny ny", 0.05, 0, False),
    ],
)
def test_the_best_of_two_weights(cells, limit, best, is_clear):
    (curve,) = curves(at_weights(1.0, 0.0), {row: f"y {' '.join(reversed(cells.split()))}" for row in SIX},
                      significance=limit)  # fmt: skip
    assert (curve.key, curve.numbers, curve.labels) == ("weight", (0, 1), ("Noor 0", "Noor 1"))
    assert (curve.name, curve.is_clear) == ("Noor", is_clear)
    assert curve.best == best


def test_every_character_at_several_weights_has_a_curve_with_its_kind():
    characters = [*at_weights(1, 0.5, kind="lora"), *at_weights(0.4, kind="embedding"), *columns("plain", weight=1.0)]
    (curve,) = curves(characters, {"sad": "y yy ny yy yy"})
    assert (curve.name, curve.numbers, curve.best) == ("Noor · LoRA", (0.5, 1), 1)


def test_characters_at_several_weights_are_one_subject():
    """Seed 0 is judged at the weight that is best on seed 1, and the other way round; at a tie at that nearest to 1."""
    noor = at_weights(0.5, 1.2, 0.9, kind="lora", tags=("soft", "new"))
    characters = [*columns("Zoe"), *noor, *columns("Ada", person="Ada L", kind="none", tags=("Soft",))]
    found = matrix(
        characters, {"sad": "y,y yy,yy yy,ny ny,ny ny,yy yy,yy", "bored": "n,y yy,yy yy,yy yy,ny ny,ny ny,ny"}
    )
    ada, noor, zoe = subjects_of(found)
    assert (ada.label, ada.person, ada.kind, ada.tags) == ("Ada", "Ada L", "none", ("soft",))
    assert (noor.label, noor.person, noor.kind, noor.tags) == ("Noor", "Noor", "lora", ("soft", "new"))
    assert (zoe.label, zoe.person, zoe.kind, zoe.tags) == ("Zoe", "Zoe", None, ())
    # on seed 1: 0.5 has 1 of 2 (bored), 1.2 has 0, 0.9 has 1 (sad): 0.9 is nearer to 1; on seed 0 only 0.5 has any
    assert [(found.cells[place].key.character, found.cells[place].key.seed) for place in noor.cells] == [
        ("Noor 0.9", 0), ("Noor 0.9", 0), ("Noor 0.5", 1), ("Noor 0.5", 1)
    ]  # fmt: skip
    assert zoe.cells == tuple(found.column("Zoe"))


def test_groups_are_kinds_and_tags_with_the_mean_of_their_characters():
    characters = [
        *columns("a", kind="lora", tags=("soft",)), *columns("b", kind="lora"), *columns("c", tags=("Soft", "rare")),
        *columns("d", tags=("rare",)), *columns("e", tags=("unrated",)),
    ]  # fmt: skip
    found = matrix(characters, {"sad": "y yy ny yy -- --", "bored": "y yy yy ny yy --"})
    groups = groups_of(found, subjects_of(found))
    assert [(group.name, group.characters, group.mean) for group in groups] == [
        ("LoRAs", ("a", "b"), 0.75), ("soft", ("a", "c"), 0.75), ("rare", ("c", "d"), 0.75)
    ]  # fmt: skip
    assert [len(group.cells) for group in groups] == [4, 4, 3]
    assert groups[0].cells == (*found.column("a"), *found.column("b"))


def test_expressions_come_hardest_first_then_by_the_reference_and_unrated_last():
    rows = {
        "unrated": "- --", "easy": "y yy", "only reference": "n --", "hard": "y ny", "harder": "n ny",
        "hard too": "y nn", "half": "- n-",
    }  # fmt: skip
    found = matrix(columns("a"), rows)
    assert labels(rank_expressions(found, subjects_of(found))) == [
        "harder", "hard", "hard too", "easy", "only reference", "unrated", "half"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "provisional"),
    [
        ("y,y,y,y yy,--,--,--", False),  # the reference's seeds count
        ("y,y,y,- yy,yy,yy,yy", True),
        ("-,-,-,- yy,yy,yy,yy", False),  # without a reference, the characters' do
        ("-,-,-,- yy,yy,yy,y-", True),
    ],
)
def test_a_verdict_is_provisional_below_four_rated_seeds(cells, provisional):
    found = matrix(columns("a"), {"sad": cells, "other": "y,y,y,y yy,yy,yy,yy"})
    (verdict,) = (result.verdict for result in rank_expressions(found, subjects_of(found)) if result.label == "sad")
    assert verdict.is_provisional == provisional


@pytest.mark.parametrize(
    ("reference", "characters", "verdict"),
    [
        (rate(2, 4, low=0.2, high=0.49), rate(2, 4, low=0.51, high=0.9), "no LoRA needed"),
        (rate(2, 4, low=0.2, high=0.49), rate(2, 4, low=0.5, high=0.9), "hard candidate"),
        (rate(2, 4, low=0.2, high=0.5), rate(1, 4, low=0.1, high=0.4), "undecided"),
        (rate(4, 4, low=0.5, high=1.0), rate(1, 4, low=0.1, high=0.4), "undecided"),
        (rate(4, 4, low=0.51, high=1.0), rate(1, 4, low=0.1, high=0.4), "easy candidate"),
        (rate(4, 4, low=0.51, high=1.0), rate(2, 4, low=0.4, high=0.6), "undecided"),  # half of them can
        (rate(3, 4, low=0.51, high=0.9), rate(1, 4, low=0.1, high=0.8), "undecided"),  # not clearly fewer than it
        (rate(3, 4, low=0.6, high=0.9), rate(0, 0), "undecided"),
        (rate(1, 4, low=0.1, high=0.4), rate(0, 0), "hard candidate"),
        (rate(0, 0), rate(3, 4, low=0.6, high=0.9), "no LoRA needed"),
    ],
)
def test_the_bounds_of_verdicts(reference, characters, verdict):
    assert verdict_on(reference, characters, 4, Thresholds()).name == verdict


def test_the_shares_alone_decide_where_the_verdict_is_provisional():
    limits = Thresholds(reference_can=0.4, characters_can=0.8)
    level = rate(2, 4)
    assert verdict_on(level, level, 3, limits).name == "undecided"  # no lower than the reference
    assert verdict_on(level, rate(1, 4), 3, limits).name == "easy candidate"
    assert verdict_on(rate(2, 5), rate(1, 4), 3, limits).name == "undecided"  # exactly at the limit
    assert verdict_on(level, rate(4, 5), 3, limits).name == "undecided"


@pytest.mark.parametrize(
    ("reference", "characters", "reason"),
    [
        (rate(3, 4), rate(1, 4), "the reference shows it in 75% (3 of 4; 25 to 75%), the characters in 25% (1 of 4; "
         "25 to 75%)"),
        (rate(0, 0), rate(1, 4), "the reference is not rated, the characters in 25% (1 of 4; 25 to 75%)"),
        (rate(3, 4), rate(0, 0), "the reference shows it in 75% (3 of 4; 25 to 75%), the characters are not rated"),
    ],
)  # fmt: skip
def test_a_verdict_has_its_reason(reference, characters, reason):
    assert verdict_on(reference, characters, 4, Thresholds()).reason == reason


def test_neither_an_unrated_row_nor_the_neutral_one_has_a_verdict():
    found = matrix(columns("a"), {" Neutral": "y yy", "unrated": "- --", "neutral too": "y yy", "only it": "y --"})
    verdicts = {result.label: result.verdict for result in rank_expressions(found, subjects_of(found))}
    assert {label for label, verdict in verdicts.items() if verdict is None} == {"unrated", " Neutral"}


def test_creators_are_groups_and_an_unrated_character_is_counted_in_none():
    characters = [*columns("a", "b", creator="mirka"), *columns("c", creator="mirka"), *columns("d", creator="quill")]
    found = matrix(characters, {"sad": "y yy ny -- yy", "bored": "y yy yy -- ny"})
    groups = groups_of(found, subjects_of(found))
    assert [(group.trait, group.name, group.characters, group.mean) for group in groups] == [
        ("creator", "mirka", ("a", "b"), 0.75), ("creator", "quill", ("d",), 0.5)
    ]  # fmt: skip


def rows_of(*scores):
    """Rows with a score for each character, the first of them for the reference."""
    letters = {f"row {n}": " ".join(line) for n, line in enumerate(scores)}
    width = max(map(len, scores)) - 1
    return columns(*(f"c{n}" for n in range(width))), letters


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("yynnyynnyy", "yynnyynnyy", [(1, 10, 10)]),
        ("yynnyynny", "yynnyynny", []),  # nine pairs tell nothing
        ("yynnyynny-", "yynnyynny-", []),
        ("yynnyynnyy-", "yynnyynnyyn", [(1, 10, 10)]),  # one is not rated in both
        ("yyyyynnnnn", "yyyynnnnnn", [(0.8, 9, 10)]),  # (0.9 - 0.5 · 0.4 - 0.5 · 0.6) / 0.5
        ("yyynnnpppy", "yyynnnpppp", [((0.9 - 0.33) / 0.67, 9, 10)]),  # 0.4 · 0.3 + 0.3 · 0.3 + 0.3 · 0.4
        ("yyyyynnnnp", "yyyynnnnnp", [((0.9 - 0.41) / 0.59, 9, 10)]),
        ("yyyyyynnnn", "yyyynnnnnn", []),
        ("yyyyyyyyyy", "yyyyyyyyyy", []),  # all the same: that tells nothing
    ],
)
def test_when_rows_are_alike(first, second, found):
    alike = alike_rows(matrix(*rows_of(first, second), alike=0.799999))
    assert [(pair.kappa, pair.same, pair.count) for pair in alike] == [
        (pytest.approx(kappa), *numbers) for kappa, *numbers in found
    ]


def test_rows_are_alike_from_the_threshold_on():
    kept = "yynnyynnyy"
    for limit, count in ((1.0, 1), (1.01, 0)):
        assert len(alike_rows(matrix(*rows_of(kept, kept), alike=limit))) == count


def test_the_most_alike_rows_come_first_with_their_cells():
    characters, rows = rows_of("yynnpyynnp", "yynnpyynnn", "ypnnpyynnn", "yynnpyynnp")
    characters.append(Column(label="worn", exclude=True))
    found = matrix(characters, {row: f"{cells} y" for row, cells in rows.items()})
    pairs = alike_rows(found)
    assert [(pair.first, pair.second, pair.same) for pair in pairs] == [
        ("row 0", "row 3", 10), ("row 0", "row 1", 9), ("row 1", "row 3", 9), ("row 1", "row 2", 9)
    ]  # fmt: skip
    named = [(found.cells[place].key.expression, found.cells[place].key.character) for place in pairs[0].cells]
    columns_of = ["reference", *(f"c{n}" for n in range(9))]
    assert named == [(row, label) for row in ("row 0", "row 3") for label in columns_of]


def test_correlated_cells_make_a_wider_interval_but_never_of_less_than_one_cell():
    """Wilson's interval of 1 of 1 at 50%: from 1 / (1 + z²), z = 0.6745."""
    found = matrix(columns("a"), {"sad": "y,y yy,yy"}, confidence=0.5)
    places = found.column("a")
    assert found.rate(places, "both", 9.0).interval == pytest.approx((1 / (1 + 0.67449**2), 1), abs=1e-5)
    assert found.rate(places, "both", 1.0).interval == pytest.approx((2 / (2 + 0.67449**2), 1), abs=1e-5)
    assert isinstance(found.rate(places, "both").interval, Interval)
