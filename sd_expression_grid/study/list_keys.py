"""Keys of the entries of a list, such as ``cfg_scale`` of a character: each is declared once, with the attribute.

The declarations of ``Character`` and ``Expression`` decide how pasted lines, JSON and the ratings' CSV are read and
written, and what the documentation's table of keys says.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from sd_expression_grid.base.json_reader import Reader
    from sd_expression_grid.study.value_types import ValueType

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What one entry varies in where it stands at several numbers of a key; the report joins these to a curve.

    ``name`` is what a number is called, ``word`` stands before it in the labels of the rows or columns.
    """

    name: str
    word: str = ""

    def ending(self, number: float) -> str:
        """What the label of a row or column ends with."""
        return f" {self.word} {number:g}" if self.word else f" {number:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKey:
    """One key of an entry. ``usage`` and ``meaning`` are its line in the documentation, in Markdown.

    A key that is not ``in_lines`` is read from JSON only, and from the ratings' CSV where it stands there. ``value`` is
    read from an entry; ``own_value``, where it is another, from one of the rows or columns that the entry makes. A key
    with an ``axis`` is a number that several rows or columns of one entry differ in.
    """

    name: str
    default: object
    value: ValueType
    usage: str
    meaning: str
    in_lines: bool = True
    own_value: ValueType | None = None
    axis: Axis | None = None

    def read(self, reader: Reader) -> object:
        """The value in a JSON object; the default, with a fault in the reader, where it does not fit."""
        return self.value.read(reader, self.name, self.default)


def list_key(value: ValueType, *, default: T, **more: Any) -> T:  # noqa: ANN401
    """Declares an attribute of an entry's dataclass as a key of the same name, with the fields of ``ListKey``."""
    key = partial(ListKey, default=default, value=value, **more)
    return field(default=default, metadata={"list_key": key})


def keys_of(entry_type: type) -> tuple[ListKey, ...]:
    """The keys that an entry's dataclass declares, in their order."""
    return tuple(f.metadata["list_key"](name=f.name) for f in fields(entry_type) if "list_key" in f.metadata)


def given_values(entry: object) -> dict[str, Any]:
    """The values of an entry's keys that are not the default, by their names."""
    values = {key: getattr(entry, key.name) for key in keys_of(type(entry))}
    return {key.name: value for key, value in values.items() if value != key.default}
