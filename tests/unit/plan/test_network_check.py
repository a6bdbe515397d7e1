from dataclasses import replace

import pytest

from sd_expression_grid.plan.network_check import Catalog, kind_of, names_in, network_faults, network_notes, with_kinds
from sd_expression_grid.study.schema import study_from_dict

CATALOG = Catalog(
    checkpoint="tiny",
    architecture="SD1",
    loras={"Noor": "SD1", "tomas-w": "", "xl_face": "SDXL"},
    ambiguous={"twin": "several LoRAs go by the name 'twin'; write the file's name"},
    ambiguous_embeddings={"two_faces": "several files are named 'two_faces': a, b; rename all but one"},
    embeddings=frozenset({"ember_nobody", "z-face-01", "two_faces", "face (v2)"}),
    embeddings_in=lambda text: names_in(text, ("ember_nobody", "z-face-01", "two_faces", "face \\(v2\\)")),
    unusable_embeddings=frozenset({"sd2_face"}),
    other_types=frozenset({"lora", "hypernet"}),
    hypernetworks=frozenset({"old"}),
)


def by_place(templates):
    """The prompt of the page, and that of its hires pass."""
    return dict(zip(("prompt", "hires prompt"), templates, strict=False))


def faults(characters, expressions="sad", templates=()):
    study = study_from_dict({"expressions": expressions, "characters": characters})
    return [str(fault) for fault in network_faults(study, by_place(templates), CATALOG)]


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
        ("<hypernet:gone:1>", "there is no hypernetwork named 'gone'"),
        ("<hypernet:old:x>", "the weight 'x' is no number"),
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
        "<lora:Noor:0.8> noor", "<lora:tomas-w:0.4:0.6:dyn=4>", "<lyco:Noor:1>", "<hypernet:old:1>", "a plain name",
        "(ember_nobody:0.7)", "x | EMBER_nobody woman | kind=embedding", "x | sd2_face | kind=none",
        "xl_faces of sd2_faces",
    ],
)  # fmt: skip
def test_good_networks_are_no_faults(character):
    assert faults(character) == []


def test_templates_and_expressions_are_checked_too():
    found = faults("mei", expressions="sad\nx | <lora:a:1> x", templates=["<lora:b:1>"])
    assert [fault.split(":")[0] for fault in found] == ["prompt", "expressions, line 2 (x | <lora"]


def notes(characters, expressions="sad", templates=(), **more):
    return network_notes(
        study_from_dict({"expressions": expressions, "characters": characters, **more}), by_place(templates), CATALOG
    )


def test_a_word_that_is_also_an_unusable_embedding_stays_a_word_with_a_note():
    given = {"characters": "mei | mei | negative=sd2_face", "expressions": "sad\nodd | sd2_face odd"}
    assert faults(**given, templates=["photo sd2_face"]) == []
    found = notes(**given, templates=["photo sd2_face"], negative_prompt="bad sd2_face")
    places = ["prompt", "expressions, line 2 (odd | sd2_face odd)", "negative_prompt"]
    assert [note.split(":")[0] for note in found] == [*places, "characters, line 1 (mei | mei | negative=sd2_face)"]
    assert all("'sd2_face' is drawn as words: the embedding 'sd2_face' is not made for SD1" in note for note in found)


@pytest.mark.parametrize(
    ("character", "meant"),
    [
        ("ember_nobdy", "'ember_nobdy' is drawn as words; the nearest network: the embedding 'ember_nobody'"),
        ("Ada | woman, Tomas_w", "'Tomas_w' is drawn as words; the nearest network: the LoRA <lora:tomas-w:1>"),
        ("noor", "'noor' is drawn as words; the nearest network: the LoRA <lora:Noor:1>"),
        ("<lora:mei:1> ember_nobdy",
         "'ember_nobdy' is drawn as words; the nearest network: the embedding 'ember_nobody'"),
        ("<lora:Noor:1> embernobody", ""), ("<lora:Noor:1> ember_nobody", ""),
        ("ember_nobdy | kind=none", ""), ("ember_nobody", ""), ("<lora:Noor:1> noor", ""), ("a woman", ""),
        ("no", ""), ("(ember_nobody:0.7)", ""),
    ],
)  # fmt: skip
def test_a_word_that_is_nearly_the_name_of_a_network_is_noted(character, meant):
    assert notes(character) == [f"characters, line 1 ({character}): {meant}"][: bool(meant)]


