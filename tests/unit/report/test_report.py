import json
from dataclasses import replace

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.ratings.ratings_table import Column, table_of
from sd_expression_grid.report import report as reporting
from sd_expression_grid.report.answers import caution
from sd_expression_grid.report.expressions import verdict_on
from sd_expression_grid.report.report import report_on, report_to_dict, reports_on
from sd_expression_grid.report.statistics.intervals import wilson
from sd_expression_grid.report.types import Rate, Thresholds
from sd_expression_grid.report.writing.report_html import report_html
from sd_expression_grid.store.folder import Outcome
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey
from tests.unit.rated import REFERENCE, columns, rating, table

BY_HAND = table(
    [REFERENCE, *columns("Noor", kind="lora"), *columns("Tomas", kind="embedding")],
    {"sad": "y,n yy,yy ny,--", "happy": "y,y yn,yy py,yy"},
)


def character(report, label):
    return next(result for result in report.characters if result.column.label == label)


def expression(report, label):
    return next(result for result in report.expressions if result.label == label)


def counts(rate):
    return rate.successes, rate.partly, rate.count


def test_a_table_reckoned_by_hand():
    report = report_on(BY_HAND)
    noor, tomas = character(report, "Noor"), character(report, "Tomas")
    assert [result.column.label for result in report.characters] == ["Noor", "Tomas"]
    assert (counts(noor.flexibility), counts(tomas.flexibility)) == ((2, 0, 3), (1, 1, 3))
    assert (counts(noor.rates["expression"]), counts(noor.rates["likeness"])) == ((4, 0, 4), (3, 0, 4))
    sad = expression(report, "sad")
    assert (counts(sad.reference), counts(sad.rates["both"])) == ((1, 0, 2), (2, 0, 3))
    assert sad.reference.interval == wilson(1, 2, 0.95)
    assert [result.label for result in report.expressions] == ["happy", "sad"]


def test_reports_by_other_successes_are_those_on_their_own_and_what_they_share_is_reckoned_once(monkeypatch):
    alone = [report_on(BY_HAND, success=success) for success in ("expression", "both")]
    reckoned = []
    for name in ("matrix_of", "agreement_of"):
        whole = getattr(reporting, name)
        monkeypatch.setattr(reporting, name, lambda *given, whole=whole: reckoned.append(whole) or whole(*given))
    assert list(reports_on(BY_HAND, first="expression")) == alone
    assert len(reckoned) == len(set(reckoned)) == 2


def test_every_number_leads_to_its_cells():
    report = report_on(BY_HAND)
    keys = [report.cells[place].key for place in character(report, "Noor").flexibility.cells]
    assert keys == [
        CellKey(expression=row, character="Noor", seed=seed) for row, seed in (("sad", 0), ("happy", 0), ("happy", 1))
    ]


def test_unrated_cells_are_named_and_no_zeros():
    report = report_on(BY_HAND)
    assert [report.cells[place].key for place in report.left_out.unrated] == [
        CellKey(expression="sad", character="Tomas", seed=1)
    ]
    assert counts(character(report, "Tomas").rates["both"]) == (1, 1, 3)


def test_excluded_characters_are_named_and_count_nowhere():
    broken = table([REFERENCE, *columns("Noor"), *columns("Tomas", exclude=True)], {"sad": "y yy ny"})
    report = report_on(broken)
    assert report.left_out.excluded == ("Tomas",)
    assert [result.column.label for result in report.characters] == ["Noor"]
    assert counts(expression(report, "sad").rates["both"]) == (1, 0, 1)


@pytest.mark.parametrize(
    ("scores", "median"), [("y", 2), ("yn", 0), ("yp", 1), ("yyn", 2), ("ynn", 0), ("yypn", 1), ("yyyn", 2)]
)
def test_a_cell_of_several_raters_counts_once_with_their_median(scores, median):
    empty = table([REFERENCE, *columns("Noor")], {"sad": "y --"})
    given = [rating("sad", "Noor", 0, f"{score}y", rater=f"rater {n}") for n, score in enumerate(scores)]
    report = report_on(replace(empty, ratings=(*empty.ratings, *given)))
    rate = character(report, "Noor").rates["both"]
    assert (report.cells[rate.cells[0]].both, rate.count, rate.ratings) == (median, 1, len(scores))


def test_a_note_without_a_score_is_kept_and_is_no_rating():
    scored = table(columns("Noor"), {"sad": "yy,--"})
    notes = [rating("sad", "Noor", seed, "-", rater="Bo", note="an eye") for seed in (0, 1)]
    partial = rating("sad", "Noor", 0, "-y", rater="Cy")
    report = report_on(replace(scored, ratings=(*scored.ratings, *notes, partial)))
    assert [(rater.name, rater.cells) for rater in report.raters] == [("Ana", 1), ("Cy", 1)]
    assert [(cell.ratings, cell.is_rated) for cell in report.cells] == [(2, True), (0, False)]
    assert character(report, "Noor").rates["both"].ratings == 2
    assert [score.note for cell in report.cells for score in cell.scores if score.note] == ["an eye"] * 2
    assert "1 of 2 cells rated · 2 ratings by 2 raters" in report_html(report)


