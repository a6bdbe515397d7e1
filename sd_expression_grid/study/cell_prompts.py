"""The prompts of a cell: the templates, filled with its row's and its column's text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.prompts.part_weights import ends_in_comment, without_comments
from sd_expression_grid.prompts.prompts import Edit, Prompt, Template, braces_as_text, escape_in_edit, escape_outside

if TYPE_CHECKING:
    from sd_expression_grid.study.study import Character, Study


PLACES = ("prompt", "negative_prompt", "hires prompt", "hires negative prompt")
"""What messages call the four prompts of a cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """The four prompts of the txt2img page, with placeholders. Empty hires prompts follow the first pass."""

    prompt: str
    negative_prompt: str = ""
    hires_prompt: str = ""
    hires_negative_prompt: str = ""

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """All four, in the order of ``PLACES``."""
        return self.prompt, self.negative_prompt, self.hires_prompt, self.hires_negative_prompt


def templates_of(study: Study, hires_prompt: str = "", hires_negative_prompt: str = "") -> Templates:
    """The templates of a study after ``with_templates``, together with the page's hires prompts."""
    return Templates(
        prompt=study.prompt or "",
        negative_prompt=study.negative_prompt or "",
        hires_prompt=hires_prompt,
        hires_negative_prompt=hires_negative_prompt,
    )


def prompts_of(
    study: Study, templates: Templates, expression: str, character: Character
) -> tuple[Prompt, Prompt, Prompt, Prompt]:
    """Prompt, negative prompt and both hires prompts of one cell, from its row's escaped text and its column."""
    edit = edit_of(study)
    has_character = character != study.reference_column
    only_later = Edit(composition="", switch_at=study.switch_at) if edit else None

    def fill(text: str, edit: Edit | None) -> Prompt:
        template = template_as_read(study, text)
        return (template if has_character else template.without_character_tags()).fill(expression, character.text, edit)

    negative = fill(templates.negative_prompt, only_later)
    hires_negative = fill(templates.hires_negative_prompt, only_later)
    return (
        fill(character.prompt or templates.prompt, edit),
        _with_negative(negative, character),
        fill(templates.hires_prompt, edit),
        _with_negative(hires_negative, character) if templates.hires_negative_prompt else hires_negative,
    )


def filled(study: Study, text: str, expression: str, character: Character) -> str:
    """Another text than a prompt, with a row's escaped text and a column's in place of the placeholders."""
    template = template_of(study, text)
    has_character = character != study.reference_column
    return (
        (template if has_character else template.without_character_tags()).fill(expression, character.text, None).text
    )


def template_of(study: Study, text: str) -> Template:
    """A text as a template with the study's placeholders."""
    return Template(
        text=text,
        expression_placeholder=study.expression_placeholder,
        character_placeholder=study.character_placeholder,
    )


def edit_of(study: Study) -> Edit | None:
    """The prompt edit that holds the composition; None for a study without composition words."""
    if not study.composition:
        return None
    return Edit(composition=escape_in_edit(study.composition), switch_at=study.switch_at)


def template_as_read(study: Study, text: str) -> Template:
    """A template of a prompt in which braces are text."""
    return template_of(study, template_of(study, text).changed_around(braces_as_text))


def prompts_by_place(study: Study, templates: Templates) -> list[tuple[str, str]]:
    """All prompts with placeholders: the page's four, and those of characters, with what messages call them."""
    own = ((column.place or column.label, column.prompt) for column in study.characters)
    return [*zip(PLACES, templates.texts, strict=True), *own]


def _with_negative(prompt: Prompt, character: Character) -> Prompt:
    if not character.negative:
        return prompt
    addition = escape_outside(character.negative)

    if not prompt.text.strip():
        return Prompt(text=addition, before=addition, after=addition)
    end = f"{_joint(prompt.text)}{addition}"
    return Prompt(text=f"{prompt.text}{end}", before=f"{prompt.before}{end}", after=f"{prompt.after}{end}")


def _joint(text: str) -> str:
    """What stands between a negative prompt and a character's: its comment goes on to the line's end."""
    comma = ", " if without_comments(text).strip() else ""
    return f"\n{comma}" if ends_in_comment(text) else comma
