"""The whole text of every fault and note about networks, with its place."""

from dataclasses import replace

import pytest

from sd_expression_grid.plan.network_check import kind_of, names_in, network_faults, network_notes, with_kinds
from sd_expression_grid.study.schema import study_from_dict
from tests.unit.plan.test_network_check import CATALOG, by_place

WORDS = "drawn as words: the embedding 'sd2_face' is not made for SD1 (tiny)"
UNUSABLE = "the embedding 'sd2_face' is not made for SD1 (tiny); if it is meant as a plain word, add kind=none"
BRACKETS = "as a weight, not as the embedding's name; write"
TWO_FACES = CATALOG.ambiguous_embeddings["two_faces"]
NO_TAG = "is no network tag to the WebUI, which would draw it as words; write <lora:name:1>"
NO_EFFECT = "network tags have no effect in a negative prompt"


def checked(catalog=CATALOG, templates=(), **changes):
    study = study_from_dict({"expressions": "sad", "characters": "mei", **changes})
    kinds = [character.kind for character in with_kinds(study, catalog).characters]
    return [str(fault) for fault in network_faults(study, by_place(templates), catalog)], kinds


@pytest.mark.parametrize(
    ("line", "faults", "kind"),
    [
        ("<lora:Noor:1>", [], "lora"),
        ("<lora:noor:1>", ["<lora:noor:1>: there is no LoRA named 'noor'; the nearest: Noor"], "lora"),
        ("<lora:zzz:1>", ["<lora:zzz:1>: there is no LoRA named 'zzz'"], "lora"),
        ("<lora:twin:1>", [f"<lora:twin:1>: {CATALOG.ambiguous['twin']}"], "lora"),
        (
            "<lora:xl_face:1>",
            ["<lora:xl_face:1>: this LoRA is made for SDXL, the checkpoint tiny is SD1"],
            "lora",
        ),
        ("<lora:tomas-w:1>", [], "lora"),
        ("<lora:Noor:much>", ["<lora:Noor:much>: the weight 'much' is no number"], "lora"),
        ("<lora:Noor:1:1:4>", [], "lora"),
        ("<lora:Noor:1:1:4.5>", ["<lora:Noor:1:1:4.5>: the weight '4.5' is no number"], "lora"),
        ("<lora:Noor:1:1:4:x>", [], "lora"),
        (
            "<lora:Noor:x:te=y:unet=z:dyn=1.5>",
            [
                f"<lora:Noor:x:te=y:unet=z:dyn=1.5>: the weight '{bad}' is no number"
                for bad in ("x", "te=y", "unet=z", "dyn=1.5")
            ],
            "lora",
        ),
        (
            "<lora:Noor:0@0,1@0.5>",
            ["<lora:Noor:0@0,1@0.5>: no installed extension reads the scheduled weight '0@0,1@0.5'; write one number"],
            "lora",
        ),
        ("<loha:Noor:1>", ["<loha:Noor:1>: the WebUI knows no networks of the type 'loha'"], "none"),
        ("<hypernet:old:1>", [], "none"),
        (
            "<lora::0.8>",
            ["<lora::0.8>: the WebUI reads no name in it; rename a file whose name has '=', or write its alias"],
            "lora",
        ),
        (
            "x | ember | kind=embedding",
            ["there is no embedding named 'ember'; the nearest: ember_nobody"],
            "embedding",
        ),
        (
            "x | (ember:0.7) | kind=embedding",
            ["there is no embedding named 'ember'; the nearest: ember_nobody"],
            "embedding",
        ),
        ("x | zzz | kind=embedding", ["there is no embedding named 'zzz'"], "embedding"),
        ("x | EMBER_nobody, old | kind=embedding", [], "embedding"),
        ("x | (ember_nobody:0.7) | kind=embedding", [], "embedding"),
        ("x | zzz", [], "none"),
        ("SD2_face", [UNUSABLE], "none"),
        ("x | sd2_face | kind=embedding", [UNUSABLE], "embedding"),
        ("x | sd2_face | kind=none", [], "none"),
        ("<lora:Noor:1> sd2_face", [], "lora"),
        ("x | sd2_face woman", [], "none"),
        ("x | noor | kind=lora", ["kind is lora, but the text has no LoRA tag"], "lora"),
        ("x | <hypernet:old:1> | kind=lora", ["kind is lora, but the text has no LoRA tag"], "lora"),
        ("face (v2)", [rf"the WebUI reads the brackets in 'face (v2)' {BRACKETS} face \(v2\)"], "none"),
        ("FACE (V2)", [rf"the WebUI reads the brackets in 'FACE (V2)' {BRACKETS} FACE \(V2\)"], "none"),
        ("face (v3)", [], "none"),
        (r"face \(v2\)", [], "embedding"),
        ("x | mei | negative=<lora:Noor:1>", [NO_EFFECT], "none"),
        ("x | a two_faces b", [TWO_FACES], "embedding"),
        ("x | mei | negative=two_faces", [TWO_FACES], "none"),
        ("x | mei | negative=lora:Noor", [f"'lora:Noor' {NO_TAG}"], "none"),
    ],
)
def test_a_characters_faults_stand_at_its_line(line, faults, kind):
    assert checked(characters=f"mei\n{line}") == (
        [f"characters, line 2 ({line}): {fault}" for fault in faults],
        ["none", kind],
    )


