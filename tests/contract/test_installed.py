"""Add to characters: what it writes is what the WebUI loads, whatever the files and their cards are like."""

import html
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.standin.webui import module


@pytest.fixture
def webui(in_process):
    yield in_process
    for folder, name in MADE:
        for file in (in_process.data_dir / folder).glob(f"{name}.*"):
            file.unlink()


MADE = [("models/Lora", "card"), ("models/Lora", "Noor#2"), ("models/Lora", "a=b"), ("models/Lora", "twin")]
MADE += [("embeddings", "twin"), ("embeddings", "face (v2)"), ("models/Lora/people/new", "card")]


def put(webui, folder, source, name, card=None):
    path, sources = (
        webui.data_dir / folder,
        webui.data_dir / ("embeddings" if folder == "embeddings" else "models/Lora"),
    )
    path.mkdir(parents=True, exist_ok=True)
    (path / f"{name}.safetensors").write_bytes((sources / f"{source}.safetensors").read_bytes())
    if card is not None:
        (path / f"{name}.json").write_text(json.dumps(card))


def added(webui, part, text=""):
    from sd_expression_grid.webui.panel.installed import installed_networks, with_installed

    module("modules.sd_hijack").model_hijack.embedding_db.load_textual_inversion_embeddings(force_reload=True)
    return with_installed(text, {network.id for network in installed_networks() if part in network.name})


def answer_of(characters, **request):
    """What the panel's list answers: the characters, if they change, and the networks to choose from."""
    from sd_expression_grid.webui.panel.panel_installed import _answered

    update, answer = _answered(json.dumps(request), characters)
    data = json.loads(html.unescape(re.search(">(.*)<", answer)[1]))
    return update if isinstance(update, str) else None, {one["id"]: one for one in data["networks"]}, data


def checked(webui, characters):
    """The kinds of the columns, as a study with these lines has them."""
    request = {"script_name": "Expression grid", "steps": 2, "width": 32, "height": 32}
    study = {"expressions": "sad", "composition": "", "reference": "", "characters": characters}
    answer = webui.txt2img({**request, "script_args": [json.dumps(study)], "save_images": True})
    info = json.loads(answer["info"])
    folder = Path(info["extra_generation_params"]["Study folder"])
    written = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    return {one["label"]: one["kind"] for one in written["characters"]}


@pytest.mark.parametrize(("weight", "written"), [("0.8", "0.8"), (0.6, "0.6"), ("", "1"), ("strong", "1"), (None, "1")])
def test_a_cards_weight_may_be_a_text(webui, weight, written):
    put(webui, "models/Lora", "Noor", "card", {"preferred weight": weight, "activation text": "noor woman"})
    assert added(webui, "card").text == f"[LoRAs]\ncard | <lora:card:{written}> noor woman"


def test_a_lora_and_an_embedding_of_one_name_have_labels_of_their_own(webui):
    put(webui, "models/Lora", "Noor", "twin")
    put(webui, "embeddings", "ember_nobody", "twin")
    text = added(webui, "twin").text
    assert text == "[LoRAs]\ntwin | <lora:twin:1>\n[Embeddings]\ntwin embedding | twin"
    assert checked(webui, text) == {"twin": "lora", "twin embedding": "embedding"}


def test_names_that_no_line_can_say_are_left_out_and_named(webui):
    for name in ("Noor#2", "a=b"):
        put(webui, "models/Lora", "Noor", name)
    filled = added(webui, "", "mei | <lora:mei:1>")
    assert sorted(filled.left_out) == ["Noor#2", "a=b"]
    assert "#" not in filled.text
    assert "=" not in filled.text


def test_an_embeddings_brackets_are_escaped(webui):
    put(webui, "embeddings", "ember_nobody", "face (v2)")
    text = added(webui, "face (v2)").text
    assert text == "[Embeddings]\nface (v2) | face \\(v2\\)"
    assert checked(webui, text) == {"face (v2)": "embedding"}


