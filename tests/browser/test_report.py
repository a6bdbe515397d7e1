"""The report as its reader meets it: answers, a matrix, and the cells behind every number."""

import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from sd_expression_grid.ratings.ratings_csv import read_ratings_csv
from sd_expression_grid.ratings.ratings_table import Column
from sd_expression_grid.report.report import report_on, reports_on
from sd_expression_grid.report.writing.report_html import report_html
from tests.browser.page import chromium
from tests.unit.rated import chance, drawn
from tests.unit.report.test_study_table import STUDY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="there is no Chromium to drive"),
]

HOSTILE = "<img src=x onerror=document.title='run'></script><script>document.title='run'</script>"


@pytest.fixture
def folder(tmp_path):
    """A report beside the pictures of its cells; one character's name is HTML."""
    random = np.random.default_rng(1)
    people = [Column(label=f"{kind} {n}", kind=kind, person=f"{n}") for kind in ("lora", "embedding") for n in range(6)]
    people[0] = replace(people[0], label=HOSTILE)
    outcomes = random.random((12, 5, 4)) < chance(random.normal(0, 2, (12, 5, 1)))
    table = drawn(people, outcomes, np.ones((5, 4), bool))
    (tmp_path / "cells").mkdir()
    Image.new("RGB", (64, 64), (90, 140, 120)).save(tmp_path / "cells/a #1.png")
    pictured = replace(table, title="A study", files=dict.fromkeys(table.cell_keys(), "cells/a #1.png"))
    (tmp_path / "report.html").write_text(report_html(report_on(pictured)), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_number_opens_the_cells_behind_it(chrome, folder, shoot, theme):
    page = chrome.new_page(color_scheme=theme)
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((folder / "report.html").as_uri())
    ranking = page.locator("section", has_text="Characters by flexibility")
    ranking.get_by_role("row", name=HOSTILE).get_by_role("button").first.click()
    figures = page.locator("dialog figure")
    expect(figures).to_have_count(20)
    expect(figures.first).to_contain_text(f"{HOSTILE}, row 0seed 0")
    expect(figures.first).to_contain_text("Ana: expression")
    assert figures.first.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    page.locator(".verdict").first.press("Enter")
    expect(page.locator("dialog div")).to_contain_text(
        re.compile("; the reference shows it in .*, the characters in .*[.]$")
    )
    expect(figures).to_have_count(0)
    page.keyboard.press("Escape")
    shoot(page, f"report-{theme}")
    assert (page.title(), complaints) == ("A study: report", [])


def test_the_matrix_shows_one_measure_and_paper_all(chrome, folder):
    page = chrome.new_page()
    page.goto((folder / "report.html").as_uri())
    maps = page.locator(".maps .scroll")
    expect(maps.nth(0)).to_be_visible()
    page.get_by_text("Person", exact=True).first.click()
    assert [maps.nth(n).is_visible() for n in range(3)] == [False, False, True]
    page.emulate_media(media="print")
    assert [maps.nth(n).is_visible() for n in range(3)] == [True, True, True]


def test_the_reader_chooses_what_counts_and_answers_rankings_and_matrix_follow(chrome, tmp_path, shoot):
    report, *others = reports_on(read_ratings_csv(STUDY))
    (tmp_path / "report.html").write_text(report_html(report, None, others), encoding="utf-8")
    page = chrome.new_page()
    page.goto((tmp_path / "report.html").as_uri())

    def shown(selector):
        return [text for text in page.locator(selector).filter(visible=True).all_inner_texts() if text]

    first = ".answers > li:first-child li:first-child"
    assert [text.split(" in ")[0].split(": ")[1] for text in shown(first)] == ["expression reached and person kept"]
    page.get_by_text("Expression reached, person kept and natural", exact=True).click()
    assert [text.split(" in ")[0].split(": ")[1] for text in shown(first)] == [
        "expression reached, person kept and natural"
    ]
    assert len(shown("h2:has-text('Characters by flexibility')")) == 1
    assert page.locator(".maps .scroll").filter(visible=True).get_attribute("class") == "scroll map-all"
    shoot(page, "report-of-all-three")
    page.emulate_media(media="print")
    assert len(shown("h2:has-text('Characters by flexibility')")) == 1


CELLS = ["Ada TI", "embedding", "quill", "91%", "78 to 97%", "32/35", "1", "89%", "100%", "95%", "89%"]
LINE = {
    "Markdown": f"| {' | '.join(CELLS)} |",
    "BBCode": "[tr]" + "".join(f"[td]{cell}[/td]" for cell in CELLS) + "[/tr]",
    "HTML": "<tr>" + "".join(f"<td>{cell}</td>" for cell in CELLS) + "</tr>",
}
HEAD = ["Character", "Kind", "Creator", "Flexibility", "95% interval", "Cells", "Partly", "Expression", "Person"]


@pytest.mark.parametrize("form", LINE)
def test_tables_and_answers_are_copied_for_an_article(chrome, tmp_path, form):
    (tmp_path / "report.html").write_text(report_html(report_on(read_ratings_csv(STUDY)), None), encoding="utf-8")
    context = chrome.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto((tmp_path / "report.html").as_uri())

    def copied(place):
        place.get_by_role("button", name=form).click()
        expect(place.get_by_role("button", name="Copied")).to_be_visible()
        return page.evaluate("navigator.clipboard.readText()").splitlines()

    lines = copied(page.locator("section", has_text="Characters by flexibility"))
    assert LINE[form] in lines
    assert len(lines) == {"Markdown": 2, "BBCode": 3, "HTML": 3}[form] + 19
    if form == "Markdown":
        assert lines[0] == f"| {' | '.join([*HEAD, 'Natural', 'Both'])} |"
    question = "Are embeddings more flexible than LoRAs?"
    said = "Embeddings are more flexible than LoRAs: 72% against 55%, +17 points (+11 to +23). "
    said += "The same 7 persons as both; p = 0.016."
    assert (
        copied(page.locator(".answers > li", has_text=question))
        == {
            "Markdown": [f"### {question}", "", f"- {said}"],
            "BBCode": [f"[b]{question}[/b]", "[list]", f"[*]{said}", "[/list]"],
            "HTML": [f"<h3>{question}</h3>", "<ul>", f"<li>{said}</li>", "</ul>"],
        }[form]
    )
    context.close()


def test_no_name_becomes_markup_where_it_is_pasted(chrome, folder):
    context = chrome.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto((folder / "report.html").as_uri())
    ranking = page.locator("section", has_text="Characters by flexibility")
    ranking.get_by_role("button", name="HTML").click()
    expect(ranking.get_by_role("button", name="Copied")).to_be_visible()
    assert "<img" not in page.evaluate("navigator.clipboard.readText()")
    ranking.get_by_role("button", name="Markdown").click()
    expect(ranking.get_by_role("button", name="Copied")).to_have_count(2)
    assert "| \\<img src=x onerror=document.title='run'\\>" in page.evaluate("navigator.clipboard.readText()")
    context.close()


def test_a_phone_scrolls_tables_and_not_the_page(chrome, folder):
    page = chrome.new_page(viewport={"width": 390, "height": 800})
    page.goto((folder / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_report_is_dark_on_a_dark_screen_and_light_on_paper(chrome, folder):
    page = chrome.new_page(color_scheme="dark")
    page.goto((folder / "report.html").as_uri())
    colours = """() => [getComputedStyle(document.body).backgroundColor,
        getComputedStyle(document.querySelector(".expression-grid-report")).color]"""
    assert page.evaluate(colours) == ["rgb(24, 25, 27)", "rgb(236, 236, 238)"]
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(28, 28, 30)"]
