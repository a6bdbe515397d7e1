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


@pytest.mark.slow
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
        ({"sad": "y,n,y,n" + " yy,ny,yy,ny" * 8}, "Not to be decided by the cells that there are: sad."),
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


def test_close_ranks_come_with_the_cells_that_decide_them():
    """a is ahead in each rated pair of cells: six pairs give 2 · 0.5⁶ = 0.03, so that two more are needed."""
    rated = table([REFERENCE, *columns("a", "b")], {"sad": "y,y,y,y,y,y,y yy,yy,yy,yy,--,yy,-- ny,ny,ny,ny,--,--,--"})
    found = what_decides(rated)
    (rank,) = found.ranks
    assert (rank.leader, rank.label) == ("a", "b")
    named = [key("sad", "b", 5), key("sad", "a", 4), key("sad", "b", 4)]
    assert [list(rated.cell_keys())[place] for place in rank.cells] == named
    assert found.sentence.endswith(" 3 more cells put b clearly behind a, if their shares stay as they are.")
    assert found.cells[: len(named)] == tuple(named)
    assert len(set(found.cells)) == len(found.cells)
    after = replace(rated, ratings=(*rated.ratings, *(rating_like(cell) for cell in named)))
    assert report_on(after).characters[1].p_behind == pytest.approx(2 * 0.5**6)
    assert what_decides(after).ranks == ()


def rating_like(cell):
    return rating(cell.expression, cell.character, cell.seed, "yy" if cell.character == "a" else "ny")


@pytest.mark.parametrize(
    ("cells", "more"),
    [
        ("y,y,y,y,y,y yy,yy,yy,yy,yy,-- ny,ny,ny,ny,ny,--", ["a", "b"]),
        ("y,y,y,y,y,n yy,yy,yy,yy,yy,-- ny,ny,ny,ny,ny,--", []),  # the reference does not show it there
        ("y,y,y,y,y,- yy,yy,yy,yy,yy,-- ny,ny,ny,ny,ny,--", ["reference", "a", "b"]),
        ("y,y,y,y,y,y yy,yy,yy,yy,yy,-- yy,yy,yy,yy,yy,--", []),  # they are level
        ("y,y,y,y,y,y yy,yy,yy,yy,--,-- --,--,--,--,--,--", []),  # b is not ranked
        ("y,y,y,y,y,y yy,yy,yy,yy,yy,yy ny,ny,ny,ny,ny,ny", []),  # decided
        ("-,-,-,-,-,- yy,yy,yy,yy,yy,-- ny,ny,ny,ny,ny,--", ["a", "b"]),
    ],
)
def test_a_close_rank_needs_cells_that_can_tell(cells, more):
    ranks = what_decides(table([REFERENCE, *columns("a", "b")], {"neutral": cells})).ranks
    labels = ("reference", "a", "b")
    assert [labels[place // 6] for rank in ranks for place in rank.cells] == more


def test_what_has_no_picture_decides_no_rank():
    rated = table([REFERENCE, *columns("a", "b")], {"neutral": "y,y,y,y,y,y yy,yy,yy,yy,yy,-- ny,ny,ny,ny,ny,--"})
    assert what_decides(replace(rated, not_drawn=(key("neutral", "a", 5),))).ranks == ()


def test_the_close_ranks_of_a_study_that_is_nearly_rated():
    """Of a whole study, three of four seeds are rated."""
    before = of_seeds(11, 12, 13)
    found = what_decides(before)
    assert [(rank.label, len(rank.cells)) for rank in found.ranks[:2]] == [("wren", 15), ("Edda LoRA", 18)]
    assert "more cells put wren, Edda LoRA, Bela LoRA and Dana LoRA clearly behind Ada TI" in found.sentence
