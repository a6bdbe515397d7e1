import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.grids.drawing.layout import Size
from sd_expression_grid.plan.forecast import Calls, Forecast, ForecastCell, Phase, phases
from sd_expression_grid.plan.forecast_html import faults_html, forecast_html
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey

EVIL = "<script>alert('x')</script> \"&amp;"


def forecast(expressions="sad\nbored", characters="Noor", seeds=(7,), made=(), **facts):
    study = study_from_dict({"expressions": expressions, "characters": characters, "seeds": list(seeds)})
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


def text_of(html):
    return unescape(re.sub(r"<[^>]*>", " ", html))


def test_nine_rows_of_twenty_steps_take_280_rows_or_272():
    calls = Calls(first_pass=20, shared=5)
    assert calls.rows(9) == 360
    assert calls.rows_shared(9, whole_calls=True) == 280
    assert calls.rows_shared(9, whole_calls=False) == 272


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


def test_the_facts_are_told():
    text = text_of(forecast_html(forecast(made=("sad",), seconds=300.0, folder="somewhere")))
    for part in ("4 (2 rows × 2 columns)", "2; 2 are on disk", "somewhere", "about 280, 0.78 of the X/Y/Z plot's"):
        assert part in text
    assert "about 5 minutes" in text
    assert "1 page, the largest 4000×3000 px, 12.0 megapixels; all at most 36 MB" in text


def test_a_finished_study_says_so():
    assert "Nothing is left to make" in forecast_html(forecast(made=("sad", "bored")))


def test_every_seed_has_a_table_and_a_random_one_no_number():
    assert forecast_html(forecast(seeds=(7, 8))).count("<table><caption>Seed") == 2
    assert "Random seed" in forecast_html(forecast(draws_seed=True))


def test_a_table_of_thousands_is_left_out():
    html = forecast_html(forecast(expressions="\n".join(f"row {n}" for n in range(2000))))
    assert "too many to show" in html
    assert len(html) < 5000


def test_nothing_that_was_typed_becomes_html():
    shown = forecast_html(forecast(expressions=EVIL, characters=EVIL, folder=EVIL))
    shown += faults_html(StudyError([Fault(EVIL, EVIL)]))
    assert "<script" not in shown
    assert EVIL in text_of(shown)
