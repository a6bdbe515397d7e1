from weakref import WeakSet

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sd_expression_grid.plan.step_memo import StepMemo, last_shared_call, shared_steps, step_of


def asked(memo, *keys):
    """Which positions of a call are computed, and what comes back."""
    computed = []

    def compute(positions):
        computed.extend(positions)
        return [f"out {keys[position].decode()}" for position in positions]

    outputs = memo.outputs(keys, compute)
    assert outputs == [f"out {key.decode()}" for key in keys]
    return computed


def test_rows_are_computed_once():
    memo = StepMemo(whole_calls=False)
    assert asked(memo, b"a", b"a", b"n", b"n") == [0, 2]
    assert asked(memo, b"a", b"b", b"n") == [1]
    assert asked(memo, b"b", b"a") == []
    assert memo.rows_computed == 3


def test_whole_calls_are_recalled_only_as_a_whole():
    memo = StepMemo(whole_calls=True)
    assert asked(memo, b"a", b"n") == [0, 1]
    assert asked(memo, b"a", b"n") == []
    assert asked(memo, b"n", b"a") == [0, 1]
    assert asked(memo, b"a") == [0]
    assert memo.rows_computed == 5


def test_what_a_column_may_use_is_known_until_its_last_batch():
    memo = StepMemo(whole_calls=False)
    memo.begin("A")
    assert asked(memo, b"a") == [0]
    memo.begin("AB")
    assert asked(memo, b"a", b"b") == [1]
    memo.begin("B")
    assert asked(memo, b"a", b"b") == []  # A has ended, but its last batch was B's first one
    memo.begin("C")
    assert asked(memo, b"a", b"b") == [0, 1]


def test_what_rows_of_a_column_have_not_used_for_a_while_stays_known_to_it():
    memo = StepMemo(whole_calls=True)
    for keys, computed in (([b"a"], [0]), ([b"other"], [0]), ([b"a"], [])):
        memo.begin("A")
        assert asked(memo, *keys) == computed


class Kept:
    """Something that a weak reference can follow."""


@pytest.mark.parametrize("rows_per_batch", [1, 4, 7, 40])
def test_memory_does_not_grow_with_the_number_of_columns(rows_per_batch):
    memo, alive = StepMemo(whole_calls=False), WeakSet()
    rows = [(column, row) for column in range(100) for row in range(9)]

    def compute(wanted):
        made = [Kept() for _ in wanted]
        alive.update(made)
        return made

    most = 0
    for start in range(0, len(rows), rows_per_batch):
        batch = rows[start : start + rows_per_batch]
        memo.begin(dict.fromkeys(column for column, _ in batch))
        for call in range(5):
            memo.outputs([(column, call) for column, _ in batch], compute)
        most = max(most, len(alive))
    assert memo.rows_computed == 100 * 5
    assert 5 <= most <= 5 * (rows_per_batch // 9 + 2) * 2


@given(st.lists(st.lists(st.binary(max_size=1), min_size=1, max_size=6), max_size=8), st.booleans())
def test_outputs_are_always_those_of_the_keys(calls, whole_calls):
    memo = StepMemo(whole_calls=whole_calls)
    for keys in calls:
        assert memo.outputs(keys, lambda positions, keys=keys: [keys[p] for p in positions]) == keys


@pytest.mark.parametrize(
    ("schedules", "steps"),
    [
        ([], 0),
        (["ab"], 0),
        (["aab", "aac", "ab"], 2),
        (["ab", "xy", "ab"], 2),
        (["ab", "cd"], 0),
    ],
)
def test_shared_steps_are_the_longest_that_any_two_rows_have_in_common(schedules, steps):
    assert shared_steps(schedules) == steps


def test_the_last_shared_call_is_the_last_that_gets_the_text_of_a_shared_step():
    assert [step_of(call) for call in range(4)] == [0, 0, 1, 2]
    assert [last_shared_call(steps, whole_calls=True) for steps in (0, 1, 4)] == [-1, 1, 4]
    assert [last_shared_call(steps, whole_calls=False) for steps in (0, 1, 4)] == [0, 2, 5]
