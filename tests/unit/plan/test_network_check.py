import pytest

from sd_expression_grid.plan.network_check import Catalog, kind_of, network_faults, with_kinds
from sd_expression_grid.prompts.network_tags import find_tags, with_weight, without_tags
from sd_expression_grid.study.schema import study_from_dict

CATALOG = Catalog(
    checkpoint="tiny",
    architecture="SD1",
    loras={"Noor": "SD1", "tomas-w": "", "xl_face": "SDXL"},
    ambiguous=frozenset({"twin"}),
    embeddings=frozenset({"ember_nobody", "z-face-01"}),
    unusable_embeddings=frozenset({"sd2_face"}),
    other_types=frozenset({"lora", "hypernet"}),
)


def faults(characters, expressions="sad", templates=()):
    study = study_from_dict({"expressions": expressions, "characters": characters})
    return [str(fault) for fault in network_faults(study, templates, CATALOG)]


@pytest.mark.parametrize(
    ("character", "part"),
    [
        ("<lora:noor:1>", "there is no LoRA named 'noor'; the nearest: Noor"),
        ("<lora:twin:1>", "several LoRAs go by the name 'twin'"),
        ("<lora:xl_face:1>", "this LoRA is made for SDXL, the checkpoint tiny is SD1"),
        ("<lora:Noor:much>", "the weight 'much' is no number"),
        ("<lora:Noor:te=0.5:unet=x>", "the weight 'unet=x' is no number"),
        ("<lora:Noor:nan>", "is no number"),
        ("<lora:Noor:1:1:4.5>", "the weight '4.5' is no number"),
        ("<lora:Noor:0.8:dyn=4.5>", "the weight 'dyn=4.5' is no number"),
        ("x | noor | negative=<lora:Noor:1>", "no effect in a negative prompt"),
        ("<loha:Noor:1>", "no networks of the type 'loha'"),
        ("x | ember | kind=embedding", "there is no embedding named 'ember'; the nearest: ember_nobody"),
        ("x | embr_nobody | weights=0.5", "there is no embedding named 'embr_nobody'; the nearest: ember_nobody"),
        ("sd2_face", "not made for SD1 (tiny); if it is meant as a plain word, add kind=none"),
        ("x | noor | kind=lora", "no LoRA tag"),
        ("x | noor | prompt={expression} {character} <lora:gone:1>", "no LoRA named 'gone'"),
    ],
)
def test_a_network_that_cannot_be_used_is_named_with_its_line(character, part):
    (fault,) = faults(f"mei\n{character}")
    assert fault.startswith("characters, line 2")
    assert part in fault


@pytest.mark.parametrize(
    "character",
    [
        "<lora:Noor:0.8> noor", "<lora:tomas-w:0.4:0.6:dyn=4>", "<lyco:Noor:1>", "<hypernet:any:1>", "a plain name",
        "(ember_nobody:0.7)", "x | EMBER_nobody woman | kind=embedding", "x | sd2_face | kind=none",
        "xl_faces of sd2_faces",
    ],
)  # fmt: skip
def test_good_networks_are_no_faults(character):
    assert faults(character) == []


def test_templates_and_expressions_are_checked_too():
    found = faults("mei", expressions="sad\nx | <lora:a:1> x", templates=["<lora:b:1>"])
    assert [fault.split(":")[0] for fault in found] == ["prompt", "expressions, line 2 (x | <lora"]


def test_an_embedding_that_does_not_fit_is_found_in_expressions_and_templates():
    found = faults("mei", expressions="sad\nodd | sd2_face odd", templates=["photo sd2_face"])
    assert [fault.split(":")[0] for fault in found] == ["prompt", "expressions, line 2 (odd | sd2_face odd)"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<lora:Noor:1> ember_nobody", "lora"),
        ("(ember_nobody:0.5)", "embedding"),
        ("ember_nobody2", "none"),
        ("Ada", "none"),
    ],
)
def test_a_character_is_recognised(text, kind):
    assert kind_of(text, CATALOG) == kind


def test_a_given_kind_stays():
    study = study_from_dict({"expressions": "sad", "characters": "x | ember_nobody | kind=none\nNoor | <lora:Noor:1>"})
    assert [c.kind for c in with_kinds(study, CATALOG).characters] == ["none", "lora"]


def test_tags_are_found_and_left_out_as_the_webui_does():
    text = "a <lora:Noor:0.8:unet=1> b <3 <hypernet:x>"
    assert [(t.type, t.name, t.values) for t in find_tags(text)] == [
        ("lora", "Noor", ("0.8", "unet=1")),
        ("hypernet", "x", ()),
    ]
    assert without_tags(text) == "a  b <3 "
    assert find_tags(text)[0].text == "<lora:Noor:0.8:unet=1>"


def test_a_weight_keeps_the_words_around_the_tag():
    assert with_weight("old <lora:Noor> man", 0.5) == "old <lora:Noor:0.5> man"
