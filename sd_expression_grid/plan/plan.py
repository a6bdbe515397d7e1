"""Divides a study into cells, and cells into batches, in the order in which they are generated."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from sd_expression_grid.prompts.network_tags import NetworkTag, find_tags
from sd_expression_grid.prompts.prompts import escape_in_edit
from sd_expression_grid.study.cell_prompts import Templates, prompts_of
from sd_expression_grid.study.study import CellKey, Character, Expression, Study

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One picture to be made. ``cfg_scale`` and ``denoising``, img2img's strength, None mean the page's."""

    key: CellKey
    prompt: str
    negative_prompt: str
    hires_prompt: str = ""
    hires_negative_prompt: str = ""
    cfg_scale: float | None = None
    denoising: float | None = None

    @property
    def networks(self) -> tuple[tuple[NetworkTag, ...], tuple[NetworkTag, ...]]:
        """The network tags of both passes; a batch applies only those of its first cell."""
        return find_tags(self.prompt), find_tags(self.hires_prompt)


Column = tuple[str, int]
"""A column of one grid: the character's label and the seed. Its cells follow each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Cells that the WebUI makes in one call, of one column or of several that follow each other."""

    cells: tuple[Cell, ...]

    @property
    def keys(self) -> tuple[CellKey, ...]:
        """The cells' keys, in their order."""
        return tuple(cell.key for cell in self.cells)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the cells are of, in their order."""
        return tuple(cells_by_column(self.cells))


def cells_by_column(cells: Iterable[Cell]) -> dict[Column, list[Cell]]:
    """The cells of each column, in their order."""
    columns: dict[Column, list[Cell]] = {}
    for cell in cells:
        columns.setdefault((cell.key.character, cell.key.seed), []).append(cell)
    return columns


def plan_cells(study: Study, templates: Templates, seeds: tuple[int, ...]) -> tuple[Cell, ...]:
    """All cells, column after column, so that a character's networks load once."""
    return tuple(
        _cell(study, templates, CellKey(expression=row.label, character=column.label, seed=seed), row, column)
        for column in study.columns
        for seed in seeds
        for row in study.expressions
    )


def plan_batches(
    cells: Iterable[Cell], rows_per_batch: int, encoded_kind: Callable[[Cell], Hashable]
) -> tuple[Batch, ...]:
    """Divides the cells, in their order, into batches of cells that may share a call, each as full as it can be.

    Cells share one only with the same networks, CFG scale, denoising strength and ``encoded_kind``, which tells what
    prompts must have in common to be encoded in one call; and either all or none have hires prompts of their own.
    """
    if rows_per_batch == 1:
        return tuple(Batch(cells=(cell,)) for cell in cells)

    def shared(cell: Cell) -> Hashable:
        has_hires = bool(cell.hires_prompt), bool(cell.hires_negative_prompt)
        return cell.networks, cell.cfg_scale, cell.denoising, has_hires, encoded_kind(cell)

    return tuple(
        Batch(cells=part) for _, run in groupby(cells, key=shared) for part in _parts(tuple(run), rows_per_batch)
    )


def _cell(study: Study, templates: Templates, key: CellKey, row: Expression, column: Character) -> Cell:
    prompt, negative, hires, hires_negative = prompts_of(study, templates, escape_in_edit(row.text), column)
    return Cell(
        key=key,
        prompt=prompt.text,
        negative_prompt=negative.text,
        hires_prompt=hires.text,
        hires_negative_prompt=hires_negative.text,
        cfg_scale=column.cfg_scale,
        denoising=column.denoising,
    )


def _parts(cells: tuple[Cell, ...], size: int) -> Iterator[tuple[Cell, ...]]:
    return (cells[start : start + size] for start in range(0, len(cells), size))
