"""What a reader learns from the ratings of a study like the original one: three groups, two tags, creators, ties.

The table has a character that is excluded (worn), one (late) and a row (kissing) that nobody rated.
"""

from pathlib import Path

import pytest

from sd_expression_grid.__main__ import main
from sd_expression_grid.ratings.ratings_csv import read_ratings_csv
from sd_expression_grid.report.report import reports_on
from sd_expression_grid.report.writing.report_html import report_html
from tests.unit.markup import parsed

STUDY = Path(__file__).parents[2] / "data/report/study.csv"

ANSWERS = """\
Which characters are the most flexible, and which creators' models?
  - Ada TI and nova lead with equal shares: expression reached and person kept in 91% (32 of 35 each) of the cells \
in which the reference shows the expression.
  - Clearly behind are only lark, Dana LoRA, wren, Edda LoRA and Flor LoRA.
  - The least flexible is Flor LoRA, with 34% (12 of 35; 21 to 51%).
  - By creator, as the mean of their characters: quill 74% (9 models), mirka 66% (3 models), oleander 57% (2 \
models), sedge 55% (3 models), tobit 37% (2 models).
  - By kind and tag: embeddings 69% (12 models), invented 66% (5 models), celebrity 63% (14 models), LoRAs 55% (7 \
models).
  - Not rated, and so not ranked: late.

Are embeddings more flexible than LoRAs?
  - Embeddings are more flexible than LoRAs: 72% against 55%, +17 points (+11 to +23). The same 7 persons as both; p \
= 0.016.

Are characters tagged “celebrity” more flexible than those tagged “invented”?
  - No clear difference for celebrity against invented (embeddings only): 72% against 66%, +6 points (−16 to +29). 7 \
characters against 5; p = 0.523.

Which expressions are candidates for a LoRA of their own?
  - Easy candidates (the base model can, characters mostly can't): flirty and bored.
  - Hard candidates (not even the base model can): pouting and biting lip.
  - No LoRA needed (characters mostly can): “frowning”, “laughing”, “surprised” and “smiling, open mouth”.
  - Undecided (the ratings do not say): “sad” and “smiling, closed mouth”.
  - 8 cells of the undecided rows are not rated yet.
  - More seeds of all columns would decide, if the shares stay as they are: 6 for “smiling, closed mouth”.
  - Too near the line to be decided by 64 more seeds: sad.
  - Not rated: kissing.
"""


@pytest.fixture(scope="module")
def page():
    report, *others = reports_on(read_ratings_csv(STUDY))
    return parsed(report_html(report, others=others))


def section(page, title):
    return next(part for part in page.all("section") if part.one("h2").text == title)


def test_the_answers_on_the_terminal(capsys):
    assert main(["report", "--ratings", str(STUDY)]) == 0
    assert capsys.readouterr().out == ANSWERS


def test_the_reader_chooses_what_counts_as_a_success(page):
    choice = page.one("fieldset", "success")
    assert choice.one("legend").text == "What counts as a success"
    assert [(each["value"], "checked" in each.attributes) for each in choice.all("input")] == [
        ("both", True), ("expression", False), ("all", False)
    ]  # fmt: skip
    assert [label.text for label in choice.all("label")] == [
        "Expression reached and person kept", "Expression reached", "Expression reached, person kept and natural"
    ]  # fmt: skip
    leads = {}
    for success in ("both", "expression", "all"):
        answers, rankings = page.all("div", f"view-{success}")
        leads[success] = answers.one("ol", "answers").all("li")[0].all("li")[0].text
        assert [part.one("h2").text for part in rankings.all("section")] == [
            "Characters by flexibility", "Expressions by difficulty", "Groups of characters"
        ]  # fmt: skip
    where = "of the cells in which the reference shows the expression."
    assert leads == {
        "both": "Ada TI and nova lead with equal shares: expression reached and person kept in 91% (32 of 35 each) "
        + where,
        "expression": f"Ada TI and nova lead with equal shares: expression reached in 91% (32 of 35 each) {where}",
        "all": f"Ada TI leads: expression reached, person kept and natural in 89% (31 of 35; 74 to 95%) {where}",
    }


def test_what_is_not_rated_comes_last_in_the_matrix_and_has_no_place_in_a_ranking(page):
    shown = section(page, "The matrix").all("table")[0]
    rows = [row.one("th").text for row in shown.one("tbody").all("tr")]
    assert (rows[0], rows[-1]) == ("neutral", "kissing")
    assert [row.one("th").text for row in shown.one("tbody").all("tr", "unrated")] == ["kissing"]
    assert shown.heads()[-2:] == ["late", "worn"]
    assert [head.text for head in shown.all("th", "unrated")] == ["late"]
    assert [head.text for head in shown.all("th", "excluded")] == ["worn"]
    for title, name, said in (
        ("Characters by flexibility", "late", "No rated cell that counts here, and so no place: late."),
        ("Expressions by difficulty", "kissing", "Not rated: kissing."),
    ):
        ranking = section(page, title)
        assert name not in [line.all("th")[0].text for line in ranking.one("tbody").all("tr")]
        assert ranking.all("p", "note")[-1].text == said


def test_no_number_counts_who_is_not_rated(page):
    *_, groups = section(page, "Groups of characters").all("table")
    invented = next(line for line in groups.rows() if line[0] == "invented")
    assert invented[3] == "ember, lark, nova, sorrel, wren (5)"
