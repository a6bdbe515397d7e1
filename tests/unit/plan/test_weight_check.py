import pytest

from sd_expression_grid.plan.weight_check import weight_faults
from sd_expression_grid.study.cell_prompts import Templates
from sd_expression_grid.study.schema import study_from_dict, study_to_dict

PLAIN = Templates(prompt="{expression}, {character}")


def faults(characters, templates=PLAIN):
    study = study_from_dict({"expressions": "sad", "characters": characters})
    return [str(fault) for fault in weight_faults(study, templates)]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("<lora:Noor:1>", "1"),
        ("<lora:Noor>", "1"),
        ("<lora:Noor:0.8> <lora:mei:te=0.6:unet=0.7>", "0.8 and 0.6 and 0.7"),
        ("ember_nobody", "1"),
        ("(ember_nobody:0.6)", "0.6"),
    ],
)
def test_a_weight_that_no_network_is_made_at_is_a_fault(text, made):
    assert faults([{"label": "A", "text": text, "weight": 0.5}]) == [
        f"characters[0] (A): its weight is 0.5, but its text is made at {made}; "
        'write "weights": [0.5] instead, or the weight into the text'
    ]


@pytest.mark.parametrize(
    "character",
    [
        {"text": "<lora:Noor:0.5> noor", "weight": 0.5},
        {"text": "<lora:Noor:0.50:1>", "weight": 0.5},
        {"text": "<lora:Noor:te=0.5>", "weight": 0.5},
        {"text": "<lora:Noor>", "weight": 1},
        {"text": "(ember_nobody:0.5)", "weight": 0.5},
        {"text": "ember_nobody", "weight": 1},
        {"text": "<lora:Noor:1>"},
        {"text": "<lora:Noor:0@0,1@0.5>", "weight": 0.5},
        {"text": "noor", "prompt": "<lora:Noor:0.5> {expression}", "weight": 0.5},
    ],
)
def test_a_weight_that_a_network_is_made_at_is_none(character):
    assert faults([{"label": "A", **character}]) == []


def test_a_weight_in_a_tag_of_the_page_counts():
    page = Templates(prompt="{expression} <lora:{character}:0.5>")
    assert faults([{"text": "Noor", "weight": 0.5}], page) == []
    assert len(faults([{"text": "Noor", "weight": 1}], page)) == 1


def test_what_is_written_of_listed_weights_has_no_fault():
    lines = "Noor | <lora:Noor:1:0.8:4:te=0.2> x | weights=0.1234567891,0.7,1\nember | weights=0.3,1,1e-5"
    written = study_to_dict(study_from_dict({"expressions": "sad", "characters": lines}))
    assert [one["weight"] for one in written["characters"]] == [0.1234567891, 0.7, 1, 0.3, 1, 1e-5]
    assert faults(written["characters"]) == []
