"""Checks of the page's styles, whose texts the WebUI puts around prompts that are filled already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault
from sd_expression_grid.plan.prompt_check import UNREADABLE
from sd_expression_grid.prompts.network_tags import find_tags
from sd_expression_grid.prompts.prompts import edit_holds
from sd_expression_grid.study.cell_prompts import prompts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sd_expression_grid.prompts.prompts import Schedule
    from sd_expression_grid.study.cell_prompts import Templates
    from sd_expression_grid.study.study import Study

_PROMPT = "{prompt}"
"""Where the WebUI puts the prompt in a style; behind a style without it."""

_MARK = "\ue000"
"""Stands for a prompt; private to us by Unicode."""

_WORD = "x"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One style that is chosen on the page. ``schedules`` read a prompt and a negative prompt with this style alone."""

    name: str
    prompt: str
    negative_prompt: str
    schedules: tuple[Schedule, Schedule]

    @property
    def place(self) -> str:
        """What messages call it."""
        return f"style '{self.name}'"

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Both of its texts, with what messages call them."""
        return ("prompt", self.prompt), ("negative prompt", self.negative_prompt)


def style_faults(study: Study, styles: Sequence[Style], without_comments: Callable[[str], str]) -> Iterator[Fault]:
    """Styles that would be drawn otherwise than they are meant, or would swallow the prompt."""
    for style in styles:
        for name, text in style.texts:
            for placeholder in _placeholders(study):
                if placeholder in text:
                    yield Fault(style.place, f"nothing is put in for '{placeholder}' in its {name}: {text}")
            if _PROMPT in text and _MARK not in without_comments(text.replace(_PROMPT, _MARK)):
                yield Fault(style.place, f"the comment in its {name} would swallow the page's: {text}")
        if find_tags(style.negative_prompt):
            yield Fault(style.place, "network tags have no effect in a negative prompt")


def style_edit_faults(study: Study, templates: Templates, styles: Sequence[Style], total_steps: int) -> Iterator[Fault]:
    """Styles with which the WebUI would not read our prompt edits as meant. There must be no other faults."""
    switch_step = int(study.switch_at * total_steps)
    column = replace(study.reference_column, text=_WORD)
    edited = tuple(prompt.is_edited for prompt in prompts_of(study, templates, _WORD, column))
    alone = replace(templates, prompt=study.expression_placeholder, negative_prompt=study.expression_placeholder)
    prompts = prompts_of(study, alone, _WORD, column)[:2]
    is_edited = edited[0] or edited[2], edited[1] or edited[3]
    for style in styles:
        judged = zip(style.texts, prompts, style.schedules, is_edited, strict=True)
        for (name, text), prompt, schedule, has_edit in judged:
            if has_edit and not edit_holds(prompt, schedule, switch_step):
                where = f"look for a stray bracket, bar or colon in its {name}: {text}"
                yield Fault(style.place, f"{UNREADABLE}; {where}")


def _placeholders(study: Study) -> Iterator[str]:
    """Those that would be drawn; plain words may stand in a style."""
    for placeholder in (study.expression_placeholder, study.character_placeholder):
        if placeholder != _PROMPT and not placeholder.replace(" ", "").isalnum():
            yield placeholder
