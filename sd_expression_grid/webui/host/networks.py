"""What the WebUI has installed: LoRAs, embeddings, and the checkpoint's architecture."""

from __future__ import annotations

import filecmp
import json
import struct
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import extra_networks, shared

from sd_expression_grid.plan.network_check import Catalog
from sd_expression_grid.prompts.network_tags import find_tags
from sd_expression_grid.webui.host.embeddings import EmbeddingReader
from sd_expression_grid.webui.host.files import files_below
from sd_expression_grid.webui.host.host import HOST

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Mapping, Sequence

_ARCHITECTURE_OF_CONTEXT = {768: "SD1", 1024: "SD2", 2048: "SDXL"}
_MAX_HEADER = 64 * 2**20
_LORA_FILES = (".safetensors", ".pt", ".ckpt")
_EMBEDDING_FILES = (".safetensors", ".pt", ".bin")


def read_catalog() -> Catalog:
    """Scans the WebUI's folders anew and lists what can be named in a prompt."""
    return InstalledNetworks().catalog()


def lora_files() -> dict[str, str]:
    """The LoRAs' files by their names."""
    lora = sys.modules.get("networks")
    return {name: str(entry.filename) for name, entry in lora.available_networks.items()} if lora else {}


def embedding_files() -> dict[str, str]:
    """The embeddings' files by their names."""
    return {name: str(entry.filename) for name, entry in _embeddings(HOST.embedding_databases()).items()}


def folders_of(files: Iterable[str]) -> dict[str, str]:
    """Networks' folders by their files: relative to where the WebUI looks, with / between parts; empty for that one."""
    roots = [*_lora_folders(), *_embedding_folders(HOST.embedding_databases())]
    return {file: _folder_below(roots, Path(file).parent) for file in files}


def _folder_below(roots: Iterable[str], folder: Path) -> str:
    parts = next((folder.relative_to(root).parts for root in roots if folder.is_relative_to(root)), ())
    return "/".join(parts)


class InstalledNetworks:
    """The LoRAs and embeddings of the WebUI, by a scan of its folders; one scan for a run.

    ``embeddings`` finds the embeddings in texts.
    """

    def __init__(self) -> None:
        lora = sys.modules.get("networks")
        if lora:
            HOST.forget_old_hashes(_lora_folders())
            lora.list_available_networks()
        self._ambiguous = _ambiguous(lora) if lora else {}
        self._loras = _unambiguous(lora, self._ambiguous) if lora else {}
        self._hypernetworks = HOST.hypernetworks()
        self._databases = HOST.embedding_databases()
        self._embeddings = _embeddings(self._databases)
        self.embeddings = EmbeddingReader()

    def catalog(self) -> Catalog:
        """What can be named in a prompt."""
        model = HOST.loaded_model()
        return Catalog(
            checkpoint=model.sd_checkpoint_info.name_for_extra,
            architecture=_checkpoint_architecture(model),
            loras=_Loras(self._loras),
            ambiguous=self._ambiguous,
            ambiguous_embeddings=_twins(_embedding_folders(self._databases), _EMBEDDING_FILES),
            embeddings=frozenset(self._embeddings),
            unusable_embeddings=frozenset(name for known in self._databases for name in known.skipped_embeddings),
            embeddings_in=self.embeddings.names_in,
            other_types=frozenset((*extra_networks.extra_network_registry, *extra_networks.extra_network_aliases)),
            schedules_weights=_schedules_weights(),
            hypernetworks=frozenset(self._hypernetworks) if HOST.applies_hypernetworks() else None,
            bundled_in=self._bundled_in,
            uses_bundled=HOST.uses_bundled_embeddings(),
        )

    def _bundled_in(self, name: str) -> Collection[str]:
        """The names of the embeddings that a LoRA's file brings with it."""
        tensors = safetensors_header(Path(self._loras[name].filename)) if name in self._loras else {}
        return {
            tensor.split(".")[1] for tensor in tensors if tensor.startswith("bundle_emb.") and tensor.count(".") > 1
        }

    def hashes_of_settings(self) -> dict[str, str]:
        """The hashes of what two settings add to every prompt, by the settings' names; none where nothing is added."""
        lora, hypernetwork = (HOST.option(name, "None") for name in ("sd_lora", "sd_hypernetwork"))
        found = {}
        if lora in self._loras:
            found["sd_lora"] = HOST.lora_hash(self._loras[lora])
        if hypernetwork in self._hypernetworks:
            found["sd_hypernetwork"] = HOST.hypernetwork_hash(hypernetwork, self._hypernetworks[hypernetwork])
        return found

    def named_hashes(self, prompts: str, texts: Iterable[str]) -> list[tuple[str, str]]:
        """The kinds and names of the networks of a cell, with the hashes of their files.

        ``prompts`` holds the tags of its LoRAs and hypernetworks, ``texts`` are those that reach the text encoders.
        """
        tags, files = find_tags(prompts), self._hypernetworks
        loras = [tag.name for tag in tags if tag.is_lora and tag.name in self._loras]
        hypernetworks = [tag.name for tag in tags if tag.type == "hypernet" and tag.name in files]
        names = self.embeddings.names_in_any(texts)
        return [
            *((f"LoRA {name}", HOST.lora_hash(self._loras[name])) for name in loras),
            *((f"embedding {name}", HOST.embedding_hash(self._embeddings[name])) for name in names),
            *((f"hypernetwork {name}", HOST.hypernetwork_hash(name, files[name])) for name in hypernetworks),
        ]


