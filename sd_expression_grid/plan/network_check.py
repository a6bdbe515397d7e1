"""Checks that the LoRAs and embeddings of a study are installed and fit the checkpoint."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, nearest
from sd_expression_grid.prompts.network_tags import NetworkTag, find_tags, without_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sd_expression_grid.study.study import Character, Kind, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The networks of a WebUI. Architectures are names such as SD1 or SDXL, empty if unknown.

    ``loras`` maps every name that finds exactly one LoRA to its architecture, ``ambiguous`` holds names that several
    claim, ``unusable_embeddings`` those that do not fit the checkpoint, ``other_types`` the further kinds of tags.
    """

    checkpoint: str
    architecture: str
    loras: Mapping[str, str]
    ambiguous: frozenset[str] = frozenset()
    embeddings: frozenset[str] = frozenset()
    unusable_embeddings: frozenset[str] = frozenset()
    other_types: frozenset[str] = frozenset()


def network_faults(study: Study, templates: Iterable[str], catalog: Catalog) -> list[Fault]:
    """Networks that are unknown, ambiguous, badly weighted or made for another kind of checkpoint."""
    rows = [("prompt", template) for template in templates]
    rows += [(row.place or row.label, row.text) for row in study.expressions]
    places = rows + [(column.place or column.label, f"{column.text} {column.prompt}") for column in study.columns]
    faults = [
        Fault(place, problem)
        for place, text in places
        for tag in dict.fromkeys(find_tags(text))
        for problem in _tag_problems(tag, catalog)
    ]
    for column in study.columns:
        faults += [Fault(column.place or column.label, problem) for problem in _kind_problems(column, catalog)]
    return faults + [
        Fault(place, _unusable(name, catalog))
        for place, text in rows
        for name in names_in(text, catalog.unusable_embeddings)
    ]


def with_kinds(study: Study, catalog: Catalog) -> Study:
    """The study with every character recognised as a LoRA, an embedding or neither."""
    characters = (replace(c, kind=c.kind or kind_of(c.text, catalog)) for c in study.characters)
    return replace(study, characters=tuple(characters))


def kind_of(text: str, catalog: Catalog) -> Kind:
    """The kind of a character's text: ``lora`` with a LoRA tag, ``embedding`` with an embedding's name as a word."""
    if any(tag.is_lora for tag in find_tags(text)):
        return "lora"
    return "embedding" if any(names_in(text, catalog.embeddings)) else "none"


def _tag_problems(tag: NetworkTag, catalog: Catalog) -> Iterator[str]:
    if not tag.is_lora:
        if tag.type not in catalog.other_types:
            yield f"{tag.text}: the WebUI knows no networks of the type '{tag.type}'"
        return
    bad = tag.bad_value()
    if bad is not None:
        yield f"{tag.text}: the weight '{bad}' is no number"
    if tag.name in catalog.ambiguous:
        yield f"{tag.text}: several LoRAs go by the name '{tag.name}'; write the file's name"
    elif tag.name not in catalog.loras:
        yield f"{tag.text}: there is no LoRA named '{tag.name}'{nearest(tag.name, catalog.loras)}"
    elif _differs(catalog.loras[tag.name], catalog.architecture):
        yield (
            f"{tag.text}: this LoRA is made for {catalog.loras[tag.name]}, "
            f"the checkpoint {catalog.checkpoint} is {catalog.architecture}"
        )


def _kind_problems(column: Character, catalog: Catalog) -> Iterator[str]:
    if find_tags(column.negative):
        yield "network tags have no effect in a negative prompt"
    if column.kind == "lora" and not any(tag.is_lora for tag in find_tags(column.text)):
        yield "kind is lora, but the text has no LoRA tag"
    if column.kind in ("lora", "none"):
        return
    unusable = (
        [] if column.kind is None and find_tags(column.text) else names_in(column.text, catalog.unusable_embeddings)
    )
    for name in unusable:
        yield f"{_unusable(name, catalog)}; if it is meant as a plain word, add kind=none"
    if column.kind == "embedding" and not unusable and not any(names_in(column.text, catalog.embeddings)):
        name = without_tags(column.text).strip("() ").partition(":")[0]
        yield f"there is no embedding named '{name}'{nearest(name, catalog.embeddings)}"


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """The names that stand in a text as words of their own, ignoring case."""
    plain = without_tags(text).lower()
    found = (name for name in names if name.lower() in plain)  # an expression for each of thousands would take long
    return [name for name in found if re.search(rf"(?<![\w-]){re.escape(name.lower())}(?![\w-])", plain)]


def _unusable(name: str, catalog: Catalog) -> str:
    kind = catalog.architecture or "this kind of checkpoint"
    return f"the embedding '{name}' is not made for {kind} ({catalog.checkpoint})"


def _differs(one: str, other: str) -> bool:
    return bool(one and other and one != other)
