"""Compares the networks that a cell names with those that its infotext says were loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules import shared

from sd_expression_grid.prompts.infotext_text import settings_in
from sd_expression_grid.prompts.network_tags import find_tags
from sd_expression_grid.webui.host.embeddings import EmbeddingReader

if TYPE_CHECKING:
    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.webui.host.prompt_reader import PromptReader

_DROPPED = str.maketrans("", "", ":,")
"""Characters that the WebUI leaves out of names in ``Lora hashes`` and ``TI hashes``."""


class LoadedNetworks:
    """Knows what the cells of a run name; embeddings must have been read before."""

    def __init__(self, reader: PromptReader) -> None:
        self._reader, self._embeddings = reader, EmbeddingReader()

    def difference(self, cell: Cell, infotext: str) -> str:
        """What was named and not loaded, or loaded and not named, as a sentence; empty if nothing was.

        Where the user's settings keep hashes out of infotexts, nothing can be said.
        """
        said = settings_in(infotext)
        return "; ".join(filter(None, (*_lora_differences(cell, said), self._embedding_difference(cell, said))))

    def _embedding_difference(self, cell: Cell, said: dict[str, str]) -> str:
        """A field of an embedding that was not named may be an earlier picture's: reForge never clears them."""
        if not shared.opts.textual_inversion_add_hashes_to_infotext:
            return ""
        named = self._embeddings.names_in_any(self._reader.encoder_texts(cell))
        loaded = _names_in(said.get("TI hashes", said.get("TI", "")))
        return _sentence("embedding", "was named and not used", [one for one in named if _plain(one) not in loaded])


def _lora_differences(cell: Cell, said: dict[str, str]) -> tuple[str, str]:
    if not shared.opts.lora_add_hashes_to_infotext:
        return "", ""
    tags = find_tags(f"{cell.prompt} {cell.hires_prompt}")
    named = {_plain(tag.name): tag.name for tag in tags if tag.is_lora}
    loaded = _names_in(said.get("Lora hashes", ""))
    further = loaded - {*named, _plain(str(shared.opts.sd_lora))}  # the user's own for all pictures
    return (
        _sentence("LoRA", "was named and not loaded", [name for plain, name in named.items() if plain not in loaded]),
        _sentence("LoRA", "was loaded and not named", sorted(further)),
    )


def _plain(name: str) -> str:
    return name.translate(_DROPPED).strip()


def _names_in(field: str) -> set[str]:
    """The names of a field such as ``Noor: 1a2b3c, mei: 4d5e6f``, or Forge's ``ember, robbie`` without hashes."""
    return {part.partition(":")[0].strip() for part in field.split(",") if part.strip()}


def _sentence(kind: str, what: str, names: list[str]) -> str:
    return f"the {kind} {', '.join(names)} {what}" if names else ""
