"""The report as page, charts and table: nothing in it runs, loads or leads astray."""

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageColor

from sd_expression_grid.ratings.ratings_table import Column
from sd_expression_grid.report.report import report_on
from sd_expression_grid.report.writing.charts import draw_charts, write_charts
from sd_expression_grid.report.writing.report_csv import report_csv
from sd_expression_grid.report.writing.report_html import report_html
from tests.unit.markup import parsed
from tests.unit.rated import REFERENCE, columns, rating, table

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&$x^2$"


@pytest.fixture
def hostile():
    """A table with all that a report can have, each text of which would be code where it is not escaped."""
    weights = [Column(label=f"{HOSTILE} {w}", person=HOSTILE, kind="lora", weight=w, tags=(HOSTILE,)) for w in (0.5, 1)]
    others = columns("a", "b", kind="embedding", tags=("well-known",))
    excluded = columns(f"{HOSTILE} x", exclude=True)
    cells = "y,y yy,ny ny,yy py,yy ny,-- yy,yy"
    rows = {HOSTILE: cells, f"{HOSTILE} 2": cells, "sad": cells, "happy": cells.replace("n", "y")}
    rated = table([REFERENCE, *weights, *others, *excluded], rows, title=HOSTILE)
    second = tuple(replace(r, rater=HOSTILE) for r in rated.ratings)
    strange = (rating(HOSTILE, "z", 1, "yy", rater=HOSTILE),)
    return replace(rated, ratings=rated.ratings + second, strange=strange, stale=strange, not_drawn=(strange[0].key,))


def everything(element):
    return [element, *(below for child in element.children for below in everything(child))]


def test_no_text_of_the_studys_runs_as_html(hostile):
    page = parsed(report_html(report_on(hostile)))
    assert page.all("img") == []
    assert [name for element in everything(page) for name in element.attributes if name.startswith("on")] == []
    assert HOSTILE in {cell[0] for cell in json.loads(page.one("script", "report-cells").raw)}
    assert page.one("h1").text == HOSTILE


def loaded(page):
    """What a page loads or leads to, by an element, a style or a script."""
    parts = everything(parsed(page))
    found = [
        (part.tag, name) for part in parts for name in ("src", "href", "srcset", "data") if name in part.attributes
    ]
    code = [part.raw for part in parts if part.tag in ("style", "script")]
    return found + [match for text in code for match in re.findall(r"https?:|@import|url\(|fetch\(|\bimport\b", text)]


def test_the_page_needs_no_network(hostile):
    page = report_html(report_on(hostile), None)
    assert loaded(page) == []
    more = '<img src="a"><link href="b"><style>@import "c"; p { background: url(d) }</style><script>fetch("e")</script>'
    assert loaded(page.replace("</body>", f"{more}</body>")) == [
        ("img", "src"), ("link", "href"), "@import", "url(", "fetch("
    ]  # fmt: skip


def numbers_in(line):
    return [button for button in line.all("button") if "data-cells" in button.attributes]


def test_every_number_of_the_page_leads_to_its_cells(hostile):
    """In a line of characters to cells of that column, in a line of expressions to cells of that row."""
    report = report_on(hostile)
    page = parsed(report_html(report))
    characters, expressions = (
        next(part for part in page.all("section") if part.one("h2").text == title)
        for title in ("Characters by flexibility", "Expressions by difficulty")
    )
    for section, count, name_of in (
        (characters, 4 * 4, lambda key: key.character),
        (expressions, 4 * 4, lambda key: key.expression),
    ):
        lines = [(line.all("th")[0].text, numbers_in(line)) for line in section.one("tbody").all("tr")]
        assert sum(len(buttons) for _, buttons in lines) == count
        for label, buttons in lines:
            opened = {name_of(report.cells[int(n)].key) for b in buttons for n in re.findall(r"\d+", b["data-cells"])}
            assert opened == {label.removesuffix(" fails on nearly every row")}


def test_the_table_of_numbers_names_what_the_study_names(hostile):
    lines = list(csv.DictReader(io.StringIO(report_csv(report_on(hostile)))))
    names = {of: {line["name"] for line in lines if line["of"] == of} for of in ("character", "expression", "square")}
    rows = {HOSTILE, f"{HOSTILE} 2", "sad", "happy"}
    assert names == {"character": {f"{HOSTILE} 0.5", f"{HOSTILE} 1", "a", "b"}, "expression": rows, "square": rows}


def test_no_name_becomes_a_formula():
    lines = list(csv.DictReader(io.StringIO(report_csv(report_on(table(columns("=1+1"), {"@sad": "y"}))))))
    assert {line["name"] for line in lines if line["of"] in ("character", "expression")} == {"'=1+1", "'@sad"}


def pixels(file, colour):
    """How many pixels of a picture have a colour, or nearly."""
    with Image.open(file) as picture:
        distance = np.abs(np.asarray(picture.convert("RGB"), int) - ImageColor.getrgb(colour)).max(axis=-1)
    return int((distance < 8).sum())


@pytest.mark.slow
def test_charts_show_what_is_rated_and_of_nothing_only_the_axes(hostile, tmp_path):
    drawn = write_charts(report_on(hostile), tmp_path / "charts")
    only = rating(HOSTILE, "a", 0, "-y")
    blank = draw_charts(report_on(replace(hostile, ratings=(only,))))
    for file in drawn:
        with Image.open(file) as picture:
            assert picture.info["dpi"] == pytest.approx((200, 200), abs=0.1)
    squares, marks = "#0b4f8a", "#0b5fa5"
    colours = {"heat-map-expression-and-person": squares, "heat-map-expression": squares, "heat-map-person": squares}
    colours |= {"characters": marks, "expressions": marks, "weights": marks}
    assert {file.stem: pixels(file, colours[file.stem]) > 500 for file in drawn} == dict.fromkeys(colours, True)
    (ranking,), curves = blank["expressions"].axes, blank["weights"].axes
    assert [*ranking.get_lines(), *ranking.collections, *blank["expressions"].legends] == []
    assert [line.get_xdata().size for axes in curves for line in axes.get_lines()] == [0] * 2
    assert [len(lines.get_segments()) for axes in curves for lines in axes.collections] == [0] * 2
    assert "characters" not in blank


ONE_CELL = table(columns("a"), {"sad": "y"})


@pytest.mark.parametrize(("rated", "charts"), [(ONE_CELL, 3), (table(columns("a", exclude=True), {"sad": "y"}), 1)])
def test_a_report_of_nearly_nothing_is_drawn_too(rated, charts):
    report = report_on(rated)
    assert "<h1>Report</h1>" in report_html(report)
    drawn = draw_charts(report)
    assert len(drawn) == charts
    for figure in drawn.values():
        figure.draw_without_rendering()
    assert report_csv(report).startswith("of,name,")
