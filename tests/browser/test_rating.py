"""The rating tab as raters meet it; what they click is looked for on disk."""

import io
import json
import re
from contextlib import contextmanager
from functools import cache
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from sd_expression_grid.page.page import write_page
from tests.browser.page import SECONDS, Page, chromium
from tests.browser.rating_page import RatingPage, kept
from tests.finished import finished_study

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium to drive")

FIRST, SECOND = "shows the expression", "still that person"
REPORT_FILE = re.compile(r"report\s*\.json")  # gradio 4 sets the ending apart
REQUESTS = "predict"  # gradio's, as long as they do not wait in its queue
PROBE = "theme.css?routed"
CELLS = 12  # of the study in `finished`: 2 rows, 2 seeds, and 3 columns that count


@cache
def grids_folder(webui):
    """Where the WebUI keeps studies."""
    answer = webui.study({"expressions": "neutral", "characters": "one | 1girl", "reference": "", "name": "other"})
    return answer.folder.parent


@pytest.fixture
def folder(webui, request):
    return finished_study(grids_folder(webui), request.node.originalname, size=64)


@pytest.fixture
def tab(folder, opened, webui, shoot, request):  # the tab lists the studies that are there
    """A rater's page; at the end it is photographed."""
    page = RatingPage(opened)
    yield page
    shoot(page.page, f"{webui.name}-{request.node.originalname}")


@contextmanager
def routed(page, addresses, handle):
    """In the block, ``handle(route)`` decides over the requests whose address matches the regex ``addresses``."""
    is_routed, both = False, re.compile(f"{re.escape(PROBE)}$|{addresses}")

    def take(route):
        nonlocal is_routed
        if route.request.url.endswith(PROBE):
            is_routed = True
            route.fulfill(body="")
        else:
            handle(route)

    page.route(both, take)
    while not is_routed:  # just after it was set, requests still slip past a route
        page.evaluate("url => fetch(url).then((answer) => answer.text())", PROBE)
    try:
        yield
    finally:
        page.unroute(both, take)


@contextmanager
def held_back(page, text):
    """The WebUI receives no request with this text before the block ends; clicks carry "attempt"."""
    held, is_over = [], False

    def hold(route):
        if is_over or text not in (route.request.post_data or ""):
            route.continue_()
        else:
            held.append(route)

    with routed(page, REQUESTS, hold):
        try:
            yield
        finally:
            is_over = True
            for route in held:
                route.continue_()


def notes(folder):
    """Of the lines on disk: (expression, character, seed, note)."""
    lines = map(json.loads, (folder.path / "ratings/Ana.jsonl").read_text(encoding="utf-8").splitlines())
    return [tuple(line.get(name) for name in ("expression", "character", "seed", "note")) for line in lines]


@pytest.fixture
def another_folder(webui, request):
    """A study of other expressions; the list names it when a rater's page is opened after it."""
    name = f"{request.node.originalname} another"
    return finished_study(grids_folder(webui), name, size=64, expressions="glad\nangry")


@pytest.fixture
def own_tab(webui, chrome):
    """A page in a tab of its own, for a second rater, or for what cannot be taken back."""
    page = Page(chrome.new_page())
    page.open(webui.url)
    yield page
    page.page.close()
    assert page.complaints == []


def test_a_study_is_rated_one_by_one_by_keyboard_alone(tab, folder):
    tab.open(folder.path.name, way="One by one")
    expect(tab.title).to_have_text("neutralneutral face · reference · seed 1")
    expect(tab.count).to_have_text(f"0 of {CELLS}")
    for number in range(CELLS):
        expect(tab.count).to_have_text(f"{number} of {CELLS}")
        tab.press("3", "2") if number >= 4 else tab.press("1")
    expect(tab.root).to_contain_text("All cells are rated.")
    expect(tab.count).to_have_text(f"{CELLS} of {CELLS}")
    lines = kept(folder)
    assert lines[:2] == [("neutral", "reference", 1, 0, None), ("sad", "reference", 1, 0, None)]
    assert lines[-2:] == [("sad", "ember", 2, 2, None), ("sad", "ember", 2, 2, 1)]
    assert len(lines) == 4 + 2 * 8
    assert {line[1] for line in lines} == {"reference", "Noor", "ember"}


