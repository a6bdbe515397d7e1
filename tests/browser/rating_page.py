"""The rating tab in Chromium, driven as a rater would."""

import json

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as TookTooLong
from playwright.sync_api import expect

from tests.browser.page import SECONDS, choose_option

ROOT = "#expression_grid_"


class RatingPage:
    """A rater at the tab."""

    def __init__(self, opened):
        self.page = opened.page
        self.root = self.page.locator(f"{ROOT}rating")
        self._go_to_tab()

    def _go_to_tab(self):
        """The list of studies is fetched whenever the tab is shown."""
        with self.page.expect_response(_tells_choices):
            self.page.locator("#tabs > .tab-nav button", has_text="Expression grid").click()

    def refresh(self, study):
        """Until the list names the study: gradio drops a click while the answer to one before is on its way."""
        for _ in range(20):
            try:
                with self.page.expect_response(lambda answer: _names(answer, study), timeout=2 * SECONDS):
                    self.page.locator(f"{ROOT}refresh").click()
            except TookTooLong:
                continue
            return
        raise AssertionError(f"the list names no {study!r}")

    def choose(self, study, rater="Ana"):
        """Writes the rater's name, and chooses the study."""
        self.page.locator(f"{ROOT}rater").locator("input, textarea").fill(rater)
        choose_option(self.page, f"{ROOT}study", study)

    def open(self, study, rater="Ana", way="Matrix"):
        self.choose(study, rater)
        self.way(way)

    def way(self, name):
        self.root.get_by_role("button", name=name, exact=True).click()

    def reload(self):
        self.page.reload()
        expect(self.page.locator("#txt2img_generate")).to_be_visible(timeout=60 * SECONDS)
        self._go_to_tab()

    def press(self, *keys):
        """Presses keys, each of the last question's when the next cell is to be seen."""
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def count(self):
        return self.root.locator(".rated-count")

    @property
    def title(self):
        return self.root.locator("h3")

    @property
    def place(self):
        """The number of the cell that is shown alone."""
        return self.root.locator(".alone").get_attribute("data-cell")

    def score(self, name, question, score):
        """The button of a cell in the matrix: ``name`` is "Noor, sad"."""
        return self.root.get_by_role("group", name=f"{name}: {question}").get_by_role("button", name=score)

    def shown_pictures(self):
        """The widths of the pictures that are shown, 0 where there is none."""
        pictures = self.root.locator("img")
        expect(pictures.first).to_be_visible()
        loaded = "images => Promise.all(images.map(each => each.decode().then(() => each.naturalWidth, () => 0)))"
        return pictures.evaluate_all(loaded)


def kept(folder, rater="Ana"):
    """The lines on disk: (expression, character, seed, both scores)."""
    file = folder.path / "ratings" / f"{rater}.jsonl"
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines()) if file.exists() else ()
    names = ("expression", "character", "seed", "expression_score", "likeness_score")
    return [tuple(line.get(name) for name in names) for line in lines]


def _tells_choices(answer):
    """Whether this is the list of studies."""
    return _names(answer, "choices")


def _names(answer, text):
    """Whether this is an answer of gradio with a text; of those from before, Chromium may have let theirs go."""
    try:
        return "predict" in answer.url and text in answer.text()
    except PlaywrightError:
        return False
