"""The report as page, charts and table, and the command that writes them."""

import csv
import io
import json
import re
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageColor

from sd_expression_grid.__main__ import main
from sd_expression_grid.ratings.ratings import add_ratings
from sd_expression_grid.ratings.ratings_csv import write_ratings
from sd_expression_grid.ratings.ratings_table import Column
from sd_expression_grid.report.report import report_on
from sd_expression_grid.report.writing.charts import write_charts
from sd_expression_grid.report.writing.report_csv import report_csv
from sd_expression_grid.report.writing.report_html import report_html
from sd_expression_grid.store.folder import Outcome, StudyFolder
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey
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
        lines = [(line.all("th")[0].text, line.all("button")) for line in section.one("tbody").all("tr")]
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


def test_charts_show_what_is_rated_and_of_nothing_only_the_axes(hostile, tmp_path):
    drawn = write_charts(report_on(hostile), tmp_path / "charts")
    blank = write_charts(report_on(replace(hostile, ratings=())), tmp_path / "blank")
    squares, marks = "#0b4f8a", "#0b5fa5"
    colours = {"heat map, expression and person": squares, "heat map, expression": squares, "heat map, person": squares}
    colours |= {"characters": marks, "expressions": marks, "weights": marks}
    assert {file.stem: pixels(file, colours[file.stem]) > 500 for file in drawn} == dict.fromkeys(colours, True)
    assert {file.stem: pixels(file, colours[file.stem]) for file in blank if "map" not in file.stem} == {
        "characters": 0, "expressions": pytest.approx(0, abs=500), "weights": pytest.approx(0, abs=500)
    }  # fmt: skip


ONE_CELL = table(columns("a"), {"sad": "y"})


@pytest.mark.parametrize(
    "rated", [ONE_CELL, replace(ONE_CELL, ratings=()), table(columns("a", exclude=True), {"sad": "y"})]
)
def test_a_report_of_nearly_nothing_is_drawn_too(tmp_path, rated):
    report = report_on(rated)
    assert "<h1>Report</h1>" in report_html(report)
    assert len(write_charts(report, tmp_path)) == 2 + len(report.characters)
    assert report_csv(report).startswith("of,name,")


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "first #study"
    path.mkdir()
    study = StudyFolder(path)
    study.write_study(study_from_dict({"expressions": "sad", "characters": "Noor", "seeds": [1]}))
    for label in ("reference", "Noor"):
        key = CellKey(expression="sad", character=label, seed=1)
        study.record(Outcome(key=key, status="done", file=f"cells/{label}/sad #1.png", sha256="ab"))
        add_ratings(path, [rating("sad", label, 1, "yy", picture="ab")])
    return path


def test_the_command_prints_the_answers(folder, capsys):
    assert main(["report", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "Which characters are the most flexible?\n  Noor: expression reached and person kept in 100% (1 of 1;" in out


def test_the_command_writes_what_is_asked_for(folder, tmp_path, capsys):
    names = {
        "--html": "out/report.html",
        "--json": "report.json",
        "--csv": "report.csv",
        "--ratings-csv": "ratings.csv",
    }
    (tmp_path / "out").mkdir()
    arguments = [part for option, name in names.items() for part in (option, str(tmp_path / name))]
    assert main(["report", str(folder), *arguments, "--charts", str(tmp_path / "charts")]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in (*names.values(), "characters.png"))
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["title"] == "first #study"
    assert '"../first%20%23study/cells/Noor/sad%20%231.png"' in (tmp_path / "out/report.html").read_text(
        encoding="utf-8"
    )
    assert main(["report", "--ratings", str(tmp_path / "ratings.csv")]) == 0
    assert "Noor: expression reached" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{}/none"], "is no study's folder: it has no study.json"),
        (["--ratings", "{}/none.csv"], "none.csv: cannot be read"),
        (["{}", "--confidence", "95"], "--confidence: must be above 0 and below 1, is 95"),
        (["{}", "--html", "{}/none/a.html"], "a.html: cannot be written"),
    ],
)
def test_the_command_says_what_is_wrong(folder, capsys, arguments, message):
    assert main(["report", *(argument.format(folder) for argument in arguments)]) == 2
    assert message in capsys.readouterr().err


def test_the_command_says_that_a_page_needs_jinja2(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert main(["report", str(folder), "--html", str(tmp_path / "report.html")]) == 2
    assert "HTML needs jinja2, which is not installed here: pip install jinja2" in capsys.readouterr().err


def test_thresholds_of_the_command(tmp_path, capsys):
    file = tmp_path / "ratings.csv"
    file.write_text(write_ratings(table([REFERENCE, *columns("a")], {"sad": "y yy"})), encoding="utf-8")
    main(["report", "--ratings", str(file)])
    assert "All verdicts are provisional" in capsys.readouterr().out
    main(["report", "--ratings", str(file), "--seeds", "1"])
    assert "provisional" not in capsys.readouterr().out
