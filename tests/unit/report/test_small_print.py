"""What a page says beside its numbers: methods, raters, what does not count, what the pictures say, and its figures."""

import codecs
import json
from dataclasses import replace

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.ratings.ratings import add_ratings
from sd_expression_grid.report.statistics.agreement import Agreement
from sd_expression_grid.report.statistics.intervals import Interval
from sd_expression_grid.report.types import Curve, CurveLine, Pictures, RaterResult, Thresholds, UnchangedCells
from sd_expression_grid.report.writing import report_files
from sd_expression_grid.report.writing.figures import curve_figure, difference_figure, rate_figure
from sd_expression_grid.report.writing.notes import agreement_sentences
from sd_expression_grid.report.writing.pictures_section import sentences_of
from sd_expression_grid.report.writing.report_csv import report_csv
from sd_expression_grid.report.writing.report_files import write_report
from sd_expression_grid.report.writing.report_html import report_html
from tests.study_folders import study_folder
from tests.unit.markup import parsed
from tests.unit.rated import rating
from tests.unit.report.golden import key
from tests.unit.report.made import PLAIN, alike, character, comparison, expression, group, rate, report


def section(title, **parts):
    page = parsed(report_html(report(**parts)))
    return next((part for part in page.all("section") if part.one("h2").text == title), None)


def items(title, **parts):
    return [item.text for item in section(title, **parts).all("li")]


METHODS = [
    "A success is a yes on the scores that are chosen at the top: expression reached and person kept, unless the "
    "reader chooses otherwise; in the reference column, which shows nobody, on the expression. A cell without one of "
    "these scores does not count. Partly is no success and stands beside.",
    "A cell counts once. Of several raters it has the median, of an even number the lower middle one.",
    "Flexibility is the share of successes among the cells whose reference (same row, same seed) shows the expression, "
    "so that what the base model cannot do is held against nobody.",
    "Intervals of shares: Wilson's, 91% (Brown, Cai and DasGupta 2001), of the effective number of cells: cells of one "
    "seed in a character, and of one person in a row, may go together (Pearson's dispersion, pooled).",
    "“Clearly behind”: exact McNemar tests over the same rows and seeds, for as many tests as there are pairs of "
    "characters (Bonferroni). Clear means p ≤ 0.025 throughout.",
    "Groups: the unit is the character. The same persons in both are compared pair by pair by flipping signs, others "
    "by exchanging characters; p is exact, from 9,999 random arrangements where there are more. Intervals: Student's "
    "and Welch's. Where even the strongest result could not be clear, it says “too few to tell”. Tags that are not the "
    "asked ones: Holm's p for all together.",
    "A character at several weights, CFG scales or denoising strengths is one character: every seed has the cells of "
    "the column that does best on the other seeds.",
    "Verdicts. No LoRA needed: the characters' interval lies above 40%. Hard candidate: the reference's lies below "
    "30%. Easy candidate: the reference's lies above it, the characters' share is below 40% and clearly lower than the "
    "reference's (Newcombe 1998, method 10). With fewer than 5 rated seeds the shares decide, provisionally. How "
    "many more seeds would decide is counted out by the same rule, with shares as they are.",
    "A character fails on nearly every row where less than half of its cells succeed in 70% of the rows or more. Rows "
    "are alike from Cohen's κ = 0.85 on.",
    "Agreement: Krippendorff's ordinal α, its interval by drawing rows and columns again; good from 0.80, poor below "
    "0.667.",
]
LIMITS = Thresholds(
    confidence=0.91, significance=0.025, reference_can=0.3, characters_can=0.4, seeds=5, stiff=0.7, alike=0.85
)


def test_how_the_numbers_are_made():
    assert items("How the numbers are made", thresholds=LIMITS) == METHODS
    bare = items("How the numbers are made", thresholds=LIMITS, judges_likeness=False, is_corrected=False)
    assert bare == [
        "Nobody judged the person, so that a success is a yes for the expression alone.",
        METHODS[1],
        "No reference is rated: flexibility is not corrected for the difficulty of expressions.",
        *METHODS[3:],
    ]


