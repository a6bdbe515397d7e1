"""Which groups of characters are compared, what each comparison rests on, and when it is clear."""

from itertools import combinations
from statistics import fmean, variance

import pytest
from scipy.stats import t

from sd_expression_grid.ratings.ratings_table import Column
from sd_expression_grid.report.comparisons import compare
from sd_expression_grid.report.matrix import matrix_of
from sd_expression_grid.report.subjects import subjects_of
from sd_expression_grid.report.types import Thresholds
from sd_expression_grid.report.wording import units, versus
from tests.unit.rated import REFERENCE, table

ROWS = 10
KNOWN, INVENTED = {"tags": ("well-known",)}, {"tags": ("invented",)}


def column(label, wins, **fields):
    """A character that succeeds in so many of ten rows; None for one that nobody rated."""
    return Column(label=label, **fields), wins


def compared(*characters, **thresholds):
    """The comparisons of these characters; the reference shows all expressions."""
    signs = [["--" if wins is None else "yy" if row < wins else "ny" for _, wins in characters] for row in range(ROWS)]
    rows = {f"row {number}": f"y {' '.join(line)}" for number, line in enumerate(signs)}
    matrix = matrix_of(table([REFERENCE, *(column for column, _ in characters)], rows), Thresholds(**thresholds))
    return compare(matrix, subjects_of(matrix))


def told(comparisons):
    return [f"{versus(c)}: {units(c)}, {c.means[0]:g} and {c.means[1]:g}, {c.outcome}" for c in comparisons]


LORA, TI = {"kind": "lora"}, {"kind": "embedding"}


@pytest.mark.parametrize(
    ("characters", "expected"),
    [
        ([column("a", 5, **TI), column("b", 4, **TI)], []),
        ([column("a", 5), column("b", 4)], []),
        ([column("a", 5, **LORA), column("b", None, **TI)], []),
        (
            [column("b", 4, **LORA), column("a", 9, **TI), column("c", 0)],
            ["embeddings against LoRAs: 1 and 1 characters, 0.9 and 0.4, too few to tell"],
        ),
        (
            [column("a", 9, person="Noor", **TI), column("b", 4, person="Noor", **LORA)],
            ["embeddings against LoRAs: 1 person as both, 0.9 and 0.4, too few to tell"],
        ),
        (
            [column("a", 9, person="Noor", **TI), column("Noor", 4, **LORA), column("c", 2, **LORA)],
            [
                "embeddings against LoRAs: 1 person as both, 0.9 and 0.4, too few to tell",
                "embeddings against LoRAs: 1 and 2 characters, 0.9 and 0.3, too few to tell",
            ],
        ),
        (  # a person who has two models of a kind counts once, with their mean
            [
                column("a", 9, person="Noor", **TI), column("b", 5, person="Noor", **TI),
                column("c", 4, person="Noor", **LORA), column("d", 1, person="Tomas", **TI),
            ],
            [
                "embeddings against LoRAs: 1 person as both, 0.7 and 0.4, too few to tell",
                "embeddings against LoRAs: 3 and 1 characters, 0.5 and 0.4, too few to tell",
            ],
        ),
        (
            [column("a", 9, **KNOWN), column("b", 4), column("c", 3)],
            ["well-known against others: 1 and 2 characters, 0.9 and 0.35, too few to tell"],
        ),
        (
            [column("a", 9, **INVENTED), column("b", 4), column("c", 3)],
            ["others against invented: 2 and 1 characters, 0.35 and 0.9, too few to tell"],
        ),
        (
            [column("a", 9, **INVENTED), column("b", 4), column("c", 3, tags=("Well-Known",))],
            ["well-known against invented: 1 and 1 characters, 0.3 and 0.9, too few to tell"],
        ),
        ([column("a", 9, **KNOWN), column("b", 4, **KNOWN)], []),
        (  # within each kind that both groups have; the LoRA without a tag is in neither
            [
                column("a", 9, **LORA, **KNOWN), column("b", 8, **TI, **KNOWN), column("c", 4, **LORA, **INVENTED),
                column("d", 3, **TI, **INVENTED), column("e", 2, kind="none", **INVENTED), column("f", 1, **LORA),
            ],
            [
                "embeddings against LoRAs: 2 and 3 characters, 0.55 and 0.466667, too few to tell",
                "well-known against invented (embeddings only): 1 and 1 characters, 0.8 and 0.3, too few to tell",
                "well-known against invented (LoRAs only): 1 and 1 characters, 0.9 and 0.4, too few to tell",
            ],
        ),
        (
            [column("a", 9, **LORA, **KNOWN), column("b", 4, kind="none", **INVENTED), column("c", 3, **INVENTED)],
            ["well-known against invented: 1 and 2 characters, 0.9 and 0.35, too few to tell"],
        ),
        (
            [column("a", 9, tags=("soft",)), column("b", 4), column("c", 3)],
            ["soft against others: 1 and 2 characters, 0.9 and 0.35, too few to tell"],
        ),
        (  # two tags that divide all who have one, whatever they are called, and the asked one in its place
            [
                column("a", 9, tags=("nobody",)), column("b", 4, tags=("celebrity", "soft")),
                column("c", 3, tags=("nobody",)), column("d", 1),
            ],
            [
                "nobody against celebrity: 2 and 1 characters, 0.6 and 0.4, too few to tell",
                "soft against others: 1 and 3 characters, 0.4 and 0.433333, too few to tell",
            ],
        ),
        (
            [column("a", 9, **INVENTED), column("b", 4, tags=("celebrity",)), column("c", 3, tags=("Invented",))],
            ["celebrity against invented: 1 and 2 characters, 0.4 and 0.6, too few to tell"],
        ),
        (  # every two tags; who has both is in neither
            [
                column("a", 9, tags=("soft",)), column("b", 4, tags=("hard",)), column("c", 3, tags=("hard", "Soft")),
                column("d", 2, tags=("wet",)), column("e", 1),
            ],
            [
                "soft against hard: 1 and 1 characters, 0.9 and 0.4, too few to tell",
                "soft against wet: 2 and 1 characters, 0.6 and 0.2, too few to tell",
                "hard against wet: 2 and 1 characters, 0.35 and 0.2, too few to tell",
            ],
        ),
        (
            [column("a", 9, tags=("well-known", "soft")), column("b", 4, **INVENTED), column("c", 3)],
            [
                "well-known against invented: 1 and 1 characters, 0.9 and 0.4, too few to tell",
                "soft against others: 1 and 2 characters, 0.9 and 0.35, too few to tell",
            ],
        ),
    ],
)  # fmt: skip
def test_what_is_compared(characters, expected):
    assert told(compared(*characters)) == expected


