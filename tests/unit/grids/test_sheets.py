"""A scout's sheet: pictures of one expression and many seeds, each with its seed under it."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from sd_expression_grid.grids.drawing.captions import Captions
from sd_expression_grid.grids.drawing.compose import Figure, compose_pages
from sd_expression_grid.grids.drawing.style import PALETTES, Style
from sd_expression_grid.grids.drawing.text_lines import TextStyle
from sd_expression_grid.grids.grids import StudyGrids, legend
from sd_expression_grid.store.folder import Outcome
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey
from tests.unit.grids.ink import drawn, ink_in, shows

SIZE = (96, 96)


def key(seed):
    return CellKey(expression="sad", character="reference", seed=seed)


def colour_of(seed):
    return (seed, 100, 0)


def scouted(*seeds, **statuses):
    """The sheet of a scout for these seeds; ``seed_8="failed"`` is what became of one of them."""
    study = study_from_dict(
        {
            "expressions": "sad",
            "characters": "",
            "scout": {"seeds": list(seeds)},
            "prompt": "a {expression} {character}",
        }
    ).scouted()
    outcomes = {
        key(seed): Outcome(key=key(seed), status=statuses.get(f"seed_{seed}", "done"), file=f"{seed}") for seed in seeds
    }
    return StudyGrids(
        study=study.with_seeds_from(0, 1),
        outcomes=outcomes,
        open_cell=lambda outcome: Image.new("RGB", SIZE, colour_of(outcome.key.seed)),
        settings={"Steps": "20"},
    )


def only_page(grids):
    (table,) = grids.begun
    (page,) = map(drawn, grids.pages(table))
    return page, grids.places(table, page)


def test_each_picture_has_its_own_seed_under_it():
    page, places = only_page(scouted(123, 45, 6))
    assert places["seeds"] == [[123, 45], [6, None]]
    assert (places["rows"][0][0], places["columns"][0][0]) == ("", "")
    style, ink = TextStyle(size=11, smallest=5), PALETTES["light"].ink
    for cell, seed in zip(page.cells, (123, 45, 6), strict=False):
        picture = cell.box._replace(bottom=cell.box.top + SIZE[1])
        assert (np.asarray(page.image.crop(picture)) == colour_of(seed)).all()
        under = cell.box._replace(top=picture.bottom)
        assert shows(page.image, under, str(seed), style, ink)
        found = ink_in(page.image, under)
        assert abs((found.left + found.right) - (under.left + under.right)) <= 2
        assert 0 < found.top - under.top <= style.size
        assert 0 < under.bottom - found.bottom <= style.size
    assert ink_in(page.image, page.cells[3].box) is None


@pytest.mark.parametrize(("seeds", "title"), [((5,), "sad · 1 seed"), ((5, 6), "sad · 2 seeds")])
def test_its_title_says_how_many_seeds(seeds, title):
    (table,) = scouted(*seeds).all
    assert (table.title, table.name, table.seed, table.is_sheet) == (title, "grid - seeds of sad", 5, True)


def test_its_legend_has_the_prompt_of_its_pictures_and_no_seed():
    grids = scouted(5, 6)
    assert dict(legend(grids.study, 5, grids.settings)) == {
        "Prompt": "a [hair, neck, eyes, lips:sad:0.2] 1girl",
        "Steps": "20",
    }


def test_a_seed_without_picture_says_which_it_is_and_why():
    page, _ = only_page(scouted(5, 8, seed_8="failed"))
    figure = Figure(title="", columns=("",), rows=("",), has_reference=False)
    (expected,) = map(drawn, compose_pages(figure, lambda *_: "8: failed", Captions(SIZE, Style()).size, Style()))
    cell, other = page.image.crop(page.cells[1].box), expected.image.crop(expected.cells[0].box)
    assert cell.size == other.size == Captions(SIZE, Style()).size
    assert cell.tobytes() == other.tobytes()


def test_seeds_that_were_never_begun_are_left_out():
    grids = scouted(5, 6, 7, 8, seed_6="failed", seed_7="interrupted", seed_8="interrupted")
    (table,) = grids.begun
    assert [cell.seed for cell in table.keys.values()] == [5, 6]
    assert replace(grids, outcomes={}).begun == ()


@pytest.mark.parametrize(
    ("size", "shown"), [((48, 96), (24, 0, 72, 96)), ((96, 32), (0, 32, 96, 64)), ((200, 300), (16, 0, 80, 96))]
)
def test_a_picture_of_another_size_is_centred_above_its_caption(size, shown):
    image = Captions(SIZE, Style()).under(Image.new("RGB", size, (9, 9, 9)), "7")
    assert (np.asarray(image.crop(shown)) == 9).all()
    assert (np.asarray(image.crop((0, 0, *SIZE))) == 9).all(axis=2).sum() == (shown[2] - shown[0]) * (
        shown[3] - shown[1]
    )


def test_a_sheets_contents_tell_its_captions():
    one, other = (
        replace(grids, outcomes={key: replace(outcome, file="one") for key, outcome in grids.outcomes.items()})
        for grids in (scouted(5, 8), scouted(5, 9))
    )
    first, second = (grids.contents(*page_of(grids)) for grids in (one, other))
    assert first == one.contents(*page_of(one))
    assert first != second


def page_of(grids):
    (table,) = grids.begun
    (page,) = grids.pages(table)
    return table, page
