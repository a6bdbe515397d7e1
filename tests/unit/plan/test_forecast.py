import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.grids.drawing.layout import Size
from sd_expression_grid.plan.forecast import Calls, Cost, Forecast, ForecastCell, Phase, phases
from sd_expression_grid.plan.forecast_html import faults_html, forecast_html, forecast_view
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey
from tests.unit.markup import parsed

EVIL = "<script>alert('x')</script> \"&amp;"


def forecast(expressions="sad\nbored", characters="Noor", seeds=(7,), made=(), reference="1girl", **facts):
    lists = {"expressions": expressions, "characters": characters, "reference": reference}
    study = study_from_dict({**lists, "seeds": list(seeds)})
    keys = [
        CellKey(expression=row.label, character=column.label, seed=seed)
        for column in study.columns
        for seed in study.seeds
        for row in study.expressions
    ]
    cells = tuple(
        ForecastCell(key=key, prompt=f"a {key.expression}", negative_prompt="", is_made=key.expression in made)
        for key in keys
    )
    known = {"rows": 280, "stock_rows": 360, "seconds": None, "pages": (Size(4000, 3000),), **facts}
    return Forecast(study=study, cells=cells, **known)


def test_nine_rows_of_twenty_steps_take_280_rows_or_272():
    calls = Calls(first_pass=20, shared=5)
    assert calls.rows(9) == 360
    assert calls.rows_shared(9, whole_calls=True) == 280
    assert calls.rows_shared(9, whole_calls=False) == 272


@pytest.mark.parametrize(
    ("calls", "cells", "rows", "whole", "single"),
    [
        # For each cell: parts and the negative prompt, in every step of both passes
        (Calls(first_pass=20, shared=5), 1, 40, 40, 40),
        (Calls(first_pass=20, shared=5), 0, 0, 0, 0),
        (Calls(first_pass=20, shared=20), 9, 360, 40, 40),
        (Calls(first_pass=20, shared=19), 2, 80, 42, 41),
        (Calls(first_pass=20, shared=0), 2, 80, 80, 79),
        (Calls(first_pass=20, shared=5, hires_pass=10), 9, 540, 460, 452),
        (Calls(first_pass=20, shared=5, parts=2), 9, 540, 420, 412),
        (Calls(first_pass=20, shared=5, hires_pass=10, parts=2), 9, 810, 690, 682),
    ],
)
def test_the_rows_of_a_column_are_reckoned(calls, cells, rows, whole, single):
    costs = [
        Cost(calls=calls, shares=shares, whole_calls=whole)
        for shares, whole in ((False, True), (True, True), (True, False))
    ]
    assert [cost.rows(cells) for cost in costs] == [rows, whole, single]


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 9), st.integers(1, 3), st.integers(1, 20))
def test_sharing_never_costs_rows_and_one_cell_costs_what_it_does_alone(first_pass, shared, hires, parts, cells):
    calls = Calls(first_pass=first_pass, shared=min(shared, first_pass), hires_pass=hires, parts=parts)
    single, exact = (calls.rows_shared(cells, whole_calls=whole) for whole in (False, True))
    assert single <= exact <= calls.rows(cells)
    assert calls.rows_shared(1, whole_calls=True) == calls.rows(1)
    assert calls.rows_shared(0, whole_calls=True) == 0


def test_phases_join_steps_with_the_same_text():
    assert phases(["a", "a", "b", "a"]) == (
        Phase(first=1, last=2, text="a"),
        Phase(first=3, last=3, text="b"),
        Phase(first=4, last=4, text="a"),
    )


def facts(shown):
    room = parsed(forecast_html(shown)).one("dl")
    return {name.text: value.text for name, value in zip(room.all("dt"), room.all("dd"), strict=True)}


def test_the_facts_are_told():
    assert facts(forecast(made=("sad",), seconds=300.0, folder="somewhere")) == {
        "Cells": "4 (2 rows × 2 columns)",
        "To make": "2; 2 are on disk",
        "Goes on in": "somewhere",
        "Denoiser rows": "about 280, 0.78 of the X/Y/Z plot's",
        "Time": "about 5 minutes",
        "Grids": "1 page, the largest 4000×3000 px, 12.0 megapixels; all at most 36 MB",
    }


def test_picked_cells_are_counted_without_rows_and_columns():
    shown = forecast(made=("sad",), seeds=tuple(range(600)))
    told = facts(replace(shown, study=replace(shown.study, picked=True)))
    assert next(iter(told.items())) == ("Picked cells", "2,400, made large")
    assert "Cells" not in told


