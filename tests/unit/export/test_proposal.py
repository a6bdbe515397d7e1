import pytest

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.export.candidates import candidates_of, character_names
from sd_expression_grid.export.proposal import proposed_picks
from sd_expression_grid.ratings.ratings import Rating, add_ratings
from sd_expression_grid.study.study import CellKey
from tests.study_folders import add_cell, study_folder

SIGNS = {"y": 2, "p": 1, "n": 0, "-": None}


@pytest.fixture
def folder(tmp_path):
    characters = "Noor | <lora:Noor:1> | weights=0.4,0.8\nmei | <lora:mei:1>"
    return study_folder(tmp_path, characters=characters, seeds=[7, 8, 9])


def rate(folder, row, column, seed, scores, rater="Ana", picture=""):
    shown, kept, natural = (SIGNS[sign] for sign in f"{scores}--"[:3])
    rating = Rating(
        key=CellKey(expression=row, character=column, seed=seed), rater=rater, expression_score=shown,
        likeness_score=kept, natural_score=natural, picture=picture,
    )  # fmt: skip
    add_ratings(folder.path, [rating])


def proposal(folder, name):
    return proposed_picks(candidates_of(folder, name))


def cells(folder, name):
    return [(pick.key.expression, pick.key.character, pick.key.seed) for pick in proposal(folder, name).picks]


def test_a_character_with_several_weights_is_one(folder):
    assert character_names(folder.existing_study()) == ("reference", "Noor", "mei")


@pytest.mark.parametrize("axis", ["cfg_scale=4,7", "denoising=0.35,0.5", "weights=0.4,0.8 | cfg_scale=4,7"])
def test_a_character_in_several_columns_of_any_number_is_one(tmp_path, axis):
    folder = study_folder(tmp_path, characters=f"Noor | <lora:Noor:1> | {axis}\nmei | <lora:mei:1> | cfg_scale=5")
    study = folder.existing_study()
    assert character_names(study) == ("reference", "Noor", "mei")
    columns = {column.label for column in study.characters} - {"mei"}
    assert {cell.key.character for cell in candidates_of(folder, "Noor").by_key.values()} == columns
    (first, *_) = sorted(columns)
    assert {cell.key.character for cell in candidates_of(folder, first).by_key.values()} == {first}


def test_without_ratings_it_is_the_first_seed(folder):
    assert cells(folder, "mei") == [("neutral", "mei", 7), ("smile", "mei", 7), ("sad", "mei", 7)]
    assert cells(folder, "Noor")[0] == ("neutral", "Noor 0.4", 7)
    assert cells(folder, "Noor 0.8")[0] == ("neutral", "Noor 0.8", 7)


def test_picks_carry_name_and_picture(folder):
    picks = proposal(folder, "Noor").picks
    record = folder.read_record()
    assert [(pick.name, pick.picture) for pick in picks] == [("Noor", record[pick.key].sha256) for pick in picks]


def test_yes_on_all_scores_comes_before_partly_before_unrated_before_no(folder):
    rate(folder, "smile", "mei", 7, "nn")
    rate(folder, "smile", "mei", 8, "yy")
    rate(folder, "smile", "mei", 9, "yp")
    rate(folder, "sad", "mei", 7, "yn")
    rate(folder, "sad", "mei", 9, "py")
    assert cells(folder, "mei")[1:] == [("smile", "mei", 8), ("sad", "mei", 9)]
    rate(folder, "neutral", "mei", 7, "ny")
    rate(folder, "neutral", "mei", 8, "ny")
    assert cells(folder, "mei")[0] == ("neutral", "mei", 9)


def test_among_equals_it_is_one_face(folder):
    for row in ("neutral", "smile", "sad"):
        rate(folder, row, "Noor 0.8", 9, "yy")
    rate(folder, "neutral", "Noor 0.4", 7, "yy")
    rate(folder, "smile", "Noor 0.8", 8, "yy")
    assert set(cells(folder, "Noor")) == {(row, "Noor 0.8", 9) for row in ("neutral", "smile", "sad")}


def test_all_raters_count_and_so_does_natural(folder):
    rate(folder, "smile", "mei", 7, "yy")
    rate(folder, "smile", "mei", 7, "yp", rater="Bo")
    rate(folder, "smile", "mei", 8, "yyp")
    rate(folder, "smile", "mei", 9, "yyy")
    assert cells(folder, "mei")[1] == ("smile", "mei", 9)


def test_a_cell_with_one_of_two_scores_is_no_yes_but_the_reference_has_only_one(folder):
    rate(folder, "smile", "mei", 7, "y")
    rate(folder, "smile", "mei", 8, "yy")
    rate(folder, "smile", "reference", 8, "y")
    assert cells(folder, "mei")[1] == ("smile", "mei", 8)
    assert cells(folder, "reference")[1] == ("smile", "reference", 8)


def test_a_rating_of_an_earlier_picture_does_not_count(folder):
    rate(folder, "smile", "mei", 8, "yy", picture="another")
    assert cells(folder, "mei")[1] == ("smile", "mei", 7)


def test_a_row_without_a_good_cell_is_named(folder):
    for seed in (7, 8, 9):
        rate(folder, "sad", "mei", seed, "ny")
    found = proposal(folder, "mei")
    assert [pick.key.expression for pick in found.picks] == ["neutral", "smile"]
    assert found.without == (("sad", "has no good cell: each that is there was rated no"),)


def test_a_cell_without_picture_is_not_proposed(folder):
    record = folder.read_record()
    for seed in (7, 8):
        (folder.path / record[CellKey(expression="sad", character="mei", seed=seed)].file).unlink()
    assert cells(folder, "mei")[2] == ("sad", "mei", 9)
    (folder.path / record[CellKey(expression="sad", character="mei", seed=9)].file).unlink()
    assert proposal(folder, "mei").without == (("sad", "has no picture"),)


def test_scores_are_means_over_the_raters(folder):
    rate(folder, "smile", "mei", 7, "yp")
    rate(folder, "smile", "mei", 7, "p", rater="Bo")
    scores = candidates_of(folder, "mei").rows["smile"][0].scores
    assert (scores.expression, scores.likeness, scores.natural, scores.count) == (1.5, 1, None, 2)


def test_an_unknown_character_is_said_with_the_nearest(folder):
    for name, known in (("Nor", "the nearest: Noor"), ("zz", "it has reference, Noor, mei")):
        with pytest.raises(StudyError) as raised:
            candidates_of(folder, name)
        assert str(raised.value) == f"--character: the study has no character {name!r}; {known}"


def test_a_label_that_ends_like_a_weight_is_the_whole_name(tmp_path):
    folder = study_folder(tmp_path, characters="Noor 2 | words")
    assert character_names(folder.existing_study()) == ("reference", "Noor 2")


def test_a_cell_made_again_is_judged_by_its_new_picture(folder):
    key = CellKey(expression="smile", character="mei", seed=7)
    rate(folder, "smile", "mei", 7, "nn", picture=folder.read_record()[key].sha256)
    assert cells(folder, "mei")[1] == ("smile", "mei", 8)
    add_cell(folder, key, (32, 32))
    assert cells(folder, "mei")[1] == ("smile", "mei", 7)
