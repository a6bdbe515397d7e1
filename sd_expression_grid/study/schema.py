"""The one schema of a study as JSON: the API call's, study.json's and any study file's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from sd_expression_grid.base.errors import Fault, raise_if_any
from sd_expression_grid.base.file_names import file_stem, same_file_key
from sd_expression_grid.base.json_reader import Reader, described, is_number
from sd_expression_grid.prompts.network_tags import find_tags, with_weight
from sd_expression_grid.study.lists import Entry, read_character_lines, read_expression_lines, short_label
from sd_expression_grid.study.seed_fields import read_scout, read_seeds
from sd_expression_grid.study.study import (
    REFERENCE_LABEL,
    Character,
    Expression,
    GridOptions,
    Ground,
    Kind,
    Mode,
    Study,
)

T = TypeVar("T")

MAX_MARGIN = 500


DEFAULT = Study(expressions=(), characters=())


def study_from_dict(data: Mapping[str, object]) -> Study:
    """Reads a study; StudyError names every unknown key, wrong type and faulty line at once."""
    study, faults = read_study(data)
    raise_if_any(faults)
    return study


def read_study(data: Mapping[str, object]) -> tuple[Study, list[Fault]]:
    """Reads what can be read, and names the rest, so that further checks can add what they find."""
    reader = Reader(data)
    expressions, reference = tuple(_expressions(reader)), reader.text("reference", DEFAULT.reference).strip()
    study = Study(
        expressions=expressions,
        characters=tuple(_characters(reader)),
        reference=reference,
        composition=reader.text("composition", DEFAULT.composition).strip(),
        switch_at=reader.number("switch_at", DEFAULT.switch_at),
        expression_placeholder=reader.text("expression_placeholder", DEFAULT.expression_placeholder),
        character_placeholder=reader.text("character_placeholder", DEFAULT.character_placeholder),
        seeds=read_seeds(reader),
        mode=reader.choice("mode", DEFAULT.mode, Mode),
        rows_per_batch=reader.whole("rows_per_batch", DEFAULT.rows_per_batch, least=1),
        name=reader.text("name", DEFAULT.name),
        prompt=reader.optional_text("prompt"),
        negative_prompt=reader.optional_text("negative_prompt"),
        grid=_grid(reader),
        scout=read_scout(reader, expressions, reference),
    )
    reader.refuse_unknown()
    return study, [*reader.faults, *_study_faults(study, reader)]


def study_to_dict(study: Study) -> dict[str, object]:
    """The study as JSON values; ``study_from_dict`` reads the same study from it."""
    result: dict[str, object] = {
        "expressions": [{"label": e.label, "text": e.text} for e in study.expressions],
        "characters": [_character_to_dict(c) for c in study.characters],
    }
    for f in fields(Study):
        value = getattr(study, f.name)
        if f.name not in result and value is not None:
            result[f.name] = _plain(value)
    return result


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return list(value) if isinstance(value, tuple) else value


def _character_to_dict(character: Character) -> dict[str, object]:
    result: dict[str, object] = {"label": character.label, "text": character.text}
    for f in fields(Character):
        value = getattr(character, f.name)
        if f.name not in (*result, "place") and value not in (None, "", (), False):
            result[f.name] = _plain(value)
    return result


def _expressions(reader: Reader) -> Iterable[Expression]:
    for entry in _entries(reader, "expressions", read_expression_lines):
        fields_reader = Reader(entry.fields, f"{entry.place}: ", reader.faults)
        label, text = _label_and_text(fields_reader)
        fields_reader.refuse_unknown()
        yield Expression(label=label, text=text, place=entry.place)


def _characters(reader: Reader) -> Iterable[Character]:
    for entry in _entries(reader, "characters", read_character_lines):
        yield from _character(entry, reader.faults)


def _entries(reader: Reader, key: str, read_lines: Callable[[str], tuple[list[Entry], list[Fault]]]) -> list[Entry]:
    wanted = "a text with one entry a line, or a list of objects"
    value: Any = reader.take(key, [], wanted, lambda value: isinstance(value, str | list))
    if isinstance(value, str):
        entries, faults = read_lines(value)
        reader.faults += faults
        return entries
    entries = []
    for number, item in enumerate(value, start=1):
        place = f"{key}[{number - 1}]"
        if isinstance(item, Mapping):
            place = _object_place(place, item)
            entries.append(Entry(fields=dict(item), group="", place=place, is_pasted=False))
        else:
            reader.fault(place, f"must be an object with label and text, is {described(item)}")
    return entries


def _object_place(place: str, item: Mapping[str, object]) -> str:
    return f"{place} ({item['label']})" if isinstance(item.get("label"), str) else place


def _label_and_text(reader: Reader) -> tuple[str, str]:
    label, text = reader.text("label", "").strip(), reader.text("text", "").strip()
    if not text:
        reader.fault("text", "is missing")
    label = label or short_label(text)
    if any(ord(character) < 32 for character in label):
        reader.fault("label", "must be one line, without control characters")
    return label, text


def _character(entry: Entry, faults: list[Fault]) -> list[Character]:
    reader = Reader(_typed(entry) if entry.is_pasted else entry.fields, f"{entry.place}: ", faults)
    label, text = _label_and_text(reader)
    weights = _weights(reader)
    cfg_scale = reader.number("cfg_scale", math.nan)
    if cfg_scale <= 0:
        reader.fault("cfg_scale", "must be above 0")
    character = Character(
        label=label,
        text=text,
        group=reader.text("group", entry.group),
        kind=reader.choice("kind", None, Kind),
        negative=reader.text("negative", ""),
        cfg_scale=None if math.isnan(cfg_scale) else cfg_scale,
        prompt=reader.text("prompt", ""),
        person=reader.text("person", ""),
        tags=_tags(reader),
        exclude=reader.flag("exclude", default=False),
        weight=_optional_number(reader, "weight"),
        place=entry.place,
    )
    reader.refuse_unknown()
    return _at_weights(character, weights, reader)


def _typed(entry: Entry) -> dict[str, object]:
    """A pasted line's values as the types that JSON would give; what does not convert is left for the reader."""
    converters: dict[str, Callable[[str], object]] = {
        "cfg_scale": _number_or_text,
        "tags": _comma_list,
        "weights": lambda value: [_number_or_text(part) for part in _comma_list(value)],
        "exclude": lambda value: {"yes": True, "true": True, "no": False, "false": False}.get(value.lower(), value),
        "kind": str.lower,
    }
    return {
        key: converters[key](value) if key in converters and isinstance(value, str) else value
        for key, value in entry.fields.items()
    }


