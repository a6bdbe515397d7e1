"""SillyTavern's character expressions: a flat ZIP of pictures whose file names are their labels.

Rules as of 1.19.0. A file's label is its name in lower case up to the first dash, dot or backslash; several files of
one label are drawn by chance. Folders in the ZIP are dropped. What is not among the 28 is shown only once it was added
as a custom expression: a name of a to z, 0 to 9 and _ (a dash would end the label) that does not begin with one of
the 28.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from typing import TYPE_CHECKING

from sd_expression_grid.base.file_names import file_stem
from sd_expression_grid.export.names import plain_word

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    from sd_expression_grid.export.faces import Cast, Face

EXPRESSIONS = (
    *("admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire"),
    *("disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy"),
    *("love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral"),
)

_ALSO_CALLED = {
    "admiration": "admiring",
    "amusement": "amused laugh laughing giggling",
    "anger": "angry furious mad raging",
    "annoyance": "annoyed irritated",
    "approval": "approving",
    "caring": "tender",
    "confusion": "confused puzzled",
    "curiosity": "curious",
    "desire": "flirty flirting seductive",
    "disappointment": "disappointed frown frowning",
    "disapproval": "disapproving",
    "disgust": "disgusted",
    "embarrassment": "embarrassed blushing shy",
    "excitement": "excited",
    "fear": "afraid fearful scared terrified",
    "gratitude": "grateful thankful",
    "grief": "grieving",
    "joy": "happy joyful smile smiling cheerful",
    "love": "loving kissing",
    "nervousness": "nervous anxious worried",
    "optimism": "optimistic hopeful",
    "pride": "proud smug",
    "realization": "realizing",
    "relief": "relieved",
    "remorse": "remorseful guilty sorry",
    "sadness": "sad crying",
    "surprise": "surprised shocked",
    "neutral": "calm",
}
_EXPRESSION_OF = {word: name for name, words in _ALSO_CALLED.items() for word in words.split()}


class SillyTavern:
    """A ZIP for *Extensions → Character Expressions → Upload sprite pack*."""

    key = "sillytavern"
    title = "SillyTavern"

    def default_name(self, label: str, taken: Container[str]) -> str:
        """The one of the 28 that is meant by the label, or by its first word, where it is free; else the label."""
        lower = label.strip().lower()
        if lower in EXPRESSIONS:
            return lower
        first = re.split(r"[\s,;:_.-]", lower)[0]
        meant = _EXPRESSION_OF.get(lower) or _EXPRESSION_OF.get(first, "")
        return meant if meant and meant not in taken else label

    def name_from(self, text: str) -> str:
        """A label: one of the 28, or such as can be added to them."""
        name = plain_word(unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode(), r"^a-z0-9_")
        is_custom = name and name not in EXPRESSIONS
        return f"face_{name}" if is_custom and name.startswith(EXPRESSIONS) else name

    def file_of(self, cast: Cast, face: Face) -> str:
        """The picture's name in the ZIP."""
        number = f"-{face.number}" if face.of > 1 else ""
        return f"{face.name}{number}.{cast.image_format}"

    def write(self, cast: Cast, folder: Path) -> tuple[str, ...]:
        """Writes the ZIP; returns what to do with it in SillyTavern."""
        name = f"{cast.called} - {cast.outfit}" if cast.outfit else cast.called
        file = folder / f"{file_stem(name)}.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # pictures are compressed already
            for face in cast.faces:
                archive.writestr(self.file_of(cast, face), cast.encoded(cast.picture(face), face))
        return _notes(cast, file.name)


def _notes(cast: Cast, archive: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(face.name for face in cast.faces))
    custom = [name for name in names if name not in EXPRESSIONS]
    lacking = [name for name in EXPRESSIONS if name not in names]
    several = list(dict.fromkeys(face.name for face in cast.faces if face.of > 1))
    notes = []
    if cast.outfit:
        place = f"{cast.called}/{cast.outfit}"
        notes.append(f"Write {place} into Sprite Folder Override of the character, and submit it.")
    notes.append(f"In SillyTavern, open a chat with the character, then Extensions → Character Expressions → "
                 f"Upload sprite pack (ZIP), and choose {archive}.")  # fmt: skip
    if custom:
        notes.append(
            f"Not among SillyTavern's 28 expressions: {', '.join(custom)}. Add each under Custom Expressions there."
        )
    if several:
        notes.append(f"Several pictures: {', '.join(several)}. Tick Allow multiple sprites per expression there.")
    if lacking:
        notes.append(f"Of the 28, without a picture: {', '.join(lacking)}.")
    return tuple(notes)
