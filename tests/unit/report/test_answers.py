"""The answers to the four questions, sentence by sentence, for all that a study may have found."""

from dataclasses import replace

import pytest

from sd_expression_grid.report.answers import answers_of, caution, compared
from sd_expression_grid.report.report import report_on
from sd_expression_grid.report.types import Thresholds
from tests.unit.rated import REFERENCE, columns, table
from tests.unit.report.made import PLAIN, alike, character, comparison, expression, group, report

FLEXIBLE, KINDS, TAGS, CANDIDATES = range(4)


def said(question, **parts):
    return answers_of(report(**{"groups": (), "comparisons": (), "alike_rows": (), **parts}))[question].sentences


def test_the_questions():
    assert [answer.question for answer in PLAIN.answers] == [
        "Which characters are the most flexible?",
        "Are embeddings more flexible than LoRAs?",
        "Are well-known people more flexible than invented ones?",
        "Which expressions are candidates for a LoRA of their own?",
    ]


@pytest.mark.parametrize(
    ("scores", "warning"),
    [
        ("--,--,--,--", ""),
        ("yy,--,--,--", "From 1 seed only: an impression, not yet a finding."),
        ("yy,--,ny,y-", "From 3 seeds only: an impression, not yet a finding."),
        ("yy,yy,ny,-y", ""),
    ],
)
def test_the_warning_counts_rated_seeds(scores, warning):
    assert caution(report_on(table(columns("a"), {"sad": scores, "happy": scores}))) == warning


FIRST = "a: expression reached and person kept in 75% (3 of 4; 25 to 75%)"
ELIGIBLE = "of the cells in which the reference shows the expression"


def ranked(*p_values, **more):
    """``a`` before as many others as there are p-values: b, c, …"""
    others = [character(label, 1, 4, p) for label, p in zip("bcdefg", p_values, strict=False)]
    return said(FLEXIBLE, characters=(character("a", 3, 4), *others, character("unrated", 0, 0)), **more)


@pytest.mark.parametrize(
    ("p_values", "following"),
    [
        ([1], "Nobody else is clearly behind, so that the order may be chance."),
        ([0.0501, 1], "Nobody else is clearly behind, so that the order may be chance."),
        ([0.05], "Clearly behind are all others."),
        ([0.01, 0.05], "Clearly behind are all others."),
        ([0.06, 0.05], "Clearly behind are all others but b."),
        ([0.06, 1, 0.05, 0.01], "Clearly behind are all others but b and c."),
        ([0.06, 1, 0.05], "Clearly behind is only d."),
        ([0.06, 1, 0.07, 0.05, 0.01], "Clearly behind are only e and f."),
    ],
)
def test_who_is_clearly_behind(p_values, following):
    last = "bcdefg"[len(p_values) - 1]
    least = f"The least flexible is {last}, with 25% (1 of 4; 25 to 75%)."
    assert ranked(*p_values) == (f"{FIRST} {ELIGIBLE}.", following, least)


def test_the_first_question_of_one_character_and_of_none():
    assert ranked() == (f"{FIRST} {ELIGIBLE}.",)
    assert ranked(is_corrected=False) == (f"{FIRST} of all rated cells.",)
    assert ranked(judges_likeness=False) == (f"a: expression reached in 75% (3 of 4; 25 to 75%) {ELIGIBLE}.",)
    assert said(FLEXIBLE, characters=(character("a", 0, 0),)) == (
        "Cannot be told: no character is rated in a cell whose reference shows the expression.",
    )


@pytest.mark.parametrize(
    ("stiff", "who"), [("b", "b fails"), ("ab", "a and b fail"), ("abcdefgh", "a, b, c, d, e, f and 2 more fail")]
)
def test_who_fails_nearly_everywhere(stiff, who):
    characters = [character(label, stiff=label in stiff) for label in "abcdefgh"]
    sentences = said(FLEXIBLE, characters=characters)
    assert sentences[-1] == f"{who} on nearly every row: look whether to exclude."