def test_a_cell_with_one_score_counts_for_that_score_only():
    report = report_on(table([REFERENCE, *columns("Noor")], {"sad": "y n-,yy", "happy": "y,y -y,yy"}))
    noor = character(report, "Noor")
    rates = {measure: counts(rate) for measure, rate in noor.rates.items()}
    assert rates == {"expression": (2, 0, 3), "likeness": (3, 0, 3), "both": (2, 0, 2)}
    assert len(report.left_out.half_rated) == 2


def test_where_nobody_judges_the_person_the_expression_is_the_success():
    report = report_on(table([REFERENCE, *columns("Noor")], {"sad": "y y", "happy": "y n"}))
    assert not report.judges_likeness
    assert counts(character(report, "Noor").flexibility) == (1, 0, 2)
    assert report.answers[0].sentences[0].startswith("Noor: expression reached in 50% (1 of 2;")


@pytest.mark.parametrize("reference", ["-", None])
def test_without_a_rated_reference_nothing_is_corrected(reference):
    if reference:
        rated = table([REFERENCE, *columns("Noor")], {"sad": "- yy", "happy": "- ny"})
    else:
        rated = table(columns("Noor"), {"sad": "yy", "happy": "ny"})
    report = report_on(rated)
    assert not report.is_corrected
    assert counts(character(report, "Noor").flexibility) == (1, 0, 2)
    assert {result.verdict.name for result in report.expressions} == {"no LoRA needed", "undecided"}


@pytest.mark.parametrize(
    ("stale", "said"),
    [
        ((), "no cell is rated yet; rate some first"),
        (BY_HAND.ratings, "all ratings are of pictures that were made anew since; rate some of the new ones first"),
    ],
)
def test_without_ratings_there_is_no_report(stale, said):
    with pytest.raises(StudyError) as raised:
        report_on(replace(BY_HAND, ratings=(), stale=stale))
    assert str(raised.value) == said


def test_ratings_of_other_pictures_and_of_other_studies_are_left_out():
    study = study_from_dict({"expressions": "sad", "characters": "Noor", "seeds": [1, 2]})
    key = CellKey(expression="sad", character="Noor", seed=1)
    record = {key: Outcome(key=key, status="done", file="cells/Noor/sad_1.png", sha256="new")}
    good, unknown = rating("sad", "Noor", 1, "yy", picture="new"), rating("sad", "Noor", 2, "yy")
    stale = rating("sad", "Noor", 1, "ny", rater="Bo", picture="old")
    strange = rating("happy", "Noor", 1, "yy")
    found = table_of(study, record, [good, unknown, stale, strange])
    assert (found.ratings, found.stale, found.strange) == ((good, unknown), (stale,), (strange,))
    report = report_on(found)
    assert (report.left_out.stale, report.left_out.strange) == ((stale,), (strange,))
    assert [key.character for key in report.left_out.not_drawn] == ["reference", "reference", "Noor"]
    assert [cell.file for cell in report.cells if cell.file] == ["cells/Noor/sad_1.png"]


def rate(successes, count):
    share, interval = (successes / count, wilson(successes, count, 0.95)) if count else (None, None)
    numbers = {"successes": successes, "partly": 0, "count": count, "ratings": count, "cells": ()}
    return Rate(share=share, interval=interval, **numbers)


@pytest.mark.parametrize(
    ("reference", "characters", "seeds", "verdict"),
    [
        ((4, 4), (5, 48), 4, "easy candidate"),
        ((0, 4), (5, 48), 4, "hard candidate"),
        ((4, 4), (40, 48), 4, "no LoRA needed"),
        ((0, 4), (40, 48), 4, "no LoRA needed"),
        ((3, 4), (5, 48), 4, "undecided"),
        ((4, 4), (24, 48), 4, "undecided"),
        ((4, 4), (3, 7), 4, "undecided"),
        ((1, 1), (2, 12), 1, "easy candidate"),
        ((0, 1), (2, 12), 1, "hard candidate"),
        ((1, 1), (7, 12), 1, "no LoRA needed"),
        ((1, 1), (6, 12), 1, "undecided"),
        ((0, 0), (2, 12), 1, "undecided"),
        ((0, 0), (0, 0), 0, "undecided"),
    ],
)
def test_verdicts(reference, characters, seeds, verdict):
    found = verdict_on(rate(*reference), rate(*characters), seeds, Thresholds())
    assert (found.name, found.is_provisional) == (verdict, seeds < 4)


