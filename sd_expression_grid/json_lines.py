"""Files to which a line of JSON is added for everything that happens; what a crash tears does not count."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from sd_expression_grid.errors import Fault, StudyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

T = TypeVar("T")


def append_line(file: Path, *objects: Mapping[str, object]) -> None:
    """Adds each object as a line; they are on disk when this returns."""
    lines = "".join(f"{json.dumps(data, ensure_ascii=False)}\n" for data in objects)
    with file.open("a+b") as opened:
        torn = opened.tell() and not _ends_in_newline(opened)
        opened.write(f"{chr(10) if torn else ''}{lines}".encode())
        opened.flush()
        os.fsync(opened.fileno())


def read_lines(file: Path, read: Callable[[Mapping[str, object]], T], what: str) -> Iterator[T]:
    """What ``read`` makes of every line; a missing file has none. A line that a crash has torn does not count.

    ``read`` raises ValueError, TypeError or KeyError for an object that is not ``what`` says, which becomes a
    StudyError with the line's number.
    """
    if not file.exists():
        return
    for number, line in enumerate(file.read_bytes().split(b"\n"), start=1):
        value = _value(line, read)
        if value is not None:
            yield value
        elif line.strip() and not _is_torn(line):
            raise StudyError([Fault(f"{file}, line {number}", f"is no {what}")])


def _value(line: bytes, read: Callable[[Mapping[str, object]], T]) -> T | None:
    try:
        data = json.loads(line)
        return read(data) if isinstance(data, dict) else None
    except (ValueError, TypeError, KeyError):
        return None


def _is_torn(line: bytes) -> bool:
    """Whether a crash has cut the line off; the next one was then written on a line of its own."""
    return line.startswith(b"{") and not line.rstrip().endswith(b"}")


def _ends_in_newline(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")
