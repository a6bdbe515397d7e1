"""Checkpoints whose text encoders are not all CLIP, as Forge and Neo have them: the adapter with parts of our own."""

import json
from types import SimpleNamespace

import pytest

STUDY = {
    "expressions": "neutral\nsad\nsmile",
    "characters": "Noor | <lora:Noor:1> noor",
    "mode": "batched",
    "name": "t5",
}
REQUEST = {"prompt": "", "steps": 6, "width": 64, "height": 64, "seed": 7, "sampler_name": "Euler a"}


def clip():
    fix = SimpleNamespace(embedding=SimpleNamespace(name="ember_nobody", shorthash=""))
    chunk = SimpleNamespace(fixes=[fix])
    return SimpleNamespace(
        tokenize_line=lambda text: ([chunk] if "ember_nobody" in text else [], 1),
        embeddings=SimpleNamespace(
            embedding_dirs={}, word_embeddings={}, load_textual_inversion_embeddings=lambda **_: None
        ),
    )


def t5():
    """Its chunks have tokens and multipliers, and nothing of embeddings."""
    return SimpleNamespace(tokenize_line=lambda _: ([SimpleNamespace(tokens=[1], multipliers=[1.0])], 1))


@pytest.fixture
def forge_with(in_process, monkeypatch):
    """Forge's adapter with a checkpoint of some parts."""
    from sd_expression_grid.webui.host import embeddings
    from sd_expression_grid.webui.host.forge import Forge

    def make(**parts):
        host = Forge()
        monkeypatch.setattr(host, "loaded_model", lambda: SimpleNamespace(is_sdxl=False, **parts))
        monkeypatch.setattr(embeddings, "HOST", host)
        return host, embeddings.EmbeddingReader()

    return make


@pytest.mark.parametrize(
    ("parts", "names", "in_chunks"),
    [
        ({"engine_l": clip(), "engine_g": clip()}, ["ember_nobody"], True),
        ({"engine_l": clip(), "engine_t5": t5()}, ["ember_nobody"], False),
        ({"engine_t5": t5()}, [], False),
        ({}, [], False),
    ],
    ids=["SDXL", "Flux", "Chroma", "none"],
)
def test_embeddings_are_looked_for_where_they_are_known(forge_with, parts, names, in_chunks):
    host, reader = forge_with(**parts)
    assert reader.names_in_any(["a sad ember_nobody"]) == names
    assert len(host.embedding_databases()) == len(host.text_encoders())
    assert host.encodes_in_chunks() is in_chunks


def test_where_texts_are_not_encoded_in_chunks_rows_are_made_one_by_one(in_process, monkeypatch):
    from sd_expression_grid.webui.host.host import HOST

    monkeypatch.setattr(type(HOST), "encodes_in_chunks", lambda _: False)
    request = {**REQUEST, "script_name": "Expression grid", "script_args": [json.dumps(STUDY)], "save_images": True}
    in_process.counter.calls = 0
    info = json.loads(in_process.txt2img(request)["info"])
    told = str(info["extra_generation_params"]["Comments"])
    assert "Rows were made one by one: the checkpoint's text encoder is no CLIP" in told
    assert in_process.counter.calls > 2 * 6
