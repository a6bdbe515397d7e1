"""Which embeddings the text encoders use in a text: they find them by tokens, not by words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sd_expression_grid.webui.host.host import HOST

if TYPE_CHECKING:
    from collections.abc import Iterable


class EmbeddingReader:
    """Asks the loaded checkpoint's text encoders, each text once. Embeddings must have been read before."""

    def __init__(self) -> None:
        self._encoders = HOST.text_encoders()
        self.names_in = cache(self._names_in)
        """A text, as it reaches the encoders, to the names of the embeddings in it, sorted."""

    def names_in_any(self, texts: Iterable[str]) -> list[str]:
        """The names of the embeddings in some texts, sorted."""
        return sorted({name for text in texts for name in self.names_in(text)})

    def _names_in(self, text: str) -> tuple[str, ...]:
        chunks = (chunk for encoder in self._encoders for chunk in encoder.tokenize_line(text)[0])
        found = (fix.embedding for chunk in chunks for fix in chunk.fixes)
        return tuple(sorted({str(embedding.name) for embedding in found if not HOST.is_bundled(embedding)}))