def test_the_facts_of_several_seeds_and_pages():
    assert facts(forecast(seeds=(7, 8), seconds=89.4, stock_rows=0, pages=((10, 1000), (2000, 1500)))) == {
        "Cells": "8 (2 rows × 2 columns × 2 seeds)",
        "To make": "8",
        "Denoiser rows": "about 280",
        "Time": "about 89 seconds",
        "Grids": "2 pages, the largest 2000×1500 px, 3.0 megapixels; all at most 9 MB",
    }
    assert facts(forecast())["Time"] == "not known before a first study with these settings was made"
    assert facts(forecast(seconds=0.2))["Time"] == "about 1 second"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, "not known before a first study with these settings was made"),
        (0, "about 1 second"),
        (1.6, "about 2 seconds"),
        (89.6, "about 90 seconds"),
        (90, "about 2 minutes"),
        (149, "about 2 minutes"),
        (3600, "about 60 minutes"),
    ],
)
def test_the_time_is_told_in_minutes_from_ninety_seconds_on(seconds, told):
    assert facts(forecast(seconds=seconds))["Time"] == told


def test_the_counts_of_what_is_made_and_large_numbers():
    known = facts(forecast(made=("sad",), rows=1234567, stock_rows=4_000_000, pages=((30_000, 20_000), (10, 10))))
    assert known["To make"] == "2; 2 are on disk"
    assert facts(forecast(made=("sad",), reference=""))["To make"] == "1; 1 is on disk"
    assert known["Denoiser rows"] == "about 1,234,567, 0.31 of the X/Y/Z plot's"
    assert known["Grids"] == "2 pages, the largest 30000×20000 px, 600.0 megapixels; all at most 1,800 MB"


def test_a_finished_study_says_so():
    shown = forecast(made=("sad", "bored"), pages=())
    assert parsed(forecast_html(shown)).one("h4").text == "Nothing is left to make"
    assert facts(shown) == {"Cells": "4 (2 rows × 2 columns)", "To make": "0; 4 are on disk", "Grids": "none"}
    assert parsed(forecast_html(forecast(made=("sad",)))).one("h4").text == "Ready to generate"


def tables(shown):
    """Each table's caption and heads, and its lines: the row's label, then sign and title of every button."""
    found = []
    for room in parsed(forecast_html(shown)).all("div", "expression-grid-table"):
        head, *lines = room.all("tr")
        rows = [(line.one("th").text, [(b.text, b["title"]) for b in line.all("button")]) for line in lines]
        found.append((room.one("caption").text, [field.text for field in head.children], rows))
    return found


def test_the_table_shows_which_cells_are_made():
    assert tables(forecast(made=("sad",))) == [
        (
            "Seed 7",
            ["", "reference", "Noor"],
            [
                ("sad", [("✓", "reference, sad: on disk"), ("✓", "Noor, sad: on disk")]),
                ("bored", [("·", "reference, bored: to make"), ("·", "Noor, bored: to make")]),
            ],
        )
    ]


def test_every_seed_has_a_table_and_a_random_one_no_number():
    assert [caption for caption, *_ in tables(forecast(seeds=(7, 8)))] == ["Seed 7", "Seed 8"]
    assert [caption for caption, *_ in tables(forecast(draws_seed=True))] == ["Random seed"]


def test_a_scout_has_one_row_with_a_column_for_each_seed():
    study = study_from_dict({"expressions": "sad", "scout": {"seeds": [7, 9]}}).scouted()
    keys = [CellKey(expression="sad", character=study.columns[0].label, seed=seed) for seed in (7, 9)]
    cells = tuple(ForecastCell(key=key, prompt=f"{key.seed}", negative_prompt="", is_made=False) for key in keys)
    shown = replace(forecast(), study=study, cells=cells)
    buttons = [("·", "7, sad: to make"), ("·", "9, sad: to make")]
    assert tables(shown) == [("Seeds", ["", "7", "9"], [("sad", buttons)])]
    assert facts(shown)["Seeds"] == "2, for sad"
    assert parsed(forecast_html(shown)).all("details") == []  # it has no characters to recognise
    random = [("·", "1, sad: to make"), ("·", "2, sad: to make")]
    assert tables(replace(shown, draws_seed=True)) == [("Random seeds", ["", "1", "2"], [("sad", random)])]


def test_a_click_on_a_cell_shows_its_prompts():
    first, *others = forecast().cells
    parts = phases(["a calm", "a calm", "a sad"])
    told = replace(first, prompt="a [calm:sad:2]", negative_prompt="blurry", phases=parts)
    page = parsed(forecast_html(replace(forecast(), cells=(told, *others))))
    first, second, *_ = page.all("button")
    assert json.loads(first["data-lines"]) == [
        ["Cell", "reference, sad"],
        ["Prompt", "a [calm:sad:2]"],
        ["Steps 1 to 2", "a calm"],
        ["Step 3", "a sad"],
        ["Negative prompt", "blurry"],
    ]
    assert json.loads(second["data-lines"]) == [["Cell", "Noor, sad"], ["Prompt", "a sad"]]
    assert first["aria-label"] == first["title"] == "reference, sad: to make"
    assert page.one("div", "expression-grid-prompt").text == "Choose a cell to see its prompt."
    assert page.children[0].classes == ["expression-grid-check", "ready"]


