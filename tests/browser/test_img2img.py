"""img2img's page on real WebUIs: each of its sub-tabs sends picture and mask in a way of its own."""

import json
import re
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image, ImageChops
from playwright.sync_api import expect

from sd_expression_grid.prompts.infotext_text import prompts_in
from tests.browser.page import SECONDS, Page, chromium
from tests.pixels import difference

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium to drive")

PANEL = "#script_img2img_expression_grid_"
SIDE = 64
SETTINGS = {"width": SIDE, "height": SIDE, "steps": 4, "seed": 7, "cfg_scale": 7, "denoising_strength": 0.6}
PLACES = {
    "img2img": ("img2img_img2img_tab", "img2img_image"),
    "sketch": ("img2img_img2img_sketch_tab", "img2img_sketch"),
    "inpaint": ("img2img_inpaint_tab", "img2maskimg"),
    "inpaint sketch": ("img2img_inpaint_sketch_tab", "inpaint_sketch"),
    "inpaint upload": ("img2img_inpaint_upload_tab", "img_inpaint_base"),
}
"""The ids of the sub-tabs, and of the pictures in them."""


class Img2ImgPage(Page):
    """img2img's tab, driven as a user would."""

    def start(self, url):
        self.open(url)
        self.page.locator("#tabs > .tab-nav button", has_text="img2img").first.click()
        expect(self.page.locator("#img2img_generate")).to_be_visible()

    def choose_tab(self, name):
        self.page.locator("#mode_img2img > .tab-nav button").nth(list(PLACES).index(name)).click()
        expect(self.page.locator(f"#{PLACES[name][0]}")).to_be_visible()

    def upload(self, element_id, file):
        self.page.locator(f"#{element_id} input[type=file]").first.set_input_files(str(file))
        expect(self.page.locator(f"#{element_id} img:visible, #{element_id} canvas:visible").first).to_be_visible()

    def paint(self, element_id):
        """A few strokes in the middle of the picture; Forge and Neo have a canvas of their own."""
        of_gradio, of_forge = f"#{element_id} canvas[key=interface]", f"#{element_id} canvas.forge-drawing-canvas"
        canvas = self.page.locator(f"{of_gradio}, {of_forge}")
        expect(canvas).to_be_visible()
        # Until the picture is there, a canvas has the browser's own size, and so would be what it sends.
        is_fitted = (
            "id => [...document.querySelectorAll(`#${id} canvas`)].every(c => `${c.width} ${c.height}` !== '300 150')"
        )
        self.page.wait_for_function(is_fitted, arg=element_id)
        thin = "all => all.forEach((width) => { width.value = 5; width.dispatchEvent(new Event('input')); })"
        self.page.locator(f"#{element_id} input[id^=scribbleWidth_]").evaluate_all(thin)
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        across, down = (lambda part: box["x"] + part * box["width"]), (lambda part: box["y"] + part * box["height"])
        for part in (0.4, 0.5, 0.6):
            self.page.mouse.move(across(0.4), down(part))
            self.page.mouse.down()
            self.page.mouse.move(across(0.6), down(part), steps=8)
            self.page.mouse.up()

    def choose(self, script):
        self.page.locator("#img2img_script_container #script_list input").click()
        self.page.locator("#img2img_script_container li", has_text=script).first.click()

    def set_all(self, **values):
        for name, value in values.items():
            field = self.page.locator(f"#img2img_{name} input[type=number], #img2img_{name} textarea").first
            field.fill(str(value))

    def ask_for(self, expressions, name=""):
        """Chooses the script and fills in its panel."""
        self.choose("Expression grid")
        self.paste(f"{PANEL}expressions", expressions)
        self.paste(f"{PANEL}characters", "Noor_words")
        self.fill(f"{PANEL}name", name)
        # A page that is new still puts its own values into its fields for a while.
        self.set_all(**SETTINGS, prompt="closeup, {expression}, {character}")

    def made(self):
        """What the page tells of a generation, once it is over."""
        self.page.locator("#img2img_generate").click()
        expect(self.page.locator("#img2img_interrupt")).to_be_visible(timeout=20 * SECONDS)
        expect(self.page.locator("#img2img_interrupt")).to_be_hidden(timeout=300 * SECONDS)
        expect(self.page.locator("#html_log_img2img .time").first).to_be_visible()
        return json.loads(self.page.locator("#generation_info_img2img textarea").input_value() or "{}")

    def picture(self):
        """The first picture of the gallery, in full."""
        url = self.page.locator("#img2img_gallery img").first.get_attribute("src").split("?")[0]
        return Path(url.partition("file=")[2])


