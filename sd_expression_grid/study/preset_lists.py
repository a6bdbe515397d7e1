"""Expression lists to choose from: those that ship with the product, and the user's own in a folder of text files."""

from __future__ import annotations

from pathlib import Path

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.file_names import file_stem, same_file_key

_FOLDER = Path(__file__).parent / "presets"
_TITLES = {"The study's nine rows": "study", "Eight hard expressions": "hard"}


def preset_titles(own: Path | None = None) -> list[str]:
    """The titles of all presets: the product's, then those in the user's folder, which need not exist."""
    return [*_TITLES, *sorted(file.stem for file in own.glob("*.txt"))] if own else list(_TITLES)


def preset_text(title: str, own: Path | None = None) -> str:
    """A preset's list, as it would be pasted; StudyError if it cannot be read."""
    file = _FOLDER / f"{_TITLES[title]}.txt" if title in _TITLES else _own_file(title, own)
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        message = f"the preset '{title}' cannot be read: {error}"
        raise StudyError(message) from error


def save_preset(title: str, text: str, own: Path) -> str:
    """Writes a list into the user's folder, over one of the same name; returns its title.

    StudyError for an empty list, a name that is empty or taken, and a folder that cannot be written.
    """
    if not title.strip() or not text.strip():
        msg = "a preset needs a name and a list"
        raise StudyError(msg)
    if same_file_key(title) in map(same_file_key, _TITLES):
        message = f"'{title}' is the name of a preset that ships with Expression grid; choose another"
        raise StudyError(message)
    file = _own_file(title, own)
    try:
        own.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"the preset cannot be saved: {error}"
        raise StudyError(message) from error
    return file.stem


def _own_file(title: str, own: Path | None) -> Path:
    return (own or _FOLDER) / f"{file_stem(title)}.txt"
