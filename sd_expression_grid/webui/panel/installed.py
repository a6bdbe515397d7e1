"""The installed LoRAs and embeddings as lines of a character list."""

from __future__ import annotations

from typing import Any

from modules import extra_networks, shared

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.study.lists import read_character_lines, write_lines
from sd_expression_grid.webui.host.networks import lora_files, read_catalog


def with_installed(text: str, part: str) -> str:
    """The list with the networks added whose names hold ``part`` and that it does not have yet, a group each.

    StudyError when there are none to add.
    """
    listed = {str(entry.fields["text"]) for entry in read_character_lines(text)[0]}
    names = {str(entry.fields["label"]).lower() for entry in read_character_lines(text)[0]}
    found = [
        entry
        for entry in _installed()
        if part.strip().lower() in entry["label"].lower()
        and entry["label"].lower() not in names
        and entry["text"] not in listed
    ]
    if not found:
        message = f"no further LoRA or embedding fits the checkpoint and has '{part.strip()}' in its name"
        raise StudyError(message if part.strip() else "no further LoRA or embedding fits the checkpoint")
    return "\n".join(filter(None, (text.rstrip(), write_lines(found))))


def _installed() -> list[dict[str, str]]:
    catalog = read_catalog()
    loras = [
        {"group": "LoRAs", "label": name, **_as_its_card_says(name, file)}
        for name, file in sorted(lora_files().items(), key=_by_name)
        if name in catalog.loras and catalog.loras[name] in ("", catalog.architecture)
    ]
    embeddings = sorted(catalog.embeddings, key=str.lower)
    return [*loras, *({"group": "Embeddings", "label": name, "text": name} for name in embeddings)]


def _as_its_card_says(name: str, file: str) -> dict[str, str]:
    """The text that the LoRA's card would put into the prompts: preferred weight, trigger words, negative text."""
    card: dict[str, Any] = extra_networks.get_user_metadata(file)
    weight = card.get("preferred weight") or shared.opts.extra_networks_default_multiplier
    words = (str(card.get("activation text") or ""), str(card.get("negative text") or ""))
    text, negative = (" ".join(part.split()) for part in words)
    return {"text": f"<lora:{name}:{weight:g}> {text}".strip(), "negative": negative}


def _by_name(item: tuple[str, str]) -> str:
    return item[0].lower()