def test_means_are_told_of_two_groups_or_more():
    groups = [group("LoRAs", 0.25, "a"), group("none rated", None, "b"), group("soft", 0.0, "a", "c")]
    means = "Means by kind and tag, with the number of characters: LoRAs 25% (1), soft 0% (2)."
    assert ranked(groups=groups)[1:] == (means,)
    assert ranked(groups=groups[:2])[1:] == ()


TOO_FEW = (
    "Too few to tell for embeddings against LoRAs: 6 persons as both, with 80% against 30%. Had all gone the same way, "
    "p could still not be below 0.062."
)
UNPAIRED = {"is_paired": False, "units": (3, 2)}
LOTS = TOO_FEW.replace("6 persons as both", "3 and 2 characters")
CLEAR = "Embeddings are more flexible than LoRAs: 80% against 30%, +50 points (+25 to +75), p = 0.031, "
PERSONS = "They are not the same persons, so that a difference may be one between persons."


def kinds(outcome="too few to tell", **more):
    return comparison("embeddings", "LoRAs", outcome, **more)


@pytest.mark.parametrize(
    ("comparisons", "sentences"),
    [
        ([kinds()], (TOO_FEW,)),
        ([kinds(**UNPAIRED)], (LOTS, PERSONS)),
        ([kinds(), kinds(**UNPAIRED)], (TOO_FEW, LOTS, PERSONS)),
        ([kinds("first"), kinds(**UNPAIRED)], (f"{CLEAR}6 persons as both.",)),
        ([kinds(), kinds("first", **UNPAIRED)], (f"{CLEAR}3 and 2 characters.", PERSONS)),
        ([kinds("first"), kinds("first", **UNPAIRED)], (f"{CLEAR}6 persons as both.",)),
    ],
)
def test_embeddings_and_loras(comparisons, sentences):
    assert said(KINDS, comparisons=(*comparisons, comparison("embeddings", "other", "first"))) == sentences


@pytest.mark.parametrize(
    ("rated", "missing"),
    [
        ({}, "no embeddings and no LoRAs"),
        ({"lora": 2}, "no embeddings"),
        ({"embedding": 2, "lora": 0}, "no LoRAs"),
        ({"embedding": 1, "lora": 2}, "no cells of both"),
    ],
)
def test_what_is_missing_for_the_second_question(rated, missing):
    characters = [character(kind, count, count, kind=kind) for kind, count in rated.items()]
    assert said(KINDS, characters=(character("plain", kind="none"), *characters)) == (
        f"Cannot be told: {missing} with ratings that count.",
    )


NO_KIND = "No kind is known to be in both groups, so that a difference may be one between kinds."
SAYS = "Well-known are more flexible than invented"
NUMBERS = ": 80% against 30%, +50 points (+25 to +75), p = 0.031, "


def tags(first="well-known", second="invented", outcome="first", **more):
    return comparison(first, second, outcome, **{**UNPAIRED, **more})


@pytest.mark.parametrize(
    ("made", "sentences"),
    [
        (tags(), (f"{SAYS}{NUMBERS}3 and 2 characters.", NO_KIND)),
        (tags(within="lora"), (f"{SAYS}, LoRAs only{NUMBERS}3 and 2 characters.",)),
        (tags(is_paired=True, units=(1, 1)), (f"{SAYS}{NUMBERS}1 person as both.",)),
        (tags(second="others"), (f"{SAYS[:-8]}others{NUMBERS}3 and 2 characters.", NO_KIND)),
        (
            tags(first="others", outcome="second", difference=-0.5, means=(0.3, 0.8)),
            (
                "Others are less flexible than invented: 30% against 80%, −50 points (+25 to +75), p = 0.031, "
                "3 and 2 characters.",
                NO_KIND,
            ),
        ),
    ],
)
def test_well_known_and_invented(made, sentences):
    unclear = [tags("soft", "hard", outcome) for outcome in ("too few to tell", "no clear difference")]
    assert said(TAGS, comparisons=(kinds("first"), made, *unclear)) == sentences