@pytest.mark.slow
def test_a_cell_stands_beside_the_reference_and_its_columns_first_row(tab, folder):
    tab.open(folder.path.name)
    tab.root.get_by_role("button", name="Open Noor, sad").click()
    captions = tab.root.locator("figcaption")
    expect(captions).to_have_text(["this cell", "sad, without a character", "Noor, neutral"])
    assert tab.shown_pictures() == [64, 64, 64]


def test_every_click_is_on_disk_before_the_next_picture(tab, folder):
    tab.open(folder.path.name, way="One by one")
    tab.press("2")
    expect(tab.title).to_contain_text("sad")
    assert kept(folder) == [("neutral", "reference", 1, 1, None)]


@pytest.mark.slow
def test_undo_takes_the_last_answer_back_and_skip_leaves_a_cell_for_later(tab, folder):
    tab.open(folder.path.name, way="One by one")
    tab.press("s")
    expect(tab.title).to_contain_text("sad")
    tab.press("1")
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    tab.press("u")
    expect(tab.count).to_have_text(f"0 of {CELLS}")
    expect(tab.title).to_contain_text("sad crying · reference · seed 1")
    assert kept(folder) == [("sad", "reference", 1, 0, None), ("sad", "reference", 1, None, None)]
    for _ in range(CELLS - 1):
        tab.press("s")
    expect(tab.title).to_contain_text("neutral face · reference · seed 1")


@pytest.mark.slow
def test_undo_returns_to_the_question(tab, folder):
    tab.open(folder.path.name)
    tab.root.get_by_role("button", name="Open Noor, sad").click()
    tab.press("3", "1")
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    tab.press("Backspace")
    expect(tab.count).to_have_text(f"0 of {CELLS}")
    expect(tab.root.locator(".question.active")).to_contain_text("Still that person?")
    tab.press("2")
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    assert kept(folder)[-1] == ("sad", "Noor", 1, 2, 1)


@pytest.mark.slow
def test_blind_tells_no_name_and_goes_on_where_it_was(tab, folder):
    tab.open(folder.path.name, way="Blind")
    seen = []
    for number in range(5):
        seen.append(tab.place)
        text = tab.root.inner_text()
        assert [name in text for name in ("Noor", "ember", "LoRA", "embedding", "seed", "reference")] == [False] * 6
        is_reference = tab.root.locator(".question").count() == 1
        tab.press("2") if is_reference else tab.press("2", "3")
        expect(tab.count).to_have_text(f"{number + 1} of {CELLS}")
    following = tab.place
    assert seen != sorted(seen, key=int)
    tab.reload()
    tab.open(folder.path.name, way="Blind")
    expect(tab.count).to_have_text(f"5 of {CELLS}")
    assert tab.place == following


@pytest.mark.slow
def test_a_click_in_the_matrix_is_kept_and_a_second_takes_it_back(tab, folder):
    tab.open(folder.path.name)
    tab.score("ember, neutral", FIRST, "no").click()
    tab.score("ember, neutral", FIRST, "no").click()
    tab.score("Noor, sad", FIRST, "yes").click()
    tab.score("Noor, sad", SECOND, "partly").click()
    expect(tab.count).to_have_text(f"1 of {CELLS}")  # clicks are kept in their order: the last one is, so all are
    tab.reload()
    expect(tab.page.locator("#expression_grid_rater").locator("input, textarea")).to_have_value("Ana")
    tab.open(folder.path.name)
    expect(tab.score("Noor, sad", FIRST, "yes")).to_have_attribute("aria-pressed", "true")
    expect(tab.score("Noor, sad", SECOND, "partly")).to_have_attribute("aria-pressed", "true")
    expect(tab.root.locator("[data-score][aria-pressed=true]")).to_have_count(2)
    assert kept(folder)[:2] == [("neutral", "ember", 1, 0, None), ("neutral", "ember", 1, None, None)]


