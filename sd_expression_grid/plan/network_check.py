"""Checks that the LoRAs and embeddings of a study are installed and fit the checkpoint."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, nearest
from sd_expression_grid.prompts.network_tags import (
    NetworkTag,
    find_tags,
    is_name,
    is_weight,
    mistaken_tags,
    without_tags,
)
from sd_expression_grid.prompts.prompts import escape_outside
from sd_expression_grid.study.cell_prompts import template_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from sd_expression_grid.study.study import Character, Expression, Kind, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The networks of a WebUI. Architectures are names such as SD1 or SDXL, empty if unknown.

    ``loras`` maps every name that finds exactly one LoRA to its architecture. ``ambiguous`` maps LoRA names that find
    several to what to do about it, ``ambiguous_embeddings`` embedding names. ``embeddings`` are the names of those that
    fit the checkpoint, ``unusable_embeddings`` of those that do not. ``embeddings_in`` gives the names that the text
    encoders find in a text. ``other_types`` are the further kinds of tags; ``schedules_weights`` tells whether an
    extension reads weights such as ``0@0,1@0.5``. ``hypernetworks`` are the names of those installed,
    or None where the WebUI applies none.
    ``bundled_in`` gives the embeddings that a LoRA's file brings with it, ``uses_bundled`` whether the WebUI uses them.
    """

    checkpoint: str
    architecture: str
    loras: Mapping[str, str]
    ambiguous: Mapping[str, str]
    ambiguous_embeddings: Mapping[str, str]
    embeddings: frozenset[str]
    unusable_embeddings: frozenset[str]
    embeddings_in: Callable[[str], Collection[str]]
    other_types: frozenset[str]
    schedules_weights: bool = False
    hypernetworks: frozenset[str] | None = frozenset()
    bundled_in: Callable[[str], Collection[str]] = lambda _: ()
    uses_bundled: bool = False


def network_faults(study: Study, templates: Mapping[str, str], catalog: Catalog) -> list[Fault]:
    """Networks that are unknown, ambiguous, badly written or weighted, or made for another kind of checkpoint.

    ``templates`` are the prompts of the page and of its styles by their places.
    """
    prompts = list(_prompts(study, templates))
    faults = [
        Fault(place, problem)
        for place, text in prompts
        for tag in dict.fromkeys(find_tags(text))
        for problem in _tag_problems(tag, catalog)
    ]
    faults += [
        Fault(place, f"'{found}' is no network tag to the WebUI, which would draw it as words; {_TAG_FORM}")
        for place, text in (*prompts, *_other_texts(study))
        for found in mistaken_tags(text)
    ]
    entries: tuple[Expression | Character, ...] = (*study.expressions, *study.characters)
    faults += [
        Fault(entry.place or entry.label, "the label holds a network tag, which belongs into the text")
        for entry in entries
        if find_tags(entry.label)
    ]
    for column in study.columns:
        faults += [Fault(column.place or column.label, problem) for problem in _kind_problems(study, column, catalog)]
    if find_tags(study.negative_prompt or ""):
        faults.append(Fault("negative_prompt", "network tags have no effect in a negative prompt"))
    return faults + [
        Fault(place, catalog.ambiguous_embeddings[name])
        for place, text in (*prompts, *_other_texts(study))
        for name in catalog.embeddings_in(_as_prompt(text))
        if name in catalog.ambiguous_embeddings
    ]


def network_notes(study: Study, templates: Mapping[str, str], catalog: Catalog) -> list[str]:
    """What the WebUI makes of a text that its author may not expect, though it can be made.

    Words that are also the name of an embedding for another kind of checkpoint stay words; the name of an embedding
    within a word or beside one, as ``girl`` in ``1girl``, brings the embedding in. A word of a character of words only
    that is nearly the name of a network may be meant as that.
    """
    texts = [*_prompts(study, templates), *_other_texts(study)]
    notes = [
        f"{place}: '{name}' is drawn as words: {_unusable(name, catalog)}"
        for place, text in texts
        for name in names_in(text, catalog.unusable_embeddings)
    ]
    notes += [
        f"{place}: the WebUI uses the embedding '{name}' for '{text}'"
        for place, text in texts
        if place not in {column.place for column in study.characters}
        for name in catalog.embeddings_in(_as_prompt(text))
    ]
    notes += [
        f"{place}: the LoRA '{tag.name}' brings the embedding '{name}' with it, {_use_of_bundled(name, catalog)}"
        for place, text in _prompts(study, templates)
        for tag in find_tags(text)
        if tag.is_lora
        for name in sorted(catalog.bundled_in(tag.name))
    ]
    return list(dict.fromkeys([*notes, *_nearly_named(study, catalog)]))


