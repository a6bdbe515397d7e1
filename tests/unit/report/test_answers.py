"""The answers to the four questions, sentence by sentence, for all that a study may have found."""

from dataclasses import replace

import pytest

from sd_expression_grid.report.answers import answers_of, caution, compared, hints_of
from sd_expression_grid.report.report import report_on
from sd_expression_grid.report.statistics.intervals import Interval
from sd_expression_grid.report.types import Estimate, Thresholds
from tests.unit.rated import REFERENCE, columns, table
from tests.unit.report.made import PLAIN, alike, character, comparison, expression, group, rate, report

FLEXIBLE, KINDS = range(2)
TAGS, CANDIDATES = 2, -1
TAGGED = {"columns": tuple(columns("a", tags=("x",)))}


def said(question, **parts):
    return answers_of(report(**{"groups": (), "comparisons": (), "alike_rows": (), **parts}))[question].sentences


def questions(**parts):
    return [answer.question for answer in answers_of(report(**{"groups": (), "comparisons": (), **parts}))]


def test_the_questions_depend_on_what_is_known_of_the_characters():
    bare = [
        "Which characters are the most flexible?",
        "Are embeddings more flexible than LoRAs?",
        "Which expressions are candidates for a LoRA of their own?",
    ]
    assert questions() == bare
    known = {"groups": (group("quill", 0.5, "a", trait="creator"),), **TAGGED}
    first = "Which characters are the most flexible, and which creators' models?"
    third = "Are well-known people more flexible than invented ones?"
    assert questions(**known) == [first, bare[1], third, bare[2]]


@pytest.mark.parametrize(
    ("pair", "question"),
    [
        (("celebrity", "nobody"), "Are characters tagged “celebrity” more flexible than those tagged “nobody”?"),
        (("soft", "others"), "Are characters tagged “soft” more flexible than others?"),
        (("others", "soft"), "Are characters without the tag “soft” more flexible than those with it?"),
        (("well-known", "invented"), "Are well-known people more flexible than invented ones?"),
    ],
)
def test_the_third_question_names_the_tags_that_are_compared(pair, question):
    made = (kinds("first"), tags("x", "y", subject="other tags"), tags(*pair))
    assert questions(comparisons=made, **TAGGED)[TAGS] == question


def test_what_could_not_be_asked_is_a_hint():
    tags_hint = (
        "Whether well-known people are more flexible than invented ones: give the characters tags={} and tags={}."
    )
    creators_hint = "Which creators' models are the most flexible: give the characters creator=… ."
    assert hints_of(PLAIN) == (tags_hint.format("well-known", "invented"), creators_hint)
    limits = replace(Thresholds(), well_known="star", invented="nobody")
    assert hints_of(report(thresholds=limits))[0] == tags_hint.format("star", "nobody")
    assert hints_of(report(**TAGGED)) == (creators_hint,)
    assert hints_of(report(columns=tuple(columns("a", tags=("x",), creator="quill")))) == ()


@pytest.mark.parametrize(
    ("scores", "warning"),
    [
        ("yy,--,--,--", "From 1 seed only: an impression, not yet a finding."),
        ("yy,--,ny,y-", "From 3 seeds only: an impression, not yet a finding."),
        ("yy,yy,ny,-y", ""),
    ],
)
def test_the_warning_counts_rated_seeds(scores, warning):
    assert caution(report_on(table(columns("a"), {"sad": scores, "happy": scores}))) == warning


FIRST = "a leads: expression reached and person kept in 75% (3 of 4; 25 to 75%)"
ELIGIBLE = "of the cells in which the reference shows the expression"


def ranked(*p_values, **more):
    """``a`` before as many others as there are p-values: b, c, …"""
    others = [character(label, 1, 4 + n, p) for n, (label, p) in enumerate(zip("bcdefg", p_values, strict=False))]
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
    last, count = "bcdefg"[len(p_values) - 1], 3 + len(p_values)
    least = f"The least flexible is {last}, with {100 / count:.0f}% (1 of {count}; 25 to 75%)."
    assert ranked(*p_values) == (f"{FIRST} {ELIGIBLE}.", following, least, NOT_RANKED)


NOT_RANKED = "Not rated, and so not ranked: unrated."


def test_the_first_question_of_one_character_and_of_none():
    alone = "a: expression reached and person kept in 75% (3 of 4; 25 to 75%)"
    assert ranked() == (f"{alone} {ELIGIBLE}.", NOT_RANKED)
    assert ranked(is_corrected=False)[0] == f"{alone} of all rated cells."
    assert ranked(judges_likeness=False)[0] == f"a: expression reached in 75% (3 of 4; 25 to 75%) {ELIGIBLE}."
    assert said(FLEXIBLE, characters=(character("a", 0, 0),)) == (
        "Cannot be told: no character is rated in a cell whose reference shows the expression.",
    )


