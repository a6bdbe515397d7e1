"""What the values of a list's keys may be, and how they are read from JSON and from text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.json_reader import Reader, described, is_number

if TYPE_CHECKING:
    from collections.abc import Callable

_YES_AND_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueType:
    """How the values of a key are read.

    ``read`` takes one from a JSON object: reader, key's name, default. ``parse`` turns a text into the JSON value; what
    it cannot turn stays text, which ``read`` refuses. ``alone`` is the text that the key without ``=`` stands for, if
    it may stand so.
    """

    read: Callable[[Reader, str, Any], Any]
    parse: Callable[[str], object] = str
    alone: str = ""


def as_text(value: object) -> str:
    """A JSON value as ``parse`` reads it; empty for none."""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def one_of(choices: object) -> ValueType:
    """One of the names of a Literal type; capitals in a text do not matter."""

    def read(reader: Reader, name: str, default: object) -> object:
        return reader.choice(name, default, choices)

    return ValueType(read=read, parse=str.lower)


def _read_number(reader: Reader, name: str, default: float | None) -> float | None:
    value = reader.take(name, default, "a number", is_number)
    return None if value is None else float(value)


def _read_positive_number(reader: Reader, name: str, default: float | None) -> float | None:
    number = _read_number(reader, name, default)
    if number is not None and number <= 0:
        reader.fault(name, "must be above 0")
        return default
    return number


def _read_positive_numbers(reader: Reader, name: str, default: float | None) -> tuple[float, ...]:
    """One number or several; none where the key is not given."""
    if not isinstance(reader.data.get(name), list):
        one = _read_positive_number(reader, name, default)
        return () if one is None else (one,)
    numbers = _read_numbers(reader, name, ())
    if any(number <= 0 for number in numbers):
        reader.fault(name, "must be above 0")
        return ()
    return numbers


def _read_flag(reader: Reader, name: str, default: bool) -> bool:  # noqa: FBT001
    return reader.take(name, default, "yes or no (in JSON true or false)", lambda value: isinstance(value, bool))


def _read_words(reader: Reader, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    words = reader.items(name)
    if not all(isinstance(word, str) for word in words):
        reader.fault(name, "must be texts")
        return default
    return tuple(str(word).strip() for word in words if str(word).strip())


def _read_numbers(reader: Reader, name: str, default: tuple[float, ...]) -> tuple[float, ...]:
    values = reader.items(name)
    for value in values:
        if not is_number(value):
            reader.fault(name, f"must be numbers divided by commas, not {described(value)}")
            return default
    if reader.data.get(name) == []:
        reader.fault(name, "names no number")
    for number in {value for value in values if values.count(value) > 1}:
        reader.fault(name, f"names {number:g} twice")
    return tuple(dict.fromkeys(float(value) for value in values))  # type: ignore[arg-type]


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _decimal(text: str) -> float | str:
    """A number, with a decimal comma if a spreadsheet wrote one."""
    number = _number(text.replace(",", "."))
    return text if isinstance(number, str) else number


def _yes_or_no(text: str) -> bool | str:
    return _YES_AND_NO.get(text.lower(), text)


def _words(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _one_or_more(text: str) -> float | str | list[float | str]:
    return _numbers(text) if "," in text else _number(text)


def _numbers(text: str) -> list[float | str]:
    return [_number(part) for part in _words(text)]


TEXT = ValueType(read=Reader.text)
PROMPT_TEXT = ValueType(read=Reader.prompt_text)
NUMBER = ValueType(read=_read_number, parse=_decimal)
POSITIVE_NUMBER = ValueType(read=_read_positive_number, parse=_decimal)
POSITIVE_NUMBERS = ValueType(read=_read_positive_numbers, parse=_one_or_more)
YES_OR_NO = ValueType(read=_read_flag, parse=_yes_or_no, alone="yes")
WORDS = ValueType(read=_read_words, parse=_words)
NUMBERS = ValueType(read=_read_numbers, parse=_numbers)
