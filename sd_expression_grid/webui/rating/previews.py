"""The preview pictures of characters' networks, as the WebUI's cards show them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modules import shared

from sd_expression_grid.prompts.network_tags import find_tags
from sd_expression_grid.webui.host.networks import lora_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sd_expression_grid.study.study import Character

_ENDINGS = tuple(f"{preview}.{kind}" for preview in ("", ".preview") for kind in ("png", "jpg", "jpeg", "webp", "gif"))


def previews_of(characters: Iterable[Character]) -> dict[str, Path]:
    """The previews by the characters' labels, of those that have one; the page may show them from now on.

    gradio serves only files that it is told of.
    """
    loras, embeddings = lora_files(), _embedding_files()
    found = {each.label: _preview_of(each, loras, embeddings) for each in characters}
    previews = {label: file for label, file in found.items() if file}
    allowed = shared.demo.allowed_paths
    allowed.extend(str(file) for file in previews.values() if str(file) not in allowed)
    return previews


def _preview_of(character: Character, loras: Mapping[str, str], embeddings: Mapping[str, Path]) -> Path | None:
    """The first preview of a network that the character's text names."""
    names = [tag.name for tag in find_tags(character.text) if tag.is_lora]
    files = [Path(loras[name]) for name in names if name in loras]
    if character.kind == "embedding":
        files += [embeddings[word] for word in character.text.lower().split() if word in embeddings]
    beside = (file.with_suffix(ending) for file in files for ending in _ENDINGS)
    return next((file.resolve() for file in beside if file.is_file()), None)


def _embedding_files() -> dict[str, Path]:
    if not shared.cmd_opts.embeddings_dir:
        return {}
    folder = Path(shared.cmd_opts.embeddings_dir)
    files = (file for ending in ("safetensors", "pt", "bin") for file in folder.rglob(f"*.{ending}"))
    return {file.stem.lower(): file for file in files}