def test_every_place_of_a_study_is_looked_through_in_its_order():
    found, kinds = checked(
        templates=["a <lora:b:1> {expression} <lora:{character}:1>", "<hypernet:old:1> <lora:b:1> <lora:b:1> lora:x:1"],
        composition="<lora:comp:1>",
        expressions="sad | <lora:row:1>",
        reference="<lora:ref:1> lycoris",
        negative_prompt="<lora:Noor:1> < lora : y >",
        prompt="{expression} {character}",
        characters="Noor\nx | y | prompt={expression} {character} <lora:c:1>\nz | gone",
    )
    own = "characters, line 2 (x | y | prompt={expression} {character} <lora:c:1>)"
    assert found == [
        "prompt: <lora:b:1>: there is no LoRA named 'b'",
        "hires prompt: <lora:b:1>: there is no LoRA named 'b'",
        "composition: <lora:comp:1>: there is no LoRA named 'comp'",
        "expressions, line 1 (sad | <lora:row:1>): <lora:row:1>: there is no LoRA named 'row'",
        "reference: <lora:ref:1>: there is no LoRA named 'ref'",
        f"{own}: <lora:c:1>: there is no LoRA named 'c'",
        f"{own}: <lora:y:1>: there is no LoRA named 'y'",
        "characters, line 3 (z | gone): <lora:gone:1>: there is no LoRA named 'gone'",
        f"hires prompt: 'lora:x:1' {NO_TAG}",
        f"negative_prompt: '< lora : y >' {NO_TAG}",
        f"negative_prompt: {NO_EFFECT}",
    ]
    assert kinds == ["none", "none", "none"]


def test_a_label_is_no_place_for_a_tag():
    found, _ = checked(
        characters=[{"label": "<lora:Noor:1>", "text": "x"}], expressions=[{"label": "<lora:a:1>", "text": "sad"}]
    )
    assert found == [
        "expressions[0] (<lora:a:1>): the label holds a network tag, which belongs into the text",
        "characters[0] (<lora:Noor:1>): the label holds a network tag, which belongs into the text",
    ]


def test_without_a_known_architecture_nothing_is_said_of_it():
    unknown = replace(CATALOG, architecture="")
    assert checked(catalog=unknown, characters="<lora:xl_face:1>")[0] == []
    assert checked(catalog=unknown, characters="sd2_face")[0] == [
        "characters, line 1 (sd2_face): the embedding 'sd2_face' is not made for this kind of checkpoint (tiny); "
        "if it is meant as a plain word, add kind=none"
    ]


def test_square_brackets_of_a_name_are_escaped_as_round_ones_are():
    square = replace(CATALOG, embeddings=frozenset({"face [v2]"}))
    assert checked(catalog=square, characters="face [v2]")[0] == [
        rf"characters, line 1 (face [v2]): the WebUI reads the brackets in 'face [v2]' {BRACKETS} face \[v2\]"
    ]


