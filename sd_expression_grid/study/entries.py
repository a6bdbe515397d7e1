"""The schema's two lists: expressions and characters, pasted as text or given as objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.json_reader import Reader, described
from sd_expression_grid.prompts.network_tags import find_tags, with_strength, with_weight
from sd_expression_grid.study.list_keys import given_values
from sd_expression_grid.study.lists import ListEntry, own_label, read_character_lines, read_expression_lines
from sd_expression_grid.study.study import CHARACTER_KEYS, EXPRESSION_KEYS, STRENGTHS, WEIGHTS, Character, Expression

if TYPE_CHECKING:
    from sd_expression_grid.base.errors import Fault
    from sd_expression_grid.study.list_keys import ListKey

_SEVERAL = tuple(key for key in CHARACTER_KEYS if key.axis and key.in_lines)
"""Keys of which several numbers make several columns."""


def read_expressions(reader: Reader) -> Iterable[Expression]:
    """Yields the list under ``expressions``, one for each strength of an entry; faults are added to the reader."""
    for entry in _entries(reader, "expressions", read_expression_lines):
        of_entry = Reader(entry.fields, f"{entry.place}: ", reader.faults)
        label, text = _label_and_text(of_entry)
        values: dict[str, Any] = {key.name: key.read(of_entry) for key in EXPRESSION_KEYS}
        of_entry.refuse_unknown()
        strengths = values.pop(STRENGTHS.name)
        expression = Expression(label=label, text=text, place=entry.place, **values)
        yield from _at_strengths(expression, strengths, of_entry)


def read_characters(reader: Reader) -> Iterable[Character]:
    """Yields the list under ``characters``, one for each weight, CFG scale and denoising strength of an entry.

    Faults are added to the reader.
    """
    for entry in _entries(reader, "characters", read_character_lines):
        of_entry = Reader(entry.fields, f"{entry.place}: ", reader.faults)
        label, text = _label_and_text(of_entry)
        values: dict[str, Any] = {key.name: key.read(of_entry) for key in CHARACTER_KEYS}
        of_entry.refuse_unknown()
        weights = values.pop(WEIGHTS.name)
        several = {key: values.pop(key.name) for key in _SEVERAL}
        columns = _at_weights(Character(label=label, text=text, place=entry.place, **values), weights, of_entry)
        for key, numbers in several.items():
            columns = [one for column in columns for one in _at_each(column, key, numbers)]
        yield from columns


def entry_to_dict(entry: Expression | Character) -> dict[str, object]:
    """A row or column as JSON values, without keys that have their default."""
    return {"label": entry.label, "text": entry.text, **{name: _plain(v) for name, v in given_values(entry).items()}}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _entries(
    reader: Reader, key: str, read_lines: Callable[[str], tuple[list[ListEntry], list[Fault]]]
) -> list[ListEntry]:
    wanted = "a text with one entry a line, or a list of objects"
    value: Any = reader.take(key, [], wanted, lambda value: isinstance(value, str | list))
    if isinstance(value, str):
        entries, faults = read_lines(value)
        reader.faults += faults
        return entries
    entries = []
    for number, item in enumerate(value):
        place = f"{key}[{number}]"
        if isinstance(item, Mapping):
            entries.append(ListEntry(fields=item, place=_object_place(place, item)))
        else:
            reader.fault(place, f"must be an object with label and text, is {described(item)}")
    return entries


def _object_place(place: str, item: Mapping[str, object]) -> str:
    return f"{place} ({item['label']})" if isinstance(item.get("label"), str) else place


def _label_and_text(reader: Reader) -> tuple[str, str]:
    label, text = reader.text("label", "").strip(), reader.prompt_text("text", "").strip()
    if not text:
        reader.fault("text", "is missing")
    label = label or own_label(text)
    if any(ord(character) < 32 for character in label):
        reader.fault("label", "must be one line, without control characters")
    return label, text


def _at_strengths(expression: Expression, strengths: tuple[float, ...], reader: Reader) -> list[Expression]:
    """The expression once for each strength; the expression itself if there are none."""
    result = []
    for strength in strengths:
        text = with_strength(expression.text, strength)
        if text is None:
            reader.fault("strengths", "need a text of plain words, without brackets, colons or bars")
            return [expression]
        label = f"{expression.label} {strength:g}"
        result.append(replace(expression, label=label, text=text, strength_of=expression.label, strength=strength))
    return result or [expression]


def _at_each(character: Character, key: ListKey, numbers: tuple[float, ...]) -> list[Character]:
    """The character once for each number of a key, side by side; with one number, or none, the character alone."""
    if len(numbers) < 2 or key.axis is None:
        return [replace(character, **{key.name: number}) for number in numbers] or [character]  # type: ignore[arg-type]
    label, person = character.label, character.person or character.label
    return [
        replace(character, label=f"{label}{key.axis.ending(number)}", person=person, **{key.name: number})  # type: ignore[arg-type]
        for number in numbers
    ]


def _at_weights(character: Character, weights: tuple[float, ...], reader: Reader) -> list[Character]:
    """The character once for each weight, side by side; the character itself if there are no weights."""
    if not weights:
        return [character]
    result = []
    for weight in weights:
        text = with_weight(character.text, weight)
        if text is None:
            needed = "a text with exactly one LoRA tag, without unet=, or one embedding's name alone"
            reader.fault("weights", f"need {needed}")
            return [character]
        result.append(
            replace(
                character,
                label=f"{character.label} {weight:g}",
                text=text,
                kind=character.kind or ("lora" if find_tags(text) else "embedding"),
                person=character.person or character.label,
                weight=weight,
            )
        )
    return result
