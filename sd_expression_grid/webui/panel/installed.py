"""The installed LoRAs and embeddings as lines of a character list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from modules import extra_networks, shared

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.prompts.network_tags import find_tags
from sd_expression_grid.study.lists import read_character_lines, write_lines
from sd_expression_grid.webui.host.networks import embedding_files, lora_files, read_catalog
from sd_expression_grid.webui.panel.creators import creator_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A character list with networks added, and the names of those that no line can say."""

    text: str
    left_out: tuple[str, ...]


def with_installed(text: str, part: str) -> Filled:
    """The list with the networks added whose names hold ``part`` and that it does not have yet, a group each.

    StudyError when there are none to add.
    """
    entries = read_character_lines(text)[0]
    listed, labels = {str(entry.fields["text"]) for entry in entries}, {_key(entry.fields) for entry in entries}
    found = [
        entry
        for entry in _installed()
        if part.strip().lower() in entry["name"].lower() and _key(entry) not in labels and entry["text"] not in listed
    ]
    added = [{key: value for key, value in entry.items() if key != "name"} for entry in found if _has_a_line(entry)]
    left_out = tuple(entry["name"] for entry in found if not _has_a_line(entry))
    if not added:
        fits = f" and has '{part.strip()}' in its name" if part.strip() else ""
        why = f"; no line can say {', '.join(left_out)}: rename the file" if left_out else ""
        message = f"no further LoRA or embedding fits the checkpoint{fits}{why}"
        raise StudyError(message)
    return Filled(text="\n".join(filter(None, (text.rstrip(), write_lines(added)))), left_out=left_out)


def _key(fields: Any) -> str:
    return str(fields["label"]).lower()


def _installed() -> list[dict[str, str]]:
    catalog = read_catalog()
    loras = [
        {"name": name, "group": "LoRAs", "label": name, **_as_its_card_says(name, file)}
        for name, file in sorted(lora_files().items(), key=_by_name)
        if name in catalog.loras and catalog.loras[name] in ("", catalog.architecture)
    ]
    taken, files = {_key(entry) for entry in loras}, embedding_files()
    embeddings = [
        {
            "name": name,
            "group": "Embeddings",
            "label": _free_label(name, taken),
            "text": _as_words(name),
            "creator": creator_of(files[name]),
        }
        for name in sorted(catalog.embeddings, key=str.lower)
        if name not in catalog.ambiguous_embeddings
    ]
    return [*loras, *embeddings]


def _free_label(name: str, taken: set[str]) -> str:
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


def _as_its_card_says(name: str, file: str) -> dict[str, str]:
    """The text that the LoRA's card would put into the prompts: preferred weight, trigger words, negative text.

    With it comes who made the LoRA.
    """
    card: dict[str, Any] = extra_networks.get_user_metadata(file)
    words = (str(card.get("activation text") or ""), str(card.get("negative text") or ""))
    text, negative = (" ".join(part.split()) for part in words)
    own = f"<lora:{name}:{_preferred_weight(card):g}> {text}".strip()
    return {"text": own, "negative": negative, "creator": creator_of(file)}


def _preferred_weight(card: dict[str, Any]) -> float:
    """The card's weight, which some managers write as a text; where there is none, the WebUI's default."""
    try:
        weight = float(card.get("preferred weight") or 0)
    except (TypeError, ValueError):
        weight = 0
    return weight or float(shared.opts.extra_networks_default_multiplier)


def _by_name(item: tuple[str, str]) -> str:
    return item[0].lower()
