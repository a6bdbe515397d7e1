"""The page of a study, opened from disk as a user would."""

import shutil
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import expect

from sd_expression_grid.page.page import write_page
from sd_expression_grid.store.folder import Outcome
from sd_expression_grid.store.picks import Pick, write_picks
from sd_expression_grid.study.study import CellKey
from tests.browser.page import chromium
from tests.study_folders import study_folder

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium to drive")

EVIL = "<img src=x onerror=\"document.title='hacked'\">"
GROUPS = "[LoRAs]\nNoor\nmei 100% #1?\nAda\n[Embeddings]\nember\nash"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = study_folder(tmp_path_factory.mktemp("100% page #1"), size=(48, 64), characters=GROUPS)
    noor = {"character": "Noor", "seed": 7}
    folder.record(Outcome(key=CellKey(expression="smile", **noor), status="failed", error=EVIL))
    folder.record(Outcome(key=CellKey(expression="sad", **noor), status="interrupted"))
    write_page(folder)
    return folder


@pytest.fixture
def page(folder, chrome, shoot, request):
    page = chrome.new_page(viewport={"width": 1200, "height": 800})
    page.complaints, requests = [], []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
    page.on("request", lambda asked: requests.append(asked.url))
    page.goto((folder.path / "index.html").as_uri())
    yield page
    shoot(page, request.node.name)
    page.close()
    assert page.complaints == []
    assert all(url.startswith("file:") for url in requests)


def columns(page, table=0):
    """The labels that stand there, also those out of view, whose text is not rendered."""
    return page.locator("table").nth(table).locator("thead .label").all_text_contents()


def rows(page, table=0):
    return page.locator("table").nth(table).locator("tbody .label").all_text_contents()


def cell(page, label):
    return page.get_by_role("button", name=label, exact=True).first


def infotext_of(folder, column, row):
    return folder.read_record()[CellKey(expression=row, character=column, seed=7)].infotext


def file_at(folder, url):
    return folder.path / unquote(urlsplit(url).path).lstrip("/")


def open_menu(page, name):
    page.locator("summary", has_text=name).click()
    return page.locator("details.menu[open]")


def drag(page, source, target, across=0.5, down=0.5):
    """Drags one header onto another, to so many parts of its width and height."""
    box = target.bounding_box()
    source.drag_to(target, target_position={"x": box["width"] * across, "y": box["height"] * down})


def test_all_groups_are_tables_with_the_reference_first(page):
    assert columns(page, 0) == ["reference", "Noor", "mei 100% #1?", "Ada"]
    assert columns(page, 1) == ["reference", "ember", "ash"]
    assert rows(page, 0) == rows(page, 1) == ["neutral", "smile", "sad"]
    expect(page.locator("header.bar")).to_contain_text("36 cells: 34 done, 1 failed, 1 interrupted")
    expect(page.locator("main img")).to_have_count(4 * 3 + 3 * 3 - 2)
    page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth === 48)")


def test_what_became_of_a_cell_is_told_as_text(page):
    expect(cell(page, f"Noor · smile · seed 7: failed: {EVIL}")).to_have_text(f"failed: {EVIL}")
    expect(cell(page, "Noor · sad · seed 7: interrupted")).to_have_text("interrupted")
    assert page.title() == "faces"


def test_headers_stay_in_view(page):
    page.set_viewport_size({"width": 500, "height": 400})
    page.locator("#zoom").fill("300")
    main = page.locator("main").bounding_box()
    page.locator("main").evaluate("main => main.scrollTo(500, 400)")
    head = page.locator("thead th", has_text="Noor").bounding_box()
    side = page.locator("table").first.locator("tbody th", has_text="smile").bounding_box()
    assert head["y"] == pytest.approx(main["y"], abs=1)
    assert side["x"] == pytest.approx(main["x"], abs=8)


def test_rows_and_columns_hide_and_come_back(page):
    page.locator("thead th", has_text="Noor").hover()
    page.get_by_role("button", name="Hide Noor").click()
    menu = open_menu(page, "Rows")
    menu.get_by_label("smile", exact=True).uncheck()
    assert (columns(page), rows(page, 1)) == (["reference", "mei 100% #1?", "Ada"], ["neutral", "sad"])
    expect(page.locator("summary", has_text="Rows")).to_have_text("Rows 2 of 3")
    menu.get_by_role("button", name="Show all rows").click()
    page.keyboard.press("Escape")
    open_menu(page, "Columns").get_by_role("checkbox", name="Noor").check()
    assert (columns(page)[1], rows(page)) == ("Noor", ["neutral", "smile", "sad"])