def agreement(alpha, cells=12):
    interval = None if alpha is None else Interval(0.5, 0.875)
    return Agreement(cells=cells, alpha=alpha, interval=interval)


@pytest.mark.parametrize(
    ("alpha", "cells", "said"),
    [
        (0.8, 12, "α = 0.80 (0.50 to 0.88), from 12 cells with two raters or more: good."),
        (0.799, 12, "α = 0.80 (0.50 to 0.88), from 12 cells with two raters or more: tentative."),
        (0.667, 12, "α = 0.67 (0.50 to 0.88), from 12 cells with two raters or more: tentative."),
        (0.666, 1, "α = 0.67 (0.50 to 0.88), from 1 cell with two raters or more: poor."),
        (0.0, 2, "α = 0.00 (0.50 to 0.88), from 2 cells with two raters or more: poor."),
    ],
)
def test_how_far_raters_agree(alpha, cells, said):
    none, same = agreement(None, 0), agreement(None, 3)
    measures = {"expression": agreement(alpha, cells), "likeness": none, "both": same}
    assert list(agreement_sentences(report(agreement=measures))) == [
        "Expression and person: all scores are the same, so that agreement cannot be told from chance.",
        f"Expression: Krippendorff's {said}",
    ]


def test_alpha_without_an_interval_is_given_and_not_judged():
    alone = Agreement(cells=2, alpha=0.9)
    made = report(agreement={"expression": alone})
    assert list(agreement_sentences(made)) == [
        "Expression: Krippendorff's α = 0.90, from 2 cells with two raters or more, of one row and column: "
        "too few to tell how certain it is."
    ]
    assert report_csv(made).splitlines()[-1] == "agreement,Krippendorff's alpha,,expression,0.9,,,,,2,,,"


def test_without_a_second_rater_nobody_knows_how_far_they_agree():
    none = agreement(None, 0)
    assert items("Raters", agreement=dict.fromkeys(("expression", "likeness", "both"), none)) == [
        "No cell has two raters, so that their agreement is not known."
    ]


def test_raters_without_a_name_or_a_score():
    raters = (
        RaterResult(name="", cells=3, expression_yes=0.5, likeness_yes=None),
        RaterResult(name="Bo", cells=1, expression_yes=None, likeness_yes=0.0),
    )
    assert section("Raters", raters=raters).one("table").rows() == [
        ["(no name)", "3", "50%", "–"], ["Bo", "1", "–", "0%"]
    ]  # fmt: skip


def test_who_looked_for_what_is_natural_has_a_share_of_it():
    raters = (RaterResult(name="Bo", cells=4, expression_yes=0.5, likeness_yes=0.25, natural_yes=0.75),)
    none = dict.fromkeys(("characters", "expressions", "squares"), ())
    shown = section("Raters", raters=raters, judges_natural=True, **none).one("table")
    assert shown.heads() == ["Rater", "Cells", "Expression: yes", "Person: yes", "Natural: yes"]
    assert shown.rows() == [["Bo", "4", "50%", "25%", "75%"]]


def test_what_does_not_count_is_told_by_column_and_row():
    """``a`` in PLAIN has one row with four seeds."""
    left = replace(
        PLAIN.left_out,
        excluded=("reference", "a"),
        unrated=(4, 6),
        not_drawn=(key("sad", "b", 9), key("bored", "b", 1), key("sad", "b", 2), key("sad", "a", 1)),
        stale=(rating("sad", "a", 2, "yy"), rating("sad", "a", 1, "yy"), rating("sad", "a", 1, "yy", rater="Bo")),
        strange=(rating("odd", "z", 1, "yy"), rating("odd", "c", 1, "yy")),
    )
    shown = section("What does not count", left_out=left)
    assert [part.text for part in shown.all("p")] == ["Excluded characters: reference, a."]
    found = {
        part.one("summary").text: [(a.text, b.text) for a, b in zip(part.all("dt"), part.all("dd"), strict=True)]
        for part in shown.all("details")
    }
    assert found == {
        "Not rated: 2 cells": [("a", "sad (0, 2)")],
        "Without a picture: 4 cells": [("b", "sad (9, 2); bored (1)"), ("a", "sad (1)")],
        "Rated before the picture was made anew: 2 cells": [("a", "sad (1, 2)")],
        "Rated, but not in this study: 2 cells": [("c", "odd (1)"), ("z", "odd (1)")],
    }
    lists = section("What does not count", left_out=replace(left, excluded=()))
    assert lists.all("p") == []