def test_a_name_in_the_tag_of_a_template_is_a_lora_whatever_else_it_names():
    template = "{expression} <lora:{character}:1>"
    assert checked(templates=[template], prompt=template, characters="Noor\nx | gone | kind=lora") == (
        ["characters, line 2 (x | gone | kind=lora): <lora:gone:1>: there is no LoRA named 'gone'"],
        ["lora", "lora"],
    )
    own = f"Noor | Noor | kind=lora | prompt={template}"
    assert checked(prompt="{expression} {character}", characters=own) == ([], ["lora"])


def test_every_note_says_what_is_drawn_and_where():
    study = study_from_dict(
        {
            "expressions": [{"label": "odd", "text": "sd2_face, two_faces"}, {"label": "ok", "text": "sd2_faces"}],
            "characters": [
                {"label": "y", "text": "ember_nobody y", "negative": "sd2_face"},
                {"label": "z", "text": "<lora:sd2_face:1> z"},
            ],
            "reference": "ember_nobody, EMBER_nobody",
            "composition": "SD2_face, EMBER_nobody",
            "negative_prompt": "z-face-01 sd2_face",
        }
    )
    assert network_notes(study, by_place(["sd2_face two_faces", "again sd2_face"]), CATALOG) == [
        f"prompt: 'sd2_face' is {WORDS}",
        f"hires prompt: 'sd2_face' is {WORDS}",
        f"composition: 'sd2_face' is {WORDS}",
        f"expressions[0] (odd): 'sd2_face' is {WORDS}",
        f"negative_prompt: 'sd2_face' is {WORDS}",
        f"characters[0] (y): 'sd2_face' is {WORDS}",
        "prompt: the WebUI uses the embedding 'two_faces' for 'sd2_face two_faces'",
        "composition: the WebUI uses the embedding 'ember_nobody' for 'SD2_face, EMBER_nobody'",
        "expressions[0] (odd): the WebUI uses the embedding 'two_faces' for 'sd2_face, two_faces'",
        "reference: the WebUI uses the embedding 'ember_nobody' for 'ember_nobody, EMBER_nobody'",
        "negative_prompt: the WebUI uses the embedding 'z-face-01' for 'z-face-01 sd2_face'",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ember", ["ember"]),
        ("an ember, old", ["ember"]),
        ("(ember:0.5)", ["ember"]),
        ("embers", []),
        ("re-ember", []),
        ("ember-2", []),
        ("old <lora:ember:1>", []),
        ("A.B ember", ["ember", "a.b"]),
        ("axb", []),
    ],
)
def test_a_name_stands_in_a_text_as_a_word_of_its_own(text, found):
    assert names_in(text, ["ember", "a.b"]) == found


def test_a_lora_beside_another_tag_makes_a_lora_and_another_tag_alone_does_not():
    assert kind_of("<hypernet:a:1> <lora:b:1>", CATALOG) == "lora"
    assert kind_of("<hypernet:ember_nobody:1>", CATALOG) == "none"
    assert kind_of("<hypernet:a:1> ember_nobody", CATALOG) == "embedding"


@pytest.mark.parametrize(
    ("catalog", "end"),
    [
        ({}, "which this WebUI does not use: its name is drawn as words"),
        ({"uses_bundled": True}, "which the WebUI uses for this name as long as the LoRA is loaded"),
        (
            {"uses_bundled": True, "embeddings": frozenset({"zorro"})},
            "but the WebUI uses the one of this name in its folder",
        ),
    ],
)
def test_an_embedding_within_a_lora_is_noted_at_its_tag(catalog, end):
    bundle = replace(CATALOG, bundled_in={"Noor": ["zorro"], "mei": []}.__getitem__, **catalog)
    study = study_from_dict({"expressions": "sad", "characters": "x | <lora:Noor:1> <lora:mei:1>"})
    place = "characters, line 1 (x | <lora:Noor:1> <lora:mei:1>)"
    assert network_notes(study, {}, bundle) == [f"{place}: the LoRA 'Noor' brings the embedding 'zorro' with it, {end}"]
