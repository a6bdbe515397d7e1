"""Which cell of a grid was clicked on, in the gallery; and the way from there to the page of the study."""

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


def click_at(page, across, down):
    """Clicks on the large picture, at fractions of what is seen of it; it is drawn whole, in the middle of its box."""
    picture = page.page.locator("#txt2img_gallery .preview img").first
    width, height, room, tall = picture.evaluate(
        "i => [i.naturalWidth, i.naturalHeight, i.clientWidth, i.clientHeight]"
    )
    scale = min(room / width, tall / height)
    x, y = room / 2 + (across - 0.5) * width * scale, tall / 2 + (down - 0.5) * height * scale
    picture.click(position={"x": x, "y": y})


def test_a_click_on_a_grids_cell_tells_which_it_is(page, shoot):
    page.thumbnails().first.click()
    seed = page.page.locator("#html_info_txt2img").first.inner_text().split("Seed: ")[1].split(",")[0]
    click_at(page, 0.85, 0.3)
    expect(label(page)).to_have_text(f"Noor · neutral · seed {seed}")
    shoot(page.page, "gallery-label")
    close_viewer(page)
    page.thumbnails().nth(1).click()
    click_at(page, 0.35, 0.5)
    expect(label(page)).to_have_text(f"reference · sad · seed {seed}")
    close_viewer(page)
    page.thumbnails().nth(1).click()
    click_at(page, 0.02, 0.3)
    expect(label(page)).to_be_hidden()


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


def test_other_pictures_have_no_label(page):
    page.thumbnails().nth(3).click()
    click_at(page, 0.5, 0.5)
    expect(label(page)).to_be_hidden()
    close_viewer(page)
    page.thumbnails().first.hover()
    expect(label(page)).to_be_hidden()


def test_the_log_leads_to_the_page_of_the_study(page):
    link = page.page.locator(".expression-grid-page")
    expect(link).to_have_count(1)
    with page.page.context.expect_page() as opened:
        link.click()
    cells = opened.value.locator("main .cell img")
    expect(cells).to_have_count(8)
    expect(cells.first).to_have_js_property("complete", value=True)
    assert cells.first.evaluate("image => image.naturalWidth") == 128
    opened.value.close()