def unchanged(label, measured, still, medians=None):
    return UnchangedCells(
        label=label, measured=tuple(range(measured)), still=tuple(range(still)), is_still=measured == still,
        medians=medians or {"picture": 0.1},
    )  # fmt: skip


PICTURES = Pictures(
    method="difference",
    neutral="calm",
    limit=0.0051,
    all=unchanged("all", 1200, 1),
    by_score=(unchanged("yes", 3, 0), unchanged("no", 2, 2), unchanged("not rated", 2, 1)),
    rows=(unchanged("sad", 2, 2), unchanged("bored", 2, 1)),
    columns=(unchanged("a", 2, 2, {"brows": 0.011}), unchanged("b", 1, 1, {"mouth": 0.5}), unchanged("c", 3, 0)),
    faceless=(),
    neutral_faceless=(),
    unmeasured=(),
)
BY_PIXELS = (
    "By pixels alone, without landmarks of faces: a cell counts as unchanged where no field of it differs in its mean "
    "brightness from the cell “calm” in the same column and seed by 0.5% of full white. That others differ more says "
    "nothing, since other light does it, too."
)
BY_LANDMARKS = (
    "By landmarks of the face, which mediapipe found: how far brows, eyes, gaze and mouth moved from those of the cell "
    "“calm” in the same column and seed, as a share of the distance between the eyes' outer corners. Below 0.5% "
    "nothing counts as changed: other light, noise and a slightly tilted head make up to as much. What moved need not "
    "be the expression that was asked for, and tears, blushing and wrinkles do not move. Rows and characters have the "
    "medians of their cells."
)


@pytest.mark.parametrize(("method", "said"), [("difference", BY_PIXELS), ("landmarks", BY_LANDMARKS)])
def test_how_pictures_were_compared(method, said):
    pictures = replace(PICTURES, method=method)
    assert next(sentences_of(pictures)) == said
    assert section("What the pictures say", pictures=pictures).all("p", "note")[-1].text == said


def test_what_pictures_say_in_sentences():
    found = ["No visible change: 1 cell of 1,200 measured."]
    rows = ["Rows without visible change in nearly every cell: sad.",
            "Characters without visible change in nearly every cell: a and b."]  # fmt: skip
    assert list(sentences_of(PICTURES))[1:] == [*found, *rows]
    more = replace(
        PICTURES, by_score=(unchanged("yes", 3, 2),), faceless=(1,), neutral_faceless=(2, 3), unmeasured=(4, 5),
        rows=(), columns=(),
    )  # fmt: skip
    found += [
        "Rated yes, though without visible change: 2 cells; look again.",
        "No face found: 1 cell, of which nothing is known.",
        "No face found in the neutral cell: 2 cells, of which nothing is known.",
        "Not measured: 2 cells (made since, not readable, or without a neutral cell).",
    ]
    assert list(sentences_of(more))[1:] == found
    shown = section("What the pictures say", pictures=more)
    assert [item.text for item in shown.all("li")] == found
    assert [(button.text, button["data-title"], button["data-cells"]) for button in shown.one("ul").all("button")] == [
        ("1 cell", "No visible change", "0"),
        ("2 cells", "Rated yes, though without visible change", "0-1"),
        ("1 cell", "No face found", "1"),
        ("2 cells", "No face found in the neutral cell", "2-3"),
        ("2 cells", "Not measured", "4-5"),
    ]


