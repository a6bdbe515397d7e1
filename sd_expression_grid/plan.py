"""A study to cells, and cells to batches: what will be generated, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from sd_expression_grid.network_tags import NetworkTag, find_tags
from sd_expression_grid.prompts import Edit, Prompt, Template, escape_in_edit, escape_outside
from sd_expression_grid.study import CellKey, Character, Expression, Study

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """The four prompts of the txt2img page, with placeholders. Empty hires prompts follow the first pass."""

    prompt: str
    negative_prompt: str = ""
    hires_prompt: str = ""
    hires_negative_prompt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One picture to be made. ``cfg_scale`` None means the page's."""

    key: CellKey
    prompt: str
    negative_prompt: str
    hires_prompt: str = ""
    hires_negative_prompt: str = ""
    cfg_scale: float | None = None

    @property
    def networks(self) -> tuple[tuple[NetworkTag, ...], tuple[NetworkTag, ...]]:
        """The network tags of both passes; a batch applies only those of its first cell."""
        return find_tags(self.prompt), find_tags(self.hires_prompt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Cells of one character that the WebUI makes in one call."""

    cells: tuple[Cell, ...]

    @property
    def keys(self) -> tuple[CellKey, ...]:
        """The cells' keys, in their order."""
        return tuple(cell.key for cell in self.cells)


def templates_of(study: Study, hires_prompt: str = "", hires_negative_prompt: str = "") -> Templates:
    """The templates of a study whose own are settled, beside the page's hires prompts."""
    return Templates(
        prompt=study.prompt or "",
        negative_prompt=study.negative_prompt or "",
        hires_prompt=hires_prompt,
        hires_negative_prompt=hires_negative_prompt,
    )


def plan_cells(study: Study, templates: Templates, seeds: tuple[int, ...]) -> tuple[Cell, ...]:
    """All cells, column after column, so that a character's networks load once."""
    return tuple(
        _cell(study, templates, CellKey(expression=row.label, character=column.label, seed=seed), row, column)
        for column in study.columns
        for seed in seeds
        for row in study.expressions
    )


def plan_batches(
    cells: Iterable[Cell],
    rows_per_batch: int,
    encoded_kind: Callable[[Cell], Hashable],
    *,
    mixes_seeds: bool = False,
) -> tuple[Batch, ...]:
    """Divides the cells, in their order, into batches of cells that may share a call.

    Cells share one only with the same character, networks, CFG scale and ``encoded_kind``, which tells what prompts
    must have in common to be encoded in one call. The seed is the same as well, since its rows share their composition
    steps, unless a batch ``mixes_seeds``.
    """

    def shared(cell: Cell) -> Hashable:
        kind = encoded_kind(cell) if rows_per_batch > 1 else None
        seed = None if mixes_seeds else cell.key.seed
        return cell.key.character, seed, cell.networks, cell.cfg_scale, kind

    return tuple(
        Batch(cells=part) for _, run in groupby(cells, key=shared) for part in _parts(tuple(run), rows_per_batch)
    )


def prompts_of(
    study: Study, templates: Templates, expression: str, character: Character
) -> tuple[Prompt, Prompt, Prompt, Prompt]:
    """Prompt, negative prompt and both hires prompts of one cell, from its row's and column's escaped texts."""
    edit = edit_of(study)
    only_later = Edit(composition="", switch_at=study.switch_at) if edit else None
    text = escape_outside(character.text)

    def fill(template: str, edit: Edit | None) -> Prompt:
        return template_of(study, template).fill(expression, text, edit)

    negative = fill(templates.negative_prompt, only_later)
    hires_negative = fill(templates.hires_negative_prompt, only_later)
    return (
        fill(character.prompt or templates.prompt, edit),
        _with_negative(negative, character),
        fill(templates.hires_prompt, edit),
        _with_negative(hires_negative, character) if templates.hires_negative_prompt else hires_negative,
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


def _cell(study: Study, templates: Templates, key: CellKey, row: Expression, column: Character) -> Cell:
    prompt, negative, hires, hires_negative = prompts_of(study, templates, escape_in_edit(row.text), column)
    return Cell(
        key=key,
        prompt=prompt.text,
        negative_prompt=negative.text,
        hires_prompt=hires.text,
        hires_negative_prompt=hires_negative.text,
        cfg_scale=column.cfg_scale,
    )


def _with_negative(prompt: Prompt, character: Character) -> Prompt:
    if not character.negative:
        return prompt
    addition = escape_outside(character.negative)

    def joined(text: str) -> str:
        return f"{text}, {addition}" if text.strip() else addition

    return Prompt(text=joined(prompt.text), before=joined(prompt.before), after=joined(prompt.after))


def _parts(cells: tuple[Cell, ...], size: int) -> Iterator[tuple[Cell, ...]]:
    return (cells[start : start + size] for start in range(0, len(cells), size))
