"""What a grid's legend says of numbers that its columns have of their own: CFG scales, denoising strengths, weights."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sd_expression_grid.prompts.network_tags import find_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sd_expression_grid.study.study import Character


def own_numbers(columns: Iterable[Character], key: str, common: str) -> str:
    """The common number, if there is one, and those that columns have under a key: ``7; 3 for Noor; 4 and 9 for Ada``.

    Columns of one entry are named once.
    """
    values = ((column, getattr(column, key)) for column in columns)
    return _said(common, _by_name((column, f"{value:g}") for column, value in values if value is not None))


def network_weights(columns: Iterable[Character]) -> str:
    """The weights of the columns' networks, first the one that most have; empty where none has one."""
    by_name = _by_name((column, weight) for column in columns if (weight := _weight_of(column)))
    alone = Counter(numbers[0] for numbers in by_name.values() if len(numbers) == 1)
    common = max(alone, key=lambda number: alone[number], default="")
    return _said(common, {name: numbers for name, numbers in by_name.items() if numbers != [common]})


def _weight_of(column: Character) -> str:
    """As its text has it; of several LoRAs ``0.8 + 0.4``."""
    if column.weight is not None:
        return f"{column.weight:g}"
    return " + ".join(":".join(tag.values) or "1" for tag in find_tags(column.text) if tag.is_lora)


def _by_name(values: Iterable[tuple[Character, str]]) -> dict[str, list[str]]:
    """The values of each entry, each once, by the entry's name."""
    found: dict[str, list[str]] = {}
    for column, value in values:
        numbers = found.setdefault(column.own_label, [])
        numbers += [value] if value not in numbers else []
    return found


def _said(common: str, by_name: Mapping[str, Sequence[str]]) -> str:
    names: dict[str, list[str]] = {}
    for name, numbers in by_name.items():
        names.setdefault(_listed(numbers), []).append(name)
    return "; ".join(filter(None, (common, *(f"{numbers} for {_listed(of)}" for numbers, of in names.items()))))


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
