"""Which cell of a grid was clicked on, in the gallery; and the way from there to the page of the study."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.page import PANEL, chromium

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium to drive")


@pytest.fixture
def page(webui, kept_open):
    """A page that shows a study; the first test makes it."""
    if not kept_open.thumbnails().count():
        make_study(kept_open)
    yield kept_open
    close_viewer(kept_open)
    kept_open.page.locator("#standin_viewer").evaluate_all("all => all.forEach(each => each.remove())")
    assert kept_open.complaints == []


def make_study(page):
    page.choose_script()
    page.fill(f"{PANEL}expressions", "neutral\nsad | sad <b>crying</b>")
    page.fill(f"{PANEL}characters", "[<i>LoRAs</i>]\nNoor | <lora:Noor:0.8>\n[Embeddings]\nember_nobody")
    page.set_size(128, 8)
    page.generate()
    page.wait_for_result()


def label(page):
    return page.page.locator("#expression_grid_cell")


def seed_of(page):
    return page.page.locator("#html_info_txt2img").first.inner_text().split("Seed: ")[1].split(",")[0]


def test_a_click_on_a_grids_cell_chooses_its_picture(page, shoot):
    page.thumbnails().first.click()
    seed = seed_of(page)
    page.click_picture(0.85, 0.3)
    expect(label(page)).to_have_text(f"Noor · neutral · seed {seed}")
    info = page.page.locator("#html_info_txt2img").first
    expect(info).to_contain_text("neutral:0.2], RAW photo, <lora:Noor:0.8>")
    expect(page.thumbnails().nth(4)).to_have_class(re.compile(r"\bselected\b"))
    shoot(page.page, "gallery-label")
    page.thumbnails().nth(1).click()
    expect(info).to_contain_text("{expression}, RAW photo")  # gradio drops a request while one is on its way
    page.click_picture(0.35, 0.5)
    expect(label(page)).to_have_text(f"reference · sad · seed {seed}")
    expect(info).to_contain_text("sad <b>crying</b>:0.2], RAW photo, 1girl")


@pytest.fixture
def told(page):
    """What the WebUI tells of the study, once the page has read it; a test may change it."""
    expect(page.page.locator(".expression-grid-result")).to_be_visible()
    text = page.page.locator("#generation_info_txt2img textarea").input_value()
    yield json.loads(text)
    page.paste("#generation_info_txt2img", text)


def upscaled(infotext):
    return f"{infotext}, Hires upscale: 2"


def tell(page, told, infotexts):
    """As Forge, Neo and reForge do after ✨: other infotexts, and all else as it was."""
    page.paste("#generation_info_txt2img", json.dumps({**told, "infotexts": infotexts}))


@pytest.mark.slow
def test_a_cell_is_chosen_though_an_upscaled_picture_came_beside_another(page, told):
    """What is behind it has moved by one, which is told by the infotexts alone here."""
    texts, selected = told["infotexts"], re.compile(r"\bselected\b")
    tell(page, told, [*texts[:3], upscaled(texts[2]), *texts[3:]])
    for at, name, place in (((0.85, 0.3), "Noor · neutral", 5), ((0.35, 0.3), "reference · neutral", 2)):
        page.thumbnails().first.click()
        expect(page.thumbnails().first).to_have_class(selected)
        page.click_picture(*at)
        expect(label(page)).to_contain_text(name)
        expect(page.thumbnails().nth(place)).to_have_class(selected)


@pytest.mark.slow
def test_no_picture_is_chosen_where_that_of_the_cell_cannot_be_told(page, told):
    texts, selected = told["infotexts"], re.compile(r"\bselected\b")
    tell(page, told, [*texts[:3], upscaled(texts[2]), texts[3], upscaled(texts[4]), *texts[5:]])
    page.thumbnails().first.click()
    expect(page.thumbnails().first).to_have_class(selected)
    page.click_picture(0.85, 0.3)
    expect(label(page)).to_contain_text("Noor · neutral")
    expect(page.thumbnails().first).to_have_class(selected)


@pytest.mark.slow
def test_a_click_beside_the_cells_chooses_none(page):
    page.thumbnails().nth(1).click()
    page.click_picture(0.02, 0.3)
    expect(label(page)).to_be_hidden()
    close_viewer(page)


@pytest.mark.slow
def test_shift_and_click_collects_seeds_of_the_study(page):
    page.thumbnails().first.click()
    seed = seed_of(page)
    for said, seeds in (("now a seed of the study", f"5, {seed}"), ("no longer a seed of the study", "5")):
        page.fill(f"{PANEL}seeds", "5" if seeds != "5" else f"5, {seed}")
        page.click_picture(0.85, 0.3, modifiers=["Shift"])
        expect(label(page)).to_have_text(f"Noor · neutral · seed {seed}: {said}")
        expect(page.page.locator(f"{PANEL}seeds textarea")).to_have_value(seeds)
        expect(page.thumbnails().first).to_have_class(re.compile(r"\bselected\b"))
    page.fill(f"{PANEL}seeds", "")


def sent_prompts(page):
    """What arrives in img2img when the chosen picture is sent there."""
    for name in ("prompt", "neg_prompt"):
        page.paste(f"#img2img_{name}", "of an earlier picture")
    page.page.locator("#txt2img_send_to_img2img").click()
    expect(page.page.locator("#img2img_neg_prompt textarea")).not_to_have_value("of an earlier picture")
    expect(page.page.locator("#txt2img_prompt textarea")).to_have_value("")
    found = [page.page.locator(f"#img2img_{name} textarea").input_value() for name in ("prompt", "neg_prompt")]
    page.page.evaluate("document.querySelector('#tabs button').click()")
    return found


@pytest.mark.slow
def test_a_cell_brings_its_own_prompts_to_img2img_and_a_grid_those_of_its_reference(page):
    negative = "naked, illustration, 3d, drawing, cartoon, anime, 2girls"
    of_cell, of_reference = "sad <b>crying</b>:0.2], RAW photo, <lora:Noor:0.8>", "neutral:0.2], RAW photo, 1girl"
    for picture, words in ((5, of_cell), (0, of_reference)):
        page.thumbnails().nth(picture).click()
        assert sent_prompts(page) == [f"closeup of woman facing viewer, [hair, neck, eyes, lips:{words}", negative]


def close_viewer(page):
    """A click on the large picture opens a real WebUI's viewer, which lies over everything."""
    if page.page.locator("#lightboxModal").is_visible():
        page.page.keyboard.press("Escape")
        expect(page.page.locator("#lightboxModal")).to_be_hidden()