def test_a_tag_in_the_negative_prompt_is_a_fault():
    study = study_from_dict({"expressions": "sad", "characters": "mei", "negative_prompt": "blurry <lora:Noor:1>"})
    (fault,) = network_faults(study, {}, CATALOG)
    assert str(fault) == "negative_prompt: network tags have no effect in a negative prompt"


def test_an_embedding_in_a_row_or_in_the_reference_is_noted():
    (note,) = notes("mei", reference="ember_nobody woman")
    assert note == "reference: the WebUI uses the embedding 'ember_nobody' for 'ember_nobody woman'"
    assert notes("ember_nobody") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<lora:Noor:0.8 noor", "<lora:Noor:0.8 noor"),
        ("< lora:Noor:0.8> noor", "< lora:Noor:0.8>"),
        ("lora:Noor:0.8", "lora:Noor:0.8"),
        ("noor &lt;lora:Noor:0.8&gt;", "&lt;lora:Noor:0.8&gt;"),
        ("<lora:>", "<lora:"),
        ("<lora>", "<lora>"),
        ("<lyco:Noor", "<lyco:Noor"),
        ("&lt;hypernet:x:1&gt;", "&lt;hypernet:x:1&gt;"),
    ],
)
@pytest.mark.parametrize("place", ["characters", "expressions", "template", "composition", "negative_prompt"])
def test_what_looks_like_a_tag_and_is_none_is_a_fault(text, found, place):
    study = {"characters": "mei", "expressions": "sad"}
    templates = [text] if place == "template" else []
    if place in study:
        study[place] = f"x | {text}"
    elif place != "template":
        study[place] = text
    found_faults = [str(one) for one in network_faults(study_from_dict(study), by_place(templates), CATALOG)]
    assert [found in one and "is no network tag to the WebUI" in one for one in found_faults] == [True]


@pytest.mark.parametrize("text", ["<3", ":<", "explorer", "floral: a pattern", "(lora)", "Lora, a woman"])
def test_other_texts_are_no_tags(text):
    assert faults("mei", templates=[text]) == []


@pytest.mark.parametrize(
    "tag",
    [
        "<lora:Noor:1:lbw=OUTALL>", "<lora:Noor:1:1:start=5:stop=20>", "<lora:Noor:te=1:unet=1:0.8>",
        "<lora:Noor:1:1:16:lbw=1,0,0:stop=8>",
    ],
)  # fmt: skip
def test_named_values_for_extensions_are_the_extensions(tag):
    assert faults(f"x | {tag}") == []


def test_scheduled_weights_need_an_extension():
    study = study_from_dict({"expressions": "sad", "characters": "x | <lora:Noor:0@0,1@0.5>"})
    (fault,) = network_faults(study, {}, CATALOG)
    assert "no installed extension reads the scheduled weight '0@0,1@0.5'" in str(fault)
    assert network_faults(study, {}, replace(CATALOG, schedules_weights=True)) == []


@pytest.mark.parametrize(
    ("character", "part"),
    [
        ("<lora:a=b:1>", "the WebUI reads no name in it"),
        ("<lora::0.8>", "the WebUI reads no name in it"),
        ("face (v2)", "the brackets in 'face (v2)' as a weight, not as the embedding's name; write face \\(v2\\)"),
        ("x | ember_nobody_v2 | kind=embedding", "there is no embedding named 'ember_nobody_v2'"),
        ("x | face (v2) | kind=embedding", "write face \\(v2\\)"),
        ("two_faces", "several files are named 'two_faces': a, b"),
    ],
)
def test_a_name_that_the_webui_would_not_find_is_a_fault(character, part):
    (fault,) = faults(character)
    assert part in fault


def test_an_embeddings_name_with_brackets_is_found_when_they_are_escaped():
    assert faults("face \\(v2\\)") == []
    assert faults("x | (face \\(v2\\):0.5)") == []
    assert kind_of("face \\(v2\\)", CATALOG) == "embedding"


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
