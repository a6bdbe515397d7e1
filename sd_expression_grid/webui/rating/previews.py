"""The preview pictures of characters' networks, as the WebUI's cards show them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modules import shared

from sd_expression_grid.prompts.network_tags import find_tags
from sd_expression_grid.webui.host.networks import lora_files
from sd_expression_grid.webui.host.previews import previews_of_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sd_expression_grid.study.study import Character


def previews_of(characters: Iterable[Character]) -> dict[str, str]:
    """The previews' addresses by the characters' labels, of those that have one."""
    loras, embeddings = lora_files(), _embedding_files()
    files = {each.label: _files_of(each, loras, embeddings) for each in characters}
    previews = previews_of_files({file for found in files.values() for file in found})
    first = {label: next((previews[file] for file in found if file in previews), "") for label, found in files.items()}
    return {label: address for label, address in first.items() if address}


def _files_of(character: Character, loras: Mapping[str, str], embeddings: Mapping[str, str]) -> list[str]:
    """The files of the networks that the character's text names, LoRAs first."""
    files = [loras[tag.name] for tag in find_tags(character.text) if tag.is_lora and tag.name in loras]
    if character.kind == "embedding":
        files += [embeddings[word] for word in character.text.lower().split() if word in embeddings]
    return files


def _embedding_files() -> dict[str, str]:
    """By the folder: to know what the text encoders know, a checkpoint would have to be loaded."""
    if not shared.cmd_opts.embeddings_dir:
        return {}
    folder = Path(shared.cmd_opts.embeddings_dir)
    files = (file for ending in ("safetensors", "pt", "bin") for file in folder.rglob(f"*.{ending}"))
    return {file.stem.lower(): str(file) for file in files}
