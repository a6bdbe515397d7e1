"""The golden report's numbers as CSV and JSON, line by line and field by field."""

import csv
import io
import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from sd_expression_grid.report.report import report_to_dict
from sd_expression_grid.report.statistics.intervals import Interval
from sd_expression_grid.report.writing.report_csv import HEADER, report_csv
from tests.unit.report import golden
from tests.unit.report.golden import MEASURES


@pytest.fixture(scope="module")
def report():
    return golden.golden_report()


def line(of, name, measure, numbers, **more):
    """A line as it is to be: texts, and numbers or None where there is nothing."""
    return {**dict.fromkeys(HEADER), "of": of, "name": name, "measure": measure, **numbers, **more}


def counted(counts, interval=None):
    successes, partly, cells, ratings = counts
    value, (low, high) = (successes / cells, interval) if cells else (None, (None, None))
    numbers = {"value": value, "low": low, "high": high}
    return {**numbers, "successes": successes, "partly": partly, "cells": cells, "ratings": ratings}


def characters():
    for label in golden.CHARACTERS:
        flexibility = counted(golden.FLEXIBILITY[label], golden.character_interval(label))
        says = "fails on nearly every row" if label == "Tomas" else None
        yield line("character", label, "flexibility", flexibility, p=golden.P_BEHIND[label], says=says)
        for measure in MEASURES:
            rate = counted(golden.OF_CHARACTERS[label][measure], golden.character_interval(label, measure))
            yield line("character", label, measure, rate)


def expressions():
    for label in golden.EXPRESSIONS:
        reference = counted(golden.OF_REFERENCE[label], golden.expression_interval(label))
        says = f"{golden.VERDICTS[label]} (provisional)" if golden.VERDICTS[label] else None
        yield line("expression", label, "reference", reference, says=says)
        for measure in MEASURES:
            rate = counted(golden.OF_EXPRESSIONS[label][measure], golden.expression_interval(label, measure))
            yield line("expression", label, measure, rate)


def squares():
    for row, column, measure in product(golden.ROWS, golden.LABELS, MEASURES):
        counts = golden.counts(row, column, measure)
        rate = counted(counts, golden.interval(counts[0], counts[2]) if counts[2] else None)
        yield line("square", row, measure, rate, beside=column)


def comparisons():
    """Shares of flexibility: Noor TI 6/7, Noor's LoRA and Tomas 2/7 each."""
    lots = {"p": 1, "says": "too few to tell"}
    kinds, tags = "embeddings against LoRAs", "well-known against invented (embeddings only)"
    for name, beside, value, cells in (
        (kinds, "1 person as both", 4 / 7, 14),
        (kinds, "2 and 1 characters", 2 / 7, 21),
        (tags, "1 and 1 characters", 4 / 7, 14),
    ):
        yield line("comparison", name, "flexibility", {"value": value, "cells": cells}, beside=beside, **lots)


def agreement():
    low, high = golden.ALPHA_INTERVAL
    known = {"value": golden.ALPHA, "low": low, "high": high, "cells": 3}
    for measure, numbers in (("expression", known), ("likeness", {"cells": 3}), ("both", known)):
        yield line("agreement", "Krippendorff's alpha", measure, numbers)


def pictures():
    found = {
        "pictures of row": {"smiling": (0, 1), "sad": (2, 3)},
        "pictures of character": {"reference": (0, 1), "Noor TI": (1, 1), "Tomas": (1, 2)},
    }
    for of, lines in found.items():
        for name, (still, cells) in lines.items():
            numbers = {"value": still / cells, "successes": still, "cells": cells}
            says = "no visible change" if name == "Noor TI" else None
            yield line(of, name, "no visible change, by landmarks", numbers, says=says)


def number_or_text(text):
    try:
        return float(text) if text else None
    except ValueError:
        return text


def lines_of(report):
    text = report_csv(report)
    assert text.splitlines()[0] == "of,name,beside,measure,value,low,high,successes,partly,cells,ratings,p,says"
    return [{name: number_or_text(value) for name, value in line.items()} for line in csv.DictReader(io.StringIO(text))]


