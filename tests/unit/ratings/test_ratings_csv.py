from dataclasses import replace
from itertools import cycle

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.ratings.ratings import add_ratings
from sd_expression_grid.ratings.ratings_csv import harmless, parse_ratings, read_ratings_csv, write_ratings
from sd_expression_grid.ratings.ratings_table import Column, read_table, table_of
from sd_expression_grid.report.report import report_on, report_to_dict
from sd_expression_grid.store.folder import Outcome, StudyFolder
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey, ExpressionTraits
from tests.unit.rated import REFERENCE, rating, table

HEAD = "expression,character,expression_score"
SCORED = ("character", "expression_score")
NEEDED = "it needs expression, character, expression_score"
EVERY = (
    "expression", "character", "seed", "rater", "expression_score", "likeness_score",
    "natural_score", "note", "kind", "person", "tags", "weight", "exclude", "creator",
    "cfg_scale", "denoising", "reference", "strength", "strength_of",
)  # fmt: skip

STUDY = {
    "expressions": "sad\nhappy, very | happy",
    "characters": "Noor | <lora:Noor:0.8> | kind=lora | person=N | tags=a,b | weights=0.5,1\n"
    "=wren | kind=embedding | exclude\nTomas | x | kind=none",
    "seeds": [7, 3],
}


@pytest.fixture
def rated(tmp_path):
    """A study that was rated by hand, in part by two people."""
    folder = StudyFolder(tmp_path)
    study = study_from_dict(STUDY)
    folder.write_study(study)
    signs = cycle("ynpynyypnyynyyppynynn")
    for column in study.columns:
        for row in study.expressions:
            for seed in study.seeds:
                key = CellKey(expression=row.label, character=column.label, seed=seed)
                folder.record(Outcome(key=key, status="done", file=f"cells/{column.label}/{seed}.png", sha256="ab"))
                for rater in ("Ana", "Bo") if seed == 7 else ("Ana",):
                    scores = next(signs) + ("-" if column.label == "reference" else next(signs))
                    if next(signs) != "p":
                        add_ratings(tmp_path, [rating(row.label, column.label, seed, scores, rater, picture="ab")])
    return folder


def without_pictures(report):
    return {**report_to_dict(report), "title": "", "cells": [replace(cell, file="") for cell in report.cells]}


def test_an_imported_table_gives_the_same_report_as_rating_by_hand(rated, tmp_path):
    by_hand = read_table(rated)
    file = tmp_path / "ratings.csv"
    file.write_text(write_ratings(by_hand), encoding="utf-8")
    assert by_hand.ratings
    assert without_pictures(report_on(read_ratings_csv(file))) == without_pictures(report_on(by_hand))


