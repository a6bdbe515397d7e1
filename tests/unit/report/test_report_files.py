"""The report as page, charts and table, and the command that writes them."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

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


class Elements(HTMLParser):
    """The elements of a page, with their attributes and, of scripts, their text."""

    def __init__(self, page):
        super().__init__()
        self.found, self.scripts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        if self.found and self.found[-1][0] == "script":
            self.scripts.append(data)


def test_no_text_of_the_studys_runs_as_html(hostile):
    elements = Elements(report_html(report_on(hostile)))
    assert not [tag for tag, _ in elements.found if tag == "img"]
    assert not [attributes for _, attributes in elements.found if any(name.startswith("on") for name in attributes)]
    assert HOSTILE in {cell[0] for cell in json.loads(elements.scripts[0])}


def test_the_page_needs_no_network(hostile):
    page = report_html(report_on(hostile), None)
    assert not re.search(r"https?:|@import|url\(|<link", page)


def test_every_number_of_the_page_leads_to_cells(hostile):
    report = report_on(hostile)
    buttons = [attributes for tag, attributes in Elements(report_html(report)).found if tag == "button"]
    places = {int(place) for b in buttons if "data-cells" in b for place in re.findall(r"\d+", b["data-cells"])}
    assert len(buttons) > 50
    assert places <= set(range(len(report.cells)))


def test_the_table_of_numbers(hostile):
    lines = list(csv.DictReader(io.StringIO(report_csv(report_on(hostile)))))
    reference = next(line for line in lines if line["of"] == "expression" and line["name"] == "sad")
    assert (reference["measure"], reference["successes"], reference["cells"], reference["value"]) == (
        "reference",
        "2",
        "2",
        "1",
    )
    assert {line["of"] for line in lines} == {"character", "expression", "square", "comparison", "agreement"}


def test_charts_are_pictures_with_something_on_them(hostile, tmp_path):
    files = write_charts(report_on(hostile), tmp_path / "charts")
    assert [file.stem for file in files] == [
        "heat map, expression and person",
        "heat map, expression",
        "heat map, person",
        "characters",
        "expressions",
        "weights",
    ]
    for file in files:
        with Image.open(file) as picture:
            assert np.asarray(picture.convert("L")).std() > 10


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


def test_thresholds_of_the_command(tmp_path, capsys):
    file = tmp_path / "ratings.csv"
    file.write_text(write_ratings(table([REFERENCE, *columns("a")], {"sad": "y yy"})), encoding="utf-8")
    main(["report", "--ratings", str(file)])
    assert "All verdicts are provisional" in capsys.readouterr().out
    main(["report", "--ratings", str(file), "--seeds", "1"])
    assert "provisional" not in capsys.readouterr().out
