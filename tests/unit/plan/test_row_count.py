from hypothesis import given
from hypothesis import strategies as st

from sd_expression_grid.plan.forecast import Calls
from sd_expression_grid.plan.plan import Cell, plan_batches
from sd_expression_grid.plan.row_count import RowCount
from sd_expression_grid.study.study import CellKey


def cell(row, column, seed=7, **changes):
    key = CellKey(expression=row, character=column, seed=seed)
    return Cell(key=key, prompt=f"{column} {row}", negative_prompt="ugly", **changes)


def steps_of(cell, calls=20, shared=5):
    """The texts of each step, where those of the first calls, one more than steps, are the column's."""
    texts = [cell.key.character] * (shared - 1) + [cell.prompt] * (calls - shared + 1)
    return [(text, cell.negative_prompt) for text in texts]


def rows(cells, size, steps_of=steps_of, calls_of=lambda _: 20):
    return RowCount(cells, steps_of, calls_of).rows(plan_batches(cells, size, lambda _: None))


COLUMN = [cell(f"row {n}", "mei") for n in range(9)]


def test_nine_rows_of_twenty_steps_take_272_rows_in_batches_of_any_size():
    assert {rows(COLUMN, size) for size in range(2, 12)} == {272}


def test_columns_in_one_batch_have_the_first_negative_row_in_common():
    other = [cell(f"row {n}", "robbie") for n in range(9)]
    assert rows([*COLUMN, *other], 9) == 2 * 272
    assert rows([*COLUMN, *other], 10) == 2 * 272 - 1


def test_other_noise_networks_or_strengths_have_nothing_in_common():
    for changes in ({"seed": 8}, {"denoising": 0.5}):
        other = [cell(f"row {n}", "robbie", **changes) for n in range(9)]
        assert rows([*COLUMN, *other], 10) == 2 * 272
    tagged = [cell(f"row {n}", "<lora:x:1>") for n in range(9)]
    assert rows([*COLUMN, *tagged], 10) == 2 * 272


def test_columns_that_are_drawn_alike_until_the_switch_share_their_steps():
    def alike(cell):
        return [("woman", "ugly")] * 4 + [(cell.prompt, "ugly")] * 16

    other = [cell(f"row {n}", "robbie") for n in range(9)]
    both = 5 + 18 * 15 + 6 + 18 * 14
    assert rows([*COLUMN, *other], 18, alike) == both
    assert rows([*COLUMN, *other], 9, alike) == 2 * 272


def test_parts_between_ands_and_fewer_calls_are_counted():
    def two_parts(cell):
        return [(*texts, "city") for texts in steps_of(cell)]

    assert rows(COLUMN, 4, two_parts) == 5 + 9 * 15 + 2 * (6 + 9 * 14)
    assert rows(COLUMN, 4, calls_of=lambda _: 5) == 10
    assert rows(COLUMN[:1], 4) == 40


@given(
    st.integers(1, 30), st.integers(1, 9), st.integers(0, 30), st.integers(2, 9), st.integers(1, 3), st.integers(1, 3)
)
def test_it_is_what_is_reckoned_for_each_column(calls, count, shared, size, columns, seeds):
    def texts(cell):
        steps = min(max(shared - 1, 0), calls)
        column = (cell.key.character, f"not {cell.key.character}")  # or columns would have negative rows in common
        return [column] * steps + [(cell.prompt, column[1])] * (calls - steps)

    cells = [
        cell(f"row {row}", f"column {column}", seed)
        for column in range(columns)
        for seed in range(seeds)
        for row in range(count)
    ]
    alike = min(shared, calls) if shared > 1 and count > 1 else 0
    column = Calls(first_pass=calls, shared=alike).rows_shared(count, whole_calls=False)
    assert rows(cells, size, texts, lambda _: calls) == columns * seeds * column