class _Loras(dict[str, str]):
    """Architectures by name; a LoRA's file is only opened for the names that a study uses."""

    def __init__(self, entries: dict[str, Any]) -> None:
        super().__init__(dict.fromkeys(entries, ""))
        self._entries = entries

    def __getitem__(self, name: str) -> str:
        return _lora_architecture(self._entries[name])


def _embeddings(databases: list[Any]) -> dict[str, Any]:
    known = (pair for database in databases for pair in database.word_embeddings.items())
    return {name: entry for name, entry in known if not HOST.is_bundled(entry)}


def _unambiguous(lora: Any, ambiguous: Mapping[str, str]) -> dict[str, Any]:
    """Every name that the WebUI resolves to one file: file names, and aliases, that no two LoRAs share."""
    known = {**lora.available_network_aliases, **lora.available_networks}
    return {name: entry for name, entry in known.items() if name not in ambiguous}


def _ambiguous(lora: Any) -> dict[str, str]:
    """Names that find one of several LoRAs, and what to do about it."""
    aliases = set(lora.available_network_aliases) - set(lora.available_networks)
    shared_by_several = {
        name: f"several LoRAs go by the name '{name}'; write the file's name"
        for name in aliases
        if name.lower() in lora.forbidden_network_aliases
    }
    return {**shared_by_several, **_twins(_lora_folders(), _LORA_FILES)}


def _twins(folders: Iterable[str], endings: Container[str]) -> dict[str, str]:
    """Names that files with other contents share, and where those lie: the WebUI takes the last that it finds."""
    files: dict[str, list[Path]] = {}
    for file in (file for folder in folders for file in files_below(folder)):
        if file.suffix.lower() in endings:
            files.setdefault(file.stem, []).append(file)
    return {
        name: f"several files are named '{name}': {', '.join(map(str, sorted(found)))}; rename all but one"
        for name, found in files.items()
        if len(found) > 1 and not _are_equal(found)
    }


def _are_equal(files: Sequence[Path]) -> bool:
    """Whether files have the same bytes."""
    return all(filecmp.cmp(files[0], other, shallow=False) for other in files[1:])


def _lora_folders() -> list[str]:
    """Where the WebUI looks for LoRAs: its own folder, that of LyCORIS, and further ones where it takes them."""
    flags = shared.cmd_opts
    further = getattr(flags, "lora_dirs", None) or []
    own = (flags.lora_dir, getattr(flags, "lyco_dir_backcompat", None))
    return [str(folder) for folder in (*own, *further) if folder]


def _embedding_folders(databases: list[Any]) -> list[str]:
    return list(dict.fromkeys(str(folder) for known in databases for folder in known.embedding_dirs))


def _schedules_weights() -> bool:
    """Whether an extension reads LoRA weights of its own: it puts a class of its own over the WebUI's."""
    lora = extra_networks.extra_network_registry.get("lora")
    lineage = type(lora).__mro__
    if extra_networks.ExtraNetwork not in lineage:
        return False
    webuis = lineage[lineage.index(extra_networks.ExtraNetwork) - 1]
    return bool(webuis.__subclasses__())


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
    said = getattr(getattr(entry, "sd_version", None), "name", "")  # Neo does not read it
    return said if said in ("SD2", "SDXL") else ""


def _measured_architecture(file: Path) -> str:
    """From the shape of a weight that reads the text encoding (cross-attention keys), in a safetensors header."""
    try:
        status = file.stat()
    except OSError:
        return ""  # the WebUI reports a broken file when it loads it
    return _architecture_of(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=10_000)
def _architecture_of(file: Path, _changed: int, _size: int) -> str:
    """Of a file as it is at this time and size: lists of installed networks read hundreds of headers."""
    for name, tensor in safetensors_header(file).items():
        if "attn2_to_k" in name and name.endswith("lora_down.weight"):
            return _ARCHITECTURE_OF_CONTEXT.get(tensor["shape"][1], "")
    return ""


def safetensors_header(file: Path) -> dict[str, Any]:
    """What a safetensors file tells of its tensors, and its metadata; empty for other and broken files."""
    if file.suffix.lower() != ".safetensors":
        return {}
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            header = json.loads(stream.read(length)) if length <= _MAX_HEADER else {}
    except (OSError, ValueError, struct.error):
        return {}  # the WebUI reports a broken file when it loads it
    return header if isinstance(header, dict) else {}