def test_a_table_of_a_spreadsheet_as_people_make_them():
    text = """\ufeffCharacter;Expression;Expression score;Likeness score;Seed;Rater;Weight

reference;sad;2;;1;Ana;
Noor 0,7;sad;Partly;YES;1;Ana;0,7
Noor 0,7;happy;0;1.0;1.0;Ana;
;;;;;;
""".removeprefix("\ufeff").replace("\n", "\r\n")
    found = parse_ratings(text, "a.csv")
    assert (found.rows, found.seeds) == (("sad", "happy"), (1,))
    assert found.columns == (Column(label="reference", is_reference=True), Column(label="Noor 0,7", weight=0.7))
    scores = [(r.expression_score, r.likeness_score) for r in found.ratings]
    assert scores == [(2, None), (1, 2), (0, 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_of_spreadsheets(tmp_path, encoding, delimiter):
    file = tmp_path / "ratings.csv"
    lines = [["expression", "character", "expression_score"], ["traurig", "Zoë", "2"]]
    file.write_text("\n".join(delimiter.join(line) for line in lines), encoding=encoding)
    found = read_ratings_csv(file)
    assert (found.title, found.columns[0].label, found.ratings[0].expression_score) == ("ratings", "Zoë", 2)


def test_a_file_in_another_encoding_is_named(tmp_path):
    file = tmp_path / "ratings.csv"
    file.write_text("expression,character,expression_score\nsad,Zoë,2", encoding="cp1252")
    with pytest.raises(StudyError) as caught:
        read_ratings_csv(file)
    assert str(caught.value) == f"{file}: is not UTF-8; in the spreadsheet, save it as 'CSV UTF-8'"
    with pytest.raises(StudyError) as caught:
        read_ratings_csv(tmp_path / "none.csv")
    assert str(caught.value) == f"{tmp_path / 'none.csv'}: cannot be read: No such file or directory"


def test_every_faulty_line_is_named_at_once():
    text = f"""expression,character,seed,rater,expression_score,likeness_score,kind,weight,exclude
sad,Noor,1,Ana,3,2,lora,,
sad,,1,Ana,2,2,,,
sad,Noor,one,Ana,2,maybe,,,
sad,Noor,2,Ana,2,2,embedding,nan,perhaps
happy,Noor,1,Ana,2,2,,,
happy,Noor,1,Ana,1,2,,,
happy,Noor,1.5e3,Ana,1,2,,,,surplus
happy,Noor,{"9" * 5000},Bo,1,2,,,
"""
    with pytest.raises(StudyError) as caught:
        parse_ratings(text, "a.csv")
    assert [str(fault) for fault in caught.value.faults] == [
        "a.csv, line 2: expression_score: must be 0, 1, 2, no, partly or yes, is 3",
        "a.csv, line 3: has no character",
        "a.csv, line 4: seed: must be a whole number, is 'one'",
        "a.csv, line 4: likeness_score: must be 0, 1, 2, no, partly or yes, is 'maybe'",
        "a.csv, line 5: weight: must be a number, is nan",
        "a.csv, line 5: exclude: must be yes or no (in JSON true or false), is 'perhaps'",
        "a.csv, line 5: kind of Noor is another than in an earlier line",
        "a.csv, line 7: rates the cell of line 6 again, by the same rater",
        "a.csv, line 8: has 10 fields, but the first line names 9",
        "a.csv, line 8: seed: must be a whole number, is '1.5e3'",
        f"a.csv, line 9: seed: must be a whole number, is {'9' * 5000!r:.60}",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ["a.csv: is empty; its first line names the columns: expression, character, expression_score"]),
        ("\n ; \n", ["a.csv: is empty; its first line names the columns: expression, character, expression_score"]),
        ("\nexpression,seed\nsad,1", [f"a.csv, line 2: names no column '{name}'; {NEEDED}" for name in SCORED]),
        (
            f"{HEAD},mood,,\n",
            [f"a.csv, line 1: names the column 'mood', which is not known; the columns are {', '.join(EVERY)}"],
        ),
        (f"{HEAD},seed,Seed\n", ["a.csv, line 1: names the column 'seed' twice"]),
        (
            f"{HEAD},reference\na,b,2,yes\na,c,2,yes\na,reference,2,no",
            ["a.csv: there can be one reference column only, not b, c"],
        ),
        (
            f"{HEAD}\n{'x' * 200_000}",
            ["a.csv, line 2: cannot be read as CSV: field larger than field limit (131072)"],
        ),
        (f"{HEAD}\nsad,Noor,2,\n,,1", ["a.csv, line 3: has no expression", "a.csv, line 3: has no character"]),
        (f"{HEAD}\nsad,Noor,2,x", ["a.csv, line 2: has 4 fields, but the first line names 3"]),
        (f"{HEAD},tags\na,b,2,x\na,c,2,\na,b,,y", ["a.csv, line 4: tags of b is another than in an earlier line"]),
        (f"{HEAD}\na,b,2\n\na,b,1", ["a.csv, line 4: rates the cell of line 2 again, by the same rater"]),
    ],
)
def test_what_is_no_table_of_ratings_is_named(text, message):
    with pytest.raises(StudyError) as caught:
        parse_ratings(text, "a.csv")
    assert [str(fault) for fault in caught.value.faults] == message


def test_a_csv_is_written_whole():
    noor = Column(label="Noor", kind="lora", person="N", tags=("a", "b"), weight=0.5, exclude=True, cfg_scale=4.0)
    glad = ExpressionTraits(label="glad", strength=0.8, strength_of="happy")
    made = table([REFERENCE, noor], {"=sad": "y np", "glad": "- -y"}, row_traits={"glad": glad})
    written = write_ratings(made)
    assert parse_ratings(written, "r.csv") == made
    assert written.splitlines() == [
        "expression,character,seed,rater,expression_score,likeness_score,natural_score,note,kind,person,tags,weight,exclude,creator,"
        "cfg_scale,denoising,reference,strength,strength_of",
        "'=sad,reference,0,Ana,yes,,,,none,,,,,,,,yes,,",
        "glad,reference,0,,,,,,none,,,,,,,,yes,0.8,happy",
        '\'=sad,Noor,0,Ana,no,partly,,,lora,N,"a,b",0.5,yes,,4.0,,,,',
        'glad,Noor,0,Ana,,yes,,,lora,N,"a,b",0.5,yes,,4.0,,,0.8,happy',
    ]
    found = parse_ratings(written, "a.csv")
    assert (found.rows, found.columns) == (("=sad", "glad"), (REFERENCE, noor))


