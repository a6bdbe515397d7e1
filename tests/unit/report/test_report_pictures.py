"""What the pictures say in the report: beside the ratings, and never a part of what is reckoned from them."""

import csv
import io
import json
from dataclasses import replace

import pytest

from sd_expression_grid.evidence.measurements import Evidence, Measurement
from sd_expression_grid.report.report import report_on, report_to_dict
from sd_expression_grid.report.types import Thresholds
from sd_expression_grid.report.writing.pictures_section import seen_of, sentences_of
from sd_expression_grid.report.writing.report_csv import report_csv
from sd_expression_grid.report.writing.report_html import report_html
from sd_expression_grid.study.study import CellKey
from tests.unit.rated import REFERENCE, columns, table

ROWS = {"neutral": "y yy yy yy", "sad": "y yy ny yy", "happy": "y yy p- --"}
MOUTHS = {  # how far the mouths moved; None without a face
    "sad": {"reference": 0.1, "Noor": 0.019, "Tomas": 0.001, "worn": 0.0},
    "happy": {"reference": 0.08, "Noor": 0.02, "Tomas": None},
}
RATED = table([REFERENCE, *columns("Noor", "Tomas"), *columns("worn", exclude=True)], ROWS)
LABELS = [column.label for column in RATED.columns]


def key(row, label):
    return CellKey(expression=row, character=label, seed=0)


def measured(share, method="landmarks"):
    if share is None:
        return Measurement(method=method, picture="a", neutral="b", faceless="picture")
    parts = {"brows": 0.001, "mouth": share} if method == "landmarks" else {"picture": share}
    return Measurement(method=method, picture="a", neutral="b", parts=parts)


def looked_at(mouths=MOUTHS, method="landmarks", rated=RATED):
    """The table with pictures of which this is known; all cells have a picture."""
    found = {
        key(row, label): measured(share, method) for row, cells in mouths.items() for label, share in cells.items()
    }
    evidence = Evidence(method=method, neutral="neutral", measurements=found)
    return replace(rated, evidence=evidence, files=dict.fromkeys(rated.cell_keys(), "cells/a.png"))


def names(report, places):
    return [(report.cells[place].key.character, report.cells[place].key.expression) for place in places]


def test_cells_without_visible_change_are_named_and_those_without_a_face_are_not_among_them():
    report = report_on(looked_at())
    pictures = report.pictures
    assert names(report, pictures.all.still) == [("Noor", "sad"), ("Tomas", "sad")]
    assert len(pictures.all.measured) == 5
    assert names(report, pictures.faceless) == [("Tomas", "happy")]
    assert (pictures.neutral_faceless, pictures.unmeasured) == ((), ())


def test_cells_that_nobody_measured_are_named_unless_excluded_or_neutral():
    report = report_on(looked_at({"sad": {"Noor": 0.3}}))
    assert names(report, report.pictures.unmeasured) == [
        ("reference", "sad"), ("reference", "happy"), ("Noor", "happy"), ("Tomas", "sad"), ("Tomas", "happy"),
    ]  # fmt: skip


def test_what_raters_and_pictures_say_stands_side_by_side():
    report = report_on(looked_at())
    lines = {line.label: (names(report, line.still), len(line.measured)) for line in report.pictures.by_score}
    assert lines == {"yes": ([("Noor", "sad")], 4), "no": ([("Tomas", "sad")], 1)}
    said = list(sentences_of(report.pictures))
    assert "Rated yes, though without visible change: 1 cell; look again." in said
    assert "No face found: 1 cell, of which nothing is known." in said


def test_rows_and_characters_that_hardly_change_are_flagged_in_the_studys_order():
    pictures = report_on(looked_at()).pictures
    assert [(line.label, len(line.still), len(line.measured), line.is_still) for line in pictures.rows] == [
        ("sad", 2, 3, False),
        ("happy", 0, 2, False),
    ]
    assert [(line.label, line.is_still) for line in pictures.columns] == [
        ("reference", False),
        ("Noor", False),
        ("Tomas", True),
    ]
    assert pictures.rows[0].medians == {"brows": 0.001, "mouth": 0.019}


def test_the_limit_can_be_changed():
    pictures = report_on(looked_at(), Thresholds(moved=0.05)).pictures
    assert (pictures.limit, len(pictures.all.still)) == (0.05, 3)
    pixels = report_on(looked_at(method="difference"), Thresholds(differs=0.0005)).pictures
    assert (pixels.limit, len(pixels.all.still)) == (0.0005, 0)


@pytest.mark.parametrize("method", ["landmarks", "difference"])
def test_nothing_else_is_reckoned_from_the_pictures(method):
    with_pictures = report_on(looked_at(method=method))
    without = report_on(replace(looked_at(), evidence=None))
    assert without.pictures is None
    cells = tuple(replace(cell, measurement=None) for cell in with_pictures.cells)
    assert replace(with_pictures, pictures=None, cells=cells) == without


def test_the_report_says_which_way_the_pictures_were_compared():
    faces, pixels = (report_on(looked_at(method=method)) for method in ("landmarks", "difference"))
    assert "By landmarks of the face, which mediapipe found" in report_html(faces)
    page = report_html(pixels)
    assert "By pixels alone, without landmarks of faces" in page
    assert "pip install" not in page  # a published file
    assert "What the pictures say" not in report_html(report_on(RATED))


@pytest.mark.parametrize(
    ("share", "method", "said"),
    [
        (0.01, "landmarks", "no visible change: brows 0.1%, mouth 1.0%"),
        (0.02, "landmarks", "changed: brows 0.1%, mouth 2.0%"),
        (None, "landmarks", "no face found"),
        (0.004, "difference", "no visible change: picture 0.4%"),
        (0.006, "difference", "differs: picture 0.6%"),
    ],
)
def test_each_cell_says_what_was_measured_of_it(share, method, said):
    report = report_on(looked_at({"sad": {"Noor": share}}, method))
    (cell,) = (cell for cell in report.cells if cell.measurement)
    assert seen_of(cell, report.pictures) == said
    assert f'"{said}"' in report_html(report)


def test_no_text_that_was_measured_runs_as_html():
    hostile = "<img src=x onerror=alert(1)>"
    report = looked_at()
    parts = replace(measured(0.1), parts={hostile: 0.1})
    evidence = replace(report.evidence, neutral=hostile, measurements={key("sad", "Noor"): parts})
    page = report_html(report_on(replace(report, evidence=evidence)))
    assert "&lt;img src=x" in page
    assert "<img" not in page


def test_the_numbers_are_in_the_table_and_in_json():
    report = report_on(looked_at())
    lines = [line for line in csv.DictReader(io.StringIO(report_csv(report))) if line["of"].startswith("pictures")]
    assert {(line["of"], line["name"], line["successes"], line["cells"], line["says"]) for line in lines} == {
        ("pictures of row", "sad", "2", "3", ""),
        ("pictures of row", "happy", "0", "2", ""),
        ("pictures of character", "reference", "0", "2", ""),
        ("pictures of character", "Noor", "1", "2", ""),
        ("pictures of character", "Tomas", "1", "1", "no visible change"),
    }
    data = json.loads(json.dumps(report_to_dict(report)))
    assert data["pictures"]["method"] == "landmarks"
    assert {"brows": 0.001, "mouth": 0.019} in [cell["measurement"]["parts"] for cell in data["cells"][4:5]]