def test_the_tables_of_the_pictures():
    scores, rows, columns = section("What the pictures say", pictures=PICTURES).all("table")
    assert (scores.heads(), scores.rows()) == (
        ["Expression rated", "No visible change", "Differs"],
        [["yes", "0", "3"], ["no", "2", "0"], ["not rated", "1", "1"]],
    )
    titles = [button["data-title"] for button in scores.all("button")]
    assert titles == ["Rated yes, differs", "Rated no, no visible change", "Rated not rated, no visible change",
                      "Rated not rated, differs"]  # fmt: skip
    assert (rows.heads(), rows.rows()) == (
        ["Row", "No visible change"], [["sad no visible change", "2 of 2"], ["bored", "1 of 2"]]
    )  # fmt: skip
    assert rows.all("button")[0]["data-title"] == "sad: measured cells"
    assert (columns.heads(), columns.rows()) == (
        ["Character", "No visible change", "Brows", "Mouth"],
        [["a no visible change", "2 of 2", "1.1%", "–"], ["b no visible change", "1 of 1", "–", "50.0%"],
         ["c", "0 of 3", "–", "–"]],
    )  # fmt: skip


def test_a_report_without_title_has_one_in_the_tab_too():
    page = parsed(report_html(report(title="")))
    assert (page.one("title").text, page.one("h1").text) == ("Expression grid: report", "Report")


def test_rows_that_are_alike_are_a_list():
    assert items("Rows that the ratings do not tell apart", alike_rows=(alike("a", "b"), alike("c", "d"))) == [
        "a and b: the same score in 11 of 12 pairs of cells (κ = 0.90)",
        "c and d: the same score in 11 of 12 pairs of cells (κ = 0.90)",
    ]
    assert section("Rows that the ratings do not tell apart", alike_rows=()) is None


@pytest.mark.parametrize(
    ("best", "is_clear", "said"),
    [
        (0.5, True, "a: best at 0.5"),
        (0.5, False, "a: best at 0.5, not clearly better than the next"),
        (None, False, "a: no weight is rated"),
    ],
)
def test_the_best_weight(best, is_clear, said):
    curve = made_curve({0.5: rate(1, 2), 1.0: rate(1, 2)}, best=best, is_clear=is_clear)
    assert section("Weights", curves=(curve,)).one("figcaption").text == said


def made_curve(rates, **more):
    labels = tuple(f"a {weight:g}" for weight in rates)
    lines = tuple(CurveLine(name=name, rates=tuple(rates.values())) for name in ("flexibility", "person kept"))
    return Curve(key="weight", axis="weight", name="a", numbers=tuple(rates), labels=labels, lines=lines, **more)


def test_figures_of_what_is_not_known_are_empty():
    figure = rate_figure([(rate(0, 0), "reference"), (rate(1, 2), "beside")])
    assert [mark.style for mark in figure.marks] == ["beside"]
    point = difference_figure(0.5, None).marks[0]
    assert (point.x, point.low, point.high) == (147.0, None, None)  # three quarters of 188 after an edge of 6
    beyond = difference_figure(0.0, Interval(-1.5, 1.5)).marks[0]
    assert (beyond.low, beyond.high) == (6.0, 194.0)


def test_numbers_stand_where_they_are_and_unrated_ones_have_no_mark():
    figure = curve_figure(made_curve({0.25: rate(0, 0), 0.5: rate(1, 2), 1.0: rate(1, 2)}, best=0.5, is_clear=False))
    assert [(tick.x, tick.text) for tick in figure.ticks] == [(40.0, "0.25"), (123.3, "0.5"), (290.0, "1")]
    assert [[mark.x for mark in line.marks] for line in figure.lines] == [[123.3, 290.0]] * 2
    mark = figure.lines[0].marks[0]
    assert (mark.y, mark.low, mark.high) == (79.0, 111.5, 46.5)
    assert (figure.width, figure.height, figure.left, figure.right, figure.bottom) == (320, 190, 40, 290, 144)
    assert [line.style for line in figure.lines] == ["both", "reference"]