def test_all_that_is_installed_is_taken_without_a_fault(webui):
    kinds = checked(webui, added(webui, "").text)
    assert set(kinds.values()) == {"lora", "embedding"}
    assert len(kinds) >= 9


@pytest.mark.parametrize(
    ("end", "told", "creator"),
    [
        ("civitai.info", {"creator": {"username": "Ana  B"}}, "Ana B"),
        ("civitai.info", {"model": {"creator": {"username": "Ana"}}}, "Ana"),
        ("metadata.json", {"civitai": {"creator": {"username": "Bo"}}}, "Bo"),
        ("metadata.json", {"civitai": None}, ""), ("civitai.info", {"creator": {"username": "a | b"}}, ""),
        ("civitai.info", [1], ""), ("civitai.info", {"creator": {"username": 3}}, ""),
    ],
)  # fmt: skip
def test_the_creator_comes_from_what_managers_keep_beside_a_file(webui, end, told, creator):
    put(webui, "models/Lora", "Noor", "card")
    put(webui, "embeddings", "ember_nobody", "twin")
    (webui.data_dir / f"models/Lora/card.{end}").write_text(json.dumps(told), encoding="utf-8")
    (webui.data_dir / f"embeddings/twin.{end}").write_text(json.dumps(told), encoding="utf-8")
    after = f" | creator={creator}" if creator else ""
    assert added(webui, "card").text == f"[LoRAs]\ncard | <lora:card:1>{after}"
    assert added(webui, "twin").text == f"[Embeddings]\ntwin{after}"


def test_the_creator_comes_from_the_files_own_metadata(webui):
    put(webui, "models/Lora", "Noor", "card")
    file = webui.data_dir / "models/Lora/card.safetensors"
    data = file.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = {**header.get("__metadata__", {}), "modelspec.author": "Cy"}
    text = json.dumps(header).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length :])
    assert added(webui, "card").text == "[LoRAs]\ncard | <lora:card:1> | creator=Cy"
    file.with_suffix(".civitai.info").write_text("{broken")
    assert added(webui, "card").text == "[LoRAs]\ncard | <lora:card:1> | creator=Cy"


def test_the_list_has_folders_and_the_cards_previews_and_no_file_of_another_checkpoint(webui):
    put(webui, "models/Lora/people/new", "Noor", "card")
    preview = webui.data_dir / "models/Lora/people/new/card.preview.png"
    preview.write_bytes(b"")
    _, networks, data = answer_of("", at=3)
    assert data["at"] == 3
    assert networks["lora:card"]["folder"] == "LoRAs/people/new"
    assert parse_qs(urlsplit(networks["lora:card"]["preview"]).query)["filename"] == [str(preview)]
    assert networks["lora:Noor"] == {"id": "lora:Noor", "name": "Noor", "folder": "LoRAs", "preview": ""}
    assert networks["embedding:ember_nobody"]["folder"] == "Embeddings"
    folders = [one["folder"] for one in networks.values()]
    assert folders == sorted(folders, key=lambda folder: (folder[0] != "L", folder))
    others = [name for name in module("networks").available_networks if f"lora:{name}" not in networks]
    assert others, "of the samples, some are for another checkpoint"
    fitting, _, _ = answer_of("mei | <lora:mei:1>", add=[f"lora:{others[0]}"])
    assert fitting is None


def test_what_is_chosen_is_added_once_and_nothing_else(webui):
    text, networks, _ = answer_of(
        "mei | <lora:mei:1>", add=["lora:Noor", "lora:mei", "embedding:ember_nobody", "lora:gone"]
    )
    assert text == "mei | <lora:mei:1>\n[LoRAs]\nNoor | <lora:Noor:1>\n[Embeddings]\nember_nobody"
    assert "lora:Noor" in networks
    assert answer_of(text, add=["lora:Noor"])[0] is None