def test_a_table_without_columns_of_its_own_is_hidden(page):
    menu = open_menu(page, "Columns")
    for label in ("ember", "ash"):
        menu.get_by_role("checkbox", name=label).uncheck()
    expect(page.locator("section:visible")).to_have_count(1)


def test_the_keyboard_reorders(page):
    menu = open_menu(page, "Columns")
    later = menu.get_by_role("button", name="Move Noor later")
    later.focus()
    page.keyboard.press("Enter")
    expect(later).to_be_focused()
    page.keyboard.press("Enter")
    assert columns(page) == ["reference", "mei 100% #1?", "Ada", "Noor"]
    page.keyboard.press("Enter")
    assert columns(page, 1) == ["reference", "ember", "ash"]
    expect(page.get_by_role("status")).to_have_text("Noor is now after Ada")
    menu.get_by_role("button", name="All columns in their original order").click()
    assert columns(page) == ["reference", "Noor", "mei 100% #1?", "Ada"]


def test_headers_are_dragged(page):
    page.locator("#zoom").fill("92")
    heads, sides = page.locator("table").first.locator("thead th"), page.locator("table").first.locator("tbody th")
    drag(page, heads.nth(3), heads.nth(1), across=0.2)  # Chromium tells of the drop a moment later
    expect(heads.locator(".label")).to_have_text(["reference", "Ada", "Noor", "mei 100% #1?"])
    drag(page, sides.nth(0), sides.nth(2), down=0.8)
    expect(sides.locator(".label")).to_have_text(["smile", "sad", "neutral"])
    assert rows(page, 1) == ["smile", "sad", "neutral"]
    drag(page, heads.nth(1), heads.nth(0))
    drag(page, heads.nth(1), page.locator("table").nth(1).locator("thead th").nth(1))
    assert columns(page) == ["reference", "Ada", "Noor", "mei 100% #1?"]


def test_the_arrangement_outlives_a_reload(page):
    open_menu(page, "Rows").get_by_role("button", name="Move neutral later").click()
    page.keyboard.press("Escape")
    page.locator("thead th", has_text="Noor").hover()
    page.get_by_role("button", name="Hide Noor").click()
    page.locator("#zoom").fill("200")
    page.locator("#seed").select_option("8")
    page.reload()
    assert (rows(page), columns(page)) == (["smile", "neutral", "sad"], ["reference", "mei 100% #1?", "Ada"])
    expect(page.locator("#seed")).to_have_value("1")
    assert page.locator("main .cell").first.bounding_box()["width"] == 200


def test_zoom_by_slider_and_keys(page):
    width = lambda: page.locator("main .cell").first.bounding_box()["width"]  # noqa: E731
    page.locator("#zoom").fill("120")
    assert width() == 120
    page.locator("main .cell").first.focus()
    page.keyboard.press("+")
    assert width() == 138
    page.keyboard.press("-")
    assert width() == 120
    page.keyboard.press("0")
    assert width() == 256


def test_seeds_are_switched(page):
    expect(cell(page, "Ada · sad · seed 7: done")).to_be_visible()
    page.locator("#seed").select_option("8")
    expect(cell(page, "Ada · sad · seed 8: done").locator("img")).to_have_attribute("src", "cells/Ada/sad_8.png")
    page.locator("main .cell").first.focus()
    page.keyboard.press("n")
    expect(cell(page, "reference · neutral · seed 7: done")).to_be_focused()


def test_arrow_keys_walk_through_all_tables(page):
    page.locator("main .cell").first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator(":focus")).to_have_attribute("aria-label", "ash · neutral · seed 7: done")
    page.keyboard.press("ArrowUp")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "mei 100% #1? · sad · seed 7: done")
    expect(page.locator("main .cell[tabindex='0']")).to_have_count(1)


