import random

import pytest

from sd_expression_grid.fleet.units import Units, columns_of, study_of
from sd_expression_grid.plan.plan import plan_cells
from sd_expression_grid.study.cell_prompts import templates_of
from sd_expression_grid.study.schema import study_from_dict, study_to_dict
from sd_expression_grid.study.study import CellKey


def keys_of(columns, rows, seeds=(1,)):
    return [
        CellKey(expression=f"e{row}", character=f"c{column}", seed=seed)
        for column in range(columns)
        for seed in seeds
        for row in range(rows)
    ]


def rows_of(cells):
    return 5 + 15 * cells


def units_of(missing, rows=rows_of, step=1):
    study = study_from_dict({"expressions": "a", "characters": "b"})
    return Units(columns_of(study, missing), rows, step)


def all_taken(units, webuis, under_way=lambda: 0.0):
    taken = []
    while units:
        taken.append(units.take(webuis, under_way))
    return taken


@pytest.mark.parametrize("number", range(10))
def test_units_are_stretches_of_columns_that_together_are_all_missing_cells(number):
    generator = random.Random(number)
    missing = [key for key in keys_of(4, 9, (1, 2)) if generator.random() < 0.7]
    step = generator.randint(1, 4)
    taken = all_taken(units_of(missing, rows_of, step), generator.randint(1, 9))
    assert sorted(key for unit in taken for key in unit.keys) == sorted(missing)
    for unit in taken:
        assert len({(key.character, key.seed) for key in unit.keys}) == 1
        assert [key for key in missing if key in unit.keys] == list(unit.keys)


def test_whole_columns_go_out_first_and_the_longest_before_all():
    missing = [key for key in keys_of(6, 9) if key.character != "c2" or key.expression in ("e0", "e1")]
    sizes = [len(unit.keys) for unit in all_taken(units_of(missing, rows_of), 1)]
    assert sizes == [9, 9, 9, 9, 9, 2]


def test_alike_columns_go_out_in_their_order():
    taken = all_taken(units_of(keys_of(3, 2), rows_of), 1)
    assert [unit.keys[0].character for unit in taken] == ["c0", "c1", "c2"]


def test_the_last_column_is_cut_for_all_that_would_idle():
    units = units_of(keys_of(1, 9), rows_of)
    assert len(units.take(3, lambda: 0.0).keys) == 2  # a third of 140 rows, and what is shared is computed again
    assert len(units) == 1


def test_a_column_stays_whole_while_the_others_are_as_busy():
    assert len(units_of(keys_of(1, 9), rows_of).take(3, lambda: 2 * 140.0).keys) == 9


def test_stretches_are_whole_batches():
    sizes = [len(unit.keys) for unit in all_taken(units_of(keys_of(1, 9), rows_of, 4), 5)]
    assert sizes == [4, 4, 1]


def test_a_unit_that_comes_back_goes_out_again():
    units = units_of(keys_of(2, 3), rows_of)
    first = units.take(1, lambda: 0.0)
    units.give_back(first)
    assert units.left == 2 * rows_of(3)
    assert {unit.keys for unit in all_taken(units, 1)} == {tuple(keys_of(2, 3)[:3]), tuple(keys_of(2, 3)[3:])}


@pytest.mark.parametrize("column", ["reference", "Noor", "mei"])
def test_a_units_study_has_the_very_cells_of_the_whole_one(column):
    study = study_from_dict(
        {
            "expressions": "neutral\nsad | sad crying\nhappy",
            "characters": "Noor | <lora:Noor:1> | negative=hat\nmei | cfg_scale=4 | prompt={character}, {expression}",
            "seeds": [3, 4],
        }
    ).with_templates("", "")
    wanted = [cell for cell in cells_of(study) if cell.key.character == column and cell.key.seed == 4][1:]
    units = units_of([cell.key for cell in wanted])
    part = study_from_dict(study_to_dict(study_of(study, units.take(1, lambda: 0.0))))
    assert list(cells_of(part)) == wanted


def cells_of(study):
    return plan_cells(study, templates_of(study), study.seeds)


def test_a_scouts_seeds_are_one_column_that_is_cut():
    asked = {"expressions": "neutral\nsad", "characters": "Noor", "scout": {"expression": "sad", "seeds": [3, 5, 8]}}
    study = study_from_dict(asked).scouted().with_seeds_from(1, 1).with_templates("", "")
    units = Units(columns_of(study, [cell.key for cell in cells_of(study)]), rows_of)
    parts = [study_from_dict(study_to_dict(study_of(study, unit))) for unit in all_taken(units, 2)]
    assert len(parts) == 3
    assert sorted(cell.key.seed for part in parts for cell in cells_of(part.scouted())) == [3, 5, 8]
    assert [cell for part in parts for cell in cells_of(part.scouted()) if cell.key.seed == 3] == [cells_of(study)[0]]
