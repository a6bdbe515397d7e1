"""Faults of a study whose values are right each by itself, such as labels that occur twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault
from sd_expression_grid.base.file_names import file_stem, same_file_key
from sd_expression_grid.prompts.network_tags import find_tags
from sd_expression_grid.study.study import REFERENCE_LABEL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sd_expression_grid.study.study import Character, Expression, Study


def study_faults(study: Study, broken: Collection[str]) -> Iterable[Fault]:
    """Yields the faults. ``broken`` are keys of the schema with faults of their own, which are not judged again."""
    if not study.expressions and "expressions" not in broken:
        yield Fault("expressions", "the list is empty; write one expression a line")
    if not study.characters and not study.scout and "characters" not in broken and "scout" not in broken:
        yield Fault("characters", "the list is empty; write one character a line")
    if study.picked and study.scout:
        yield Fault("picked", "a scout has no picked cells; ask for one of both")
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
    first: dict[str, Expression | Character] = {}
    for entry in entries:
        other = first.setdefault(entry.label, entry)
        if other is not entry:
            problem = f"the label '{entry.label}' stands in this list already, at {other.place}"
            yield Fault(entry.place, f"{problem}; {_remedy(entry, other)}")


def _remedy(entry: Expression | Character, other: Expression | Character) -> str:
    tags = find_tags(entry.text)
    if tags and {tag.name for tag in tags} == {tag.name for tag in find_tags(other.text)}:
        return "for one LoRA at several weights write one line with weights=0.4,0.8; else give each line a label"
    return "give each line a label of its own: label | text"


def _placeholder_faults(study: Study) -> Iterable[Fault]:
    if not study.expression_placeholder.strip():
        yield Fault("expression_placeholder", "is empty")
    if not study.character_placeholder.strip():
        yield Fault("character_placeholder", "is empty")
    elif study.expression_placeholder == study.character_placeholder:
        yield Fault("character_placeholder", "is the expression placeholder as well")