def test_all_that_lead_and_all_that_come_last_with_equal_shares_are_named():
    made = [
        character("a", 3, 4),
        character("b", 6, 8),
        character("c", 2, 4),
        character("d", 1, 4),
        character("e", 1, 4),
    ]
    success = "expression reached and person kept in"
    assert said(FLEXIBLE, characters=made) == (
        f"a and b lead with equal shares: {success} 75% (3 of 4 and 6 of 8) {ELIGIBLE}.",
        "Nobody else is clearly behind, so that the order may be chance.",
        "The least flexible are d and e, with 25% (1 of 4 each).",
    )
    assert said(FLEXIBLE, characters=made[3:]) == (
        f"Both characters are level: {success} 25% (1 of 4 each) {ELIGIBLE}.",
    )
    three = [*made[3:], character("f", 1, 4)]
    assert said(FLEXIBLE, characters=three)[0].startswith("All 3 characters are level: ")


@pytest.mark.parametrize(
    ("stiff", "who"), [("b", "b fails"), ("ab", "a and b fail"), ("abcdefgh", "a, b, c, d, e, f and 2 more fail")]
)
def test_who_fails_nearly_everywhere(stiff, who):
    characters = [character(label, stiff=label in stiff) for label in "abcdefgh"]
    sentences = said(FLEXIBLE, characters=characters)
    assert sentences[-1] == f"{who} on nearly every row: look whether to exclude."


def test_means_are_told_of_two_groups_or_more_the_highest_first():
    groups = [group("soft", 0.0, "a", "c"), group("LoRAs", 0.25, "a", trait="kind")]
    assert ranked(groups=groups)[1] == "By kind and tag: LoRAs 25% (1 model), soft 0% (2 models)."
    assert ranked(groups=groups[:1])[1:] == (NOT_RANKED,)
    creators = [group("quill", 0.25, "a", trait="creator"), group("mirka", 0.5, "b", "c", trait="creator")]
    assert ranked(groups=creators)[1] == (
        "By creator, as the mean of their characters: mirka 50% (2 models), quill 25% (1 model)."
    )


FEW = "only 2 persons are there as both, and 6 are needed"
TOO_FEW = f"Too few to tell for embeddings against LoRAs: 80% against 30%, but {FEW}."
UNPAIRED = {"is_paired": False, "units": (3, 2), "needed": 4}
LOTS = TOO_FEW.replace(FEW, "of 3 and 2 characters; 4 of each are enough")
CLEAR = "Embeddings are more flexible than LoRAs: 80% against 30%, +50 points (+25 to +75). {}; p = 0.031."
PERSONS = "They are not the same persons, so that a difference may be one between persons."


def kinds(outcome="too few to tell", **more):
    few = {"units": (2, 2)} if outcome == "too few to tell" else {}
    return comparison("embeddings", "LoRAs", outcome, **{**few, **more})


@pytest.mark.parametrize(
    ("comparisons", "sentences"),
    [
        ([kinds()], (TOO_FEW,)),
        ([kinds(**UNPAIRED)], (LOTS, PERSONS)),
        ([kinds(), kinds(**UNPAIRED)], (TOO_FEW, LOTS, PERSONS)),
        ([kinds("first"), kinds(**UNPAIRED)], (CLEAR.format("The same 6 persons as both"),)),
        ([kinds(), kinds("first", **UNPAIRED)], (CLEAR.format("3 characters against 2"), PERSONS)),
        ([kinds("first"), kinds("first", **UNPAIRED)], (CLEAR.format("The same 6 persons as both"),)),
    ],
)
def test_embeddings_and_loras(comparisons, sentences):
    assert (
        said(KINDS, comparisons=(*comparisons, comparison("embeddings", "other", "first", subject="tags"))) == sentences
    )


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
NUMBERS = ": 80% against 30%, +50 points (+25 to +75). {}; p = 0.031."
LOT = NUMBERS.format("3 characters against 2")


def tags(first="well-known", second="invented", outcome="first", **more):
    return comparison(first, second, outcome, **{**UNPAIRED, "subject": "tags", **more})


@pytest.mark.parametrize(
    ("made", "sentences"),
    [
        (tags(), (f"{SAYS}{LOT}", NO_KIND)),
        (tags(within="lora"), (f"{SAYS}, LoRAs only{LOT}",)),
        (tags(is_paired=True, units=(1, 1)), (f"{SAYS}{NUMBERS.format('The same 1 person as both')}",)),
        (tags(second="others"), (f"{SAYS[:-8]}others{LOT}", NO_KIND)),
        (
            tags(first="others", outcome="second", difference=-0.5, means=(0.3, 0.8), interval=Interval(-0.75, -0.25)),
            (f"Invented are more flexible than others{LOT}", NO_KIND),
        ),
    ],
)
def test_well_known_and_invented(made, sentences):
    unclear = [
        tags("soft", "hard", outcome, subject="other tags") for outcome in ("too few to tell", "no clear difference")
    ]
    assert said(TAGS, comparisons=(kinds("first"), made, *unclear), **TAGGED) == sentences


