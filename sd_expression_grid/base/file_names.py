"""Labels as names of files and folders that are valid on every operating system."""

from __future__ import annotations

import glob
import re
import unicodedata
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAX_STEM_BYTES = 80

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def file_stem(label: str, max_bytes: int = MAX_STEM_BYTES) -> str:
    """The label as a file name without ending: at most ``max_bytes`` of UTF-8, not empty, no path."""
    text = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", label))
    text = re.sub(r"\s+", " ", text).strip(" .")
    text = text.encode()[:max_bytes].decode(errors="ignore").strip(" .")
    return f"{text}_" if not text or _RESERVED.fullmatch(text) else text


def same_file_key(label: str, max_bytes: int = MAX_STEM_BYTES) -> str:
    """A key that is equal for two labels whose file names are the same on a system that ignores case."""
    return file_stem(label, max_bytes).casefold()


def numbered(name: str, form: str = "{} ({})") -> Iterator[str]:
    """The name alone, then with 2, 3 and so on added in this form."""
    yield name
    for number in count(2):
        yield form.format(name, number)


def first_free(name: str, is_taken: Callable[[str], bool], form: str = "{} ({})") -> str:
    """The first of the ``numbered`` names that is not taken."""
    return next(each for each in numbered(name, form) if not is_taken(each))


def free_stem(folder: Path, stem: str) -> str:
    """The stem, with the first free number added if a file in the folder has it already, with any ending."""
    return first_free(stem, lambda each: any(folder.glob(f"{glob.escape(each)}.*")))
