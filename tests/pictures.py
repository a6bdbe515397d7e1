"""`python -m tests.pictures [NAME …]`: the pictures of README.md and docs/, made with the stand-in and Chromium.

The stand-in draws the portraits. The ratings in the pictures follow a rule: the more of an expression a character of
the stand-in loses, the seldomer it shows. The pictures are written to docs/pictures/ as WebP.
"""

import argparse
import random
import sys
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from sd_expression_grid.__main__ import main as command
from sd_expression_grid.ratings.ratings import Rating, add_ratings
from sd_expression_grid.store.folder import StudyFolder
from sd_expression_grid.study.preset_lists import preset_text, preset_titles
from tests import hosts
from tests.browser.page import PANEL, Page, browser
from tests.browser.rating_page import ROOT, RatingPage
from tests.standin.portraits.lexicon import CHARACTERS

FOLDER = hosts.ROOT / "docs/pictures"
QUALITY = 88
MARGIN = 8
ALL_IN_SIGHT = """() => [...document.images].every((image) => {
    const {top, bottom, width} = image.getBoundingClientRect();
    return image.naturalWidth || !width || bottom < 0 || top > innerHeight;
})"""
"""Whether every picture in the window is there; those out of sight are loaded later."""

NINE = preset_text(preset_titles()[0])
FIVE = """\
neutral | neutral face expression
frowning | frowning disappointed
surprised | open mouth confused surprised gasping
laughing | laughing hysterically
sad | sad crying eyes closed
"""
SIX = """\
[LoRAs]
Aria | <lora:aria_v2:1>
Noor | <lora:Noor:0.8>
Tomas | <lora:tomas-w:1> | cfg_scale=5
Mei | <lora:mei:1>
[Embeddings]
Ember | ember_nobody
June | JuneNobody
"""
TEN = """\
[LoRAs]
Aria | <lora:aria_v2:1> | tags=well-known
Noor | <lora:Noor:0.8> | tags=well-known
Tomas | <lora:tomas-w:1> | tags=well-known
Mei | <lora:mei:1> | tags=well-known
Lena | <lora:Lena_Q:1> | tags=well-known
[Embeddings]
Ember | ember_nobody | tags=invented
June | JuneNobody | tags=invented
Vesna | vesna3 | tags=invented
Zed | z-face-01 | tags=invented
Edith | old_style | tags=invented
"""
ONE_GRID = {
    "name": "Faces",
    "expressions": FIVE,
    "characters": SIX.replace("[LoRAs]\n", "").replace("[Embeddings]\n", ""),
}
TWO_GRIDS = {"name": "Ten characters", "expressions": NINE, "characters": TEN, "seeds": [4, 5, 6, 7], "mode": "batched"}
SEEDS = {"name": "Seeds", "expressions": NINE, "scout": {"expression": "laughing", "seeds": 12}}

CLEAR = {"bored": 0.3, "frowning": 0.7, "smiling, closed mouth": 0.6, "flirty": 0.25}
"""How clearly the stand-in shows an expression, from 0 to 1, where it is less than 1."""


class Studio:
    """The stand-in, a browser, and the studies that the pictures show; each is made when it is first asked for."""

    def __init__(self, host, chromium):
        self.host = host
        self._chromium = chromium
        self._folders = {}

    def study(self, study, pixels=128):
        """The folder of a study with two raters' ratings."""
        name = study["name"]
        if name not in self._folders:
            answer = self.host.study(study, width=pixels, height=pixels, steps=20, seed=4, send_images=False)
            self._folders[name] = answer.folder
            add_ratings(answer.folder, ratings_of(StudyFolder(answer.folder)))
        return self._folders[name]

    @contextmanager
    def tab(self, width, height):
        """A tab of the browser."""
        page = self._chromium.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        yield page
        page.close()

    @contextmanager
    def webui(self, width, height):
        """The stand-in's page in a tab."""
        with self.tab(width, height) as tab:
            page = Page(tab)
            page.open(self.host.url)
            yield page


def ratings_of(folder):
    """What Ana and Ben say of a study's cells."""
    chance = random.Random(1)
    study = folder.read_study()
    names = {column.label: name for column in study.columns for name in CHARACTERS if name in column.text}
    for key in folder.read_record():
        lost = CHARACTERS[names[key.character]][1] if key.character in names and key.expression != "neutral" else 0
        for rater in ("Ana", "Ben"):
            shown = score(CLEAR.get(key.expression, 1) * (1 - lost) + chance.gauss(0, 0.1))
            person = score(0.9 + chance.gauss(0, 0.25)) if key.character in names else None
            yield Rating(key=key, rater=rater, expression_score=shown, likeness_score=person)