UNTOLD = "Cannot be told: no rated characters to compare have the tags “{}” and “{}”."


def test_other_tags_are_told_where_they_are_clear():
    untold = UNTOLD.format("well-known", "invented")

    def told(outcome):
        return said(TAGS, comparisons=(tags("soft", "hard", outcome, subject="other tags"),), **TAGGED)

    assert told("first") == (untold, f"Soft are more flexible than hard{LOT}")
    turned = (
        "Hard are more flexible than soft: 30% against 80%, +50 points (−75 to −25). 3 characters against 2; p = 0.031."
    )
    assert told("second") == (untold, turned)
    assert told("no clear difference") == (untold,)


def test_the_tags_of_the_third_question_can_be_others():
    limits = replace(Thresholds(), well_known="star", invented="nobody")
    assert said(TAGS, comparisons=(tags("star", "nobody", within="lora"),), thresholds=limits, **TAGGED) == (
        f"Star are more flexible than nobody, LoRAs only{LOT}",
    )
    assert said(TAGS, thresholds=limits, **TAGGED) == (UNTOLD.format("star", "nobody"),)


def test_a_comparison_that_is_not_clear_and_one_without_an_interval():
    assert compared(tags(outcome="no clear difference", p=0.5, within="embedding")) == (
        "No clear difference for well-known against invented (embeddings only): 80% against 30%, +50 points "
        "(+25 to +75). 3 characters against 2; p = 0.500."
    )
    assert compared(kinds("first", interval=None, p=0.0009)) == (
        "Embeddings are more flexible than LoRAs: 80% against 30%, +50 points. The same 6 persons as both; p < 0.001."
    )
    one = kinds(units=(1, 1))
    assert compared(one).endswith("but only 1 person is there as both, and 6 are needed.")


MEANINGS = {
    "easy candidate": "Easy candidate{} (the base model can, characters mostly can't): ",
    "hard candidate": "Hard candidate{} (not even the base model can): ",
    "no LoRA needed": "No LoRA needed (characters mostly can): ",
    "undecided": "Undecided (the ratings do not say): ",
}


NEAR = "Too near the line to be decided by 64 more seeds: {}."


@pytest.mark.parametrize("name", MEANINGS)
def test_candidates_are_one_or_several(name):
    many = [expression(f"row {n}", name) for n in range(14)]
    assert said(CANDIDATES, expressions=many[:1])[0] == f"{MEANINGS[name].format('')}row 0."
    assert said(CANDIDATES, expressions=many[:2])[0] == f"{MEANINGS[name].format('s')}row 0 and row 1."
    thirteen, fourteen = (said(CANDIDATES, expressions=many[:count])[0] for count in (13, 14))
    assert thirteen.endswith("row 10, row 11 and row 12.")
    assert fourteen.endswith("row 10, row 11 and 2 more.")


def test_candidates_come_easy_ones_first():
    rows = [expression(name[:4], name) for name in reversed(MEANINGS)]
    assert said(CANDIDATES, expressions=rows) == (
        *(f"{text.format('')}{name[:4]}." for name, text in MEANINGS.items()),
        NEAR.format("unde"),
    )


def undecided(label, alone=None, of_all=None, probability=None):
    made = expression(label)
    probabilities = {"easy candidate": 0.0, "hard candidate": 0.0, "no LoRA needed": 0.0}
    if probability:
        made = replace(made, estimate=Estimate(
            probabilities=probabilities | {probability[0]: probability[1]},
            reference=Interval(0.25, 0.75), characters=Interval(0.25, 0.75),
        ))  # fmt: skip
    return replace(made, verdict=replace(made.verdict, more_reference_seeds=alone, more_seeds=of_all))


def test_what_would_decide_is_told_with_the_least_work_first():
    rows = [
        undecided("a", 12, 3),
        undecided("b", None, 7),
        undecided("c, d", 4, 4),
        undecided("e"),
        undecided("f", None, 5),
    ]
    would = "would decide, if the shares stay as they are"
    assert said(CANDIDATES, expressions=rows)[1:] == (
        f"More seeds of the reference column alone {would}: 4 for “c, d”, 12 for “a”.",
        f"More seeds of all columns {would}: 5 for “f”, 7 for “b”.",
        NEAR.format("e"),
    )


