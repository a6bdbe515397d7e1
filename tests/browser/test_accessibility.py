"""What the extension shows, judged by axe-core: contrast, names of controls, roles. In Chromium, in both themes."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sd_expression_grid.ratings.ratings_csv import read_ratings_csv
from sd_expression_grid.report.report import report_on, reports_on
from sd_expression_grid.report.writing.report_html import report_html
from tests.browser.page import PANEL, Page, chromium
from tests.unit.report import golden, test_curves
from tests.unit.report.test_study_table import STUDY

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
JUDGE = """async ([include, values]) => {
    const { violations } = await axe.run({ include }, { runOnly: { type: "tag", values } });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}"""
IS_OPAQUE = """() => {
    const parts = [];
    for (let part = document.querySelector(".expression-grid-check h4"); part; part = part.parentElement) {
        parts.push(part);
    }
    return parts.every((part) => getComputedStyle(part).opacity === "1");
}"""
"""gradio fades an answer in, which is paler meanwhile."""

OWN = [
    "make", "expressions", "characters", "preset", "character_preset", "reference", "fill", "composition", "switch_at",
    "prompts",
    "expression_placeholder", "character_placeholder", "seeds", "name", "mode", "rows_per_batch", "grid", "answer",
]  # fmt: skip
NAMED = re.compile("Grid margin$")  # gradio 4 names it by itself: number input for Grid margin
OF_GRADIO_4 = re.compile(r'aria-allowed-role: .*(input\[aria-label=|\[role="listbox"\])')
"""The role that its dropdowns have themselves."""

CHARACTERS = "[LoRAs]\nNoor | <lora:Noor:0.8>\n[Embeddings]\nember_nobdy"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="there is no Chromium to drive"),
    pytest.mark.skipif(not AXE.exists(), reason="there is no axe-core; npm ci installs it"),
    pytest.mark.alone,  # Check tells nothing while the WebUI is generating
]


def faults(page, *parts):
    """The rules that parts of the page break, and where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(JUDGE, [[[part] for part in parts], RULES])
    return [fault for fault in found if not OF_GRADIO_4.match(fault)]


@pytest.fixture(params=["light", "dark"])
def page(standin_server, chrome, request):
    page = Page(chrome.new_page(viewport={"width": 1366, "height": 900}))
    page.open(standin_server.url, theme=request.param)
    page.choose_script()
    page.fill(f"{PANEL}characters", CHARACTERS)
    page.set_size(128, 8)
    yield page
    page.page.close()


def check(page, told):
    page.page.locator(f"{PANEL}check").click()
    expect(page.page.locator(".expression-grid-check")).to_contain_text(told, timeout=60_000)
    page.page.wait_for_function(IS_OPAQUE)


def test_the_panel_and_what_check_answers(page, shoot, request):
    for accordion in ("fill", "grid"):
        page.page.locator(f"{PANEL}{accordion} .label-wrap").click()
    expect(page.page.locator(f"{PANEL}margin input[type=number]")).to_have_attribute("aria-label", NAMED)
    check(page, "Ready to generate")
    assert faults(page.page, *(f"{PANEL}{name}" for name in OWN)) == []
    page.fill(f"{PANEL}characters", "<lora:Nour:1>")
    page.fill("#txt2img_prompt", "portrait")
    check(page, "3 faults")
    shoot(page.page, request.node.name)
    assert faults(page.page, f"{PANEL}answer") == []


def test_the_result_the_rating_and_the_page_of_the_study(page, shoot, request):
    page.generate()
    page.wait_for_result()
    result = page.page.locator(".expression-grid-result")
    expect(result).to_contain_text("cells done")
    assert faults(page.page, ".expression-grid-result") == []
    page.page.evaluate("localStorage.setItem('expression_grid_rater', 'Ana')")
    result.get_by_role("button", name="Rate it").click()
    rating = page.page.locator("#expression_grid_rating")
    expect(rating.locator(".thumbnail").first).to_be_visible(timeout=60_000)
    for number, score in enumerate(("no", "partly", "yes")):
        rating.locator(f"[data-score={score}]").nth(number).click()
        expect(rating.locator(f"[data-score={score}][aria-pressed=true]")).to_have_count(1)
    shoot(page.page, request.node.name)
    assert faults(page.page, "#tab_expression_grid") == []
    for section in ("report", "story"):
        page.page.locator(f"#expression_grid_{section}_section .label-wrap").click()
    page.page.locator("#expression_grid_story_show").click()
    expect(page.page.locator("#expression_grid_picks [data-place]").first).to_be_visible()
    shoot(page.page, f"{request.node.name}-story")
    assert faults(page.page, "#tab_expression_grid") == []
    page.page.evaluate("document.querySelector('#tabs button').click()")
    with page.page.context.expect_page() as opened:
        page.page.locator(".expression-grid-page").click()
    expect(opened.value.locator("main .cell").first).to_be_visible()
    assert faults(opened.value, "body") == []
    opened.value.close()


REPORTS = {
    "of a study": lambda: reports_on(read_ratings_csv(STUDY)),
    "with all sections": lambda: (golden.golden_report(),),
    "with curves": lambda: (report_on(test_curves.rated()),),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", REPORTS)
def test_the_report(chrome, tmp_path, shoot, name, theme):
    report, *others = REPORTS[name]()
    (tmp_path / "report.html").write_text(report_html(report, "", others), encoding="utf-8")
    page = chrome.new_page(color_scheme=theme, viewport={"width": 1366, "height": 900})
    page.goto((tmp_path / "report.html").as_uri())
    for details in page.locator("summary").all():
        details.click()
    assert faults(page, "html") == []
    page.locator("button[data-cells]:visible").first.click()
    expect(page.locator("dialog figure").first).to_be_visible()
    assert faults(page, "html") == []
    shoot(page, f"report-{name}-{theme}")
    page.close()
