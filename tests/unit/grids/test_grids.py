from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.grids.grids import draw_grids, grids_of, legend, settings_of
from sd_expression_grid.store.folder import Outcome, StudyFolder
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey, GridOptions, PictureFiles
from tests.study_folders import colour_of, study_folder
from tests.unit.grids.ink import drawn

SAD = CellKey(expression="sad", character="Noor", seed=7)


def table_of(grids, group="LoRAs", seed=7):
    return next(table for table in grids.all if (table.group, table.seed) == (group, seed))


@pytest.fixture
def folder(tmp_path):
    return study_folder(tmp_path)


def pixels_of(grids, grid, key):
    """The pixels of a cell on its grid's only page."""
    (page,) = map(drawn, grids.pages(grid))
    places = grids.places(grid, page)
    (row,) = (pixels for label, *pixels in places["rows"] if label == key.expression)
    (column,) = (pixels for label, *pixels in places["columns"] if label == key.character)
    assert list(page.image.size) == places["size"]
    return np.asarray(page.image.crop((column[0], row[0], column[1], row[1])))


def said(grids, row, column):
    return grids.opener(table_of(grids))(row, column)


def test_each_group_and_seed_is_a_grid_of_its_own(folder):
    names = [name for name, _ in draw_grids(folder)]
    assert names == [f"grid - {group} - seed {seed}" for group in ("LoRAs", "Embeddings") for seed in (7, 8)]


def test_a_grids_title_is_its_group_and_its_seed_where_there_are_several(folder, tmp_path):
    titles = [table.title for table in grids_of(folder).all]
    assert titles == ["LoRAs · seed 7", "LoRAs · seed 8", "Embeddings · seed 7", "Embeddings · seed 8"]
    alone = study_folder(tmp_path / "one", seeds=[7], characters="Noor")
    assert [(table.title, table.name) for table in grids_of(alone).all] == [("", "grid")]


def test_the_reference_column_is_set_apart_and_any_other_first_column_is_not(tmp_path):
    gaps = []
    for name, changes in (("with", {}), ("without", {"reference": ""})):
        grids = grids_of(study_folder(tmp_path / name, seeds=[7], characters="Noor\nmei\nAda", **changes))
        (page,) = map(drawn, grids.pages(grids.all[0]))
        first, second, third = (cell.box for cell in page.cells[:3])
        gaps.append((second.left - first.right, third.left - second.right))
    assert gaps[0][0] > gaps[0][1]
    assert gaps[1] == (8, 8)


def test_every_cell_is_in_its_place(folder):
    grids = grids_of(folder)
    for key in grids.outcomes:
        group = "Embeddings" if key.character == "ember_nobody" else "LoRAs"
        assert (pixels_of(grids, table_of(grids, group, key.seed), key) == colour_of(key)).all()


@pytest.mark.parametrize("status", ["failed", "skipped", "interrupted"])
def test_a_cell_without_picture_is_no_picture(folder, status):
    folder.record(Outcome(key=SAD, status=status, error="out of memory" if status == "failed" else ""))
    grids = grids_of(folder)
    assert said(grids, 2, 1) == ("failed: out of memory" if status == "failed" else status)
    assert len(np.unique(pixels_of(grids, table_of(grids), SAD).reshape(-1, 3), axis=0)) > 1


def test_a_cell_that_is_not_recorded_is_not_made(folder):
    lines = (folder.path / "cells.jsonl").read_text().splitlines(keepends=True)
    (folder.path / "cells.jsonl").write_text("".join(line for line in lines if '"sad"' not in line))
    assert said(grids_of(folder), 2, 1) == "not made"


def test_files_that_are_gone_or_torn_are_noted_and_the_rest_is_drawn(folder):
    outcomes = folder.read_record()
    (folder.path / outcomes[SAD].file).unlink()
    first = CellKey(expression="neutral", character="reference", seed=7)
    torn = folder.path / outcomes[first].file
    torn.write_bytes(torn.read_bytes()[:60])
    grids = grids_of(folder)
    assert said(grids, 2, 1) == f"missing: {outcomes[SAD].file}"
    assert grids.cell_size_of(table_of(grids)) == (24, 24)
    for key in (SAD, first):
        assert (pixels_of(grids, table_of(grids), key) != colour_of(key)).any()