_WORD = re.compile(r"[^\s,()\[\]:|]+")
_LIKE_A_NAME = re.compile(r"[\w.][-_\d]")
_NEAR = 0.85
"""How alike two names are, from 0 to 1, of which one may be a slip of the other."""


def _nearly_named(study: Study, catalog: Catalog) -> Iterator[str]:
    """Beside a network, words may be its trigger words: only those that are written like names are looked at."""
    embeddings, loras = ({name.lower(): name for name in names} for names in (catalog.embeddings, catalog.loras))
    asked = {column.label for column in study.characters if column.kind == "none"}
    for column in (one for one in with_kinds(study, catalog).characters if one.label not in asked):
        is_of_words = column.kind == "none"
        known = {**loras, **embeddings} if is_of_words else embeddings
        for word in dict.fromkeys(_WORD.findall(column.text if is_of_words else without_tags(column.text))):
            if word.lower() in embeddings or not (is_of_words or _LIKE_A_NAME.search(word)):
                continue
            for near in difflib.get_close_matches(word.lower(), known, n=1, cutoff=_NEAR):
                meant = f"embedding '{embeddings[near]}'" if near in embeddings else f"LoRA <lora:{loras[near]}:1>"
                yield f"{column.place or column.label}: '{word}' is drawn as words; the nearest network: the {meant}"


def _use_of_bundled(name: str, catalog: Catalog) -> str:
    if not catalog.uses_bundled:
        return "which this WebUI does not use: its name is drawn as words"
    if name in catalog.embeddings:
        return "but the WebUI uses the one of this name in its folder"
    return "which the WebUI uses for this name as long as the LoRA is loaded"


_TAG_FORM = "write <lora:name:1>"