def test_the_matrix_is_rated_by_keys(tab, folder):
    tab.open(folder.path.name)
    tab.press("Escape", "y")  # the first key only begins
    expect(tab.root.get_by_role("button", name="Open reference, neutral")).to_be_focused()
    tab.press("ArrowRight", "ArrowDown", "3", "1")
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    assert kept(folder)[-1] == ("sad", "Noor", 1, 2, 0)
    expect(tab.root.get_by_role("button", name="Open ember, sad")).to_be_focused()  # it goes on by itself
    tab.press("ArrowLeft", "1")  # a rated cell is scored again, from its first line on
    expect(tab.score("Noor, sad", FIRST, "no")).to_have_attribute("aria-pressed", "true")
    tab.press("3")
    expect(tab.score("Noor, sad", SECOND, "yes")).to_have_attribute("aria-pressed", "true")
    expect(tab.root.get_by_role("button", name="Open ember, sad")).to_be_focused()


@pytest.mark.slow
def test_a_key_rates_a_whole_cell_and_the_study_is_rated_by_hardly_more(webui, tab):
    """120 cells, of which keys alone rate all with one key each: scores that agree, seed after seed."""
    expressions, people = "\n".join(f"row {n}" for n in range(10)), "\n".join(f"c{n} | c{n}" for n in range(5))
    folder = finished_study(
        grids_folder(webui), "large", expressions=expressions, characters=people, seeds=[1, 2], size=8
    )
    tab.refresh(folder.path.name)
    tab.open(folder.path.name)
    tab.root.get_by_role("button", name="Open reference, row 0", exact=True).focus()
    keys = ["n" if number % 4 else "y" for number in range(120)]
    tab.press(*keys)
    expect(tab.count).to_have_text("120 of 120", timeout=300 * SECONDS)
    assert len(keys) <= 1.2 * 120
    lines = kept(folder)
    assert len({line[:3] for line in lines}) == len(lines) == 120
    assert {(line[3], line[4]) for line in lines if line[1] != "reference"} == {(2, 2), (0, 0)}
    assert {(line[3], line[4]) for line in lines if line[1] == "reference"} == {(2, None), (0, None)}
    tab.root.get_by_role("button", name="Make the report").click()
    report = tab.page.frame_locator("iframe.expression-grid-report")
    expect(report.locator("h1")).to_have_text(folder.path.name, timeout=60 * SECONDS)


@pytest.mark.slow
def test_escape_leads_back_to_the_same_cell_and_arrows_to_its_neighbours(tab, folder):
    tab.open(folder.path.name)
    tab.root.get_by_role("button", name="Open Noor, sad").click()
    tab.press("ArrowLeft")
    expect(tab.title).to_contain_text("neutral face · Noor · LoRA · seed 1")
    tab.press("ArrowRight")
    expect(tab.title).to_contain_text("sad crying · Noor · LoRA · seed 1")
    tab.press("Escape")
    expect(tab.root.get_by_role("button", name="Open Noor, sad")).to_be_focused()
    tab.press("y", "u")
    expect(tab.root.locator(".said")).to_have_text(
        "Undone: Noor, sad: expression yes → not rated, person yes → not rated"
    )
    expect(tab.root.get_by_role("button", name="Open Noor, sad")).to_be_focused()


@pytest.mark.slow
def test_one_key_says_yes_or_no_to_all_one_by_one_too(tab, folder):
    tab.open(folder.path.name, way="One by one")
    for number, key in enumerate("ynynyn"):
        expect(tab.count).to_have_text(f"{number} of {CELLS}")
        tab.press(key)
    expect(tab.count).to_have_text(f"6 of {CELLS}")
    assert [line[3:] for line in kept(folder)] == [(2, None), (0, None), (2, None), (0, None), (2, 2), (0, 0)]


@pytest.mark.slow
def test_the_person_is_seen_in_the_first_row_too(webui, tab):
    """By the same person's other column, and by the column's other cells."""
    people = "Noor | <lora:Noor:1> | person=N | kind=lora\nNoor TI | noor_ti | person=N | kind=embedding\nember | ember"
    rows = "neutral\nsad\nglad"
    folder = finished_study(grids_folder(webui), "persons", size=64, expressions=rows, characters=people, seeds=[1])
    tab.refresh(folder.path.name)
    tab.open(folder.path.name)
    captions = tab.root.locator("figcaption")
    for name, beside in (
        ("Noor, neutral", ["neutral, without a character", "Noor TI, neutral", "Noor, sad"]),
        ("ember, neutral", ["neutral, without a character", "ember, sad", "ember, glad"]),
        ("ember, sad", ["sad, without a character", "ember, neutral"]),
    ):
        tab.root.get_by_role("button", name=f"Open {name}", exact=True).click()
        expect(captions).to_have_text(["this cell", *beside])
        assert tab.shown_pictures() == [64] * (1 + len(beside))
        tab.press("Escape")


