"""The installed LoRAs and embeddings, to choose from, and as lines of a character list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from modules import extra_networks, shared

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.prompts.network_tags import find_tags
from sd_expression_grid.study.lists import read_character_lines, write_lines
from sd_expression_grid.webui.host.networks import embedding_files, folders_of, lora_files, read_catalog
from sd_expression_grid.webui.panel.creators import creator_of

if TYPE_CHECKING:
    from collections.abc import Collection

GROUPS = {"lora": "LoRAs", "embedding": "Embeddings"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A network that fits the checkpoint. ``folder`` is relative to where the WebUI looks, with / between its parts."""

    kind: Literal["lora", "embedding"]
    name: str
    file: str
    folder: str

    @property
    def id(self) -> str:
        """Tells it from all others."""
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A character list with networks added, and the names of those that no line can say."""

    text: str
    left_out: tuple[str, ...]


def installed_networks() -> list[Installed]:
    """The LoRAs, then the embeddings, folder by folder; none that is made for another checkpoint."""
    catalog = read_catalog()
    loras, embeddings = lora_files(), embedding_files()
    folders = folders_of([*loras.values(), *embeddings.values()])
    found = [
        Installed(kind="lora", name=name, file=file, folder=folders[file])
        for name, file in loras.items()
        if name in catalog.loras and catalog.loras[name] in ("", catalog.architecture)
    ]
    found += [
        Installed(kind="embedding", name=name, file=embeddings[name], folder=folders[embeddings[name]])
        for name in catalog.embeddings
        if name not in catalog.ambiguous_embeddings
    ]
    return sorted(found, key=_place)


def _place(network: Installed) -> tuple[int, str, str]:
    return [*GROUPS].index(network.kind), network.folder.lower(), network.name.lower()


def with_installed(text: str, ids: Collection[str]) -> Filled:
    """The list with these networks added that it does not have yet, a group for each kind.

    StudyError when there are none to add.
    """
    entries = read_character_lines(text)[0]
    listed, labels = {str(entry.fields["text"]) for entry in entries}, {_key(entry.fields) for entry in entries}
    networks = installed_networks()
    taken = {network.name.lower() for network in networks if network.kind == "lora"}
    chosen = [network for network in networks if network.id in ids]
    made = [(network.name, _entry(network, taken)) for network in chosen]
    new = [(name, entry) for name, entry in made if _key(entry) not in labels and entry["text"] not in listed]
    added = [entry for _, entry in new if _has_a_line(entry)]
    left_out = tuple(name for name, entry in new if not _has_a_line(entry))
    if not added:
        unsaid = f"no line can say {', '.join(left_out)}: rename the file"
        raise StudyError(unsaid if left_out else "what is chosen is in the list already, or no longer installed")
    return Filled(text="\n".join(filter(None, (text.rstrip(), write_lines(added)))), left_out=left_out)


def _key(fields: Any) -> str:
    return str(fields["label"]).lower()


def _entry(network: Installed, taken: Collection[str]) -> dict[str, str]:
    """The network as a list's entry; ``taken`` are the labels of LoRAs, in small letters."""
    if network.kind == "lora":
        own = {"label": network.name, **_as_its_card_says(network)}
    else:
        own = {"label": _free_label(network.name, taken), "text": _as_words(network.name)}
    return {"group": GROUPS[network.kind], **own, "creator": creator_of(network.file)}


def _free_label(name: str, taken: Collection[str]) -> str:
    return f"{name} embedding" if name.lower() in taken else name


def _as_words(name: str) -> str:
    """An embedding's name in a prompt: bare brackets would be a weight."""
    return re.sub(r"[()\[\]]", r"\\\g<0>", name)


def _has_a_line(entry: dict[str, str]) -> bool:
    """Whether the entry can be written as a line that the WebUI reads as meant: ``#`` starts a comment there."""
    if "#" in entry["text"] or not all(tag.has_name for tag in find_tags(entry["text"])):
        return False
    entries, faults = read_character_lines(write_lines([entry]))
    return not faults and [read.fields["text"] for read in entries] == [entry["text"]]


def _as_its_card_says(lora: Installed) -> dict[str, str]:
    """The text that the LoRA's card would put into the prompts: preferred weight, trigger words, negative text."""
    card: dict[str, Any] = extra_networks.get_user_metadata(lora.file)
    words = (str(card.get("activation text") or ""), str(card.get("negative text") or ""))
    text, negative = (" ".join(part.split()) for part in words)
    return {"text": f"<lora:{lora.name}:{_preferred_weight(card):g}> {text}".strip(), "negative": negative}


def _preferred_weight(card: dict[str, Any]) -> float:
    """The card's weight, which some managers write as a text; where there is none, the WebUI's default."""
    try:
        weight = float(card.get("preferred weight") or 0)
    except (TypeError, ValueError):
        weight = 0
    return weight or float(shared.opts.extra_networks_default_multiplier)