def test_a_grid_of_which_nothing_was_begun_is_left_out(folder):
    for row in ("neutral", "smile", "sad"):
        for seed in (7, 8):
            key = CellKey(expression=row, character="ember_nobody", seed=seed)
            folder.record(Outcome(key=key, status="interrupted"))
    assert [grid.group for grid in grids_of(folder).begun] == ["LoRAs", "LoRAs"]


def test_large_grids_are_pages_with_names_of_their_own(tmp_path):
    folder = study_folder(tmp_path, size=(260, 260), seeds=[7], characters="Noor\nmei\nAda\nBo\nCy\nDi\nEl\nFay")
    grids = grids_of(folder)
    assert grids.style.max_pixels == 170_000_000
    grids = replace(grids, style=replace(grids.style, max_pixels=1_700_000))
    (table,) = grids.begun
    pages = [(grids.name(table, page), page.size) for page in grids.pages(table)]
    assert [name for name, _ in pages] == [
        f"grid - page {number} of {len(pages)}" for number in range(1, len(pages) + 1)
    ]
    assert len(pages) > 1
    assert all(width * height <= 1_700_000 for _, (width, height) in pages)


def test_options_change_how_a_grid_looks_and_not_the_study(folder):
    before = (folder.path / "study.json").read_bytes()
    own = next(draw_grids(folder))[1].draw()
    other = next(draw_grids(folder, GridOptions(ground="dark", margin=0, legend=False)))[1].draw()
    assert (own.getpixel((0, 0)), other.getpixel((0, 0))) == ((255, 255, 255), (24, 25, 27))
    assert other.height < own.height
    assert (folder.path / "study.json").read_bytes() == before


def test_the_legend_is_what_the_cells_infotexts_tell(folder):
    grids = grids_of(folder)
    assert dict(legend(grids.study, 7, grids.settings)) == {
        "Prompt": "closeup, [hair, neck, eyes, lips:{expression}:0.2], {character}",
        "Negative prompt": "blurry",
        "Checkpoint": "photoreal",
        "Sampler": "DPM++ 2M Karras",
        "Steps": "20",
        "CFG scale": "7; 4 for mei",
        "Size": "512×768",
        "Seed": "7",
        "Network weight": "1",
    }


def test_a_grids_legend_tells_the_columns_of_its_own_group_alone(folder):
    grids = grids_of(folder)
    told = {table.name: dict(grids._figure(table).legend) for table in grids.all}
    assert {name: (legend.get("Network weight"), legend["CFG scale"]) for name, legend in told.items()} == {
        "grid - LoRAs - seed 7": ("1", "7; 4 for mei"),
        "grid - LoRAs - seed 8": ("1", "7; 4 for mei"),
        "grid - Embeddings - seed 7": (None, "7"),
        "grid - Embeddings - seed 8": (None, "7"),
    }