@pytest.mark.slow
def test_the_cards_preview_shows_who_it_is_in_the_first_row(webui, tab, folder):
    if webui.name != "standin":
        pytest.skip("only the stand-in's folder of LoRAs is known")
    preview = grids_folder(webui).parents[1] / "models/Lora/Noor.preview.png"
    Image.new("RGB", (96, 96), (200, 120, 90)).save(preview)
    try:
        tab.open(folder.path.name)
        tab.root.get_by_role("button", name="Open Noor, neutral").click()
        expect(tab.root.locator("figcaption")).to_have_text(
            ["this cell", "neutral, without a character", "the card's preview", "Noor, sad"]
        )
        assert tab.shown_pictures() == [64, 64, 96, 64]
    finally:
        preview.unlink()


@pytest.mark.slow
def test_what_is_asked_is_chosen_and_a_note_can_be_written(tab, folder):
    tab.open(folder.path.name)
    asks = tab.root.get_by_label("What is asked")
    asks.select_option("expression")
    expect(tab.root.locator(".cell [data-line]")).to_have_count(8)
    tab.root.get_by_role("button", name="Open ember, neutral").click()
    tab.press("3")
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    asks.select_option("natural")
    expect(tab.count).to_have_text(f"0 of {CELLS}")
    tab.way("Matrix")
    tab.root.get_by_role("button", name="Open Noor, sad").click()
    tab.press("t")
    tab.page.keyboard.type("tears look painted")
    tab.press("Enter", "3", "2", "1")
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    lines = list(map(json.loads, (folder.path / "ratings/Ana.jsonl").read_text(encoding="utf-8").splitlines()))
    names = ("expression_score", "likeness_score", "natural_score", "note")
    assert [lines[-1].get(name) for name in names] == [2, 1, 0, "tears look painted"]
    tab.reload()
    tab.open(folder.path.name)
    expect(tab.root.get_by_label("What is asked")).to_have_value("natural")
    tab.root.get_by_role("button", name="Open Noor, sad").click()
    expect(tab.root.locator(".note input")).to_have_value("tears look painted")


@pytest.mark.slow
def test_a_note_that_is_typed_while_the_last_answer_is_saved_is_kept_for_its_cell(tab, folder):
    tab.open(folder.path.name, way="One by one")
    with held_back(tab.page, "attempt"):
        tab.press("3")
        tab.root.locator(".note input").click()
        tab.page.keyboard.type("no")
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    tab.page.keyboard.type(" tears, 1 eye")
    tab.press("Enter")
    expect(tab.title).to_contain_text("sad")
    expect(tab.root.locator(".note input")).to_have_value("")
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    tab.press("2")  # clicks are kept in their order: this one is, so all are
    expect(tab.count).to_have_text(f"2 of {CELLS}")
    noted = ("neutral", "reference", 1, "no tears, 1 eye")
    assert [each for each in notes(folder) if each[3]] == [noted]
    assert [line[0] for line in kept(folder) if line[3] != 2] == ["sad"]
    tab.press("ArrowLeft", "ArrowLeft")
    expect(tab.root.locator(".note input")).to_have_value("no tears, 1 eye")


@pytest.mark.slow
def test_a_note_that_is_typed_while_another_study_opens_is_kept_for_its_cell(another_folder, tab, folder):
    tab.refresh(folder.path.name)
    tab.open(folder.path.name, way="One by one")
    with held_back(tab.page, another_folder.path.name):
        tab.choose(another_folder.path.name)
        tab.root.locator(".note input").click()
        tab.page.keyboard.type("no tears")
    expect(tab.title).to_contain_text("glad")
    expect(tab.root.locator(".note input")).to_have_value("")
    tab.press("3")
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    assert notes(folder)[-1] == ("neutral", "reference", 1, "no tears")
    assert {each[3] for each in notes(another_folder)} <= {None, ""}


