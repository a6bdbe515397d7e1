"""LoRA and embedding files as people have them: what the WebUI will load is what the check says, or it is a fault."""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from tests import hosts
from tests.pixels import difference
from tests.standin import safetensors

EMBEDDINGS = (".safetensors", ".pt", ".bin")


class Folder:
    """Files that a test puts beside those of the WebUI, and takes away again."""

    def __init__(self, path):
        self.path = path
        self._made = []

    def copy(self, source, name):
        """The file of an installed network once more, under another name."""
        return self.write(name, (self.path / f"{source}.safetensors").read_bytes())

    def changed_copy(self, source, name):
        """Another network in the same form: its first tensor's values are others."""
        tensors, metadata = safetensors.read(self.path / f"{source}.safetensors")
        first = next(iter(tensors))
        data = safetensors_bytes({**tensors, first: tensors[first] * np.float32(0.5)}, metadata, self.path)
        return self.write(name, data)

    def write(self, name, data):
        file = self.path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
        self._made.append(file)
        return file

    def clean(self):
        for file in self._made:
            file.unlink(missing_ok=True)
            if file.parent != self.path and not any(file.parent.iterdir()):
                file.parent.rmdir()


def safetensors_bytes(tensors, metadata, folder):
    file = folder / f"{uuid4().hex}.part"
    safetensors.write(file, {name: np.asarray(array, np.float32) for name, array in tensors.items()}, metadata)
    data = file.read_bytes()
    file.unlink()
    return data


@pytest.fixture
def folders(webui):
    made = {"lora": Folder(webui.folder("lora")), "embedding": Folder(webui.folder("embeddings"))}
    yield made
    for folder in made.values():
        folder.clean()
    webui.post("/sdapi/v1/refresh-loras")
    webui.post("/sdapi/v1/refresh-embeddings")


@pytest.fixture
def lora(folders):
    return folders["lora"]


@pytest.fixture
def embedding(folders):
    return folders["embedding"]


def study(webui, characters, expressions="sad", override_settings=None, **more):
    asked = {"expressions": expressions, "characters": characters, "composition": "", "name": uuid4().hex, **more}
    return webui.study(asked, override_settings=override_settings or {})


def kinds(answer):
    written = json.loads((answer.folder / "study.json").read_text(encoding="utf-8"))
    return {one["label"]: one.get("kind", "none") for one in written["characters"]}


def test_a_name_that_no_tag_can_say_is_refused(webui, lora):
    lora.copy("Noor", "a=b.safetensors")
    answer = study(webui, "x | <lora:a=b:1>")
    assert answer.status == 422
    assert "the WebUI reads no name in it" in answer.message


def test_equal_twins_are_one_lora(webui, lora):
    lora.copy("Noor", "other place/Noor.safetensors")
    assert study(webui, "x | <lora:Noor:1>").status == 200


def test_of_different_twins_the_fault_says_where_they_lie(webui, lora):
    one = lora.copy("Noor", "twinned.safetensors")
    twin = lora.changed_copy("Noor", "other place/twinned.safetensors")
    answer = study(webui, "x | <lora:twinned:1>")
    assert answer.status == 422
    assert str(twin) in answer.message
    assert str(one) in answer.message
    assert study(webui, "x | <lora:mei:1>").status == 200


def test_different_twins_of_an_embedding_are_refused_as_well(webui, embedding):
    embedding.copy("ember_nobody", "twinned.safetensors")
    twin = embedding.changed_copy("ember_nobody", "other place/twinned.safetensors")
    answer = study(webui, "x | twinned")
    assert answer.status == 422
    assert str(twin) in answer.message


@pytest.mark.alone  # the names of its embeddings stand in the prompts of other tests
def test_an_embedding_is_found_where_the_webui_finds_it(webui, embedding):
    embedding.copy("ember_nobody", "noor.safetensors")
    embedding.changed_copy("ember_nobody", "girl.safetensors")
    answer = study(webui, "a | noor-style\nb | noors\nc | Noor woman", reference="1girl")
    assert kinds(answer) == {"a": "embedding", "b": "none", "c": "embedding"}
    used = {outcome["character"]: used_embeddings(outcome["infotext"]) for outcome in record(answer)}
    assert used == {"reference": ["girl"], "a": ["noor"], "b": [], "c": ["noor"]}
    assert "the WebUI uses the embedding 'girl' for '1girl'" in comments(answer)


