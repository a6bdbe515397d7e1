"""Characters over CFG scale and denoising strength, expressions over strength: what is joined, and what is shown."""

import json
from dataclasses import replace
from itertools import product

import pytest

from sd_expression_grid.ratings.ratings_csv import parse_ratings, write_ratings
from sd_expression_grid.ratings.ratings_table import Column, table_of
from sd_expression_grid.report.report import report_on, report_to_dict
from sd_expression_grid.report.writing.charts import draw_charts
from sd_expression_grid.report.writing.report_html import report_html
from sd_expression_grid.study.schema import study_from_dict
from tests.unit.markup import parsed
from tests.unit.rated import REFERENCE, columns, table
from tests.unit.report.test_golden_charts import points

STUDY = {
    "expressions": "sad\nsmile | smiling | strengths=1.2,0.8",
    "characters": "Noor | <lora:Noor:1> | cfg_scale=4,7 | kind=lora\nTomas | tomas_ti | denoising=0.5,0.35",
    "seeds": [0, 1],
}
SCORES = {
    #             reference  Noor 4  Noor 7  Tomas .5  Tomas .35
    "sad": "       y,y        yy,yy   ny,yy   yn,yn     yy,yy",
    "smile 1.2": " y,y        yy,ny   yn,yn   yn,yy     yy,yy",
    "smile 0.8": " y,n        ny,ny   yy,yy   yy,yy     ny,yy",
}
"""Seed 1 of smile 0.8 is held against nobody. Whichever seed is left out, Noor is best at CFG 4 (once level, so that
the first of the list counts) and Tomas at 0.35."""

CURVES = {
    # key: axis, name, numbers, successes and cells of both lines, best
    "cfg_scale": ("CFG scale", "Noor · LoRA", (4, 7), [(3, 5), (2, 5)], [(6, 6), (4, 6)], 4),
    "denoising": ("denoising strength", "Tomas", (0.35, 0.5), [(4, 5), (2, 5)], [(6, 6), (3, 6)], 0.35),
    "strength": ("strength", "smile", (0.8, 1.2), [(1, 4), (3, 4)], [(1, 2), (2, 2)], 1.2),
}
TITLES = {"cfg_scale": "CFG scales", "denoising": "Denoising strengths", "strength": "Strengths"}


def rated():
    empty = table_of(study_from_dict(STUDY), {}, [], "Three rows")
    return replace(empty, ratings=table(empty.columns, SCORES).ratings, not_drawn=())


@pytest.fixture(scope="module")
def report():
    return report_on(rated())


def counts(line):
    return [(rate.successes, rate.count) for rate in line.rates]


def test_each_key_has_its_curve(report):
    found = {
        curve.key: (curve.axis, curve.name, curve.numbers, *map(counts, curve.lines), curve.best)
        for curve in report.curves
    }
    assert found == CURVES
    assert list(found) == list(CURVES)
    assert [curve.is_clear for curve in report.curves] == [False] * 3
    assert [curve.labels for curve in report.curves] == [
        ("Noor CFG 4", "Noor CFG 7"), ("Tomas denoising 0.35", "Tomas denoising 0.5"), ("smile 0.8", "smile 1.2")
    ]  # fmt: skip


def test_a_table_from_a_spreadsheet_has_the_same_curves(report):
    assert report_on(parse_ratings(write_ratings(rated()), "r.csv")).curves == report.curves