@pytest.mark.slow
def test_a_note_is_kept_for_its_cell_when_a_click_leaves_the_focus_in_it(tab, folder):
    """As the clicks of screen readers do."""
    tab.open(folder.path.name, way="One by one")
    tab.root.locator(".note input").click()
    tab.page.keyboard.type("no tears")
    tab.root.get_by_role("button", name="Skip").evaluate("button => button.click()")
    expect(tab.title).to_contain_text("sad")
    tab.press("3")
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    assert [each for each in notes(folder) if each[3]] == [("neutral", "reference", 1, "no tears")]


@pytest.mark.slow
def test_a_score_that_is_saved_late_is_not_shown_in_the_study_that_is_open_by_then(another_folder, tab, folder):
    tab.refresh(folder.path.name)
    tab.open(folder.path.name)
    with held_back(tab.page, "attempt"):
        tab.score("reference, neutral", FIRST, "yes").click()
        tab.choose(another_folder.path.name)
        expect(tab.score("reference, glad", FIRST, "yes")).to_have_attribute("aria-pressed", "false")
    tab.score("reference, angry", FIRST, "no").click()
    expect(tab.count).to_have_text(f"1 of {CELLS}")  # clicks are kept in their order: the first one is too
    expect(tab.root.locator("[data-score][aria-pressed=true]")).to_have_count(1)
    assert set(kept(folder)) == {("neutral", "reference", 1, 2, None)}
    assert set(kept(another_folder)) == {("angry", "reference", 1, 0, None)}


@pytest.mark.slow
def test_a_score_is_saved_though_no_study_is_open_any_more(tab, folder):
    tab.open(folder.path.name, way="One by one")
    with held_back(tab.page, "attempt"):
        tab.press("3")
        tab.choose("other", rater=" ")  # which is not opened without a name
        expect(tab.root.locator(".expression-grid-hint")).to_be_visible()
    tab.choose(folder.path.name)
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    assert set(kept(folder)) == {("neutral", "reference", 1, 2, None)}


@pytest.mark.slow
def test_a_picture_that_fails_late_closes_no_cell_of_the_study_that_is_open_by_then(another_folder, tab, folder):
    held = []
    tab.refresh(folder.path.name)
    with routed(tab.page, f"{re.escape(quote(folder.path.name))}/.*[.]png", held.append):
        tab.open(folder.path.name, way="One by one")
        tab.root.locator("img").first.evaluate(
            "image => { window.failed = new Promise((resolve) => image.addEventListener('error', resolve)) }"
        )
        tab.choose(another_folder.path.name)
        expect(tab.title).to_contain_text("glad")
        assert held
        for route in held:
            route.abort()
    tab.page.evaluate("window.failed.then(() => true)")
    expect(tab.root.get_by_role("button", name="partly")).to_be_enabled()


@pytest.mark.slow
def test_the_lines_of_scores_are_named_in_the_rows_heads(tab, folder):
    tab.open(folder.path.name)
    tab.root.get_by_label("What is asked").select_option("natural")
    row = tab.root.locator("tbody tr").first
    names = row.locator("th .line")
    expect(names).to_have_text(["expression", "person", "natural"])
    middles = [middle(each) for each in names.all()]
    for cell, lines in (("reference", (0, 2)), ("Noor", (0, 1, 2))):
        scores = row.locator(f"[data-line][aria-label^='{cell}, neutral']")
        assert [middle(each) for each in scores.all()] == pytest.approx([middles[line] for line in lines], abs=1)


@pytest.mark.slow
def test_the_study_is_open_again_after_a_reload(tab, folder):
    tab.open(folder.path.name)
    tab.score("Noor, sad", FIRST, "yes").click()
    tab.score("Noor, sad", SECOND, "yes").click()
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    tab.reload()
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    expect(tab.page.locator("#expression_grid_study input")).to_have_value(folder.path.name)


@pytest.mark.slow
def test_the_bar_is_empty_at_first_and_pictures_have_the_size_that_is_chosen(tab, folder):
    tab.open(folder.path.name)
    filled = tab.root.locator("progress").screenshot()
    tab.root.get_by_label("Size of pictures").fill("16")
    expect(tab.root.locator(".cell").first).to_have_css("width", "256px")
    tab.score("reference, sad", FIRST, "yes").click()
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    green = [share_of_green(picture) for picture in (filled, tab.root.locator("progress").screenshot())]
    assert green[0] == 0
    assert 0 < green[1] < 0.2
    tab.reload()
    expect(tab.root.locator(".cell").first).to_have_css("width", "256px")


