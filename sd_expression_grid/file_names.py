"""Labels as names of files and folders that every operating system takes."""

from __future__ import annotations

import re
import unicodedata

MAX_BYTES = 80

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def file_stem(label: str) -> str:
    """The label as a file name without ending: at most 80 bytes of UTF-8, never empty, never leading elsewhere."""
    text = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", label))
    text = re.sub(r"\s+", " ", text).strip(" .")
    text = text.encode()[:MAX_BYTES].decode(errors="ignore").strip(" .")
    return f"{text}_" if not text or _RESERVED.fullmatch(text) else text


def same_file_key(label: str) -> str:
    """Equal for two labels whose files would be one file on a system that ignores case."""
    return file_stem(label).casefold()
