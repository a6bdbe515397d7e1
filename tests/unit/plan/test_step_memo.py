import pytest
from hypothesis import given
from hypothesis import strategies as st

from sd_expression_grid.plan.step_memo import StepMemo, shared_steps


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


def test_what_is_forgotten_is_computed_again():
    memo = StepMemo(whole_calls=False)
    asked(memo, b"a")
    memo.forget()
    assert asked(memo, b"a") == [0]


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