EMBEDDINGS, LORAS = (9, 8, 9, 7, 8, 9), (4, 3, 5, 3, 3, 6, 1)


def pairs():
    """Six persons as embedding and as LoRA, and one as LoRA only."""
    embeddings = [column(f"TI {n}", wins, person=f"person {n}", **TI) for n, wins in enumerate(EMBEDDINGS)]
    return embeddings + [column(f"LoRA {n}", wins, person=f"person {n}", **LORA) for n, wins in enumerate(LORAS)]


def test_the_numbers_of_a_paired_comparison():
    paired, _ = compared(*pairs())
    differences = [(one - other) / 10 for one, other in zip(EMBEDDINGS, LORAS, strict=False)]
    reach = t.ppf(0.975, 5) * (variance(differences) / 6) ** 0.5
    assert paired.means == pytest.approx((50 / 60, 24 / 60))
    assert paired.difference == pytest.approx(fmean(differences))
    assert paired.interval == pytest.approx((fmean(differences) - reach, fmean(differences) + reach))
    assert (paired.p, paired.smallest_p) == (1 / 32, 1 / 32)  # all six go one way
    assert (paired.units, paired.outcome, paired.within) == ((6, 6), "first", None)
    assert sorted(paired.cells) == list(range(ROWS, 13 * ROWS))  # not the LoRA whose person has no embedding


def test_the_numbers_of_an_unpaired_comparison():
    _, found = compared(*pairs())
    groups = [[wins / 10 for wins in group] for group in (EMBEDDINGS, LORAS)]
    low, high = welch(*groups, 0.95)
    assert found.means == pytest.approx(tuple(map(fmean, groups)))
    assert found.difference == pytest.approx(fmean(groups[0]) - fmean(groups[1]))
    assert found.interval == pytest.approx((low, high))
    assert found.p == pytest.approx(exchanged(*groups))
    assert found.smallest_p == pytest.approx(2 / 1716)  # 13 over 6
    assert (found.units, found.outcome) == ((6, 7), "first")
    assert sorted(found.cells) == list(range(ROWS, 14 * ROWS))


def welch(first, second, confidence):
    """Welch's interval of a difference of means, by its formula."""
    parts = [variance(group) / len(group) for group in (first, second)]
    freedom = sum(parts) ** 2 / sum(part**2 / (len(g) - 1) for part, g in zip(parts, (first, second), strict=True))
    difference, reach = fmean(first) - fmean(second), t.ppf((1 + confidence) / 2, freedom) * sum(parts) ** 0.5
    return difference - reach, difference + reach


def exchanged(first, second):
    """The share of all exchanges of units that differ as much or more, twice that of the smaller side."""
    every = [*first, *second]
    found = fmean(first) - fmean(second)
    differences = [
        sum(chosen) / len(first) - (sum(every) - sum(chosen)) / len(second)
        for chosen in combinations(every, len(first))
    ]
    sides = [sum(sign * (d - found) >= -1e-9 for d in differences) for sign in (1, -1)]
    return min(1, 2 * min(sides) / len(differences))


def four(wins, tag):
    return [column(f"{tag} {n}", wins + n % 2, tags=(tag,)) for n in range(4)]


@pytest.mark.parametrize(
    ("groups", "limit", "outcome"),
    [
        ((8, 4), 0.05, "first"),
        ((4, 8), 0.05, "second"),
        ((4, 8), 2 / 70, "second"),  # as strong as four against four can be
        ((4, 8), 0.028, "too few to tell"),
        ((4, 5), 0.05, "no clear difference"),
    ],
)
def test_when_a_difference_is_clear(groups, limit, outcome):
    known, invented = groups
    (found,) = compared(*four(known, "well-known"), *four(invented, "invented"), significance=limit)
    assert found.outcome == outcome
    assert found.smallest_p == pytest.approx(2 / 70)


@pytest.mark.parametrize(
    ("limit", "outcomes"), [(0.05, ["no clear difference"] * 3), (0.09, ["first", "second", "second"])]
)
def test_other_tags_have_a_p_value_for_all_of_them(limit, outcomes):
    found = compared(*four(6, "hard"), *four(3, "soft"), *four(9, "wet"), significance=limit)
    assert [comparison.p for comparison in found] == pytest.approx([3 * 2 / 70] * 3)
    assert [comparison.outcome for comparison in found] == outcomes
