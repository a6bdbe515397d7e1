import pytest

from sd_expression_grid.store.folder import Outcome, StudyFolder
from sd_expression_grid.store.random_seeds import RANDOM_SEED_LIMIT, is_random, random_seed, variation_seed_of
from sd_expression_grid.study.study import CellKey


@pytest.mark.parametrize(
    ("seed", "is_drawn"),
    [
        (-1, True),
        ("-1", True),
        ("", True),
        ("x", True),
        (None, True),
        (0, False),
        ("7", False),
        (1, False),
        (-2, False),
    ],
)
def test_the_webui_draws_a_seed_for_minus_one_and_for_what_is_no_number(seed, is_drawn):
    assert is_random(seed) is is_drawn


def test_a_random_seed_is_one_that_the_webui_could_draw():
    assert all(0 <= random_seed() < RANDOM_SEED_LIMIT for _ in range(100))


def test_random_seeds_reach_from_0_to_the_webuis_limit(monkeypatch):
    ranges = []
    monkeypatch.setattr("random.randrange", lambda *limits: ranges.append(limits) or 5)
    assert random_seed() == 5
    assert ranges == [(4_294_967_294,)]


def test_the_variation_seed_is_that_of_the_cells(tmp_path):
    folder = StudyFolder(tmp_path)
    assert variation_seed_of(folder.read_record()) is None
    for row, infotext in (
        ("a", ""),
        ("b", "x\nSteps: 20, Variation seed: 123, Variation seed strength: 0.5"),
        ("c", "x\nSteps: 20, Variation seed: 0"),
    ):
        key = CellKey(expression=row, character="Noor", seed=1)
        folder.record(Outcome(key=key, status="done", infotext=infotext))
    assert variation_seed_of(folder.read_record()) == 123
