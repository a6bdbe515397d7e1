"""The faults of the mutation run are what they are meant to be, and a fault leaves a program."""

import ast
from pathlib import Path

import pytest

from tests.mutation.mutants import mutants_of

SOURCE = '''"""A docstring, untouched."""
def f(a: int = 1, *, b=True) -> "a type":
    """Untouched, too."""
    g(a, b)
    if not a < 2 and b:
        raise ValueError
    return f"Ä is {a}", "a text", a + 1
'''


def faults(text, suffix=".py"):
    return {(mutant.line, mutant.before, mutant.after) for mutant in mutants_of(Path(f"file{suffix}"), text.encode())}


def test_every_kind_of_fault_is_found_and_nothing_else():
    assert faults(SOURCE) == {
        (2, "1", "2"),
        (2, "True", "False"),
        (4, "g(a, b)", "g(b, a)"),
        (4, "g(a, b)", "pass"),
        (5, "(not a < 2 and b)", "(not a < 2 or b)"),
        (5, "(not a < 2)", "(a < 2)"),
        (5, "(a < 2)", "(a <= 2)"),
        (5, "2", "3"),
        (6, "raise ValueError", "pass"),
        (7, "(f'Ä is {a}', 'a text', a + 1)", "('a text', f'Ä is {a}', a + 1)"),
        (7, "f'Ä is {a}'", "f'Ä is XX{a}'"),
        (7, "f'Ä is {a}'", "f'Ä is '"),
        (7, "'a text'", "'a textXX'"),
        (7, "(a + 1)", "(a - 1)"),
        (7, "1", "2"),
    }


def test_a_fault_leaves_a_program():
    source = SOURCE.encode()
    mutants = mutants_of(Path("file.py"), source)
    assert len(mutants) == 15
    for mutant in mutants:
        assert ast.dump(ast.parse(mutant.source(source))) != ast.dump(ast.parse(source))


@pytest.mark.parametrize(
    ("text", "after"), [("<p>\n{{ x }}</p>", ""), ("\n{% if x %}y{% endif %}", "{% if not (x) %}")]
)
def test_templates_have_faults_too(text, after):
    ((line, _, changed),) = faults(text, ".html")
    assert (line, changed) == (2, after)


@pytest.mark.parametrize("text", ["Alias = tuple[str, int]\n", "Name = Literal['a b']\n"])
def test_types_have_none(text):
    assert faults(text) == set()


def test_what_stays_the_same_is_no_fault():
    assert faults("f(a, a)") == {(1, "f(a, a)", "pass")}


def test_what_asserts_is_left_alone():
    call = "zip(a, b, strict=True)"
    assert faults(f"{call}\nassert a == b\n") == {(1, call, "zip(b, a, strict=True)"), (1, call, "pass")}