def test_thresholds_change_verdicts():
    strict = Thresholds(characters_can=0.8)
    assert verdict_on(rate(4, 4), rate(40, 48), 4, strict).name == "undecided"
    assert verdict_on(rate(1, 1), rate(9, 12), 1, strict).name == "easy candidate"
    assert not verdict_on(rate(1, 1), rate(9, 12), 1, Thresholds(seeds=1)).is_provisional


def pairs(count, tags=()):
    people = [f"person {number}" for number in range(count)]
    loras = [Column(label=f"{person} LoRA", person=person, kind="lora", tags=tags) for person in people]
    return loras, [replace(lora, label=f"{lora.person} TI", kind="embedding") for lora in loras]


def test_the_same_persons_are_compared_pair_by_pair():
    loras, embeddings = pairs(6)
    report = report_on(
        table([REFERENCE, *loras, *embeddings], {"sad": "y" + " ny" * 6 + " yy" * 6, "happy": "y" + " yy" * 12})
    )
    (found,) = report.comparisons
    assert (found.is_paired, found.units, found.difference, found.p) == (True, (6, 6), 0.5, pytest.approx(1 / 32))
    assert found.outcome == "first"
    assert report.answers[1].sentences[0].startswith("Embeddings are more flexible than LoRAs: 100% against 50%")


def test_too_few_pairs_are_said_to_be():
    loras, embeddings = pairs(4)
    report = report_on(table([REFERENCE, *loras, *embeddings], {"sad": "y" + " ny" * 4 + " yy" * 4}))
    (found,) = report.comparisons
    assert (found.outcome, found.smallest_p) == ("too few to tell", 1 / 8)
    assert found.interval is None or -1 <= found.interval.low <= found.interval.high <= 1
    assert report.answers[1].sentences[0].endswith("but only 4 persons are there as both, and 6 are needed.")


def test_tags_are_compared_within_a_kind():
    known = columns(*"abcd", kind="embedding", tags=("well-known",))
    invented = columns(*"efgh", kind="embedding", tags=("Invented",))
    confusing = columns("i", kind="lora", tags=("well-known",))
    cells = "y" + " ny" * 4 + " yy" * 4 + " ny"
    report = report_on(
        table([REFERENCE, *known, *invented, *confusing], {"sad": cells, "happy": cells.replace("n", "y")})
    )
    found = next(c for c in report.comparisons if c.first == "well-known")
    assert (found.within, found.units, found.outcome) == ("embedding", (4, 4), "second")
    assert report.answers[2].sentences[0].startswith("Invented are more flexible than well-known, embeddings only:")


def test_one_tag_is_compared_with_the_others():
    rated = table([REFERENCE, *columns("a", tags=("soft",)), *columns("b")], {"sad": "y yy ny"})
    (found,) = report_on(rated).comparisons
    assert (found.first, found.second, found.outcome) == ("soft", "others", "too few to tell")


def at_weights(*weights):
    return [Column(label=f"Noor {w:g}", person="Noor", kind="lora", weight=w) for w in weights]


def test_the_best_weight_is_named_and_the_person_counts_once():
    rated = table(
        [REFERENCE, *at_weights(0.4, 0.7, 1)],
        {"sad": "y,y yn,yn yy,yy ny,ny", "happy": "y,y yn,yn yy,yy yy,ny"},
    )
    report = report_on(rated)
    (found,) = report.curves
    assert (found.name, found.best, found.is_clear) == ("Noor · LoRA", 0.7, False)
    assert [counts(rate) for rate in found.lines[0].rates] == [(0, 0, 4), (4, 0, 4), (1, 0, 4)]
    assert counts(expression(report, "sad").rates["both"]) == (2, 0, 2)


def test_no_weight_is_chosen_by_the_cells_it_is_judged_by():
    """Each weight is lucky in one seed: chosen by the other seed, each fails."""
    report = report_on(table([REFERENCE, *at_weights(0.5, 1)], {"sad": "y,y yy,ny ny,yy"}))
    assert counts(expression(report, "sad").rates["both"]) == (0, 0, 2)


def test_rows_with_the_same_scores_are_alike_if_there_is_anything_to_tell():
    labels = "abcdefghijk"
    mixed, other = ("y " + " ".join(f"{s}y" for s in scores) for scores in ("ynynynynynp", "nynynyyynnp"))
    easy = "y" + " yy" * 11
    rows = {"laughing": mixed, "smiling": mixed, "sad": other, "neutral": easy, "plain": easy}
    report = report_on(table([REFERENCE, *columns(*labels)], rows))
    assert [(pair.first, pair.second, pair.same, pair.count) for pair in report.alike_rows] == [
        ("laughing", "smiling", 12, 12)
    ]


