"""Which cells are to be rated next, since they decide something, and how many of them it takes."""

from dataclasses import replace
from pathlib import Path

import pytest

from sd_expression_grid.ratings.ratings_csv import read_ratings_csv
from sd_expression_grid.report.deciding import what_decides
from sd_expression_grid.report.report import report_on
from sd_expression_grid.report.types import Thresholds
from tests.unit.rated import REFERENCE, columns, rating, table
from tests.unit.report.golden import key

STUDY = read_ratings_csv(Path(__file__).parents[2] / "data/report/study.csv")
SCORES = {each.key: each for each in STUDY.ratings}


def of_seeds(*seeds):
    return replace(STUDY, ratings=tuple(each for each in STUDY.ratings if each.key.seed in seeds))


def verdicts(rated):
    return {each.label: each.verdict for each in report_on(rated).expressions if each.verdict}


def test_two_more_seeds_of_the_reference_decide_where_two_are_too_few():
    found = what_decides(of_seeds(11, 12))
    assert {row: found.needs[row] for row in ("flirty", "pouting", "laughing")} == {
        "flirty": 2, "pouting": 2, "laughing": 2
    }  # fmt: skip
    assert "neutral" not in found.needs
    assert found.unknown == ("kissing",)
    first = [cell for cell in found.cells if cell.expression == "flirty"][:2]
    assert first == [key("flirty", "reference", 13), key("flirty", "reference", 14)]


def test_the_cells_that_are_named_decide_indeed():
    """Rated as the reference showed it so far, the named cells and no others decide the named rows."""
    before = of_seeds(11, 12)
    found = what_decides(before)
    chosen = [
        cell for row, need in found.needs.items() for cell in [c for c in found.cells if c.expression == row][:need]
    ]
    assert {cell.character for cell in chosen} == {"reference"}
    alike = [replace(SCORES[replace(cell, seed=11)], key=cell) for cell in chosen]
    after = replace(before, ratings=(*before.ratings, *alike))
    decided = {row: verdict for row, verdict in verdicts(after).items() if row in found.needs}
    assert set(decided) == set(found.needs)
    assert {(verdict.name == "undecided", verdict.is_provisional) for verdict in decided.values()} == {(False, False)}
    assert not set(found.needs) & set(what_decides(after).needs)


def test_a_finished_study_has_nothing_left_but_what_is_stuck():
    found = what_decides(STUDY)
    assert found.needs == {}
    assert set(found.stuck) == {row for row, verdict in verdicts(STUDY).items() if verdict.name == "undecided"}
    assert "worn" not in {cell.character for cell in found.cells}  # it is excluded


def test_at_first_the_reference_is_rated_and_then_all_characters_alike():
    rows = {"neutral": "y,y yy,yy yy,yy", "sad": "y,y yy,yy yy,yy"}
    found = what_decides(replace(table([REFERENCE, *columns("a", "b")], rows), ratings=()))
    assert [(cell.expression, cell.character, cell.seed) for cell in found.cells] == [
        ("sad", "reference", 0), ("sad", "reference", 1), ("sad", "a", 0), ("sad", "b", 0), ("sad", "a", 1),
        ("sad", "b", 1),
    ]  # fmt: skip
    assert found.sentence == "Too few ratings to tell: sad."


def test_cells_without_a_picture_decide_nothing():
    there = table([REFERENCE, *columns("a")], {"sad": "y,y,y,- yy,ny,yy,--"})
    assert [cell.character for cell in what_decides(there).cells] == ["reference", "a"]
    missing = replace(there, not_drawn=(key("sad", "a", 3),))
    assert [cell.character for cell in what_decides(missing).cells] == ["reference"]


ALL_CAN, ALL_BUT_ONE = "y,y,y,y" + " yy,yy,yy,yy" * 8, "y,y,y,-" + " yy,yy,yy,--" * 8


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"sad": ALL_CAN}, "All verdicts are decided."),
        ({"sad": ALL_BUT_ONE}, "1 more cell decides sad, if their shares stay as they are."),
        ({"sad": "y,n,y,n" + " yy,ny,yy,--" * 8}, "Not to be decided by the cells that there are: sad."),
        (
            {"sad": ALL_BUT_ONE, "glad": ALL_BUT_ONE.replace("y,", "n,"), "flirty": "-,-,-,-" + " --,--,--,--" * 8},
            "2 more cells decide sad and glad, if their shares stay as they are. Too few ratings to tell: flirty.",
        ),
    ],
)
def test_what_the_next_ratings_are_good_for(rows, said):
    assert what_decides(table([REFERENCE, *columns(*"abcdefgh")], rows)).sentence == said


def test_thresholds_decide_here_too_and_a_note_is_no_score():
    rated = table([REFERENCE, *columns(*"abcdefgh")], {"sad": ALL_BUT_ONE})
    assert what_decides(rated, Thresholds(seeds=3)).sentence == "All verdicts are decided."
    noted = replace(rated, ratings=(*rated.ratings, rating("sad", "reference", 3, "-", note="two women")))
    assert what_decides(noted).needs == {"sad": 1}
