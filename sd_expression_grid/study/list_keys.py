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
class ListKey:
    """One key of an entry. ``usage`` and ``meaning`` are its line in the documentation, in Markdown.

    A key that is not ``in_lines`` is read from JSON only, and from the ratings' CSV where it stands there.
    """

    name: str
    default: object
    value: ValueType
    usage: str
    meaning: str
    in_lines: bool = True

    def read(self, reader: Reader) -> object:
        """The value in a JSON object; the default, with a fault in the reader, where it does not fit."""
        return self.value.read(reader, self.name, self.default)


def list_key(value: ValueType, *, default: T, usage: str, meaning: str, in_lines: bool = True) -> T:
    """Declares an attribute of an entry's dataclass as a key of the same name."""
    key = partial(ListKey, default=default, value=value, usage=usage, meaning=meaning, in_lines=in_lines)
    return field(default=default, metadata={"list_key": key})


def keys_of(entry_type: type) -> tuple[ListKey, ...]:
    """The keys that an entry's dataclass declares, in their order."""
    return tuple(f.metadata["list_key"](name=f.name) for f in fields(entry_type) if "list_key" in f.metadata)


def given_values(entry: object) -> dict[str, Any]:
    """The values of an entry's keys that are not the default, by their names."""
    values = {key: getattr(entry, key.name) for key in keys_of(type(entry))}
    return {key.name: value for key, value in values.items() if value != key.default}
