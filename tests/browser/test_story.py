"""From study to story in the rating tab: cells are picked by click and by keyboard, and exported."""

import json
import re
import zipfile

import pytest
from playwright.sync_api import expect

from sd_expression_grid.store.picks import read_picks
from tests.browser.page import chromium
from tests.browser.rating_page import ROOT, RatingPage
from tests.browser.test_rating import grids_folder
from tests.finished import finished_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="there is no Chromium to drive"),
]


@pytest.fixture
def folder(webui, request):
    return finished_study(grids_folder(webui), request.node.originalname, size=64)


class StoryPage(RatingPage):
    """Somebody who picks."""

    def begin(self, study):
        self.choose(study)
        self.page.locator(f"{ROOT}story_section").get_by_text("From study to story").first.click()
        expect(self.page.locator(f"{ROOT}story_character input")).to_have_value("Noor")
        self.page.locator(f"{ROOT}story_show").click()
        expect(self.cell("neutral", 1)).to_be_visible()

    @property
    def picks(self):
        return self.page.locator(f"{ROOT}picks")

    def cell(self, row, seed):
        return self.picks.get_by_role("button", name=f"{row}, Noor, seed {seed}", exact=True)

    def picked(self):
        return self.picks.locator("[aria-pressed=true]").evaluate_all("all => all.map((each) => each.ariaLabel)")


@pytest.fixture
def tab(folder, opened, webui, shoot, request):
    page = StoryPage(opened)
    yield page
    shoot(page.page, f"{webui.name}-{request.node.originalname}")


def kept(folder):
    return [(pick.key.expression, pick.key.character, pick.key.seed) for pick in read_picks(folder.path)]


def in_page(folder):
    """How many cells the study's page shows as picked."""
    file = folder.path / "index.html"
    return file.read_text(encoding="utf-8").count('"picked": "yes"') if file.exists() else 0


def until_kept(tab, folder, *cells):
    """Waits until these are the picks on disk and on the study's page."""
    wanted = (list(cells), len(cells))
    for _ in range(100):
        if (kept(folder), in_page(folder)) == wanted:
            return
        tab.page.wait_for_timeout(100)
    assert (kept(folder), in_page(folder)) == wanted


def test_the_proposal_is_changed_by_click_and_keyboard(tab, folder):
    tab.begin(folder.path.name)
    assert tab.picked() == ["neutral, Noor, seed 1", "sad, Noor, seed 1"]
    assert kept(folder) == []
    tab.cell("sad", 2).click()
    until_kept(tab, folder, ("neutral", "Noor", 1), ("sad", "Noor", 2))
    tab.press("ArrowUp", "Enter")
    until_kept(tab, folder, ("neutral", "Noor", 2), ("sad", "Noor", 2))
    tab.press("ArrowLeft", "Shift+Enter")
    until_kept(tab, folder, ("neutral", "Noor", 2), ("neutral", "Noor", 1), ("sad", "Noor", 2))
    tab.cell("sad", 2).click()
    until_kept(tab, folder, ("neutral", "Noor", 2), ("neutral", "Noor", 1))
    expect(tab.picks.locator(".missing")).to_have_text("1 of 2 rows have a pick. Without one: sad.")
    tab.page.locator(f"{ROOT}story_propose").click()
    until_kept(tab, folder, ("neutral", "Noor", 1), ("sad", "Noor", 1))
    expect(tab.picks.locator(".missing")).to_have_text("2 of 2 rows have a pick.")


def test_picks_are_exported_under_names_that_can_be_changed(tab, folder):
    tab.begin(folder.path.name)
    names = tab.page.locator(f"{ROOT}story_names textarea")
    expect(names).to_have_value("neutral = neutral\nsad = sadness")
    names.fill("neutral = neutral\nsad = sadness, grief")
    tab.page.locator(f"{ROOT}story_export").click()
    result = tab.page.locator(f"{ROOT}story_result").first
    expect(result).to_contain_text("3 faces are in")
    expect(result).to_contain_text("Upload sprite pack (ZIP), and choose Noor.zip")
    expect(tab.page.locator(f"{ROOT}story_files")).to_contain_text(re.compile(r"Noor\s*\.zip"))
    with zipfile.ZipFile(folder.path / "exports/Noor for sillytavern/Noor.zip") as archive:
        assert archive.namelist() == ["neutral.png", "sadness.png", "grief.png"]
    told = json.loads((folder.path / "exports/Noor for sillytavern/manifest.json").read_text(encoding="utf-8"))
    assert [face["seed"] for face in told["faces"]] == [1, 1, 1]


def test_names_are_those_of_the_study_that_is_chosen(tab, folder):
    other = finished_study(folder.path.parent, "another story", expressions="happy\nangry")
    tab.reload()
    tab.begin(folder.path.name)
    names = tab.page.locator(f"{ROOT}story_names textarea")
    expect(names).to_have_value("neutral = neutral\nsad = sadness")
    tab.choose(other.path.name)
    expect(names).to_have_value("happy = joy\nangry = anger")
    expect(tab.picks.get_by_role("button")).to_have_count(0)
    tab.page.locator(f"{ROOT}story_for").get_by_text("Ren'Py").click()
    expect(names).to_have_value("happy = happy\nangry = angry")


def test_what_cannot_be_exported_is_said(tab, folder):
    tab.begin(folder.path.name)
    tab.cell("sad", 1).click()
    until_kept(tab, folder, ("neutral", "Noor", 1))
    tab.page.locator(f"{ROOT}story_export").click()
    error = tab.page.locator(f"{ROOT}story_result .expression-grid-error")
    expect(error).to_contain_text("sad: has no pick; pick a cell, or leave the row out")
    assert not (folder.path / "exports").exists()