def test_unrated_cells_of_undecided_rows_are_counted():
    """The cells of PLAIN are those of sad: of the reference first, then of ``a``."""
    for unrated, counted in ((4, 5), "2 cells of the undecided rows are"), ((4,), "1 cell of the undecided rows is"):
        left = replace(PLAIN.left_out, unrated=unrated)
        assert said(CANDIDATES, expressions=[undecided("sad")], left_out=left)[1] == f"{counted} not rated yet."
        assert said(CANDIDATES, expressions=[undecided("other")], left_out=left)[1:] == (NEAR.format("other"),)


def test_undecided_rows_that_are_probably_something_are_named():
    easy, hard, needless = "easy candidate", "hard candidate", "no LoRA needed"
    estimates = {"a": (easy, 0.9), "b": (hard, 0.91), "c": (easy, 0.95), "d": (easy, 0.89), "e": (needless, 1.0)}
    rows = [undecided(label, 12, probability=estimate) for label, estimate in estimates.items()]
    decided = replace(rows[0], label="f", verdict=replace(rows[0].verdict, name="hard candidate"))
    how = "(90% or more, by a model in which rows learn from each other)"
    assert said(CANDIDATES, expressions=[*rows, decided])[2:5] == (
        f"Probably easy candidates {how}: a and c.",
        f"Probably hard candidate {how}: b.",
        f"Probably no LoRA needed {how}: e.",
    )
    assert said(CANDIDATES, expressions=()) == ("Cannot be told: no row is rated.",)


@pytest.mark.parametrize(
    ("columns_there", "cells", "lacks"),
    [
        ([REFERENCE, *columns("a")], "y,y,y,y --,--,--,--", "a character that counts"),
        ([REFERENCE, *columns("a")], "-,-,-,- ny,ny,ny,ny", "the reference"),
        (columns("a"), "ny,ny,ny,ny", "the reference"),
    ],
)
def test_a_row_that_only_one_side_has_ratings_of_is_not_near_the_line(columns_there, cells, lacks):
    answers = report_on(table(columns_there, {"sad": cells})).answers[CANDIDATES].sentences
    assert answers[0] == f"{MEANINGS['undecided']}sad."
    assert answers[-1] == f"Cannot be decided without ratings of {lacks}: sad."


def test_tags_of_excluded_characters_ask_nothing():
    there = [REFERENCE, *columns("a"), *columns("worn", tags=("celebrity",), exclude=True)]
    report = report_on(table(there, {"sad": "y,y yy,yy yy,yy"}))
    assert len(report.answers) == 3
    assert "give the characters tags=well-known and tags=invented" in report.hints[0]


def test_a_study_of_neutral_faces_has_no_candidates():
    answers = report_on(table([REFERENCE, *columns("a")], {"neutral": "y,y yy,yy"})).answers[CANDIDATES]
    assert answers.sentences == ("Cannot be told: no row but neutral is rated.",)


def test_rows_without_a_verdict_are_not_undecided():
    unrated = replace(expression("kissing", None), reference=rate(0, 0), rates={"both": rate(0, 0)})
    rows = (expression("sad"), expression("neutral", None), unrated)
    assert said(CANDIDATES, expressions=rows) == (
        "Undecided (the ratings do not say): sad.", NEAR.format("sad"), "Not rated: kissing."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("provisional", "which"), [("a", "For a this is"), ("ab", "For a and b this is"), ("abc", "All verdicts are")]
)
def test_provisional_verdicts(provisional, which):
    rows = [expression(label, provisional=label in provisional) for label in "abc"]
    limits = Thresholds(seeds=7)
    *_, last = said(CANDIDATES, expressions=rows, thresholds=limits)
    assert last == f"{which} provisional: fewer than 7 seeds are rated."


def test_rows_that_are_alike_are_named_six_pairs_at_most():
    pairs = [alike(f"a{n}", f"b{n}") for n in range(7)]
    assert said(CANDIDATES, expressions=(), alike_rows=pairs[:1])[1:] == (
        "The ratings hardly tell apart: a0 and b0. Look whether the pictures do.",
    )
    assert "apart: “a, open” and “b”. " in said(CANDIDATES, expressions=(), alike_rows=[alike("a, open", "b")])[1]
    named = "; ".join(f"a{n} and b{n}" for n in range(6))
    assert said(CANDIDATES, expressions=(), alike_rows=pairs)[1:] == (
        f"The ratings hardly tell apart: {named}. Look whether the pictures do.",
    )


def test_a_reference_alone_is_not_ranked():
    report = report_on(table([REFERENCE], {"sad": "y"}))
    assert report.answers[FLEXIBLE].sentences == (
        "Cannot be told: no character is rated in a cell whose reference shows the expression.",
    )
