from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sd_expression_grid.plan.plan import plan_batches, plan_cells
from sd_expression_grid.study.cell_prompts import Templates, templates_of
from sd_expression_grid.study.schema import study_from_dict


def cells_of(seeds=(1,), hires="", hires_negative="", **changes):
    data = {"expressions": "neutral\nsad\nbored", "characters": "Noor | <lora:Noor:1>\nmei", **changes}
    study = study_from_dict(data).with_templates("woman, {expression}, {character}", "ugly {character}")
    return plan_cells(study, templates_of(study, hires, hires_negative), seeds)


def test_cells_come_column_after_column():
    keys = [(c.key.character, c.key.seed, c.key.expression) for c in cells_of(seeds=(7, 8))]
    columns, rows = ["reference", "Noor", "mei"], ["neutral", "sad", "bored"]
    assert keys == [(column, seed, row) for column in columns for seed in (7, 8) for row in rows]


def test_the_reference_text_stands_where_characters_do():
    first, *_, last = cells_of()
    assert first.prompt == "woman, [hair, neck, eyes, lips:neutral:0.2], 1girl"
    assert last.prompt == "woman, [hair, neck, eyes, lips:bored:0.2], mei"
    assert (first.negative_prompt, last.negative_prompt) == ("ugly 1girl", "ugly mei")


def test_no_reference_text_no_reference_column():
    assert cells_of(reference="")[0].key.character == "Noor"


def test_a_characters_own_settings_are_its_cells():
    cell = cells_of(
        characters="Noor | noor | negative=smile, x | cfg_scale=4 | prompt=photo, {expression} {character}"
    )[-1]
    assert cell.prompt == "photo, [hair, neck, eyes, lips:bored:0.2] noor"
    assert cell.negative_prompt == "ugly noor, smile, x"
    assert cell.cfg_scale == 4.0


def test_the_composition_is_never_negated():
    study = study_from_dict({"expressions": "sad", "characters": "mei", "negative_prompt": "not {expression}"})
    study = study.with_templates("", "")
    cell = plan_cells(study, templates_of(study), (1,))[0]
    assert cell.negative_prompt == "not [:sad:0.2]"


def test_hires_prompts_are_templates_too_and_follow_the_first_pass_when_empty():
    cell = cells_of(
        hires="sharp {expression} {character}", hires_negative="blurry", characters="mei | mei | negative=x"
    )[-1]
    assert cell.hires_prompt == "sharp [hair, neck, eyes, lips:bored:0.2] mei"
    assert cell.hires_negative_prompt == "blurry, x"
    assert (cells_of()[0].hires_prompt, cells_of()[0].hires_negative_prompt) == ("", "")


def test_a_network_in_an_expression_parts_the_batches():
    batches = plan_batches(
        cells_of(expressions="a\nb\nc | <lora:x:1> c\nd | <lora:x:1> d", reference=""), 4, lambda _: None
    )
    assert [[key.expression for key in batch.keys] for batch in batches] == [["a", "b"], ["c", "d"]] * 2


def test_the_networks_of_a_cell_are_those_of_the_first_pass_then_of_the_hires_pass():
    first, second = cells_of(characters="Noor | <lora:Noor:1>", hires="{expression} <lora:sharp:0.5>")[-1].networks
    assert [tag.text for tag in first] == ["<lora:Noor:1>"]
    assert [tag.text for tag in second] == ["<lora:sharp:0.5>"]


def test_a_batch_is_full_before_the_next_begins_over_rows_and_seeds():
    batches = plan_batches(cells_of(reference="", characters="mei", seeds=(7, 8)), 2, lambda _: None)
    assert [[(key.seed, key.expression) for key in batch.keys] for batch in batches] == [
        [(7, "neutral"), (7, "sad")], [(7, "bored"), (8, "neutral")], [(8, "sad"), (8, "bored")],
    ]  # fmt: skip
    nine = "\n".join(f"row {n}" for n in range(9))
    batches = plan_batches(
        cells_of(reference="", characters="mei", expressions=nine, seeds=(7, 8, 9)), 4, lambda _: None
    )
    assert [len(batch.cells) for batch in batches] == [4, 4, 4, 4, 4, 4, 3]


def test_columns_with_the_same_networks_share_batches_and_others_do_not():
    characters = (
        "[words]\nmei\nrobbie\n[LoRAs]\nNoor | <lora:Noor:1>\nNoor 2 | <lora:Noor:1> red hair\nless | <lora:Noor:0.5>"
    )
    batches = plan_batches(cells_of(characters=characters), 4, lambda _: None)
    assert [(batch.columns, len(batch.cells)) for batch in batches] == [
        ((("reference", 1), ("mei", 1)), 4), ((("mei", 1), ("robbie", 1)), 4), ((("robbie", 1),), 1),
        ((("Noor", 1), ("Noor 2", 1)), 4), ((("Noor 2", 1),), 2), ((("less", 1),), 3),
    ]  # fmt: skip


@pytest.mark.parametrize("prompt", ["hires_prompt", "hires_negative_prompt"])
def test_cells_do_not_share_batches_where_some_have_a_hires_prompt(prompt):
    """Dynamic Prompts may draw nothing for it; then the WebUI takes that of the first pass."""
    first, *others = cells_of()
    batches = plan_batches([first, *(replace(cell, **{prompt: "sharp"}) for cell in others)], 4, lambda _: None)
    assert [len(batch.cells) for batch in batches] == [1, 2, 3, 3]


def test_what_is_encoded_alike_does_not_matter_where_every_cell_has_a_call_of_its_own():
    def never(_):
        raise AssertionError

    assert [len(batch.cells) for batch in plan_batches(cells_of(), 1, never)] == [1] * 9


def test_cells_of_other_chunk_counts_do_not_share_a_batch():
    batches = plan_batches(cells_of(), 9, lambda cell: "sad" in cell.prompt)
    assert [len(batch.cells) for batch in batches] == [1, 1, 1] * 3


@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 3), st.integers(1, 6), st.randoms(use_true_random=False))
def test_batches_partition_the_cells_in_order_and_mix_nothing(rows, columns, seeds, size, random):
    study = study_from_dict(
        {
            "expressions": "\n".join(f"e{n} | {random.choice(['', '<lora:x:1> '])}e{n}" for n in range(rows)),
            "characters": "\n".join(
                f"c{n} | <lora:c{n}:1> | cfg_scale={random.choice([5, 7])}" for n in range(columns)
            ),
        }
    )
    cells = plan_cells(study, Templates(prompt="{expression} {character}"), tuple(range(seeds)))
    shape = {cell.key: random.choice([75, 150]) for cell in cells}
    batches = plan_batches(cells, size, lambda cell: shape[cell.key])
    assert tuple(cell for batch in batches for cell in batch.cells) == cells
    kinds = [{(c.networks, c.cfg_scale, shape[c.key]) for c in batch.cells} for batch in batches]
    for batch, kind in zip(batches, kinds, strict=True):
        assert 1 <= len(batch.cells) <= size
        assert len(kind) == 1
    for batch, kind, following in zip(batches, kinds, kinds[1:], strict=False):
        assert len(batch.cells) == size or kind != following