def test_the_whole_csv(report):
    parts = (characters, expressions, squares, comparisons, agreement, pictures)
    expected = [line for part in parts for line in part()]
    found = lines_of(report)
    assert len(found) == len(expected) == 16 + 20 + 90 + 3 + 3 + 5
    for was, ought in zip(found, expected, strict=True):
        assert was == pytest.approx(ought, abs=1e-5, nan_ok=False), ought


def test_a_comparison_that_tells_has_its_interval_in_the_csv(report):
    made = replace(report.comparisons[0], interval=Interval(-0.125, 0.75), p=0.03125, difference=0.5, outcome="first")
    lost = replace(made, outcome="second", difference=-0.5, interval=Interval(-0.75, -0.25))
    first, second = (line for line in lines_of(replace(report, comparisons=(made, lost))) if line["of"] == "comparison")
    names = ("value", "low", "high", "p", "says")
    assert [first[name] for name in names] == [0.5, -0.125, 0.75, 0.03125, "embeddings more"]
    assert [second[name] for name in names] == [-0.5, -0.75, -0.25, 0.03125, "LoRAs more"]


def test_alpha_by_hand(report):
    assert report.agreement["expression"].alpha == pytest.approx(golden.ALPHA)
    assert golden.alpha([(2, 2), (0, 1), (0, 0)]) == pytest.approx(golden.ALPHA)
    assert np.isnan(golden.alpha([(2, 2)] * 3))


KEYS = {
    "": "title thresholds rows columns seeds success judges_likeness judges_natural is_corrected cells squares "
    "characters expressions comparisons groups weighings alike_rows raters agreement left_out pictures answers hints",
    "thresholds": "confidence significance reference_can characters_can seeds probable stiff alike well_known invented "
    "moved differs",
    "columns[]": "label kind person tags weight exclude creator is_reference",
    "cells[]": "key expression likeness both natural all scores file measurement",
    "cells[].key": "expression character seed",
    "cells[].scores[]": "rater expression likeness natural note",
    "cells[].measurement": "method picture neutral parts faceless",
    "squares[]": "expression character rates",
    "squares[].rates": "expression likeness both",
    "squares[].rates.both": "share interval successes partly count ratings cells",
    "characters[]": "column flexibility rates p_behind failed_rows fails_nearly_everywhere",
    "expressions[]": "label reference rates verdict estimate",
    "expressions[].verdict": "name is_provisional reason more_reference_seeds more_seeds",
    "expressions[].estimate": "probabilities reference characters",
    "comparisons[]": "first second is_paired units means difference interval p smallest_p outcome cells needed "
    "subject within",
    "groups[]": "name trait characters mean cells",
    "weighings[]": "name weights best is_clear",
    "alike_rows[]": "first second kappa same count cells",
    "raters[]": "name cells expression_yes likeness_yes natural_yes",
    "agreement.expression": "cells alpha interval",
    "left_out": "excluded unrated half_rated not_drawn stale strange",
    "left_out.stale[]": "key rater expression_score likeness_score natural_score note picture rated_at",
    "pictures": "method neutral limit all by_score rows columns faceless neutral_faceless unmeasured",
    "pictures.rows[]": "label measured still is_still medians",
    "answers[]": "question sentences",
}
"""What other programs read in report.json since version 0.1.0."""


def test_the_keys_of_the_json_stay(report):
    found = {}
    for path, name in keys(json.loads(json.dumps(report_to_dict(report)))):
        found.setdefault(path, set()).add(name)
    assert [(path, name) for path, names in KEYS.items() for name in names.split() if name not in found[path]] == []


def keys(value, path=""):
    if isinstance(value, dict):
        for name, part in value.items():
            yield path, name
            yield from keys(part, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for part in value:
            yield from keys(part, f"{path}[]")


def test_every_number_of_the_json_leads_to_its_cells(report):
    data = report_to_dict(report)
    for result in data["characters"]:
        label = result["column"]["label"]
        assert list(result["flexibility"]["cells"]) == golden.eligible(label)
    for result in data["expressions"]:
        for measure in MEASURES:
            assert list(result["rates"][measure]["cells"]) == golden.judged(result["label"], measure)
    assert list(data["left_out"]["unrated"]) == golden.places(("Tomas", "sad", 1))
    assert list(data["left_out"]["half_rated"]) == golden.places(("Tomas", "bored", 1))
