"""JSON Lines files that only grow: one object a line. A line that a crash cut off is ignored."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from sd_expression_grid.base.errors import Fault, StudyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

T = TypeVar("T")

MAX_LINES_BYTES = 200_000_000
"""A larger file is not read: it would fill the memory, and no study of allowed size writes one."""


def append_lines(file: Path, objects: Iterable[Mapping[str, object]]) -> None:
    """Appends objects, one a line; they are synced to disk when this returns."""
    lines = "".join(f"{json.dumps(data, ensure_ascii=False)}\n" for data in objects)
    if not lines:
        return
    with file.open("a+b") as opened:
        torn = opened.tell() and not _ends_in_newline(opened)
        opened.write(f"{chr(10) if torn else ''}{lines}".encode())
        opened.flush()
        os.fsync(opened.fileno())


def read_lines(file: Path, read: Callable[[Mapping[str, object]], T], what: str | None) -> Iterator[T]:
    """Yields ``read`` of every line's object; nothing for a missing file. A line that a crash cut off is skipped.

    ``read`` raises ValueError for an object of another form. Then a StudyError names the line and ``what`` it should
    be; where ``what`` is None, the line is skipped.
    """
    if not file.exists():
        return
    for number, line in enumerate(read_whole(file, MAX_LINES_BYTES).split(b"\n"), start=1):
        value = _value(line, read)
        if value is not None:
            yield value
        elif what and line.strip() and not _is_torn(line):
            raise StudyError([Fault(f"{file}, line {number}", f"is no {what}")])


def read_whole(file: Path, most: int) -> bytes:
    """All bytes of a file; StudyError if there are more than ``most``."""
    with file.open("rb") as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        raise StudyError([Fault(str(file), f"is larger than {most / 1e6:g} MB, and is not read")])
    return data


def _value(line: bytes, read: Callable[[Mapping[str, object]], T]) -> T | None:
    try:
        data = json.loads(line)
        return read(data) if isinstance(data, dict) else None
    except (ValueError, RecursionError):
        return None


def _is_torn(line: bytes) -> bool:
    """Whether the line was cut off by a crash: ``append_lines`` has then begun a new line after it."""
    return line.startswith(b"{") and not line.rstrip().endswith(b"}")


def _ends_in_newline(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")
