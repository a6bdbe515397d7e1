import pytest

from sd_expression_grid.base.errors import Fault, SavingError, StudyError, nearest


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ("the disk is full", "the disk is full"),
        ([Fault("", "the disk is full")], "the disk is full"),
        ([Fault("seeds", "name a seed twice")], "seeds: name a seed twice"),
        ([Fault("a", "is b"), Fault("", "c")], "2 faults, nothing was generated:\n- a: is b\n- c"),
    ],
)
def test_a_message_names_every_fault_with_its_place(faults, message):
    assert str(StudyError(faults)) == str(SavingError(faults)) == message


@pytest.mark.parametrize(("count", "last"), [(100, "f99: x"), (101, "and 1 more"), (1200, "and 1,100 more")])
def test_a_hundred_faults_are_shown_and_the_others_counted(count, last):
    lines = StudyError([Fault(f"f{number}", "x") for number in range(count)]).lines
    assert lines[:100] == [f"f{number}: x" for number in range(100)]
    assert lines[-1] == last
    assert len(lines) == min(count, 101)


@pytest.mark.parametrize(
    ("name", "names", "told"),
    [
        ("NOOR", ["Noor"], "; the nearest: Noor"),
        ("ab", ["abxxxx"], "; the nearest: abxxxx"),
        ("ab", ["abxxxxx"], ""),
        ("Noor", ["Noor 4", "Noor 3", "Noor 22", "Noor 111"], "; the nearest: Noor 4, Noor 3, Noor 22"),
        ("x", [], ""),
    ],
)
def test_up_to_three_names_that_are_half_alike_are_offered_whatever_their_capitals(name, names, told):
    assert nearest(name, names) == told