@pytest.mark.parametrize(
    ("characters", "weights", "scales"),
    [
        ("Noor | <lora:Noor:0.8>\nAda | <lora:Ada:0.8>\nTomas | <lora:t:1>\nmei", "0.8; 1 for Tomas", "7"),
        ("Noor | <lora:Noor:1> | weights=0.5,0.7,1", "0.5, 0.7 and 1 for Noor", "7"),
        (
            "Noor | <lora:N:1> | weights=0.5,1 | cfg_scale=4,9\nAda | <lora:A:1> | weights=0.5,1\nJo | <lora:J>",
            "1; 0.5 and 1 for Noor and Ada",
            "7; 4 and 9 for Noor",
        ),
        ("Noor | (noor_ti:1.2)\nember | ember_ti | weights=0.7,1", "0.7 and 1 for ember", "7"),
        ("both | <lora:a:0.8> <lora:b:0.4>\nsplit | <lora:a:0.8:0.5>", "0.8 + 0.4; 0.8:0.5 for split", "7"),
        ("Noor | words | cfg_scale=3\nAda | words | cfg_scale=3", None, "7; 3 for Noor and Ada"),
    ],
)  # fmt: skip
def test_the_legend_tells_weights_and_cfg_scales_by_the_names_of_the_entries(characters, weights, scales):
    study = study_from_dict({"expressions": "sad", "characters": characters, "prompt": "{expression} {character}"})
    told = dict(legend(study, 3, {"CFG scale": "7"}))
    assert (told.get("Network weight"), told["CFG scale"]) == (weights, scales)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"Sampler": "Euler a", "Schedule type": "Automatic"}, {"Sampler": "Euler a"}),
        ({"Sampler": "Euler a"}, {"Sampler": "Euler a"}),
        ({"Sampler": "Euler", "Schedule type": "Karras"}, {"Sampler": "Euler Karras"}),
        ({"CFG scale": "5.50", "Size": "64x96"}, {"CFG scale": "5.5", "Size": "64×96"}),
        ({"CFG scale": "high"}, {"CFG scale": "high"}),
    ],
)
def test_settings_are_written_as_people_write_them(told, shown):
    study = study_from_dict({"expressions": "sad", "characters": "Noor", "prompt": "{expression} {character}"})
    values = dict(legend(study, 3, told))
    assert values.pop("Prompt") == "[hair, neck, eyes, lips:{expression}:0.2] {character}"
    assert values == {**shown, "Seed": "3"}


def test_a_columns_own_cfg_scale_is_not_taken_for_the_pages(folder):
    study, outcomes = grids_of(folder).study, folder.read_record()
    of_mei = {key: outcome for key, outcome in outcomes.items() if key.character == "mei"}
    assert "CFG scale" not in settings_of(study, of_mei)
    assert dict(legend(study, 7, settings_of(study, of_mei)))["CFG scale"] == "4 for mei"
    assert settings_of(study, {}) == {}


OWN_AND_COMMON = {"Noor": ("6.0", "0.4"), "Bela": ("7.0", "0.6"), "Cora": ("7.0", "0.5")}
"""CFG scale and denoising strength of cells by column; 7 and 0.5 are the page's."""


@pytest.mark.parametrize(
    ("lines", "scales", "strengths"),
    [
        ("Bela | b | denoising=0.6", "7", "0.6 for Bela"),
        ("Noor | a | cfg_scale=6", "6 for Noor", "0.4"),
        ("Noor | a | cfg_scale=6\nBela | b | denoising=0.6", "7; 6 for Noor", "0.4; 0.6 for Bela"),
        (
            "Noor | a | cfg_scale=6 | denoising=0.4\nBela | b | denoising=0.6",
            "7; 6 for Noor",
            "0.4 for Noor; 0.6 for Bela",
        ),
        ("Noor | a | cfg_scale=6 | denoising=0.4\nCora", "7; 6 for Noor", "0.5; 0.4 for Noor"),
    ],
)
def test_a_columns_own_setting_hides_no_other(lines, scales, strengths):
    asked = {"expressions": "sad", "characters": lines, "prompt": "{expression} {character}", "reference": ""}
    study = replace(study_from_dict(asked), picture=PictureFiles(**PICTURE), seeds=(7,))
    outcomes = {}
    for column in study.columns:
        scale, strength = OWN_AND_COMMON[column.label]
        key = CellKey(expression="sad", character=column.label, seed=7)
        infotext = f"a\nSteps: 3, CFG scale: {scale}, Denoising strength: {strength}"
        outcomes[key] = Outcome(key=key, status="done", infotext=infotext)
    told = dict(legend(study, 7, settings_of(study, outcomes)))
    assert (told["Steps"], told["CFG scale"], told["Denoising strength"]) == ("3", scales, strengths)