@pytest.mark.parametrize("pair", [("soft", "others"), ("well-known", "soft"), ("soft", "invented")])
def test_other_tags_are_told_where_they_are_clear(pair):
    untold = "Cannot be told: no rated characters to compare have the tags 'well-known' and 'invented'."
    names = f"{pair[0].capitalize()} are {{}} flexible than {pair[1]}{NUMBERS}3 and 2 characters."
    assert said(TAGS, comparisons=(tags(*pair),)) == (untold, names.format("more"))
    assert said(TAGS, comparisons=(tags(*pair, "second"),)) == (untold, names.format("less"))
    assert said(TAGS, comparisons=(tags(*pair, "no clear difference"),)) == (untold,)


def test_the_tags_of_the_third_question_can_be_others():
    thresholds = replace(Thresholds(), well_known="star", invented="nobody")
    assert said(TAGS, comparisons=(tags("star", "nobody", within="lora"),), thresholds=thresholds) == (
        f"Star are more flexible than nobody, LoRAs only{NUMBERS}3 and 2 characters.",
    )
    assert said(TAGS, thresholds=thresholds) == (
        "Cannot be told: no rated characters to compare have the tags 'star' and 'nobody'.",
    )


def test_a_comparison_that_is_not_clear_and_one_without_an_interval():
    assert compared(tags(outcome="no clear difference", p=0.5, within="embedding")) == (
        "No clear difference for well-known against invented (embeddings only): 80% against 30%, +50 points "
        "(+25 to +75), p = 0.500, 3 and 2 characters."
    )
    assert compared(kinds("first", interval=None, p=0.0009)) == (
        "Embeddings are more flexible than LoRAs: 80% against 30%, +50 points, p < 0.001, 6 persons as both."
    )


MEANINGS = {
    "easy candidate": "Easy candidate{} (the base model can, characters mostly can't): ",
    "hard candidate": "Hard candidate{} (not even the base model can): ",
    "no LoRA needed": "No LoRA needed (characters mostly can): ",
    "undecided": "Undecided (the ratings do not say): ",
}


@pytest.mark.parametrize("name", MEANINGS)
def test_candidates_are_one_or_several(name):
    many = [expression(f"row {n}", name) for n in range(14)]
    assert said(CANDIDATES, expressions=many[:1]) == (f"{MEANINGS[name].format('')}row 0.",)
    assert said(CANDIDATES, expressions=many[:2]) == (f"{MEANINGS[name].format('s')}row 0 and row 1.",)
    thirteen, fourteen = (said(CANDIDATES, expressions=many[:count])[0] for count in (13, 14))
    assert thirteen.endswith("row 10, row 11 and row 12.")
    assert fourteen.endswith("row 10, row 11 and 2 more.")


def test_candidates_come_easy_ones_first():
    rows = [expression(name[:4], name) for name in reversed(MEANINGS)]
    assert said(CANDIDATES, expressions=rows) == tuple(
        f"{text.format('')}{name[:4]}." for name, text in MEANINGS.items()
    )
    assert said(CANDIDATES, expressions=()) == ()


@pytest.mark.parametrize(
    ("provisional", "which"), [("a", "For a this is"), ("ab", "For a and b this is"), ("abc", "All verdicts are")]
)
def test_provisional_verdicts(provisional, which):
    rows = [expression(label, provisional=label in provisional) for label in "abc"]
    limits = Thresholds(seeds=7)
    _, last = said(CANDIDATES, expressions=rows, thresholds=limits)
    assert last == f"{which} provisional: fewer than 7 seeds are rated."


def test_rows_that_are_alike_are_named_six_pairs_at_most():
    pairs = [alike(f"a{n}", f"b{n}") for n in range(7)]
    assert said(CANDIDATES, expressions=(), alike_rows=pairs[:1]) == (
        "The ratings hardly tell apart: a0 and b0. Look whether the pictures do.",
    )
    named = "; ".join(f"a{n} and b{n}" for n in range(6))
    assert said(CANDIDATES, expressions=(), alike_rows=pairs) == (
        f"The ratings hardly tell apart: {named}. Look whether the pictures do.",
    )


def test_a_reference_alone_is_not_ranked():
    report = report_on(table([REFERENCE], {"sad": "y"}))
    assert report.answers[FLEXIBLE].sentences == (
        "Cannot be told: no character is rated in a cell whose reference shows the expression.",
    )
