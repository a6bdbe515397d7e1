import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.grids.drawing.captions import Captions
from sd_expression_grid.grids.drawing.style import PALETTES, Style
from sd_expression_grid.grids.grid_tables import tables_of
from sd_expression_grid.plan.plan import plan_batches, plan_cells
from sd_expression_grid.study.cell_prompts import templates_of
from sd_expression_grid.study.schema import study_from_dict, study_to_dict
from sd_expression_grid.study.study import Scout


def read(scout, **changes):
    return study_from_dict({"expressions": "neutral\nsad | sad crying", "characters": "", "scout": scout, **changes})


def message(scout, **changes):
    with pytest.raises(StudyError) as raised:
        read(scout, **changes)
    return str(raised.value)


def test_a_study_without_the_key_is_no_scout():
    assert study_from_dict({"expressions": "a", "characters": "b"}).scout is None
    assert "scout" not in study_to_dict(study_from_dict({"expressions": "a", "characters": "b"}))


def test_an_empty_object_asks_for_the_usual():
    assert read({}).scout == Scout(expression="", seeds=16, stop_at_switch=False)


@pytest.mark.parametrize("scout", [{}, {"seeds": [3, 1], "expression": "sad", "stop_at_switch": True}, {"seeds": 5}])
def test_a_scout_survives_json(scout):
    study = read(scout)
    assert study_from_dict(json.loads(json.dumps(study_to_dict(study)))) == study


@pytest.mark.parametrize(
    ("scout", "part"),
    [
        (3, "scout: must be an object, is 3"),
        ({"foo": 1}, "scout.foo: is not a known key"),
        ({"expression": "Sat"}, "scout.expression: there is no expression labelled 'Sat'; the nearest: sad"),
        ({"seeds": 0}, "scout.seeds: must be at least 1, is 0"),
        ({"seeds": "7"}, "scout.seeds: must be a list of seeds, or how many, is '7'"),
        ({"seeds": True}, "scout.seeds: must be a list of seeds, or how many"),
        ({"seeds": []}, "scout.seeds: is an empty list"),
        ({"seeds": [1, -1]}, "scout.seeds: must be whole numbers other than -1"),
        ({"seeds": [1, 1]}, "scout.seeds: name a seed twice"),
        ({"stop_at_switch": "yes"}, "scout.stop_at_switch: must be true or false"),
    ],
)
def test_a_fault_is_named_with_its_key(scout, part):
    assert message(scout).startswith(part)


def test_seeds_are_scouted_in_the_reference_column_only():
    assert "name the reference's text" in message({}, reference="")


def test_what_is_made_is_one_row_of_the_reference_column():
    study = read({"expression": "sad", "seeds": [9, 4]}, characters="Noor\nmei", seeds=[1, 2]).scouted()
    templates = templates_of(study.with_templates("", ""))
    cells = plan_cells(study, templates, study.seeds)
    assert [(c.key.expression, c.key.character, c.key.seed) for c in cells] == [
        ("sad", "reference", 9),
        ("sad", "reference", 4),
    ]
    assert cells[0].prompt.endswith("[hair, neck, eyes, lips:sad crying:0.2], RAW photo, 1girl")


def test_the_first_row_is_scouted_unless_another_is_named():
    assert [row.label for row in read({}).scouted().expressions] == ["neutral"]


def test_a_scout_knows_how_many_seeds_and_any_other_study_asks_the_page():
    assert read({"seeds": 3}, seeds=[8]).scouted().with_seeds_from(100, 2).seeds == (100, 101, 102)
    assert read({"seeds": [3, 1]}).scouted().with_seeds_from(100, 2).seeds == (3, 1)
    assert study_from_dict({"expressions": "a", "characters": "b"}).with_seeds_from(100, 2).seeds == (100, 101)


def test_seeds_of_a_scout_are_its_own_from_the_pages_on():
    one = read({"seeds": 3}).with_seeds_from(100, 2)
    assert one.scout.seeds == one.seeds == (100, 101, 102)
    named = read({"seeds": [9, 4]}, seeds=[1])
    assert (named.scouted().seeds, named.with_seeds_from(1, 1).scout.seeds) == ((9, 4), (9, 4))
    assert study_from_dict({"expressions": "a", "characters": "b", "seeds": [5]}).with_seeds_from(100, 2).seeds == (5,)


def test_the_row_of_a_scout_is_named_in_what_is_made():
    made = read({"seeds": 2}).scouted()
    assert (made.scout, made.seeds, made.characters) == (Scout(expression="neutral", seeds=2), (), ())
    plain = study_from_dict({"expressions": "a", "characters": "b", "seeds": [5]})
    assert plain.scouted() is plain
    assert plain.without_seeds().seeds == ()
    assert plain.without_seeds().scout is None


def test_the_folder_of_a_scout_is_not_that_of_its_study():
    assert read({}, name="story").folder_name == "story seeds"
    assert read(None, name="story", characters="mei").folder_name == "story"
    assert read({}).folder_name == ""


def test_scouts_that_differ_in_their_seeds_only_are_one():
    one, other = (read(scout).scouted() for scout in ({"seeds": 16}, {"expression": "neutral", "seeds": [3]}))
    assert one.without_seeds() == other.without_seeds()
    assert one.without_seeds() != read({"stop_at_switch": True}).scouted().without_seeds()


def test_seeds_share_batches():
    study = read({"seeds": [1, 2, 3]}).scouted().with_templates("", "")
    cells = plan_cells(study, templates_of(study), study.seeds)
    assert [len(batch.cells) for batch in plan_batches(cells, 2, lambda _: None)] == [2, 1]


@given(st.integers(1, 90), st.sampled_from([(512, 512), (512, 768), (1024, 512), (64, 640)]))
def test_a_sheet_holds_every_seed_once_and_is_about_square(count, size):
    study = read({"seeds": count}).scouted().with_seeds_from(7, 1)
    (table,) = tables_of(study, size)
    assert sorted(key.seed for key in table.keys.values()) == list(range(7, 7 + count))
    rows, columns = len(table.rows), len(table.columns)
    assert rows * columns - columns < count <= rows * columns
    assert max(place for place in table.keys) == (rows - 1, (count - 1) % columns)
    assert (columns - 1) ** 2 * size[0] < count * size[1]
    assert columns == count or columns**2 * size[0] >= count * size[1]


def test_a_study_has_a_table_for_each_group_and_seed():
    study = study_from_dict({"expressions": "a\nb", "characters": "[X]\nn\n[Y]\nm", "seeds": [1, 2]})
    tables = tables_of(study, (64, 64))
    assert [table.name for table in tables] == [
        "grid - X - seed 1", "grid - X - seed 2", "grid - Y - seed 1", "grid - Y - seed 2",
    ]  # fmt: skip
    assert tables[0].columns == ("reference", "n")
    assert (tables[3].keys[1, 1].expression, tables[3].keys[1, 1].character, tables[3].keys[1, 1].seed) == ("b", "m", 2)


def test_a_caption_stands_under_its_picture_and_touches_none_of_it():
    captions = Captions((96, 64), Style(background="dark"))
    background = PALETTES["dark"].background
    picture = Image.effect_noise((96, 64), 60).convert("RGB")
    image = captions.under(picture, "1234567890")
    assert image.size == captions.size
    assert image.crop((0, 0, 96, 64)).tobytes() == picture.tobytes()
    below = image.crop((0, 64, *image.size))
    assert below.getcolors() != [(below.width * below.height, background)]
    assert captions.blank().getcolors() == [(image.width * image.height, background)]
