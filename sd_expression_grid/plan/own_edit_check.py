"""Checks of the prompt edits that the user wrote around placeholders: what is none to the WebUI, it draws as words."""

from __future__ import annotations

from functools import cache
from itertools import chain, repeat
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault
from sd_expression_grid.prompts.brackets import find_pairs
from sd_expression_grid.prompts.network_tags import without_tags
from sd_expression_grid.prompts.prompts import is_edit, marks_in
from sd_expression_grid.study.cell_prompts import prompts_by_place, template_as_read, template_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.prompts.brackets import Pairs
    from sd_expression_grid.prompts.prompts import Schedule, Template
    from sd_expression_grid.study.cell_prompts import Templates
    from sd_expression_grid.study.study import Study

_WORD = "x"
_SHOWN = 40


def own_edit_faults(study: Study, templates: Templates, schedules: tuple[Schedule, Schedule]) -> Iterator[Fault]:
    """Square brackets of the user's own around a placeholder that the WebUI would draw, in the page's four prompts and
    in those of characters. ``schedules`` are the WebUI's own parser for prompts and for negative prompts.
    """
    prompts, negatives = cache(schedules[0]), cache(schedules[1])
    readers = chain((prompts, negatives) * 2, repeat(prompts))
    for (place, text), schedule in zip(prompts_by_place(study, templates), readers, strict=False):
        template = template_as_read(study, text)
        yield from (Fault(place, problem) for problem in (*_unread(template, study, schedule), *_unclosed(template)))


def _unread(template: Template, study: Study, schedule: Schedule) -> Iterator[str]:
    pairs = find_pairs(template.text)
    for start, end in sorted(pairs.closing.items()):
        piece = template_of(study, template.text[start : end + 1])
        if template.text[start] == "[" and piece.has_placeholders and marks_in(template.text, pairs, start, end):
            drawn = without_tags(piece.fill(_WORD, _WORD, None).text)
            texts = schedule(template.fill(_WORD, _WORD, None).text)
            if any(drawn in text for part in texts for text in part):
                yield f"the WebUI would draw '{piece.text}' as words; {_remedy(template.text, pairs, start, end)}"


def _remedy(text: str, pairs: Pairs, start: int, end: int) -> str:
    if is_edit(text, pairs, start, end):
        return "look for a stray bracket, bar or colon in the rest of the prompt and in its styles"
    return "a prompt edit ends in a number, as in [a:b:0.3]; write \\: for a colon that is text"


def _unclosed(template: Template) -> Iterator[str]:
    """Brackets that were opened for an edit and not closed."""
    text, pairs = template.text, find_pairs(template.text)
    for start in sorted(i for i in pairs.unpaired if text[i] == "["):
        inside = (
            i for i in pairs.live if i > start and text[i] == ":" and pairs.innermost[i] == pairs.innermost[start]
        )
        if any(inside) and any(place > start for place in template.placeholder_starts):
            shown = text[start : start + _SHOWN]
            yield f"no ] closes the [ of '{shown}', which the WebUI would draw as words; write \\[ for one that is text"