@pytest.mark.parametrize("change", [{"expression": "former"}, {"character": "former"}, {"seed": 99}])
def test_settings_are_those_of_the_studys_own_cells(folder, change):
    study, outcomes = grids_of(folder).study, folder.read_record()
    key, outcome = next(iter(outcomes.items()))
    former = replace(outcome, key=replace(key, **change), infotext="a\nSteps: 3, Model: former")
    assert settings_of(study, {former.key: former, **outcomes}) == settings_of(study, outcomes)
    assert settings_of(study, {former.key: former}) == {"Steps": "3", "Model": "former"}


def test_groups_that_are_one_to_a_file_system_have_names_of_their_own(tmp_path):
    folder = study_folder(tmp_path, characters="[A/B]\nmei\n[a_b]\nNoor", seeds=[7])
    assert [name for name, _ in draw_grids(folder)] == ["grid - 1 A_B", "grid - 2 a_b"]


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        ("Heroes heroes 1_Heroes", ["1 Heroes", "2 heroes", "1 Heroes (2)"]),
        ("1_heroes Heroes heroes", ["1 heroes", "2 Heroes", "3 heroes"]),
        (
            "2_HEROES Heroes heroes 3_heroes 2_Heroes",
            ["1 2 HEROES", "2 Heroes", "3 heroes", "3 heroes (2)", "5 2 Heroes"],
        ),
        ("A a 1_A 1_A_(2)", ["1 A", "2 a", "1 A (3)", "1 A (2)"]),
    ],
)
def test_a_number_before_a_groups_name_makes_it_no_other_groups(tmp_path, groups, names):
    lines = [f"[{group.replace('_', ' ')}]\ncharacter {number}" for number, group in enumerate(groups.split())]
    grids = grids_of(study_folder(tmp_path, characters="\n".join(lines), seeds=[7]))
    assert [table.name for table in grids.all] == [f"grid - {name}" for name in names]


def test_a_folder_without_study_is_said(tmp_path):
    with pytest.raises(StudyError, match=r"holds no study: there is no study\.json in it"):
        next(draw_grids(StudyFolder(tmp_path / "nowhere")))


def contents_by_name(grids):
    return {grids.name(table, page): grids.contents(table, page) for table in grids.all for page in grids.pages(table)}


def test_pages_of_one_study_have_contents_of_their_own_and_the_same_each_time(folder):
    contents = contents_by_name(grids_of(folder))
    assert len(set(contents.values())) == len(contents) > 1
    assert contents_by_name(grids_of(folder)) == contents


@pytest.mark.parametrize(
    "change",
    [
        {"status": "failed", "error": "x"}, {"file": "cells/Noor/sad_7 (2).png"}, {"sha256": "0" * 64},
        {"status": "skipped", "file": "", "sha256": ""},
    ],
)  # fmt: skip
def test_another_cell_changes_the_contents_of_its_own_grid_alone(folder, change):
    before = grids_of(folder)
    folder.record(replace(before.outcomes[SAD], **change))
    old, new = contents_by_name(before), contents_by_name(grids_of(folder))
    assert [name for name in new if new[name] != old[name]] == ["grid - LoRAs - seed 7"]


@pytest.mark.parametrize("options", [GridOptions(ground="dark"), GridOptions(margin=9), GridOptions(legend=False)])
def test_another_look_changes_the_contents(folder, options):
    old, new = contents_by_name(grids_of(folder)), contents_by_name(grids_of(folder, options))
    assert old.keys() == new.keys()
    assert not set(old.values()) & set(new.values())


PICTURE = {"picture": "picture-0123456789ab.png"}
MASK = {"mask": "mask-0123456789ab.png"}
RED = (255, 0, 0)


def img2img_folder(parent, size=(120, 120), mask=None, **changes):
    """The folder of a study that starts from a red picture, with one grid."""
    changes = {"seeds": [7], "characters": "Noor\nmei", **changes}
    folder = study_folder(parent, (120, 120), picture={**PICTURE, **(MASK if mask else {})}, **changes)
    Image.new("RGB", size, RED).save(folder.path / PICTURE["picture"])
    if mask:
        mask.save(folder.path / MASK["mask"])
    return folder


