"""Files to which a line of JSON is added for everything that happens; what a crash tears does not count."""

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
"""A larger file is none of ours, and would take the memory of everything else."""


def append_lines(file: Path, objects: Iterable[Mapping[str, object]]) -> None:
    """Adds objects, a line each; they are on disk when this returns."""
    lines = "".join(f"{json.dumps(data, ensure_ascii=False)}\n" for data in objects)
    with file.open("a+b") as opened:
        torn = opened.tell() and not _ends_in_newline(opened)
        opened.write(f"{chr(10) if torn else ''}{lines}".encode())
        opened.flush()
        os.fsync(opened.fileno())


def read_lines(file: Path, read: Callable[[Mapping[str, object]], T], what: str | None) -> Iterator[T]:
    """What ``read`` makes of every line; a missing file has none. A line that a crash has torn does not count.

    ``read`` raises ValueError for an object that is not ``what`` says, which becomes a StudyError with the line's
    number; without ``what``, such lines do not count either: for what can be made again.
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
    """All bytes of a file; StudyError where they are more than ``most``."""
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
    """Whether a crash has cut the line off; the next one was then written on a line of its own."""
    return line.startswith(b"{") and not line.rstrip().endswith(b"}")


def _ends_in_newline(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")