def record(answer):
    lines = (answer.folder / "cells.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def comments(answer):
    return "\n".join(answer.info["extra_generation_params"]["Comments"])


def used_embeddings(infotext):
    """Their names, of those in these tests, by what the WebUI wrote of them."""
    field = infotext.partition("TI hashes: ")[2] or infotext.partition("TI: ")[2]
    return [name for name in ("girl", "noor") if name in field]


@pytest.mark.alone  # the names of its embeddings stand in the prompts of other tests
def test_another_file_of_an_embedding_within_a_word_makes_new_cells(webui, embedding):
    embedding.copy("ember_nobody", "girl.safetensors")
    name = uuid4().hex
    first = record(study(webui, "mei", reference="1girl", name=name))
    embedding.changed_copy("ember_nobody", "girl.safetensors")
    webui.post("/sdapi/v1/refresh-embeddings")
    again = record(study(webui, "mei", reference="1girl", name=name))
    assert [one["character"] for one in again[len(first) :]] == ["reference"]


def test_an_embedding_with_brackets_in_its_name(webui, embedding):
    embedding.copy("ember_nobody", "face (v2).safetensors")
    refused = study(webui, "x | face (v2)")
    assert refused.status == 422
    assert "write face \\(v2\\)" in refused.message
    assert kinds(study(webui, "x | face \\(v2\\) | kind=embedding")) == {"x": "embedding"}


def test_weights_of_an_embedding_with_a_space_in_its_name(webui, embedding):
    embedding.copy("ember_nobody", "my person.safetensors")
    assert kinds(study(webui, "x | my person | weights=0.5,1")) == {"x 0.5": "embedding", "x 1": "embedding"}


@pytest.mark.alone  # the names of its embeddings stand in the prompts of other tests
def test_a_word_that_is_an_embedding_for_another_architecture_stays_a_word(webui, embedding):
    vectors = {"emb_params": np.zeros((1, 1024), np.float32)}
    for name in ("smirk", "woman"):
        embedding.write(f"{name}.safetensors", safetensors_bytes(vectors, {}, embedding.path))
    answer = study(
        webui, "mei | mei | negative=smirk", expressions="smirk", composition="hair", negative_prompt="smirk"
    )
    assert answer.status == 200
    told = comments(answer)
    for place in ("prompt", "expressions, line 1", "negative_prompt", "characters, line 1"):
        assert f"{place}" in told
    assert "is drawn as words: the embedding 'smirk' is not made for" in told


def test_a_lora_that_does_not_load_is_told_with_its_cells(webui, lora):
    whole = (lora.path / "Noor.safetensors").read_bytes()
    lora.write("torn.safetensors", whole[: len(whole) // 2])
    answer = study(webui, "x | <lora:torn:1>")
    said = answer.message if answer.status == 422 else comments(answer)
    assert "there is no LoRA named 'torn'" in said or "the LoRA torn was named and not loaded" in said


def test_a_lora_without_effect_is_told_with_its_cells(webui, lora):
    tensors = {"transformer.blocks.0.lora_A.weight": np.ones((4, 4), np.float32)}
    lora.write("flux.safetensors", safetensors_bytes(tensors, {}, lora.path))
    answer = study(webui, "x | <lora:flux:1>")
    if webui.name not in ("standin", "a1111"):
        pytest.skip("Forge and its kin say only on the console what fits")
    (warning,) = [one["warning"] for one in record(answer) if one["character"] == "x"]
    said = ("the LoRA flux has nothing that fits the checkpoint", "the LoRA flux was named and not loaded")
    assert warning in said


def test_named_values_of_extensions_are_kept(webui):
    answer = study(webui, "x | <lora:Noor:1:lbw=OUTALL> noor | weights=0.5,1")
    assert answer.status == 200
    prompts = [outcome["infotext"].split("\n")[0] for outcome in record(answer) if outcome["character"] != "reference"]
    assert all(f"<lora:Noor:{weight}:lbw=OUTALL>" in text for weight, text in zip(("0.5", "1"), prompts, strict=True))


@pytest.mark.parametrize("tag", ["<lora:Noor:0.8 noor", "< lora:Noor:0.8>", "lora:Noor:0.8", "&lt;lora:Noor:0.8&gt;"])
def test_a_mistaken_tag_is_refused_with_its_line(webui, tag):
    answer = study(webui, f"mei\nx | {tag}")
    assert answer.status == 422
    assert "characters, line 2" in answer.message
    assert "is no network tag to the WebUI" in answer.message


def columns(answer):
    """The picture of each column, by its label."""
    assert answer.status == 200, answer.message
    labels = dict.fromkeys(one["character"] for one in record(answer))
    return dict(zip(labels, [cell[0] for cell in answer.cells], strict=True))


def test_a_lora_that_was_replaced_in_place_is_applied_anew(webui, lora):
    lora.copy("Noor", "person.safetensors")
    asked = {"characters": "x | <lora:person:1> noor", "name": uuid4().hex, "reference": "1girl"}
    first = columns(study(webui, **asked))
    lora.changed_copy("Noor", "person.safetensors")
    again = study(webui, **asked)
    made = columns(again)
    assert difference(made["reference"], first["reference"]) == 0
    assert difference(made["x"], first["x"]) > 0
    assert [one["character"] for one in record(again)] == ["reference", "x", "x"]
    webui.txt2img(prompt="<lora:mei:0.5> mei")
    plain = webui.again(next(text for _, text in again.cells if "<lora:person" in text))[0]
    assert difference(made["x"], plain) == 0


def test_a_lora_that_was_replaced_by_an_older_file_is_read_anew(webui, lora):
    """A program that downloads may keep the time of its source, and the WebUI reads newer files only."""
    lora.copy("Noor", "person.safetensors")
    asked = {"characters": "x | <lora:person:1> noor", "name": uuid4().hex}
    first = columns(study(webui, **asked))
    older = lora.changed_copy("Noor", "person.safetensors")
    os.utime(older, (10**9, 10**9))
    again = study(webui, **asked)
    assert [one["character"] for one in record(again)] == ["reference", "x", "x"]
    assert difference(columns(again)["x"], first["x"]) > 0


def test_a_lora_that_keeps_the_hash_in_its_metadata_is_known_by_its_weights(webui, lora):
    """A program that resizes or merges LoRAs keeps the metadata of their training."""
    tensors, metadata = safetensors.read(lora.path / "Noor.safetensors")
    halved = {**tensors, next(iter(tensors)): next(iter(tensors.values())) * np.float32(0.5)}
    told = {**metadata, "sshs_model_hash": "ab" * 32}
    asked = {"characters": "x | <lora:person:1> noor", "name": uuid4().hex}
    for weights, made in ((tensors, ["reference", "x"]), (halved, ["reference", "x", "x"])):
        lora.write("person.safetensors", safetensors_bytes(weights, told, lora.path))
        assert [one["character"] for one in record(study(webui, **asked))] == made


def test_a_true_hash_in_the_metadata_of_a_lora_is_the_one_of_its_weights(webui, lora):
    if webui.name in ("standin", "forge", "neo"):
        pytest.skip("without metadata, the hash of a LoRA is that of its file there")
    tensors, metadata = safetensors.read(lora.path / "Noor.safetensors")
    asked = {"characters": "x | <lora:person:1> noor", "name": uuid4().hex}
    data = safetensors_bytes(tensors, metadata, lora.path)
    weights = hashlib.sha256(data[8 + int.from_bytes(data[:8], "little") :]).hexdigest()
    for told in ({}, {"sshs_model_hash": weights}):
        file = lora.write("person.safetensors", safetensors_bytes(tensors, {**metadata, **told}, lora.path))
        os.utime(file, (10**9 + len(told), 10**9 + len(told)))
        assert len(record(study(webui, **asked))) == 2


def test_the_file_and_the_weight_of_a_lora_in_the_settings_count(webui, lora):
    lora.copy("Noor", "person.safetensors")
    asked = {"characters": "mei", "name": uuid4().hex}

    def made(settings):
        return len(record(study(webui, **asked, override_settings={"sd_lora": "person", **settings})))

    assert [made({}), made({})] == [2, 2]
    lora.changed_copy("Noor", "person.safetensors")
    assert made({}) == 4
    assert [made({"extra_networks_default_multiplier": 0.5}) for _ in range(2)] == [6, 6]


def test_an_embedding_that_was_replaced_in_place_makes_new_cells(webui, embedding):
    embedding.copy("ember_nobody", "person.safetensors")
    asked = {"characters": "x | person", "name": uuid4().hex}
    first = record(study(webui, **asked))
    embedding.changed_copy("ember_nobody", "person.safetensors")
    again = record(study(webui, **asked))
    assert [one["character"] for one in again[len(first) :]] == ["x"]


def test_an_embedding_that_was_replaced_by_an_older_file_makes_new_cells(webui, embedding):
    embedding.copy("ember_nobody", "person.safetensors")
    asked = {"characters": "x | person", "name": uuid4().hex}
    first = record(study(webui, **asked))
    older = embedding.changed_copy("ember_nobody", "person.safetensors")
    os.utime(older, (10**9, 10**9))
    again = record(study(webui, **asked))
    assert [one["character"] for one in again[len(first) :]] == ["x"]


@pytest.fixture
def vae(webui, folders):
    """A file that holds the checkpoint's own VAE, or one with other weights."""
    if webui.name == "standin":
        pytest.skip("the stand-in has no VAEs")
    folder = webui.folder("lora").parent / "VAE"
    folder.mkdir(exist_ok=True)  # Neo makes none
    folders["vae"] = Folder(folder)
    checkpoint, metadata = safetensors.read(Path(webui.get("/sdapi/v1/sd-models")[0]["filename"]))
    start = "first_stage_model."
    tensors = {name.removeprefix(start): value for name, value in checkpoint.items() if name.startswith(start)}

    def write(factor):
        changed = {name: value * np.float32(factor) for name, value in tensors.items()}
        return folders["vae"].write("person.safetensors", safetensors_bytes(changed, metadata, folders["vae"].path))

    return write


@pytest.mark.alone  # the VAE is the WebUI's for all pictures
def test_a_vae_that_was_replaced_by_an_older_file_is_read_anew(webui, vae):
    vae(1)
    webui.post("/sdapi/v1/refresh-vae")
    chosen = {"sd_vae": "person.safetensors"}
    if webui.name in ("forge", "neo"):
        chosen = {"forge_additional_modules": ["person.safetensors"]}
    asked = {"characters": "mei", "name": uuid4().hex, "override_settings": chosen}
    first = study(webui, **asked)
    assert first.status == 200, first.message
    assert len(record(study(webui, **asked))) == 2
    os.utime(vae(0.9), (10**9, 10**9))
    again = study(webui, **asked)
    assert len(record(again)) == 4
    assert difference(again.cells[0][0], first.cells[0][0]) > 0


@pytest.mark.parametrize("setting", ["sd_vae", "forge_additional_modules"])
def test_a_vae_that_is_not_there_is_refused(webui, setting):
    names = "nothere.safetensors" if setting == "sd_vae" else ["nothere.safetensors"]
    answer = study(webui, "mei", override_settings={setting: names})
    assert answer.status == 422
    assert "override setting" in answer.message
    assert setting in answer.message


def test_without_hashes_in_infotexts_what_was_loaded_is_compared(webui, lora):
    tensors = {"transformer.blocks.0.lora_A.weight": np.ones((4, 4), np.float32)}
    lora.write("flux.safetensors", safetensors_bytes(tensors, {}, lora.path))
    hashes = {"lora_add_hashes_to_infotext": False, "textual_inversion_add_hashes_to_infotext": False}
    if webui.name == "neo":
        del hashes["textual_inversion_add_hashes_to_infotext"]  # it has no such setting
    answer = study(webui, "a | <lora:Noor:1>\nb | ember_nobody\nc | <lora:flux:1>", override_settings=hashes)
    assert answer.status == 200, answer.message
    warnings = {one["character"]: one.get("warning", "") for one in record(answer)}
    assert [warnings[name] for name in ("reference", "a", "b")] == ["", "", ""]
    assert "hashes" not in "".join(one["infotext"] for one in record(answer))
    if webui.name in ("standin", "a1111"):
        assert "the LoRA flux" in warnings["c"]


@pytest.mark.parametrize("tag", ["<hypernet:nothere:1>", "<hypernet:nothere>"])
def test_an_unknown_hypernetwork_is_refused_with_its_line(webui, tag):
    why = {
        "neo": "the WebUI knows no networks of the type 'hypernet'",
        "forge": "this WebUI applies no hypernetworks; leave the tag out",
        "reforge": "this WebUI applies no hypernetworks; leave the tag out",  # loads them, to no effect
    }.get(webui.name, "there is no hypernetwork named 'nothere'")
    answer = study(webui, f"mei\nx | mei {tag}")
    assert answer.status == 422
    assert f"characters, line 2 (x | mei {tag}): {tag}: {why}" in answer.message


HYPERNETWORK = """
import sys, torch
path, width, weight = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
shapes = {"linear.0.weight": (2 * width, width), "linear.0.bias": (2 * width,)}
shapes |= {"linear.1.weight": (width, 2 * width), "linear.1.bias": (width,)}
layer = {name: torch.full(shape, weight) for name, shape in shapes.items()}
torch.save({width: (layer, layer), "name": "x", "layer_structure": [1, 2, 1]}, path)
"""


@pytest.fixture
def hypernetwork(webui, folders):
    """Writes a file of a hypernetwork with layers of some width, all of whose weights are alike."""
    if webui.name not in ("standin", "a1111"):
        pytest.skip("Neo has no hypernetworks, and reForge and Forge make nothing of them")
    folder = folders["hypernetwork"] = Folder(webui.folder("hypernetwork"))

    def write(width, weight):
        file = folder.write("person.pt", json.dumps({width: weight}).encode())
        if webui.name == "a1111":
            python = os.environ.get("A1111_PYTHON", f"{hosts.folder_of('a1111')}/venv/bin/python")
            subprocess.run([python, "-c", HYPERNETWORK, str(file), str(width), str(weight)], check=True)
        return file

    return write


def test_a_hypernetwork_that_was_replaced_is_applied_anew(webui, hypernetwork):
    asked = {"characters": "x | <hypernet:person:1> mei", "name": uuid4().hex}
    hypernetwork(768, 0.01)
    first = study(webui, **asked)
    assert [one.get("warning", "") for one in record(first)] == ["", ""]
    hypernetwork(768, 0.02)
    again = study(webui, **asked)
    assert [one["character"] for one in record(again)] == ["reference", "x", "x"]
    os.utime(hypernetwork(768, 0.03), (10**9, 10**9))
    last = study(webui, **asked)
    assert [one["character"] for one in record(last)] == ["reference", "x", "x", "x"]
    if webui.name == "a1111":  # the stand-in's change no picture
        pictures = [columns(answer)["x"] for answer in (first, again, last)]
        assert difference(pictures[0], pictures[1]) > 0
        assert difference(pictures[1], pictures[2]) > 0


def test_a_hypernetwork_without_effect_is_told_with_its_cells(webui, hypernetwork):
    asked = {"characters": "x | <hypernet:person:1> mei", "name": uuid4().hex}

    def warning():
        return record(study(webui, **asked))[-1].get("warning", "")

    hypernetwork(513, 0.01)
    assert warning() == "the hypernetwork person has nothing that fits the checkpoint"
    hypernetwork(768, 0.01).write_bytes(b"not a pickle")
    assert warning() == "the hypernetwork person was named and not loaded"


def test_an_embedding_within_a_lora_is_told_and_is_none_of_the_other_columns(webui, lora):
    tensors, metadata = safetensors.read(lora.path / "Noor.safetensors")
    metadata = {**metadata, "ss_output_name": "bundle"}
    vectors = {"bundle_emb.zorro.string_to_param.*": np.full((1, 768), 0.02, np.float32)}
    lora.write("bundle.safetensors", safetensors_bytes({**tensors, **vectors}, metadata, lora.path))
    asked = {"characters": "x | <lora:bundle:1> zorro\ny | zorro", "name": uuid4().hex}
    first = study(webui, **asked)
    assert kinds(first) == {"x": "lora", "y": "none"}
    assert "characters, line 1 (x | <lora:bundle:1> zorro): the LoRA 'bundle' brings the embedding 'zorro'" in comments(
        first
    )
    assert [one.get("warning", "") for one in record(first)] == ["", "", ""]
    webui.txt2img(prompt="<lora:bundle:1> zorro")
    assert len(record(study(webui, **asked))) == 3