def _prompts(study: Study, templates: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Texts in which network tags are read, with their places."""
    by_place = {place: template_of(study, text) for place, text in templates.items()}
    yield from ((place, template.without_character_tags().text) for place, template in by_place.items())
    yield "composition", study.composition
    yield from ((row.place or row.label, row.text) for row in study.expressions)
    yield from ((column.place or column.label, column.text) for column in study.columns)
    for column in study.characters:
        own = template_of(study, column.prompt)
        tags = [tag for template in (own, *by_place.values()) for tag in template.character_tags]
        named = " ".join(tag.replace(study.character_placeholder, column.text) for tag in tags if is_name(column.text))
        yield column.place or column.label, f"{own.without_character_tags().text} {named}".strip()


def _other_texts(study: Study) -> Iterator[tuple[str, str]]:
    """Texts in which they are not, with their places."""
    yield "negative_prompt", study.negative_prompt or ""
    yield from ((column.place or column.label, column.negative) for column in study.columns if column.negative)


def _as_prompt(text: str) -> str:
    """A text of a list as it reaches the text encoders."""
    return without_tags(escape_outside(text))


def with_kinds(study: Study, catalog: Catalog) -> Study:
    """The study with every character recognised as a LoRA, an embedding or neither."""

    def kind(character: Character) -> Kind:
        is_named_in_tag = template_of(study, character.prompt or study.prompt or "").character_tags
        return character.kind or ("lora" if is_named_in_tag else kind_of(character.text, catalog))

    return replace(study, characters=tuple(replace(one, kind=kind(one)) for one in study.characters))


def kind_of(text: str, catalog: Catalog) -> Kind:
    """What a character's text is: with a LoRA's tag, with an embedding that the text encoders find, or neither."""
    if any(tag.is_lora for tag in find_tags(text)):
        return "lora"
    return "embedding" if catalog.embeddings_in(_as_prompt(text)) else "none"


def _tag_problems(tag: NetworkTag, catalog: Catalog) -> Iterator[str]:
    if not tag.is_lora:
        if tag.type not in catalog.other_types:
            yield f"{tag.text}: the WebUI knows no networks of the type '{tag.type}'"
        elif tag.type == "hypernet":
            yield from _hypernetwork_problems(tag, catalog)
        return
    if not tag.has_name:
        yield f"{tag.text}: the WebUI reads no name in it; rename a file whose name has '=', or write its alias"
        return
    yield from _weight_problems(tag, catalog)
    yield from _file_problems(tag, catalog)


def _hypernetwork_problems(tag: NetworkTag, catalog: Catalog) -> Iterator[str]:
    if catalog.hypernetworks is None:
        yield f"{tag.text}: this WebUI applies no hypernetworks; leave the tag out"
    elif tag.name not in catalog.hypernetworks:
        near = nearest(tag.name, catalog.hypernetworks)
        yield f"{tag.text}: there is no hypernetwork named '{tag.name}'{near}"
    for weight in tag.values[:1]:
        if not is_weight(weight):
            yield f"{tag.text}: the weight '{weight}' is no number"


def _weight_problems(tag: NetworkTag, catalog: Catalog) -> Iterator[str]:
    for bad in tag.bad_values():
        if "@" not in bad:
            yield f"{tag.text}: the weight '{bad}' is no number"
        elif not catalog.schedules_weights:
            yield f"{tag.text}: no installed extension reads the scheduled weight '{bad}'; write one number"


def _file_problems(tag: NetworkTag, catalog: Catalog) -> Iterator[str]:
    if tag.name in catalog.ambiguous:
        yield f"{tag.text}: {catalog.ambiguous[tag.name]}"
    elif tag.name not in catalog.loras:
        yield f"{tag.text}: there is no LoRA named '{tag.name}'{nearest(tag.name, catalog.loras)}"
    elif _differs(catalog.loras[tag.name], catalog.architecture):
        yield (
            f"{tag.text}: this LoRA is made for {catalog.loras[tag.name]}, "
            f"the checkpoint {catalog.checkpoint} is {catalog.architecture}"
        )


def _kind_problems(study: Study, column: Character, catalog: Catalog) -> Iterator[str]:
    if find_tags(column.negative):
        yield "network tags have no effect in a negative prompt"
    in_template = template_of(study, column.prompt or study.prompt or "").character_tags
    if column.kind == "lora" and not in_template and not any(tag.is_lora for tag in find_tags(column.text)):
        yield "kind is lora, but the text has no LoRA tag"
    words = without_tags(column.text).strip()
    if column.kind in ("lora", "none") or (in_template and not is_name(column.text)):
        return  # what cannot stand in a tag is a fault of the prompts
    unusable = _same_name(words, catalog.unusable_embeddings)
    if unusable and not find_tags(column.text):
        yield f"{_unusable(unusable, catalog)}; if it is meant as a plain word, add kind=none"
    elif _has_brackets(words) and _same_name(words, catalog.embeddings):
        escaped = re.sub(r"[()\[\]]", r"\\\g<0>", words)
        yield f"the WebUI reads the brackets in '{words}' as a weight, not as the embedding's name; write {escaped}"
    elif column.kind == "embedding" and not names_in(_unescaped(words), catalog.embeddings_in(_as_prompt(column.text))):
        name = words.strip("() ").partition(":")[0]
        yield f"there is no embedding named '{name}'{nearest(name, catalog.embeddings)}"


def _same_name(text: str, names: Iterable[str]) -> str | None:
    return next((name for name in names if name.lower() == text.lower()), None)


def _unescaped(words: str) -> str:
    return re.sub(r"\\([()\[\]])", r"\1", words)


def _has_brackets(text: str) -> bool:
    return any(bracket in text for bracket in "()[]")


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