@pytest.fixture
def page(real_server, chrome):
    page = Img2ImgPage(chrome.new_page(viewport={"width": 1400, "height": 1400}))
    page.start(real_server.url)
    yield page
    page.page.close()
    assert page.complaints == []


@pytest.fixture(scope="module")
def picture(server, tmp_path_factory):
    file = tmp_path_factory.mktemp("img2img") / "face.png"
    server.txt2img(prompt="closeup of woman, 1girl", seed=3).pictures[0].convert("RGB").save(file)
    return file


def mask_file(folder):
    mask = Image.new("L", (SIDE, SIDE), 0)
    mask.paste(255, (24, 24, 40, 40))
    mask.save(folder / "mask.png")
    return folder / "mask.png"


@pytest.mark.parametrize("name", PLACES)
def test_a_study_of_each_sub_tab_is_what_the_page_makes_of_it(name, page, real_server, picture, tmp_path, shoot):
    page.choose_tab(name)
    page.upload(PLACES[name][1], picture)
    if name == "inpaint upload":
        page.upload("img_inpaint_mask", mask_file(tmp_path))
    elif name != "img2img":
        page.paint(PLACES[name][1])
    if name.startswith("inpaint"):
        page.page.locator("#img2img_inpaint_full_res label", has_text="Whole picture").click()  # not Neo's default
    page.ask_for("neutral\nsad", name=f"{name} {uuid4().hex}")
    folder = Path(page.made()["extra_generation_params"]["Study folder"])
    shoot(page.page, f"img2img {name}")
    kept = json.loads((folder / "study.json").read_text())["picture"]
    start, mask = (Image.open(folder / kept[kind]) if kept.get(kind) else None for kind in ("picture", "mask"))
    assert bool(mask) == name.startswith("inpaint")
    assert (difference(start.convert("RGB"), Image.open(picture)) > 0) == ("sketch" in name)
    cells = [json.loads(line) for line in (folder / "cells.jsonl").read_text().splitlines()]
    assert [cell["status"] for cell in cells] == ["done"] * 4
    for cell in cells:
        assert_as_plain(real_server, folder, cell, start, mask)
    prompt, negative = prompts_in(cells[0]["infotext"])
    page.choose("None")
    page.set_all(prompt=prompt, neg_prompt=negative)
    page.made()
    assert difference(Image.open(folder / cells[0]["file"]), Image.open(page.picture())) <= 1


def assert_as_plain(host, folder, cell, start, mask):
    """The cell is what the WebUI makes of its infotext, and of picture and mask as the study keeps them."""
    made, (prompt, negative) = Image.open(folder / cell["file"]), prompts_in(cell["infotext"])
    if mask:
        assert_unchanged_outside(made, start, mask)
    sent = {**SETTINGS, "mask_blur": 4, "inpainting_fill": 1, "inpaint_full_res": False}
    drawn = {"sampler_name": fact(cell, "Sampler"), "scheduler": fact(cell, "Schedule type")}
    plain = host.img2img(start, mask, **sent, **drawn, prompt=prompt, negative_prompt=negative)
    assert difference(made, plain.pictures[0]) <= 1


def fact(cell, name):
    """What a cell's infotext says of a setting."""
    return cell["infotext"].split(f"{name}: ")[1].split(",")[0]


def assert_unchanged_outside(made, start, mask):
    """Beyond the mask's blur nothing is drawn anew."""
    grown = mask.convert("L").point(lambda value: 255 * (value > 0)).resize(start.size)
    for _ in range(16):
        grown = ImageChops.lighter(grown, ImageChops.offset(grown, 1, 0))
        grown = ImageChops.lighter(grown, ImageChops.offset(grown, -1, 0))
        grown = ImageChops.lighter(grown, ImageChops.offset(grown, 0, 1))
        grown = ImageChops.lighter(grown, ImageChops.offset(grown, 0, -1))
    outside = np.asarray(grown) == 0
    assert outside.any()
    was, now = (np.asarray(one.convert("RGB"), int)[outside] for one in (start, made))
    assert abs(was - now).max() == 0
    assert difference(made.convert("RGB"), start.convert("RGB")) > 20


def expect_told(page, message):
    expect(page.page.locator("#html_log_img2img").first).to_contain_text(message, timeout=60 * SECONDS)


def check_tells(page, message):
    page.page.locator(f"{PANEL}check").click()
    expect(page.page.locator(f"{PANEL}answer").first).to_contain_text(message, timeout=60 * SECONDS)