@pytest.mark.parametrize(
    ("written", "score"),
    [("0", 0), ("1", 1), ("2,0", 2), ("2.", 2), ("+1", 1), ("No", 0), ("PARTLY", 1), ("yes", 2)],
)
def test_a_score_may_be_written_as_a_word_or_as_a_spreadsheet_writes_numbers(written, score):
    (found,) = parse_ratings(f"expression;character;expression_score\na;b;{written}", "a.csv").ratings
    assert found.expression_score == score


@pytest.mark.parametrize(
    ("text", "told"),
    [("=a", "'=a"), ("'=a", "''=a"), ("-5", "-5"), ("+3.0", "+3.0"), ("-x", "'-x"), ("@", "'@"), ("'a", "'a")],
)
def test_what_a_spreadsheet_would_reckon_with_gets_an_apostrophe(text, told):
    assert harmless(text) == told


def test_a_picture_that_was_made_again_does_not_count_and_neither_does_a_strange_cell():
    study = study_from_dict({"expressions": "sad", "characters": "Noor\nmei\nAda", "reference": "", "seeds": [3, 1]})
    record = {
        key: Outcome(key=key, status=status, file=f"cells/{key.character}.png", sha256="new")
        for character, seed, status in (("Noor", 1, "done"), ("mei", 1, "failed"), ("Eve", 1, "done"))
        for key in [CellKey(expression="sad", character=character, seed=seed)]
    }
    ratings = [
        rating("sad", "Noor", 1, "yy", "Ana", picture="new"),
        rating("sad", "Noor", 1, "yy", "Bo", picture="old"),
        rating("sad", "mei", 1, "yy", "Ana", picture="new"),
        rating("sad", "Ada", 3, "yy", "Ana"),
        rating("sad", "Eve", 1, "yy", "Ana"),
    ]
    found = table_of(study, record, ratings, "faces")
    assert (found.title, found.rows, found.seeds) == ("faces", ("sad",), (3, 1))
    assert (found.ratings, found.stale, found.strange) == ((ratings[0], ratings[3]), tuple(ratings[1:3]), (ratings[4],))
    assert [(key.character, key.seed) for key in found.not_drawn] == [
        ("Noor", 3), ("mei", 3), ("mei", 1), ("Ada", 3), ("Ada", 1),
    ]  # fmt: skip
    assert found.files == {CellKey(expression="sad", character="Noor", seed=1): "cells/Noor.png"}
    assert table_of(replace(study, seeds=()), record, []).seeds == (1,)


@pytest.mark.parametrize("label", ["=1+1", "'=1+1", "+a", "-", "@x", "'", "a, b", 'say "x"', "two\nlines", "-5", "a;b"])
def test_labels_come_back_as_they_were_and_are_no_formulas(label):
    written = write_ratings(table([REFERENCE, Column(label=label)], {"sad": "y yn"}))
    found = parse_ratings(written, "a.csv")
    assert [column.label for column in found.columns] == ["reference", label]
    assert not any(line.split(",")[1].startswith(("=", "@", "+a")) for line in written.splitlines()[1:] if "," in line)


def test_a_cell_that_nobody_rated_has_a_line_to_fill_in():
    written = write_ratings(table([REFERENCE, Column(label="Noor", kind="lora")], {"sad": "y --"}))
    assert written.splitlines()[2] == "sad,Noor,0,,,,,,lora,,,,,,,,,,"
    assert len(parse_ratings(written, "a.csv").ratings) == 1


def test_the_natural_score_and_the_note_travel_in_the_csv():
    noted = rating("sad", "Noor", 0, "yyn", note="an eye, broken")
    whole = table([REFERENCE, Column(label="Noor")], {"sad": "y --"})
    written = write_ratings(replace(whole, ratings=(*whole.ratings, noted)))
    assert 'sad,Noor,0,Ana,yes,yes,no,"an eye, broken",' in written
    assert noted in parse_ratings(written, "a.csv").ratings