def middle(element):
    box = element.bounding_box()
    return box["y"] + box["height"] / 2


def share_of_green(picture):
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), int)
    return float((pixels[..., 1] - pixels[..., 0] > 40).mean())


@pytest.mark.slow
def test_what_decides_is_rated_first_and_all_the_rest_can_be(tab, folder):
    tab.open(folder.path.name, way="What decides")
    expect(tab.root.locator(".said")).to_have_text("Too few ratings to tell: sad.")
    seen = []
    for number in range(6):
        expect(tab.count).to_have_text(f"{number} of {CELLS}")
        seen.append(tab.title.text_content())
        tab.press("y")
    expect(tab.root).to_contain_text("What decides something is rated.")
    assert [re.sub("^sadsad crying · ", "", title) for title in seen] == [
        "reference · seed 1", "reference · seed 2", "Noor · LoRA · seed 1", "ember · embedding · seed 1",
        "Noor · LoRA · seed 2", "ember · embedding · seed 2",
    ]  # fmt: skip
    tab.page.locator("#expression_grid_begin").click()
    expect(tab.root.locator(".said")).to_have_text("All verdicts are decided.")
    tab.way("One by one")
    expect(tab.title).to_contain_text("neutral face · reference · seed 1")


@pytest.mark.slow
def test_scouts_are_not_offered(webui, tab):
    scout = {"expression": "neutral", "seeds": [1, 2]}
    finished_study(grids_folder(webui), "looked for", scout=scout)
    tab.refresh(finished_study(grids_folder(webui), "after it").path.name)
    tab.page.locator("#expression_grid_study input").fill("looked for")
    expect(tab.page.locator("#expression_grid_study li", has_text="looked for")).to_have_count(0)


@pytest.mark.slow
def test_the_matrix_shows_a_seed_at_a_time(tab, folder):
    tab.open(folder.path.name)
    tab.root.get_by_label("Seed").select_option("2")
    tab.score("reference, sad", FIRST, "yes").click()
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    tab.root.get_by_label("Seed").select_option("1")
    expect(tab.score("reference, sad", FIRST, "yes")).to_have_attribute("aria-pressed", "false")
    assert kept(folder) == [("sad", "reference", 2, 2, None)]


@pytest.mark.slow
def test_rapid_clicks_are_all_kept_in_their_order(tab, folder):
    tab.open(folder.path.name)
    click_all = "buttons => buttons.forEach(each => each.click())"
    buttons = tab.root.locator("[data-question='0']")
    buttons.evaluate_all(click_all)
    expect(tab.root.locator("[data-question='0'][aria-pressed=true]")).to_have_count(8)
    tab.score("Noor, sad", SECOND, "yes").click()
    expect(tab.count).to_have_text("3 of 12", timeout=60 * SECONDS)  # a request a click, on the slowest page
    lines = kept(folder)
    assert [line[3] for line in lines] == [0, 1, 2] * 8 + [2]
    assert lines[-1] == ("sad", "Noor", 1, 2, 2)


@pytest.mark.slow
def test_two_rate_at_once(tab, folder, own_tab):
    other = RatingPage(own_tab)
    tab.open(folder.path.name, "Ana", "One by one")
    other.open(folder.path.name, "Bo", "One by one")
    for number in range(4):
        expect(other.count).to_have_text(f"{number} of {CELLS}")
        expect(tab.count).to_have_text(f"{number} of {CELLS}")
        tab.press("3")
        other.press("1")
    expect(tab.count).to_have_text(f"4 of {CELLS}")
    expect(other.count).to_have_text(f"4 of {CELLS}")
    assert [line[3] for line in kept(folder, "Ana")] == [2] * 4
    assert [line[3] for line in kept(folder, "Bo")] == [0] * 4


@pytest.mark.slow
def test_a_click_waits_for_a_webui_that_does_not_answer(folder, own_tab):
    tab = RatingPage(own_tab)
    tab.page.clock.install()
    tab.open(folder.path.name, way="One by one")
    expect(tab.title).to_contain_text("neutral")
    tab.page.context.set_offline(True)
    tab.press("2")
    tab.page.clock.fast_forward(6 * SECONDS)
    expect(tab.root).to_contain_text("The WebUI does not answer: the last click is not saved yet.")
    expect(tab.title).to_contain_text("neutral")
    assert kept(folder) == []
    tab.page.context.set_offline(False)
    tab.page.clock.fast_forward(6 * SECONDS)
    expect(tab.title).to_contain_text("sad")
    expect(tab.root).not_to_contain_text("does not answer")
    assert set(kept(folder)) == {("neutral", "reference", 1, 1, None)}


