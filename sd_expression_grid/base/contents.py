"""Values of other people's scripts as text: equal for equal contents, whatever object holds them."""

from __future__ import annotations

import hashlib
import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping


def contents_of(
    value: object,
    as_array: Callable[[object], object] = lambda value: value,
    leave_out: Container[object] = (),
    *,
    plainly: bool = False,
) -> str:
    """The contents of a value: plain values and lists of them as Python writes them, all else by a hash.

    Arrays and pictures count with every element, files with their bytes, and other objects with their attributes, but
    those that Python or a library keeps of an object, with names in double underscores. What holds itself is named by
    its class the second time. ``as_array`` makes an array of what is another library's, and leaves all else as it is.
    Keys and attributes of the names in ``leave_out`` do not count. ``plainly`` makes ``plain`` values of all, at any
    depth.
    """
    return _Contents(as_array, leave_out, plain if plainly else lambda each: each).of(value, ())


def plain(value: object) -> object:
    """A whole number as an integer, what an enumeration stands for, all else as it is: pages and requests mix them."""
    if isinstance(value, Enum):
        return plain(value.value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def hash_of(value: object) -> str:
    """A hash of a value's contents."""
    return _digest(contents_of(value).encode())


class _Contents:
    """Holders, which a value is within, are known by their addresses."""

    def __init__(
        self,
        as_array: Callable[[object], object],
        leave_out: Container[object],
        plain: Callable[[object], object],
    ) -> None:
        self._as_array, self._leave_out, self._plain = as_array, leave_out, plain

    def of(self, value: object, holders: tuple[int, ...]) -> str:
        value = self._plain(value)
        if value is None or isinstance(value, bool | int | float | complex | bytes | Enum):
            return repr(value)
        if isinstance(value, str):
            return _with_file(value)
        if id(value) in holders:
            return f"<{type(value).__name__} again>"
        within = (*holders, id(value))
        if isinstance(value, list | tuple | set | frozenset):
            return self._sequence(value, within)
        if isinstance(value, dict):
            return self._mapping(value, within)
        return _of_bytes(self._as_array(value)) or self._object(value, within)

    def _sequence(self, values: Iterable[object], within: tuple[int, ...]) -> str:
        parts = [self.of(value, within) for value in values]
        if isinstance(values, list):
            return f"[{', '.join(parts)}]"
        if isinstance(values, tuple):
            return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
        return f"{{{', '.join(sorted(parts))}}}"

    def _mapping(self, values: Mapping[object, object], within: tuple[int, ...]) -> str:
        counted = ((key, value) for key, value in values.items() if key not in self._leave_out)
        pairs = (f"{self.of(key, within)}: {self.of(value, within)}" for key, value in counted)
        return f"{{{', '.join(pairs)}}}"

    def _object(self, value: object, within: tuple[int, ...]) -> str:
        if isinstance(value, Path):
            return _with_file(str(value))
        name = f"{type(value).__module__}.{type(value).__qualname__}"
        slots = [slot for kind in type(value).__mro__ for slot in getattr(kind, "__slots__", ())]
        fields = {**{slot: getattr(value, slot, None) for slot in slots}, **getattr(value, "__dict__", {})}
        if callable(value):
            return f"<{getattr(value, '__qualname__', name)}>"
        own = {field: each for field, each in fields.items() if not field.startswith("__")}
        return f"<{name} {self._mapping(own, within)}>"


def _with_file(text: str) -> str:
    """A text; with its bytes if it is the absolute path of a file."""
    path = Path(text)
    if not path.is_absolute() or not os.path.isfile(path):  # noqa: PTH113 - a Path's own raises for a name too long
        return repr(text)
    return f"{text!r} {_digest(path.read_bytes())}"


def _of_bytes(value: object) -> str:
    """The contents of pictures and arrays; empty for anything else."""
    if isinstance(value, Image.Image):
        return f"<picture {value.mode} {value.size} {_digest(value.tobytes())}>"
    if isinstance(value, np.ndarray | np.generic):
        return f"<array {value.dtype} {value.shape} {_digest(np.ascontiguousarray(value).tobytes())}>"
    return ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