def test_the_csv_of_outcomes_and_of_what_is_not_known():
    made = report(
        title="x", characters=(character("a", 0, 0, 0.5, stiff=True),),
        expressions=(expression("sad", "undecided"), expression("neutral", None)),
        comparisons=(comparison("a", "b", "no clear difference", interval=None),), squares=(), groups=(),
        agreement={"both": agreement(None, 0)}, pictures=replace(PICTURES, columns=()),
    )  # fmt: skip
    assert report_csv(made) == (
        "of,name,beside,measure,value,low,high,successes,partly,cells,ratings,p,says\n"
        "character,a,,flexibility,,,,0,0,0,0,0.5,fails on nearly every row\n"
        "character,a,,expression,,,,0,0,0,0,,\ncharacter,a,,likeness,,,,0,0,0,0,,\ncharacter,a,,both,,,,0,0,0,0,,\n"
        "expression,sad,,reference,0.5,0.25,0.75,1,0,2,2,,undecided\n"
        "expression,sad,,both,0.5,0.25,0.75,1,0,2,2,,\n"
        "expression,neutral,,reference,0.5,0.25,0.75,1,0,2,2,,\n"
        "expression,neutral,,both,0.5,0.25,0.75,1,0,2,2,,\n"
        "comparison,a against b,6 persons as both,flexibility,0.5,,,,,2,,0.03125,no clear difference\n"
        "agreement,Krippendorff's alpha,,both,,,,,,0,,,\n"
        'pictures of row,sad,,"no visible change, by difference",1,,,2,,2,,,no visible change\n'
        'pictures of row,bored,,"no visible change, by difference",0.5,,,1,,2,,,\n'
    )


def test_groups_come_by_what_they_have_in_common_and_the_most_flexible_first():
    groups = (
        group("quill", 0.9, "a", trait="creator"), group("soft", 0.25, "a", "b"), group("hard", 0.5, "c"),
        group("LoRAs", 0.1, "a", trait="kind"),
    )  # fmt: skip
    assert section("Groups of characters", groups=groups).one("table").rows() == [
        ["LoRAs", "kind", "10%", "a (1)"], ["hard", "tag", "50%", "c (1)"], ["soft", "tag", "25%", "a, b (2)"],
        ["quill", "creator", "90%", "a (1)"],
    ]  # fmt: skip


def test_the_report_of_a_study_stands_in_its_folder(tmp_path, monkeypatch):
    folder = study_folder(tmp_path, expressions="sad", characters="顔", seeds=[7])
    add_ratings(folder.path, [rating("sad", "顔", 7, "yy")])
    below = folder.path / "report"
    monkeypatch.setattr(report_files, "write_charts", lambda _, into: [into / "a chart.png"])
    tables = [below / name for name in ("report.json", "report.csv", "ratings.csv")]
    assert write_report(folder) == [folder.path / "report.html", *tables, below / "a chart.png"]
    assert [file.read_bytes().startswith(codecs.BOM_UTF8) for file in tables] == [False, True, True]
    assert "顔" in tables[0].read_text(encoding="utf-8")
    assert json.loads(tables[0].read_bytes())["characters"][0]["flexibility"]["count"] == 1
    assert '"cells/' in (folder.path / "report.html").read_text(encoding="utf-8")
    assert "report.html" in (folder.path / "index.html").read_text(encoding="utf-8")
    monkeypatch.setattr(report_files, "find_spec", lambda _: None)  # without matplotlib, and over what was there
    assert write_report(folder) == [folder.path / "report.html", *tables]


def test_a_report_that_cannot_be_written_is_said(tmp_path):
    folder = study_folder(tmp_path, expressions="sad", characters="a", seeds=[7])
    add_ratings(folder.path, [rating("sad", "a", 7, "yy")])
    (folder.path / "report").write_text("")
    with pytest.raises(StudyError) as raised:
        write_report(folder)
    assert str(raised.value).startswith(f"{folder.path}: the report cannot be written: [Errno 17] File exists")
