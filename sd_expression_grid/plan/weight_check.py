"""Checks that a character's ``weight``, which is only told of it, is the one that its text is made at."""

from __future__ import annotations

import re
from math import isclose
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault
from sd_expression_grid.prompts.network_tags import NetworkTag, find_tags, is_weight
from sd_expression_grid.study.cell_prompts import template_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.study.cell_prompts import Templates
    from sd_expression_grid.study.study import Character, Study

_IN_BRACKETS = re.compile(r"\([^()]*:\s*([^():\s]+)\s*\)")


def weight_faults(study: Study, templates: Templates) -> Iterator[Fault]:
    """Characters whose ``weight`` no network in their prompts has. Weights that are no numbers are not judged here."""
    for column in study.characters:
        weights = _weights(study, templates, column)
        if column.weight is None or not all(map(is_weight, weights)):
            continue
        if not any(isclose(float(weight), column.weight, abs_tol=1e-9) for weight in weights):
            made = " and ".join(dict.fromkeys(f"{float(weight):g}" for weight in weights))
            problem = f"its weight is {column.weight:g}, but its text is made at {made}"
            remedy = f'write "weights": [{column.weight:g}] instead, or the weight into the text'
            yield Fault(column.place or column.label, f"{problem}; {remedy}")


def _weights(study: Study, templates: Templates, column: Character) -> list[str]:
    """The weights that a character's networks are made at, as they are written."""
    named = (tag for text in templates.texts for tag in template_of(study, text).character_tags)
    tags = " ".join(tag.replace(study.character_placeholder, column.text) for tag in named)
    found = find_tags(f"{column.text} {column.prompt} {tags}")
    in_tags = [weight for tag in found for weight in _weights_of(tag)]
    return in_tags or _IN_BRACKETS.findall(column.text) or ["1"]


def _weights_of(tag: NetworkTag) -> list[str]:
    named = [tag.named[name] for name in ("te", "unet") if name in tag.named]
    return [*tag.positional[:2], *named] or ["1"]
