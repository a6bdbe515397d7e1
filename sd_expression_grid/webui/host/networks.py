"""What the WebUI has installed: LoRAs, embeddings, and the checkpoint's architecture."""

from __future__ import annotations

import json
import os
import struct
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from modules import extra_networks, shared

from sd_expression_grid.plan.network_check import Catalog, names_in
from sd_expression_grid.prompts.network_tags import find_tags
from sd_expression_grid.webui.host.host import embedding_databases, embedding_hash, loaded_model

_ARCHITECTURE_OF_CONTEXT = {768: "SD1", 1024: "SD2", 2048: "SDXL"}
_MAX_HEADER = 64 * 2**20
_LORA_FILES = (".safetensors", ".pt", ".ckpt")


def read_catalog() -> Catalog:
    """Scans the WebUI's folders anew and lists what can be named in a prompt."""
    lora = sys.modules.get("networks")
    if lora:
        lora.list_available_networks()
    model, databases = loaded_model(), embedding_databases()
    return Catalog(
        checkpoint=model.sd_checkpoint_info.name_for_extra,
        architecture=_checkpoint_architecture(model),
        loras=_Loras(_unambiguous(lora)) if lora else {},
        ambiguous=_ambiguous(lora) if lora else frozenset(),
        embeddings=frozenset(_embeddings(databases)),
        unusable_embeddings=frozenset(name for known in databases for name in known.skipped_embeddings),
        other_types=frozenset((*extra_networks.extra_network_registry, *extra_networks.extra_network_aliases)),
    )


def lora_files() -> dict[str, str]:
    """The LoRAs' files by their names."""
    lora = sys.modules.get("networks")
    return {name: str(entry.filename) for name, entry in lora.available_networks.items()} if lora else {}


class NetworkFiles:
    """What stands for the files of the LoRAs and embeddings, as they are now."""

    def __init__(self) -> None:
        lora = sys.modules.get("networks")
        self._loras = _unambiguous(lora) if lora else {}
        self._embeddings = _embeddings(embedding_databases())

    def hashes(self, prompt: str) -> list[str]:
        """The hashes of all that a prompt names, in its order."""
        return [value for _, value in self.named_hashes(prompt)]

    def named_hashes(self, prompt: str) -> list[tuple[str, str]]:
        """The same with the kinds and names of the networks."""
        tags = [tag for tag in find_tags(prompt) if tag.is_lora and tag.name in self._loras]
        found = [(f"LoRA {tag.name}", self._loras[tag.name]) for tag in tags]
        for _, entry in found:
            entry.read_hash()
        hashes = [(name, str(entry.hash or entry.filename)) for name, entry in found]
        names = self.embeddings_in(prompt)
        return [*hashes, *((f"embedding {name}", embedding_hash(self._embeddings[name])) for name in names)]

    def embeddings_in(self, prompt: str) -> list[str]:
        """The names of the embeddings in a prompt, sorted."""
        return sorted(names_in(prompt, self._embeddings))


class _Loras(dict[str, str]):
    """Architectures by name; a LoRA's file is only opened for the names that a study uses."""

    def __init__(self, entries: dict[str, Any]) -> None:
        super().__init__(dict.fromkeys(entries, ""))
        self._entries = entries

    def __getitem__(self, name: str) -> str:
        return _lora_architecture(self._entries[name])


def _embeddings(databases: list[Any]) -> dict[str, Any]:
    return {name: entry for database in databases for name, entry in database.word_embeddings.items()}


def _unambiguous(lora: Any) -> dict[str, Any]:
    """Every name that the WebUI resolves to one file: file names, and aliases, that no two LoRAs share."""
    aliases = {
        name: entry
        for name, entry in lora.available_network_aliases.items()
        if name.lower() not in lora.forbidden_network_aliases
    }
    twins = _twins()
    return {name: entry for name, entry in {**aliases, **lora.available_networks}.items() if name not in twins}


def _ambiguous(lora: Any) -> frozenset[str]:
    aliases = set(lora.available_network_aliases) - set(lora.available_networks)
    return _twins() | {name for name in aliases if name.lower() in lora.forbidden_network_aliases}


def _twins() -> frozenset[str]:
    """Names of files that stand in several folders; the WebUI takes the last that it finds."""
    files = (Path(name) for _, _, names in os.walk(shared.cmd_opts.lora_dir, followlinks=True) for name in names)
    stems = Counter(file.stem for file in files if file.suffix.lower() in _LORA_FILES)
    return frozenset(stem for stem, count in stems.items() if count > 1)


def _checkpoint_architecture(model: Any) -> str:
    names = {"is_sdxl": "SDXL", "is_sd2": "SD2", "is_sd1": "SD1"}
    return next((name for flag, name in names.items() if getattr(model, flag, False)), "")


def _lora_architecture(entry: Any) -> str:
    """The user's own word in the LoRA's card, else the width of its text projections, else the trainer's metadata.

    The WebUI itself takes any LoRA with metadata for SD1 unless the metadata names another architecture.
    """
    said = extra_networks.get_user_metadata(entry.filename).get("sd version", "Unknown")
    if said in _ARCHITECTURE_OF_CONTEXT.values():
        return str(said)
    measured = _measured_architecture(Path(entry.filename))
    if measured:
        return measured
    return entry.sd_version.name if entry.sd_version.name in ("SD2", "SDXL") else ""


def _measured_architecture(file: Path) -> str:
    """From the shape of a weight that reads the text encoding (cross-attention keys), in a safetensors header."""
    for name, tensor in _safetensors_header(file).items():
        if "attn2_to_k" in name and name.endswith("lora_down.weight"):
            return _ARCHITECTURE_OF_CONTEXT.get(tensor["shape"][1], "")
    return ""


def _safetensors_header(file: Path) -> dict[str, Any]:
    if file.suffix.lower() != ".safetensors":
        return {}
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            header = json.loads(stream.read(length)) if length <= _MAX_HEADER else {}
    except (OSError, ValueError, struct.error):
        return {}  # the WebUI reports a broken file when it loads it
    return header if isinstance(header, dict) else {}
