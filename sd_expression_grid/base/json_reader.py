"""Reads JSON objects key by key and collects all faults, each with its place."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar, get_args

from sd_expression_grid.base.errors import Fault, StudyError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

MAX_NUMBER = 1e12


@dataclass(slots=True)
class Reader:
    """Reads the keys of one JSON object; a fault is added to ``faults`` and the default is used.

    ``place`` is the beginning of every fault's place, ``known`` holds the keys that were read.
    """

    data: Mapping[str, object]
    place: str = ""
    faults: list[Fault] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def fault(self, key: str, problem: str) -> None:
        """Adds a fault of a key."""
        self.faults.append(Fault(f"{self.place}{key}", problem))

    def take(self, key: str, default: T, wanted: str, fits: Callable[[Any], bool]) -> T:
        """The value of a key that ``fits``; the default if it is missing, or with a fault if it does not fit."""
        self.known.add(key)
        value = self.data.get(key)
        if value is None:
            if key in self.data and default is not None:
                self.fault(key, f"must be {wanted}, is null")
            return default
        if not fits(value):
            self.fault(key, f"must be {wanted}, is {described(value)}")
            return default
        return value  # type: ignore[return-value]

    def text(self, key: str, default: str) -> str:
        """A text."""
        return self.take(key, default, "a text", is_text)

    def prompt_text(self, key: str, default: str) -> str:
        """A text for a prompt, without the lines that are comments, as they are left out of lists."""
        lines = self.text(key, default).splitlines(keepends=True)
        return "".join(line for line in lines if len(lines) == 1 or not line.lstrip().startswith("#"))

    def optional_text(self, key: str) -> str | None:
        """A text; None if it is missing or null."""
        return self.take(key, None, "a text", is_text)

    def number(self, key: str, default: float) -> float:
        """A number."""
        return float(self.take(key, default, "a number", is_number))

    def whole(self, key: str, default: int, *, least: int) -> int:
        """A whole number."""
        value = self.take(key, default, "a whole number", is_whole)
        if value < least:
            self.fault(key, f"must be at least {least}, is {value}")
            return default
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """A truth value."""
        return self.take(key, default, "true or false", lambda value: isinstance(value, bool))

    def choice(self, key: str, default: T, choices: object) -> T:
        """One of the names of a Literal type."""
        names = get_args(choices)
        wanted = f"one of {', '.join(names)}"
        return self.take(key, default, wanted, lambda value: isinstance(value, str) and value in names)

    def items(self, key: str) -> list[object]:
        """A list."""
        return self.take(key, [], "a list", lambda value: isinstance(value, list))

    def refuse_unknown(self) -> None:
        """Adds a fault for every key that was not read."""
        for key in self.data:
            if key not in self.known:
                self.fault(key, f"is not a known key; the keys are {', '.join(sorted(self.known))}")


def object_from(text: str, place: str = "") -> dict[str, object]:
    """The object in a JSON text; StudyError where it holds none, with the place where the text is from."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StudyError([Fault(place, f"is not JSON: {error}")]) from error
    if not isinstance(data, dict):
        raise StudyError([Fault(place, f"must be a JSON object, is {described(data)}")])
    return data


def is_text(value: object) -> bool:
    """Whether a value is a text without lone surrogates, which cannot be encoded as UTF-8."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def is_number(value: object) -> bool:
    """Whether a value is an int or float, no bool, and of a size below ``MAX_NUMBER``."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MAX_NUMBER


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is an int and no bool."""
    return isinstance(value, int) and not isinstance(value, bool)


def described(value: object) -> str:
    """A wrong value as messages show it."""
    names = {bool: "true or false", dict: "an object", list: "a list", type(None): "null"}
    return names.get(type(value)) or f"{value!r:.60}"
