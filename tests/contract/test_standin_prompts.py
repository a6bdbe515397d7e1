"""The stand-in reads prompts as the WebUI does."""

import importlib.util
import os
import random
import sys
import types
from pathlib import Path

import pytest

from sd_expression_grid.prompts.prompt_shape import shape_of, with_words
from tests.standin.webui import HOST

BEFORE, AFTER = "hair, neck, eyes, lips", " neutral face expression"


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


parser = load(HOST / "modules/prompt_parser.py", "standin_prompt_parser")


def schedule(prompt, *args):
    return parser.get_learned_conditioning_prompt_schedules([prompt], *(args or (20,)))[0]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (f"[{BEFORE}:{AFTER}: 0.2]", [[4, BEFORE], [20, AFTER]]),
        ("[x:0.2]", [[4, ""], [20, "x"]]),
        ("[a::0.2]", [[4, "a"], [20, ""]]),
        ("[a:b:.2]", [[4, "a"], [20, "b"]]),
        ("[a:b:1.0]", [[20, "a"]]),
        ("[a:b:1]", [[1, "a"], [20, "b"]]),
        ("[a:b:1e1]", [[10, "a"], [20, "b"]]),
        ("[a:b:0]", [[20, "b"]]),
        ("[a:b:-1]", [[20, "b"]]),
        ("[a:b:2e-1]", [[20, "b"]]),
        ("[a: smile: big: 0.2]", [[20, "[a: smile: big: 0.2]"]]),
        ("[a: smile ] x: 0.2]", [[20, "[a: smile ] x: 0.2]"]]),
        ("[a: (smile: 0.2]", [[20, "[a: (smile: 0.2]"]]),
        ("[a: b | c: 0.2]", [[20, "[a: b | c: 0.2]"]]),
        ("a | b, [c:d:0.2]", [[20, "a | b, [c:d:0.2]"]]),
        ("[a: (smile:1.2) [sad]: 0.2]", [[4, "a"], [20, " (smile:1.2) [sad]"]]),
        (r"[a: smile\: big \| \(x\): 0.2]", [[4, "a"], [20, r" smile\: big \| \(x\)"]]),
        ("[a: smile\\:0.2]", [[20, "[a: smile\\:0.2]"]]),
    ],
)
def test_prompt_editing(prompt, expected):
    assert schedule(prompt) == expected


def test_alternation():
    assert schedule("[a|b]c", 3) == [[1, "ac"], [2, "bc"], [3, "ac"]]


def test_floats_count_as_over_in_the_hires_pass():
    assert schedule("[a:b:0.2]", 20, 10) == [[10, "b"]]
    assert schedule("[a:b:0.2]", 20, 10, True) == [[4, "a"], [20, "b"]]


def test_the_edit_shows_from_the_sixth_call():
    conds = [
        [
            parser.ScheduledPromptConditioning(4, parser.np.zeros((1, 1))),
            parser.ScheduledPromptConditioning(20, parser.np.ones((1, 1))),
        ]
    ]
    assert [int(parser.reconstruct_cond_batch(conds, step)[0, 0, 0]) for step in range(7)] == [0, 0, 0, 0, 0, 1, 1]


def test_and_splits_before_editing():
    indexes, flat, _ = parser.get_multicond_prompt_list(["[a AND b:x:0.2]", "a AND b :1.5"])
    assert flat == ["[a", " b:x:0.2]", "a", " b"]
    assert indexes == [[(0, 1.0), (1, 1.0)], [(2, 1.0), (3, 1.5)]]


def test_attention():
    assert parser.parse_prompt_attention("a (b:1.3) [c] \\(d BREAK e") == [
        ["a ", 1.0],
        ["b", 1.3],
        [" ", 1.0],
        ["c", 1 / 1.1],
        [" (d", 1.0],
        ["BREAK", -1],
        ["e", 1.0],
    ]


WORDS = ["a", "b ", "smile", " ", "", ",", "\\:", "\\|", "\\", "\n", "x, y", "BREAK", " AND ", "0.2"]
TIMES = ["0.2", "3", ".5", "7.", "0", "-1", "1e1", " 3 ", "1.0", "x"]


def random_prompt(choose, depth=0):
    def inner():
        return random_prompt(choose, depth + 1)

    kind = choose.random()
    if depth > 3 or kind < 0.35:
        return choose.choice(WORDS)
    if kind < 0.55:
        return inner() + inner()
    if kind < 0.7:
        return f"[{inner()}:{choose.choice(['', f'{inner()}:'])}{choose.choice(TIMES)}]"
    if kind < 0.8:
        return f"[{inner()}|{inner()}]"
    return choose.choice(["({})", "({}:1.2)", "[{}]"]).format(inner())


def is_ambiguous(prompt):
    """Whether a stray bracket leaves the WebUI's parser a choice, which it makes by the hash of strings."""
    position = 0
    while position < len(prompt):
        try:
            position = parser._parse_item(prompt, position)[1]
        except parser._MismatchError:  # noqa: PERF203
            return True
    return False


@pytest.fixture
def real(monkeypatch):
    folder = os.environ.get("A1111_DIR")
    if not folder:
        pytest.skip("A1111_DIR names no WebUI")
    pytest.importorskip("lark")
    monkeypatch.setitem(sys.modules, "torch", sys.modules.get("torch") or types.ModuleType("torch"))
    return load(Path(folder, "modules/prompt_parser.py"), "real_prompt_parser")


@pytest.mark.host
def test_the_webui_reads_a_shape_as_it_reads_the_prompt(real):
    choose, shaped = random.Random(3), 0
    for prompt in (random_prompt(choose) for _ in range(1500)):
        shape, words = shape_of(prompt)
        shaped += bool(words)
        ((*expected,), (*found,)) = real.get_learned_conditioning_prompt_schedules([prompt, shape], 20)
        assert [[step, with_words(text, words)] for step, text in found] == expected, prompt
    assert shaped > 500


@pytest.mark.host
@pytest.mark.parametrize("seed", range(20))
def test_parity_with_the_webui(seed, real):
    choose = random.Random(seed)
    prompts = [prompt for _ in range(40) if len(prompt := random_prompt(choose)) < 60 and not is_ambiguous(prompt)]
    for args in ((10,), (20, None, True), (20, 8), (20, 8, True)):
        function = "get_learned_conditioning_prompt_schedules"
        expected = getattr(real, function)(prompts, *args)
        for prompt, wanted, found in zip(prompts, expected, getattr(parser, function)(prompts, *args), strict=True):
            assert found == wanted, prompt
    assert parser.get_multicond_prompt_list(prompts) == real.get_multicond_prompt_list(prompts)
    for prompt in prompts:
        assert parser.parse_prompt_attention(prompt) == real.parse_prompt_attention(prompt), prompt