def red_in(folder):
    """A grid's page, and the box of what is red on it as left, top, right and bottom, with the number of red pixels."""
    (page,) = (drawn(page) for _, page in draw_grids(folder))
    red = np.argwhere((np.asarray(page.image) == RED).all(axis=2))
    (top, left), (bottom, right) = red.min(axis=0), red.max(axis=0) + 1
    return page, (left, top, right, bottom), len(red)


def test_the_picture_that_cells_start_from_stands_in_the_upper_left_corner(tmp_path):
    page, (left, top, right, bottom), count = red_in(img2img_folder(tmp_path))
    assert (right - left, bottom - top, count) == (60, 60, 3600)
    assert left == top
    assert right < page.cells[0].box.left
    assert bottom < page.cells[0].box.top


def test_a_picture_of_another_shape_is_centred_in_the_corner(tmp_path):
    _, (left, top, right, bottom), count = red_in(img2img_folder(tmp_path, size=(240, 120)))
    assert (right - left, bottom - top, count) == (60, 30, 1800)
    assert top - left == 15


@pytest.mark.parametrize("kind", ["white on black", "drawn on nothing"])
def test_the_mask_is_an_outline_on_the_picture(tmp_path, kind):
    mask = Image.new("L", (120, 120), 0)
    ImageDraw.Draw(mask).rectangle((40, 20, 79, 99), fill=255)
    if kind == "drawn on nothing":
        mask = Image.merge("RGBA", [Image.new("L", mask.size, 0)] * 3 + [mask])
    page, (left, top, *_), count = red_in(img2img_folder(tmp_path, mask=mask))
    corner = np.asarray(page.image)[top : top + 60, left : left + 60]
    lines = (corner != RED).any(axis=2)
    assert not lines[10:50, 20:40].any()  # within: it may stand there again as it was
    assert (corner[9, 20:40] == 255).all()
    assert (corner[8, 20:40] == 0).all()
    assert count == 3600 - (24 * 44 - 20 * 40)


def test_a_picture_that_is_gone_or_torn_is_noted_and_the_rest_is_drawn(tmp_path):
    folder = img2img_folder(tmp_path)
    (page,) = (drawn(page) for _, page in draw_grids(folder))
    file = folder.path / PICTURE["picture"]
    for data in (file.read_bytes()[:60], None):
        file.write_bytes(data) if data else file.unlink()
        (without,) = (drawn(page) for _, page in draw_grids(folder))
        changed = np.argwhere((np.asarray(page.image) != np.asarray(without.image)).any(axis=2))
        assert changed.max(axis=0)[0] < page.cells[0].box.top
        assert changed.max(axis=0)[1] < page.cells[0].box.left


def test_a_sheet_of_seeds_has_the_picture_too(tmp_path):
    folder = img2img_folder(tmp_path, characters="", scout={"expression": "neutral", "seeds": [7, 8]})
    page, (left, top, right, bottom), _ = red_in(folder)
    assert (right - left, bottom - top) == (60, 60)
    assert right < page.cells[0].box.left


def test_a_grid_is_drawn_anew_for_another_picture_or_mask(tmp_path):
    grids = grids_of(img2img_folder(tmp_path))
    files = grids.study.picture
    others = [replace(files, picture="picture-ba9876543210.png"), replace(files, **MASK)]
    contents = [
        contents_by_name(replace(grids, study=replace(grids.study, picture=each)))["grid"] for each in (files, *others)
    ]
    assert len(set(contents)) == 3


def test_the_legend_says_what_the_corner_shows(tmp_path):
    grids = grids_of(img2img_folder(tmp_path))
    masked = replace(grids, study=replace(grids.study, picture=replace(grids.study.picture, **MASK)))
    said = [dict(each._figure(each.all[0]).legend)["Picture"] for each in (grids, masked)]
    assert said == ["in the corner", "in the corner, with the outline of its mask"]