@pytest.mark.parametrize("key", CURVES)
def test_the_page_shows_it_as_a_figure_and_as_a_table(report, key):
    axis, name, numbers, first, second, best = CURVES[key]
    page = parsed(report_html(report))
    shown = next(part for part in page.all("section") if part.one("h2").text == TITLES[key])
    heads = ("Flexibility", "Person kept") if key != "strength" else ("Characters", "Reference")
    assert shown.one("p", "note").text == f"{heads[0]} ● and {heads[1].lower()} ◇, in percent."
    assert shown.one("figcaption").text == f"{name}: best at {best:g}, not clearly better than the next"
    assert shown.one("table").heads() == [f"{axis[:1].upper()}{axis[1:]}", *heads]
    percents = [[f"{100 * wins / cells:.0f}%" for wins, cells in line] for line in (first, second)]
    assert shown.one("table").rows() == [
        [f"{number:g}", *shares] for number, *shares in zip(numbers, *percents, strict=True)
    ]
    labels = next(curve.labels for curve in report.curves if curve.key == key)
    titles = [f"{label}: {head.lower()}" for label, head in product(labels, heads)]
    assert [button["data-title"] for button in shown.one("table").all("button")] == titles
    figure = shown.one("svg", "curve")
    assert figure.all("text")[-1].text == axis
    for style, line in (("both", first), ("reference", second)):
        marks = [
            tuple(map(float, mark.split(","))) for mark in figure.one("g", style).one("polyline")["points"].split()
        ]
        assert [x for x, _ in marks] == [40, 290]
        assert [1 - (y - 14) / 130 for _, y in marks] == pytest.approx([w / c for w, c in line], abs=0.001)


@pytest.mark.parametrize("key", CURVES)
def test_the_chart_of_each_key(report, key):
    axis, name, numbers, first, second, best = CURVES[key]
    charts = draw_charts(report)
    assert list(charts)[-3:] == ["cfg-scales", "denoising-strengths", "strengths"]
    (axes,) = charts[TITLES[key].lower().replace(" ", "-")].axes
    assert axes.get_title(loc="left") == f"{name}: best at {best:g}"
    assert axes.get_xlabel() == axis
    assert list(axes.get_xticks()) == list(numbers)
    for line, expected in zip(axes.get_lines(), (first, second), strict=True):
        shares = [pytest.approx(wins / cells) for wins, cells in expected]
        assert points(line, 1) == list(zip(numbers, shares, strict=True))


def test_other_programs_still_read_weights_as_before(report):
    weights = [Column(label=f"Ada {weight:g}", person="Ada", weight=weight) for weight in (1.0, 0.5)]
    data = json.loads(json.dumps(report_to_dict(report_on(table([REFERENCE, *weights], {"sad": "y yy ny"})))))
    (found,) = data["weighings"]
    assert [(weight, result["column"]["label"]) for weight, result in found["weights"]] == [
        (0.5, "Ada 0.5"),
        (1, "Ada 1"),
    ]
    assert (found["name"], found["best"], found["is_clear"]) == ("Ada", 1, False)
    assert report_to_dict(report)["weighings"] == []


def test_columns_that_differ_in_two_keys_have_a_curve_for_each_number_of_the_other():
    made = study_from_dict({"expressions": "sad", "characters": "Noor | <lora:Noor:1> | weights=0.5,1 | cfg_scale=4,7"})
    empty = table_of(replace(made, seeds=(0,)), {}, [])
    report = report_on(replace(empty, ratings=table(empty.columns, {"sad": "y yy ny yy ny"}).ratings))
    assert [(curve.name, curve.axis, curve.labels) for curve in report.curves] == [
        ("Noor · LoRA · CFG scale 4", "weight", ("Noor 0.5 CFG 4", "Noor 1 CFG 4")),
        ("Noor · LoRA · CFG scale 7", "weight", ("Noor 0.5 CFG 7", "Noor 1 CFG 7")),
        ("Noor · LoRA · weight 0.5", "CFG scale", ("Noor 0.5 CFG 4", "Noor 0.5 CFG 7")),
        ("Noor · LoRA · weight 1", "CFG scale", ("Noor 1 CFG 4", "Noor 1 CFG 7")),
    ]
    assert [group.characters for group in report.groups if group.trait == "kind"] == [("Noor",)]


@pytest.mark.parametrize(
    "apart",
    [
        columns("Noor", "Noor other", person="Noor", kind="lora", cfg_scale=5.0),
        [*columns("Noor", person="Noor", cfg_scale=4.0), *columns("Noor late", person="Noor", cfg_scale=7.0)],
        columns("Noor CFG 4", person="Noor", cfg_scale=4.0),
    ],
)
def test_two_models_of_one_person_are_no_curve(apart):
    report = report_on(table([REFERENCE, *apart], {"sad": f"y {'yy ' * len(apart)}"}))
    assert report.curves == ()
    assert expression_cells(report) == len(apart)


def expression_cells(report):
    return report.expressions[0].rates["both"].count