@pytest.mark.slow
def test_a_rating_that_cannot_be_kept_is_not_shown_as_kept(tab, folder):
    tab.open(folder.path.name)
    (folder.path / "ratings").write_text("in the way")
    tab.score("Noor, sad", FIRST, "yes").click()
    expect(tab.root.locator(".status")).to_contain_text("ratings")
    expect(tab.root.locator("[data-score][aria-pressed=true]")).to_have_count(0)


@pytest.mark.slow
def test_labels_never_run(webui, tab):
    evil = "<img src=x onerror='window.ran=1'><script>window.ran=1</script>"
    expressions = [{"label": "neutral", "text": evil}, {"label": f"sad {evil}", "text": evil}]
    characters = [{"label": f"100% #1? {evil}", "text": "words", "group": evil}]
    folder = finished_study(
        grids_folder(webui), "hostile", size=64, expressions=expressions, characters=characters, seeds=[1]
    )
    tab.refresh(folder.path.name)
    tab.open(folder.path.name, rater="<b>Ana</b>")
    assert tab.shown_pictures() == [64] * 4
    tab.root.get_by_role("button", name=f"Open 100% #1? {evil}, sad {evil}", exact=True).click()
    expect(tab.title).to_contain_text(f"sad {evil}")
    assert tab.shown_pictures() == [64] * 3
    tab.press("3", "3")
    expect(tab.count).to_have_text("1 of 4")
    assert tab.page.evaluate("window.ran") is None


@pytest.mark.slow
def test_a_cell_that_is_no_picture_cannot_be_rated(tab, folder):
    outcome = next(iter(folder.read_record().values()))
    (folder.path / outcome.file).write_text("<script>no picture</script>")
    tab.page.evaluate("localStorage.setItem('expression_grid_way', 'single')")
    tab.reload()
    tab.choose(folder.path.name)
    expect(tab.root.locator("figure").first).to_contain_text("its file is no picture that can be shown")
    expect(tab.root.get_by_role("button", name="partly")).to_be_disabled()
    tab.press("3", "y", "s")
    expect(tab.title).to_contain_text("sad")
    expect(tab.count).to_have_text("0 of 11")
    tab.way("Matrix")
    expect(tab.root.locator(".cell .hole")).to_have_count(1)
    assert kept(folder) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("study.json", "[" * 100_000, "cannot be read as a study"),
        ("study.json", " " * 11_000_000, "is larger than 10 MB"),
        ("study.json", json.dumps({"expressions": "<img src=x onerror='window.ran=1'>"}), "the list is empty"),
        ("cells.jsonl", "garbage\n", "cells.jsonl, line 1: is no record of a cell"),
        ("ratings/Ana.jsonl", "garbage\n", "Ana.jsonl, line 1: is no rating"),
    ],
)
def test_a_broken_study_is_one_message(tab, folder, file, content, message):
    (folder.path / file).parent.mkdir(exist_ok=True)
    (folder.path / file).write_text(content)
    tab.choose(folder.path.name)
    expect(tab.root.locator(".expression-grid-error")).to_contain_text(message)
    assert tab.page.evaluate("window.ran") is None
    tab.choose("other")
    expect(tab.root.get_by_role("button", name="Matrix")).to_be_visible()


@pytest.mark.slow
def test_a_name_is_asked_for_without_alarm(tab, folder):
    expect(tab.root).to_contain_text("Studies are made in txt2img or img2img, with the script Expression grid.")
    tab.choose(folder.path.name, rater=" ")
    expect(tab.root.locator(".expression-grid-hint")).to_have_text(
        "Write your name beside the study, then press Rate: ratings are kept under it."
    )
    expect(tab.page.locator("#tab_expression_grid .expression-grid-error")).to_have_count(0)
    tab.page.locator("#expression_grid_rater").locator("input, textarea").fill("Ana")
    tab.press("Enter")
    expect(tab.count).to_have_text(f"0 of {CELLS}")