def score(share):
    """0 no, 1 partly, 2 yes."""
    return sum(share > least for least in (0.3, 0.45))


def grid(studio):
    return Image.open(next(studio.study(ONE_GRID).glob("grid*.png")))


def scout(studio):
    return Image.open(next(studio.study(SEEDS).glob("*.png")))


def panel(studio):
    with studio.webui(1700, 1000) as page:
        page.choose_script()
        page.fill(f"{PANEL}characters", SIX)
        page.fill(f"{PANEL}name", "Faces")
        page.page.locator(f"{PANEL}name").locator("input, textarea").blur()
        return photograph(page.page, page.page.locator("#txt2img_script_container"), margin=0)


def study_page(studio):
    file = studio.study(TWO_GRIDS, 192) / "index.html"
    with studio.tab(960, 766) as tab:
        tab.goto(file.as_uri())
        tab.get_by_label("Zoom").fill("120")
        tab.get_by_label("Zoom").blur()
        return photograph(tab)


def rating(studio):
    studio.study(ONE_GRID)
    with studio.webui(1080, 1300) as page:
        tab = RatingPage(page)
        tab.open(ONE_GRID["name"])
        return photograph(page.page, page.page.locator(f"{ROOT}choice"), tab.root)


def one_by_one(studio):
    studio.study(TWO_GRIDS, 192)
    with studio.webui(1000, 1000) as page:
        tab = RatingPage(page)
        tab.open(TWO_GRIDS["name"])
        tab.root.get_by_role("button", name="Open Noor, surprised").click()
        return photograph(page.page, tab.root)


def story(studio):
    studio.study(TWO_GRIDS, 192)
    with studio.webui(860, 1300) as page:
        tab = RatingPage(page)
        tab.choose(TWO_GRIDS["name"])
        section = page.page.locator(f"{ROOT}story_section")
        section.get_by_text("From study to story").first.click()
        expect(page.page.locator(f"{ROOT}story_character input")).to_have_value("Aria")
        page.page.locator(f"{ROOT}story_show").click()
        cells = page.page.locator(f"{ROOT}picks")
        cells.get_by_role("button", name="sad, Aria, seed 7").click()
        cells.get_by_role("button", name="sad, Aria, seed 7").blur()
        return photograph(page.page, page.page.locator(f"{ROOT}story_show"), cells)


def report(studio):
    folder = studio.study(TWO_GRIDS, 192)
    file = folder / "report.html"
    command(["report", str(folder), "--html", str(file)])
    with studio.tab(1000, 1000) as tab:
        tab.goto(file.as_uri())
        return photograph(tab, tab.locator("h1"), tab.locator("section", has_text="The matrix"), margin=24)


def photograph(page, *elements, margin=MARGIN):
    """A picture of a page as far as it is in sight, or of the part of it from the first element to the last."""
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function(ALL_IN_SIGHT)
    if not elements:
        return Image.open(BytesIO(page.screenshot()))
    boxes = [element.bounding_box() for element in elements]
    left, top = (min(box[side] for box in boxes) - margin for side in ("x", "y"))
    right = max(box["x"] + box["width"] for box in boxes) + margin
    bottom = max(box["y"] + box["height"] for box in boxes) + margin
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return Image.open(BytesIO(page.screenshot(clip=clip, full_page=True)))


PICTURES = {
    "grid": grid,
    "scout": scout,
    "panel": panel,
    "page": study_page,
    "rating": rating,
    "one-by-one": one_by_one,
    "story": story,
    "report": report,
}


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all by default: {', '.join(PICTURES)}")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR", help="docs/pictures by default")
    args = parser.parse_args()
    if unknown := set(args.names) - set(PICTURES):
        parser.error(f"there is no picture {', '.join(unknown)}")
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, hosts.standin(Path(data)) as host, browser() as chromium:
        studio = Studio(host, chromium)
        for name in args.names or PICTURES:
            file = args.out / f"{name}.webp"
            PICTURES[name](studio).convert("RGB").save(file, quality=QUALITY, method=6)
            sys.stdout.write(f"{file}: {file.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