def test_who_fails_on_nearly_every_row_is_named():
    rows = dict.fromkeys(("bored", "sad", "angry", "flirty"), "y ny yy")
    report = report_on(table([REFERENCE, *columns("stiff", "supple")], {**rows, "neutral": "y yy yy"}))
    assert [result.column.label for result in report.characters if result.fails_nearly_everywhere] == ["stiff"]
    assert character(report, "stiff").failed_rows == ("bored", "sad", "angry", "flirty")
    assert "stiff fails on nearly every row" in " ".join(report.answers[0].sentences)


def test_a_leader_needs_cells_to_be_clearly_ahead():
    few = report_on(table([REFERENCE, *columns("a", "b")], {"sad": "y yy ny"}))
    assert "Nobody else is clearly behind" in few.answers[0].sentences[1]
    many = {f"row {n}": "y yy ny" for n in range(8)}
    assert (
        "Clearly behind are all others." in report_on(table([REFERENCE, *columns("a", "b")], many)).answers[0].sentences
    )


def test_one_seed_is_said_to_be_an_impression():
    report = report_on(table([REFERENCE, *columns("a")], {"sad": "y ny"}))
    assert caution(report) == "From 1 seed only: an impression, not yet a finding."
    assert report.answers[-1].sentences[-1] == "All verdicts are provisional: fewer than 4 seeds are rated."


def test_the_report_is_json_whose_cells_can_be_followed():
    data = json.loads(json.dumps(report_to_dict(report_on(BY_HAND))))
    places = data["characters"][0]["flexibility"]["cells"]
    assert [data["cells"][place]["key"]["character"] for place in places] == ["Noor"] * 3
    scores = {"rater": "Ana", "expression": 2, "likeness": 2, "natural": None, "note": ""}
    assert data["cells"][places[0]]["scores"] == [scores]


THREE = table(
    [REFERENCE, *columns("Noor", "Tomas")],
    {"sad": "y,y--,y yyy,yny,yyn nyy,pyy,yyn", "happy": "y-n,y-y,n yyy,yyp,yyy yyy,yy-,yyy"},
)
"""Expression, person and natural, of three seeds."""


def test_a_success_is_what_the_reader_chooses():
    both, expressions, all_three = reports_on(THREE)
    assert [report.success for report in (both, expressions, all_three)] == ["both", "expression", "all"]
    noor = [counts(character(report, "Noor").flexibility) for report in (both, expressions, all_three)]
    assert noor == [(4, 0, 5), (5, 0, 5), (1, 1, 4)]  # a reference that is not natural shows nothing, one unsaid does
    tomas = [counts(character(report, "Tomas").flexibility) for report in (both, expressions, all_three)]
    assert tomas == [(3, 1, 5), (3, 1, 5), (0, 1, 3)]  # a cell that nobody looked at for it does not count for it
    assert counts(expression(all_three, "happy").reference) == (1, 0, 3)
    assert [report.answers[0].sentences[0].split(" in ")[0] for report in (both, expressions, all_three)] == [
        "Noor leads: expression reached and person kept",
        "Noor leads: expression reached",
        "Noor leads: expression reached, person kept and natural",
    ]
    assert [report.success for report in reports_on(THREE, first="all")] == ["all", "both", "expression"]


def test_only_what_was_judged_can_be_chosen():
    assert [report.success for report in reports_on(BY_HAND)] == ["both", "expression"]
    alone = table([REFERENCE, *columns("Noor")], {"sad": "y y"})
    assert [report.success for report in reports_on(alone)] == ["both"]
    assert [report.success for report in reports_on(alone, first="expression")] == ["both"]
    with pytest.raises(StudyError, match="nobody has scored whether the pictures look natural"):
        reports_on(BY_HAND, first="all")
    assert list(character(report_on(BY_HAND), "Noor").rates) == ["expression", "likeness", "both"]
    assert list(report_on(THREE).agreement) == ["expression", "likeness", "both", "natural", "all"]


def test_a_note_alone_is_shown_and_rates_nothing():
    noted = replace(BY_HAND, ratings=(*BY_HAND.ratings, rating("sad", "Tomas", 1, "--", note="two women")))
    report = report_on(noted)
    assert [report.cells[place].key for place in report.left_out.unrated] == [
        CellKey(expression="sad", character="Tomas", seed=1)
    ]
    assert [score.note for score in report.cells[report.left_out.unrated[0]].scores] == ["two women"]
    with pytest.raises(StudyError, match="no cell is rated yet"):
        report_on(replace(BY_HAND, ratings=(rating("sad", "Tomas", 1, "--", note="two women"),)))