@pytest.mark.slow
@pytest.mark.alone
def test_pictures_on_another_disk_are_shown_and_the_page_of_the_study(webui, opened, tmp_path):
    before = webui.get("/sdapi/v1/options")["outdir_txt2img_grids"]
    folder = finished_study(tmp_path / "elsewhere", "far away", size=64)
    write_page(folder)
    webui.post("/sdapi/v1/options", {"outdir_txt2img_grids": str(folder.path.parent)})
    try:
        tab = RatingPage(opened)
        tab.open("far away", way="One by one")
        assert tab.shown_pictures() == [64]
        with tab.page.context.expect_page() as page:
            tab.root.get_by_role("link", name="Page of the study").click()
        expect(page.value.locator("main .cell img").first).to_be_visible()
        page.value.close()
    finally:
        webui.post("/sdapi/v1/options", {"outdir_txt2img_grids": before})


@pytest.mark.slow
def test_the_report_is_shown_in_the_tab_with_the_cells_behind_its_numbers(tab, folder):
    tab.open(folder.path.name, way="One by one")
    for number in range(CELLS):
        expect(tab.count).to_have_text(f"{number} of {CELLS}")
        tab.press("3", "3") if number >= 4 else tab.press("3")
    expect(tab.count).to_have_text(f"{CELLS} of {CELLS}")
    section = tab.page.locator("#expression_grid_report_section")
    section.locator(".label-wrap").click()
    tab.page.locator("#expression_grid_report").click()
    report = tab.page.frame_locator("iframe.expression-grid-report")
    expect(report.locator("h1")).to_have_text(folder.path.name, timeout=60 * SECONDS)
    report.locator("section", has_text="Characters by flexibility").get_by_role("button").first.click()
    picture = report.locator("dialog img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
    expect(section).to_contain_text(REPORT_FILE, timeout=60 * SECONDS)
    assert (folder.path / "report.html").is_file()


@pytest.mark.slow
def test_the_report_belongs_to_the_study_that_is_chosen(tab, folder):
    tab.open(folder.path.name)
    tab.score("reference, sad", FIRST, "yes").click()
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    section = tab.page.locator("#expression_grid_report_section")
    section.locator(".label-wrap").click()
    tab.page.locator("#expression_grid_report").click()
    report = tab.page.locator("iframe.expression-grid-report")
    expect(report).to_have_count(1, timeout=60 * SECONDS)
    expect(section).to_contain_text(REPORT_FILE, timeout=60 * SECONDS)
    tab.choose("other")
    expect(report).to_have_count(0)
    expect(section).not_to_contain_text(REPORT_FILE)


@pytest.mark.slow
def test_faults_of_a_table_stand_beside_its_button_all_at_once(tab, folder, tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("expression,character,seed,expression_score\nsad,Noor,1,maybe\nsad,Noor,2,yess\n")
    tab.open(folder.path.name)
    section = tab.page.locator("#expression_grid_report_section")
    section.locator(".label-wrap").click()
    with tab.page.expect_file_chooser() as chooser:
        tab.page.locator("#expression_grid_add_csv").click()
    chooser.value.set_files(file)
    faults = section.locator("#expression_grid_csv_faults .expression-grid-error")
    expect(faults.locator("p")).to_have_text("2 faults, no rating was taken over:", timeout=60 * SECONDS)
    expect(faults.locator("li")).to_have_text([re.compile("line 2: .*'maybe'"), re.compile("line 3: .*'yess'")])
    assert not (folder.path / "ratings").exists()


@pytest.mark.slow
def test_the_pictures_are_looked_at_from_the_tab(tab, folder):
    tab.open(folder.path.name)
    tab.score("reference, sad", FIRST, "yes").click()
    expect(tab.count).to_have_text(f"1 of {CELLS}")
    section = tab.page.locator("#expression_grid_report_section")
    section.locator(".label-wrap").click()
    tab.page.locator("#expression_grid_look").click()
    report = tab.page.frame_locator("iframe.expression-grid-report")
    said = report.locator("section", has=tab.page.get_by_role("heading", name="What the pictures say"))
    expect(said).to_contain_text("of 6 measured", timeout=60 * SECONDS)
    expect(section).to_contain_text(REPORT_FILE, timeout=60 * SECONDS)
    assert len((folder.path / "evidence.jsonl").read_text().splitlines()) == 8
