"""For any other engine: a picture for each name, in one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sd_expression_grid.export.names import plain_word

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    from sd_expression_grid.export.faces import Cast, Face

PICTURES = "faces"


class Plain:
    """Pictures with names that every file system takes; what each is, is in the manifest."""

    key = "plain"
    title = "plain files"

    def default_name(self, label: str, taken: Container[str]) -> str:
        """The row's label."""
        return label

    def name_from(self, text: str) -> str:
        """One lower-case word of letters, digits, dashes and underscores of any script."""
        return plain_word(text, r"^\w-")

    def file_of(self, cast: Cast, face: Face) -> str:
        """The picture's file below the export's folder."""
        number = f"_{face.number}" if face.number > 1 else ""
        return f"{PICTURES}/{face.name}{number}.{cast.image_format}"

    def write(self, cast: Cast, folder: Path) -> tuple[str, ...]:
        """Writes the pictures; there is nothing to say of them."""
        (folder / PICTURES).mkdir()
        for face in cast.faces:
            (folder / self.file_of(cast, face)).write_bytes(cast.encoded(cast.picture(face), face))
        return ()