def test_a_click_shows_the_infotext_and_copies_it(page, folder):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cell(page, "mei 100% #1? · sad · seed 7: done").click()
    dialog = page.get_by_role("dialog", name="Cell")
    infotext = infotext_of(folder, "mei 100% #1?", "sad")
    expect(dialog.locator("pre")).to_have_js_property("textContent", infotext)
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.locator(".copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == infotext
    page.wait_for_function("document.querySelector('dialog img').naturalWidth === 48")
    dialog.get_by_role("button", name="Close").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(dialog.get_by_role("heading", level=2)).to_have_text("mei 100% #1? · neutral · seed 7")
    page.keyboard.press("Escape")
    expect(cell(page, "mei 100% #1? · neutral · seed 7: done")).to_be_focused()


# Every infotext that the dialog ever shows, with the cell's label above it.
WATCH = """() => {
    window.seen = [];
    new MutationObserver(() => {
        const text = document.querySelector(".details pre")?.textContent;
        if (text) {
            seen.push([document.querySelector(".details h2").textContent, text]);
        }
    }).observe(document.querySelector(".details"), { childList: true, subtree: true, characterData: true });
}"""


def test_an_infotext_that_comes_late_is_shown_with_its_own_cell_alone(folder, chrome):
    page, held = chrome.new_page(viewport={"width": 1200, "height": 800}), []

    def hold(route):
        held.append(route)
        page.evaluate("window.isHeld = true")

    page.route("http://study/**", lambda route: route.fulfill(path=file_at(folder, route.request.url)))
    page.route("**/infotexts/1.js*", hold, times=1)
    page.goto("http://study/index.html")
    page.evaluate(WATCH)
    text, copy = page.locator(".details pre"), page.locator(".details .copy")
    cell(page, "Noor · neutral · seed 7: done").click()
    page.wait_for_function("window.isHeld")
    expect(text).to_be_empty()
    expect(copy).to_be_disabled()
    page.keyboard.press("ArrowRight")
    expect(text).to_have_js_property("textContent", infotext_of(folder, "mei 100% #1?", "neutral"))
    (script,) = held
    with page.expect_event("requestfinished", lambda request: request.url == script.request.url):
        script.fallback()
    page.keyboard.press("ArrowLeft")
    expect(text).to_have_js_property("textContent", infotext_of(folder, "Noor", "neutral"))
    expect(copy).to_be_enabled()
    for key in ("ArrowLeft", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(text).to_have_js_property("textContent", infotext_of(folder, "Ada", "sad"))
    seen = page.evaluate("seen")
    assert len(seen) > 3
    for heading, infotext in seen:
        column, row, _ = heading.split(" · ")
        assert infotext == infotext_of(folder, column, row)
    page.close()


@pytest.mark.parametrize("other", ["", "document.currentScript.infotexts = {};", "not a script"])
def test_without_its_file_an_infotext_is_told_as_missing_and_where_it_should_be(other, folder, tmp_path, chrome, shoot):
    alone = shutil.copytree(folder.path, tmp_path / "alone")
    script, missing = alone / "infotexts/1.js", alone / "away.js"
    script.rename(missing)
    if other:
        script.write_text(other)
    page = chrome.new_page(viewport={"width": 1200, "height": 800})
    page.goto((alone / "index.html").as_uri())
    noor, details = cell(page, "Noor · neutral · seed 7: done"), page.get_by_role("dialog", name="Cell")
    noor.click()
    expect(details.locator(".facts p")).to_have_text("It is not in the file infotexts/1.js beside this page.")
    expect(details.locator(".facts li").last).to_contain_text("python -m sd_expression_grid page FOLDER")
    expect(details.locator(".copy")).to_be_disabled()
    expect(details.locator("pre")).to_have_count(0)
    shoot(page, "infotext missing")
    missing.replace(script)
    if other:
        page.reload()
    else:
        page.keyboard.press("Escape")
    noor.click()
    expect(details.locator("pre")).to_have_js_property("textContent", infotext_of(folder, "Noor", "neutral"))
    page.close()


def test_without_a_clipboard_the_infotext_is_copied_the_old_way(page):
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    cell(page, "Ada · sad · seed 7: done").click()
    page.locator(".copy").click()
    expect(page.locator(".copy")).to_have_text("Copied")


def test_any_cells_are_compared_side_by_side(page):
    cell(page, "Noor · neutral · seed 7: done").click(modifiers=["Shift"])
    page.locator("main .cell").first.focus()
    page.keyboard.press(" ")
    page.locator("#seed").select_option("8")
    page.locator("td", has=cell(page, "ash · sad · seed 8: done")).hover()
    page.get_by_label("Compare ash · sad · seed 8").check()
    page.get_by_role("button", name="Compare (").click()
    dialog = page.get_by_role("dialog", name="Chosen cells side by side")
    labels = ["Noor · neutral · seed 7", "reference · neutral · seed 7", "ash · sad · seed 8"]
    expect(dialog.locator("figcaption")).to_have_text([f"{label}×" for label in labels])
    tops = dialog.locator("figure").evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
    for label in labels:
        dialog.get_by_role("button", name=f"Leave out {label}").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Compare (")).to_be_disabled()


def test_light_and_dark(page):
    ground = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")  # noqa: E731
    assert ground() == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert ground() == "rgb(24, 25, 27)"
    page.get_by_role("button", name="Light or dark").click()
    assert ground() == "rgb(255, 255, 255)"


def test_a_phone_shows_the_page_without_scrolling_its_bar(page):
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    open_menu(page, "Columns")
    box = page.locator("details.menu[open] .panel").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_every_control_has_a_name(page):
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, summary, dialog, table")].filter((element) =>
            !element.getAttribute("aria-label") && !(element.labels && element.labels.length)
            && !element.textContent.trim()).map((element) => element.outerHTML)"""
    )
    assert unnamed == []


def test_picked_cells_bear_a_star(tmp_path, chrome, shoot):
    folder = study_folder(tmp_path, size=(48, 64), characters=GROUPS)
    write_picks(folder.path, "Ada", [Pick(name="Ada", key=CellKey(expression="sad", character="Ada", seed=8))])
    write_page(folder)
    page = chrome.new_page(viewport={"width": 1200, "height": 800})
    page.goto((folder.path / "index.html").as_uri())
    expect(page.locator("header.bar")).to_contain_text("36 cells: 36 done; 1 picked ★")
    expect(page.locator("main .picked")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.locator("td", has=page.locator(".picked")).get_by_role("button")).to_have_accessible_name(
        "Ada · sad · seed 8: done, picked"
    )
    shoot(page, "picked")
    page.close()


@pytest.mark.slow
def test_the_picture_that_cells_start_from_stands_in_each_tables_corner_and_its_mask_below(chrome, shoot, tmp_path):
    files = {"picture": "picture-0123456789ab.png", "mask": "mask-0123456789ab.png"}
    folder = study_folder(tmp_path, size=(48, 64), characters=GROUPS, picture=files)
    for file in files.values():
        Image.new("RGB", (48, 64), (255, 0, 0)).save(folder.path / file)
    write_page(folder)
    page = chrome.new_page(viewport={"width": 1200, "height": 800})
    page.goto((folder.path / "index.html").as_uri())
    corners = page.locator("thead td img")
    expect(corners).to_have_count(2)
    for corner in corners.all():
        expect(corner).to_have_attribute("alt", "All start from this picture")
        assert corner.evaluate("image => image.decode().then(() => image.naturalWidth)") == 48
    picture, reference = (page.locator(f"thead {each}").first.bounding_box() for each in ("td img", "th"))
    assert picture["x"] + picture["width"] <= reference["x"]
    below = page.locator(".starting img")
    decoded = "images => Promise.all(images.map((image) => image.decode().then(() => image.naturalHeight)))"
    assert below.evaluate_all(decoded) == [64, 64]
    shoot(page, "picture in the corner")
    page.close()


def test_rows_out_of_view_are_not_laid_out_until_they_are_reached(tmp_path, chrome):
    many = "\n".join(f"row {number}" for number in range(80))
    folder = study_folder(tmp_path, size=(8, 8), characters="Noor", expressions=many, seeds=[7])
    page = chrome.new_page(viewport={"width": 500, "height": 400})
    page.goto(write_page(folder).as_uri())
    is_drawn = "row => row.checkVisibility({ contentVisibilityAuto: true })"
    rows = page.locator("tbody tr")
    last = rows.last
    first_picture, last_picture = rows.first.locator("img").first, last.locator("img").first
    expect(first_picture).to_have_js_property("complete", True)
    assert (first_picture.evaluate(is_drawn), last_picture.evaluate(is_drawn)) == (True, False)
    heights = rows.evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    assert max(heights) - min(heights) < 1, "the scroll bar would jump"
    last.locator(".cell").first.focus()
    page.wait_for_function(f"({is_drawn})(document.querySelector('tbody tr:last-child img'))")
    expect(last.locator(".cell").first).to_be_in_viewport()
    expect(last.get_by_role("gridcell")).to_have_count(2)
    page.close()
