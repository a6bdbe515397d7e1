import json
from dataclasses import replace

import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.ratings.ratings import Rating, add_ratings, read_ratings
from sd_expression_grid.study.study import CellKey

KEY = CellKey(expression="sad", character="Noor", seed=1)
RATING = Rating(
    key=KEY, rater="Ana", expression_score=2, likeness_score=0, picture="ab", rated_at="2026-01-02T03:04:05+00:00"
)


def test_the_last_rating_of_a_rater_and_cell_counts(tmp_path):
    other = replace(RATING, rater="Bo", expression_score=1)
    for rating in (RATING, other, replace(RATING, expression_score=0)):
        add_ratings(tmp_path, [rating])
    assert read_ratings(tmp_path) == {("Ana", KEY): replace(RATING, expression_score=0), ("Bo", KEY): other}


def test_a_rating_can_be_taken_back(tmp_path):
    add_ratings(tmp_path, [RATING])
    add_ratings(tmp_path, [Rating(key=KEY, rater="Ana")])
    assert read_ratings(tmp_path) == {}


def test_a_raters_name_leads_nowhere_else(tmp_path):
    add_ratings(tmp_path, [replace(RATING, rater="../../<up>")])
    assert [file.parent for file in tmp_path.rglob("*.jsonl")] == [tmp_path / "ratings"]
    assert read_ratings(tmp_path) == {("../../<up>", KEY): replace(RATING, rater="../../<up>")}


def test_a_torn_line_costs_only_itself(tmp_path):
    add_ratings(tmp_path, [RATING])
    file = tmp_path / "ratings" / "Ana.jsonl"
    file.write_bytes(file.read_bytes() + b'{"expression": "sa')
    later = replace(RATING, likeness_score=1)
    add_ratings(tmp_path, [later])
    assert read_ratings(tmp_path) == {("Ana", KEY): later}


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        '{"expression": "sad", "character": "Noor", "seed": 1}',
        '{"expression": "sad", "character": "Noor", "seed": 1, "rater": "a", "expression_score": 3}',
        '{"expression": "sad", "character": "Noor", "seed": 1, "rater": "a", "expression_score": true}',
        '{"expression": "sad", "character": "Noor", "seed": "1", "rater": "a"}',
        '{"expression": "sad", "character": "Noor", "seed": 1, "rater": "a", "natural_score": 3}',
        '{"expression": "sad", "character": "Noor", "seed": 1, "rater": "a", "note": 3}',
        '{"expression": "sad", "character": "Noor", "seed": 1, "rater": "a", "rated_at": "yesterday"}',
    ],
)
def test_what_is_no_rating_is_named_with_its_line(tmp_path, line):
    add_ratings(tmp_path, [RATING])
    with (tmp_path / "ratings" / "Ana.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(StudyError) as caught:
        read_ratings(tmp_path)
    assert str(caught.value) == f"{tmp_path / 'ratings' / 'Ana.jsonl'}, line 2: is no rating"


def test_a_rating_is_a_line_without_what_is_unknown(tmp_path):
    add_ratings(tmp_path, [RATING, Rating(key=KEY, rater="Ana", likeness_score=0)])
    key = {"expression": "sad", "character": "Noor", "seed": 1, "rater": "Ana"}
    whole = {"expression_score": 2, "likeness_score": 0, "picture": "ab", "rated_at": "2026-01-02T03:04:05+00:00"}
    lines = (tmp_path / "ratings" / "Ana.jsonl").read_text().splitlines()
    assert list(map(json.loads, lines)) == [{**key, **whole}, {**key, "likeness_score": 0}]


def test_a_note_and_the_natural_score_are_kept_and_may_be_missing(tmp_path):
    noted = replace(RATING, natural_score=0, note="tears look painted")
    add_ratings(tmp_path, [RATING, replace(noted, rater="Bo")])
    assert read_ratings(tmp_path) == {("Ana", KEY): RATING, ("Bo", KEY): replace(noted, rater="Bo")}
    line = json.loads((tmp_path / "ratings" / "Bo.jsonl").read_text())
    assert (line["natural_score"], line["note"]) == (0, "tears look painted")
    alone = Rating(key=KEY, rater="Cy", note="two women")
    assert (alone.is_empty, alone.has_score) == (False, False)


def test_one_score_is_a_rating():
    assert Rating(key=KEY, rater="Ana").is_empty
    assert not Rating(key=KEY, rater="Ana", expression_score=0).is_empty
    assert not Rating(key=KEY, rater="Ana", likeness_score=0).is_empty


def test_ratings_of_several_people_go_into_a_file_for_each(tmp_path):
    add_ratings(tmp_path, [RATING, replace(RATING, rater="Bo"), replace(RATING, key=replace(KEY, seed=2))])
    lines = {file.name: len(file.read_text().splitlines()) for file in (tmp_path / "ratings").iterdir()}
    assert lines == {"Ana.jsonl": 2, "Bo.jsonl": 1}