def _at_weights(character: Character, weights: tuple[float, ...], reader: Reader) -> list[Character]:
    """The character once for each listed weight, side by side; itself where none is listed."""
    if not weights:
        return [character]
    result = []
    for weight in weights:
        text = with_weight(character.text, weight)
        if text is None:
            reader.fault("weights", "need a text with exactly one LoRA tag, or one embedding's name alone")
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


def _weights(reader: Reader) -> tuple[float, ...]:
    values = reader.items("weights")
    for value in values:
        if not is_number(value):
            reader.fault("weights", f"must be numbers divided by commas, not {described(value)}")
            return ()
    weights: tuple[float, ...] = tuple(float(value) for value in values)  # type: ignore[arg-type]
    if len(set(weights)) < len(weights):
        reader.fault("weights", "name a weight twice")
    if "weights" in reader.data and not weights:
        reader.fault("weights", "name no weight")
    return weights


def _tags(reader: Reader) -> tuple[str, ...]:
    tags = reader.items("tags")
    if not all(isinstance(tag, str) for tag in tags):
        reader.fault("tags", "must be texts")
        return ()
    return tuple(str(tag).strip() for tag in tags if str(tag).strip())


def _optional_number(reader: Reader, key: str) -> float | None:
    value = reader.take(key, None, "a number", is_number)
    return None if value is None else float(value)


def _grid(reader: Reader) -> GridOptions:
    data: Any = reader.take("grid", {}, "an object", lambda value: isinstance(value, Mapping))
    options = Reader(data, "grid.", reader.faults)
    grid = GridOptions(
        margin=options.whole("margin", DEFAULT.grid.margin, least=0),
        legend=options.flag("legend", default=DEFAULT.grid.legend),
        ground=options.choice("ground", DEFAULT.grid.ground, Ground),
    )
    if grid.margin > MAX_MARGIN:
        options.fault("margin", f"must be at most {MAX_MARGIN} pixels, is {grid.margin}")
    options.refuse_unknown()
    return grid


def _study_faults(study: Study, reader: Reader) -> Iterable[Fault]:
    broken = {fault.place.split(",")[0].split("[")[0] for fault in reader.faults}
    if not study.expressions and "expressions" not in broken:
        yield Fault("expressions", "the list is empty; write one expression a line")
    if not study.characters and not study.scout and not broken & {"characters", "scout"}:
        yield Fault("characters", "the list is empty; write one character a line")
    yield from _label_faults(study)
    if not 0 < study.switch_at < 1:
        yield Fault("switch_at", f"must be a fraction of the steps, above 0 and below 1, is {study.switch_at:g}")
    if study.name and study.name != file_stem(study.name):
        yield Fault("name", f"must be a plain folder name, such as '{file_stem(study.name)}'")
    yield from _placeholder_faults(study)


def _label_faults(study: Study) -> Iterable[Fault]:
    yield from _repeated(study.expressions)
    yield from _repeated(study.characters)
    if study.reference:
        for character in study.characters:
            if same_file_key(character.label) == same_file_key(REFERENCE_LABEL):
                yield Fault(character.place, f"'{REFERENCE_LABEL}' is the reference column's label")


def _repeated(entries: Iterable[Expression | Character]) -> Iterable[Fault]:
    first: dict[str, str] = {}
    for entry in entries:
        key = same_file_key(entry.label)
        if key in first:
            problem = f"the label '{entry.label}' stands in this list already, at {first[key]}"
            yield Fault(entry.place, f"{problem}; labels must differ as file names, ignoring case")
        first.setdefault(key, entry.place)


def _placeholder_faults(study: Study) -> Iterable[Fault]:
    if not study.expression_placeholder.strip():
        yield Fault("expression_placeholder", "is empty")
    if not study.character_placeholder.strip():
        yield Fault("character_placeholder", "is empty")
    elif study.expression_placeholder == study.character_placeholder:
        yield Fault("character_placeholder", "is the expression placeholder as well")


def _number_or_text(value: str) -> object:
    try:
        return float(value)
    except ValueError:
        return value


def _comma_list(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
