"""Lists to choose from: those that ship with the product, and the user's own in a folder of text files."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.file_names import file_stem, same_file_key
from sd_expression_grid.base.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parent / "presets"

EXPRESSIONS: Mapping[str, str] = MappingProxyType(
    {
        "The study's nine rows": "study",
        "Eight hard expressions": "hard",
        "Six basic emotions, in words for the face's muscles": "basic",
        "Anime face tags (Illustrious, Pony, NoobAI)": "anime",
        "A visual novel's sprites": "sprites",
        "28 expressions of chat characters": "chat",
    }
)
"""The lists of expressions that ship with the product: titles, and names of files."""

NONE: Mapping[str, str] = MappingProxyType({})
"""No list of characters ships with the product."""


def preset_titles(own: Path | None = None, shipped: Mapping[str, str] = EXPRESSIONS) -> list[str]:
    """The titles of all presets: the product's, then those in the user's folder, which need not exist."""
    return [*shipped, *sorted(file.stem for file in own.glob("*.txt"))] if own else list(shipped)


def preset_text(title: str, own: Path | None = None, shipped: Mapping[str, str] = EXPRESSIONS) -> str:
    """A preset's list, as it would be pasted; StudyError if it cannot be read."""
    file = _FOLDER / f"{shipped[title]}.txt" if title in shipped else _own_file(title, own)
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        message = f"the preset '{title}' cannot be read: {error}"
        raise StudyError(message) from error


def own_preset(title: str, own: Path) -> str | None:
    """The title of the user's preset that has this name, whatever its capitals; None if there is none."""
    return next((file.stem for file in own.glob("*.txt") if same_file_key(file.stem) == same_file_key(title)), None)


def save_preset(title: str, text: str, own: Path, shipped: Mapping[str, str] = EXPRESSIONS) -> str:
    """Writes a list into the user's folder, over one of the same name; returns its title.

    StudyError for an empty list, a name that is empty or taken, and a folder that cannot be written.
    """
    if not title.strip() or not text.strip():
        msg = "a preset needs a name and a list"
        raise StudyError(msg)
    if same_file_key(title) in map(same_file_key, shipped):
        message = f"'{title}' is the name of a preset that ships with Expression grid; choose another"
        raise StudyError(message)
    file = _own_file(own_preset(title, own) or title, own)
    try:
        own.mkdir(parents=True, exist_ok=True)
        write_whole(file, text.encode())
    except OSError as error:
        message = f"the preset cannot be saved: {error}"
        raise StudyError(message) from error
    return file.stem


def delete_preset(title: str, own: Path) -> str:
    """Deletes one of the user's presets and returns its title; StudyError if there is none, or it stays."""
    known = own_preset(title, own)
    if known is None:
        message = f"there is no preset of your own named '{title}'"
        raise StudyError(message)
    try:
        _own_file(known, own).unlink()
    except OSError as error:
        message = f"the preset '{known}' cannot be deleted: {error}"
        raise StudyError(message) from error
    return known


def _own_file(title: str, own: Path | None) -> Path:
    return (own or _FOLDER) / f"{file_stem(title)}.txt"