def test_what_cannot_be_made_is_told_and_nothing_is_made(page, real_server, picture, tmp_path):
    page.ask_for("neutral")

    def refused(message):
        assert page.made().get("extra_generation_params", {}).get("Study folder") is None
        expect_told(page, message)
        assert page.page.locator("#img2img_gallery .thumbnails img").count() == 0
        check_tells(page, message)

    refused("picture: there is none; put one into img2img")
    page.upload("img2img_image", picture)
    page.set_all(denoising_strength=0)
    refused("denoising strength: is 0; with 0 the picture would stay as it is")
    page.set_all(denoising_strength=0.6)
    if real_server.name != "reforge":  # which fails with a picture that is not painted on, before any script is asked
        page.choose_tab("inpaint")
        page.upload("img2maskimg", picture)
        refused("mask: nothing of the picture is to be drawn anew: paint over what is to change")
    page.choose_tab("inpaint upload")
    page.upload("img_inpaint_base", picture)
    small, white = tmp_path / "small.png", tmp_path / "white.png"
    Image.new("L", (SIDE // 2, SIDE), 255).save(small)
    Image.new("L", (SIDE, SIDE), 255).save(white)
    page.upload("img_inpaint_mask", small)
    refused("mask: has 32×64 and the picture 64×64; a mask must be as large as its picture")
    clear = "#img_inpaint_mask button:is([aria-label=Clear], [aria-label='Remove Image'])"  # gradio 3's and 4's
    page.page.locator(clear).first.click()
    page.upload("img_inpaint_mask", white)
    page.page.locator("#img2img_mask_mode label", has_text="Inpaint not masked").click()
    refused("mask: nothing of the picture is to be drawn anew; all of it is left out, by 'Inpaint not masked'")


@pytest.mark.slow
def test_picture_mask_and_sub_tab_are_part_of_what_was_checked(page, picture, tmp_path):
    answer, stale = page.page.locator(f"{PANEL}answer .expression-grid-check").first, re.compile("stale")

    def checked():
        check_tells(page, "Ready to generate")
        expect(answer).not_to_have_class(stale)

    page.choose_tab("inpaint")
    page.upload("img2maskimg", picture)
    page.paint("img2maskimg")
    page.ask_for("neutral")
    checked()
    page.paint("img2maskimg")
    expect(answer).to_have_class(stale)
    page.choose_tab("inpaint upload")
    page.upload("img_inpaint_base", picture)
    page.upload("img_inpaint_mask", mask_file(tmp_path))
    checked()
    page.choose_tab("inpaint")
    expect(answer).to_have_class(stale)
    page.choose_tab("inpaint upload")
    expect(answer).not_to_have_class(stale)
    page.page.locator("#img_inpaint_base button:is([aria-label=Clear], [aria-label='Remove Image'])").first.click()
    expect(page.page.locator("#img_inpaint_base img")).to_have_count(0)
    expect(answer).to_have_class(stale)


def give_files(page, host, files):
    if host.name == "reforge":  # which takes no uploads
        page.fill("#img2img_batch_input_dir", str(files[0].parent))
        return
    page.page.locator("#img2img_batch_upload input[type=file]").set_input_files([str(file) for file in files])
    expect(page.page.locator("#img2img_batch_upload .file-preview tr")).to_have_count(3)


def test_the_batch_tab_makes_a_study_a_file(page, real_server, picture, tmp_path, shoot):
    folder = tmp_path / "batch"
    folder.mkdir()
    files = [folder / name for name in ("smile.png", "torn.png", "turn.jpg")]
    whole = picture.read_bytes()
    files[0].write_bytes(whole)
    files[1].write_bytes(whole[: len(whole) // 2])
    Image.open(picture).rotate(180).save(files[2])
    page.page.locator("#mode_img2img > .tab-nav button", has_text="Batch").click()
    give_files(page, real_server, files)
    prefix = uuid4().hex
    page.ask_for("neutral\nsad", prefix)
    check_tells(page, "Each file has a study of its own; this is the one of file 1 of 3, smile.png")
    extra = page.made()["extra_generation_params"]
    names = [f"{prefix} smile", f"{prefix} turn"]
    assert [Path(folder).name for folder in extra["Study folders"]] == names
    shoot(page.page, "img2img batch")
    result = page.page.locator(".expression-grid-result")
    expect(result).to_contain_text("8 cells done")
    expect(result.get_by_role("link")).to_have_text(names)
    expect_told(page, "2 of 3 files have a study")
    expect_told(page, "torn.png: cannot be read as a picture")
    page.page.locator("#img2img_gallery .thumbnails button, #img2img_gallery .grid-container button").nth(1).click()
    with page.page.context.expect_page() as opened:
        result.get_by_role("link").nth(1).click()
    expect(opened.value.locator(".starting img")).to_be_visible()
    shoot(opened.value, "img2img batch page")
    opened.value.close()