VIEWER = """picture => {
    const viewer = Object.assign(document.createElement("div"), { id: "standin_viewer" });
    viewer.style = "position: fixed; inset: 0; z-index: 1001; display: flex";
    const image = Object.assign(document.createElement("img"), { id: "modalImage", src: picture.src });
    image.style = "margin: auto; width: 100%; height: 100%; object-fit: contain";
    viewer.append(image);
    document.body.append(viewer);
}"""


@pytest.mark.slow
def test_the_picture_viewer_tells_it_too(page):
    if page.page.locator("#lightboxModal").count():
        pytest.skip("a real WebUI has a viewer of its own, which a click on the picture opens")
    page.thumbnails().first.click()
    page.page.locator("#txt2img_gallery .preview img").first.evaluate(VIEWER)
    page.page.wait_for_function("document.querySelector('#modalImage').naturalWidth > 0")
    page.page.mouse.move(600, 300)
    box = page.page.locator("#modalImage").bounding_box()
    page.page.mouse.move(box["width"] / 2, box["height"] * 0.5)
    expect(label(page)).to_contain_text(" · sad · seed ")
    page.page.mouse.move(5, 5)
    expect(label(page)).to_be_hidden()


@pytest.mark.slow
def test_other_pictures_have_no_label(page):
    page.thumbnails().nth(3).click()
    page.click_picture(0.5, 0.5)
    expect(label(page)).to_be_hidden()
    close_viewer(page)
    page.thumbnails().first.hover()
    expect(label(page)).to_be_hidden()


@pytest.mark.slow
def test_the_result_is_told_before_all_else_and_leads_to_the_page_of_the_study(page, shoot):
    result, info = page.page.locator(".expression-grid-result"), page.page.locator("#html_info_txt2img").first
    expect(result.locator("strong")).to_have_text("6 cells done")
    page.thumbnails().first.click()
    shoot(page.page, "result")
    assert result.bounding_box()["y"] < info.bounding_box()["y"]
    assert info.bounding_box()["height"] < 160
    link = page.page.locator(".expression-grid-page")
    expect(link).to_have_count(1)
    with page.page.context.expect_page() as opened:
        link.click()
    cells = opened.value.locator("main .cell img")
    expect(cells).to_have_count(8)
    assert cells.first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 128
    cells.first.click()
    expect(opened.value.locator(".details pre")).to_contain_text("Steps: ")
    opened.value.close()


@pytest.mark.slow
def test_the_result_leads_to_the_rating_of_the_study(page):
    folder = page.log.split("Saved in ")[1].splitlines()[0].rpartition("/")[2]
    for _ in range(2):
        page.page.locator(".expression-grid-result").get_by_role("button", name="Rate it").click()
        expect(page.page.locator("#expression_grid_study input").first).to_have_value(folder)
        expect(page.page.locator("#expression_grid_rating")).to_contain_text("Write your name beside the study")
        page.page.evaluate("document.querySelector('#tabs button').click()")
    page.page.evaluate("localStorage.setItem('expression_grid_rater', 'Ana')")
    page.page.locator(".expression-grid-result").get_by_role("button", name="Rate it").click()
    expect(page.page.locator("#expression_grid_rating .thumbnail")).to_have_count(6)
    page.page.evaluate("localStorage.clear(); document.querySelector('#tabs button').click()")