def test_the_networks_of_each_column_are_told_and_a_character_of_words_only_stands_out():
    study = study_from_dict({"expressions": "sad", "characters": "Noor | <lora:noor:0.8>\nTI | noor-ti\nAda | a woman"})
    kinds = {"Noor": "lora", "TI": "embedding", "Ada": None}
    known = replace(study, characters=tuple(replace(c, kind=kinds[c.label]) for c in study.characters), seeds=(7,))
    keys = [CellKey(expression="sad", character=column.label, seed=7) for column in known.columns]
    cells = tuple(ForecastCell(key=key, prompt="", negative_prompt="", is_made=False) for key in keys)
    loads = {"Noor": ("LoRA noor", "embedding easy"), "TI": ("embedding noor-ti",)}
    page = parsed(forecast_html(replace(forecast(), study=known, cells=cells, loads=loads)))
    assert page.one("summary").text == "Characters: 1 × LoRA, 1 × embedding, 1 × words only"
    assert "open" in page.one("details").attributes
    assert page.one("details").one("table").heads() == ["column", "loads", "text"]
    assert page.one("details").one("table").rows() == [
        ["reference", "words only", study.reference_column.text],
        ["Noor", "LoRA noor, embedding easy", "<lora:noor:0.8>"],
        ["TI", "embedding noor-ti", "noor-ti"],
        ["Ada", "words only", "a woman"],
    ]
    assert [row.text.split()[0] for row in page.all("tr", "words")] == ["Ada"]


def test_a_list_of_networks_alone_is_folded_away():
    page = parsed(forecast_html(forecast(loads={"Noor": ("LoRA noor",)})))
    assert "open" not in page.one("details").attributes


def test_a_table_of_thousands_is_left_out():
    shown = forecast(expressions="\n".join(f"row {n}" for n in range(3001)), reference="")
    assert tables(shown) == []
    assert parsed(forecast_html(shown)).all("p")[0].text == "The table has 3,001 cells, too many to show here."
    assert "Choose a cell" not in parsed(forecast_html(shown)).text
    shown = forecast(expressions="\n".join(f"row {n}" for n in range(3000)), reference="")
    assert [len(table.rows) for table in forecast_view(shown).tables] == [3000]


def test_faults_are_all_listed():
    page = parsed(faults_html(StudyError([Fault("characters, line 2", "has no text"), Fault("seeds", "are none")])))
    assert page.one("h4").text == "2 faults: nothing can be generated yet"
    assert [line.text for line in page.all("li")] == ["characters, line 2: has no text", "seeds: are none"]
    assert page.children[0].classes == ["expression-grid-check", "faults"]
    one = parsed(faults_html(StudyError([Fault("seeds", "are none")])))
    assert one.one("h4").text == "1 fault: nothing can be generated yet"
    many = parsed(faults_html(StudyError([Fault("seeds", "are none")] * 1200)))
    assert many.one("h4").text == "1,200 faults: nothing can be generated yet"
    assert [line.text for line in many.all("li")][99:] == ["seeds: are none", "and 1,100 more"]


def test_faults_of_the_lists_come_first_by_their_lines_and_lead_there():
    places = [
        "prompt",
        "characters, line 10 (a)",
        "expressions, line 12 (b)",
        "characters, line 9",
        "characters, 'Noor'",
    ]
    page = parsed(faults_html(StudyError([Fault(place, "is wrong") for place in places])))
    assert [line.text for line in page.all("li")] == [f"{places[n]}: is wrong" for n in (2, 3, 1, 0, 4)]
    lines = [(button["data-list"], button["data-line"]) for button in page.all("button")]
    assert lines == [("expressions", "12"), ("characters", "9"), ("characters", "10")]


def test_placeholders_that_the_prompt_lacks_can_be_put_in():
    page = parsed(faults_html(StudyError([Fault("prompt", "lacks it", missing="{a}"), Fault("seeds", "are none")])))
    put, empty = page.all("button")
    assert (json.loads(put["data-missing"]), empty["data-missing"]) == (["{a}"], "")


def test_nothing_that_was_typed_becomes_html():
    page = parsed(forecast_html(forecast(expressions=EVIL, characters=EVIL, folder=EVIL)))
    assert page.all("script") == []
    assert " ".join(EVIL.split()) in page.text
    faults = parsed(faults_html(StudyError([Fault(EVIL, EVIL)])))
    assert faults.all("script") == []
    assert EVIL in faults.one("li").text


def test_notes_are_lines_of_their_own_and_text():
    page = parsed(forecast_html(forecast(notes=(f"prompt: {EVIL}", "reference: the embedding"))))
    assert [item.text for item in page.one("ul").all("li")] == [f"prompt: {EVIL}", "reference: the embedding"]
    assert parsed(forecast_html(forecast())).all("ul") == []
