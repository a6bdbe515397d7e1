"""What Dynamic Prompts draws for a study: once a seed, so that rows and columns are compared like with like."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault
from sd_expression_grid.plan.plan import plan_cells
from sd_expression_grid.study.cell_prompts import Templates, template_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.plan.style_check import Style
    from sd_expression_grid.study.study import Study
    from sd_expression_grid.webui.host.dynamic_prompts import DynamicPrompts

_A_COLUMN = 1_000_003
"""Added to the seed for each column, where every column has a draw of its own; far more than a study has seeds."""


class Variants:
    """A study and its templates as they are for a seed and a column.

    Without Dynamic Prompts, ``draw`` being None, they are the same for all. With ``a_column``, every column has a draw
    of its own; otherwise all pictures of a seed have the same.
    """

    def __init__(self, study: Study, templates: Templates, draw: DynamicPrompts | None, *, a_column: bool) -> None:
        self._study, self._templates, self._draw = study, templates, draw
        self._places = {column.label: place if a_column else 0 for place, column in enumerate(study.columns)}
        self._drawn = cache(self._drawn_with)

    @property
    def are_drawn(self) -> bool:
        """Whether anything differs from seed to seed."""
        return self._draw is not None

    def of(self, seed: int, column: str) -> tuple[Study, Templates]:
        """The study with all its texts, and the templates, for a seed and a column's label."""
        return self._drawn(seed + _A_COLUMN * self._places[column]) if self._draw else (self._study, self._templates)

    def cells(self, seeds: tuple[int, ...]) -> tuple[Cell, ...]:
        """All cells, column after column."""
        if not self._draw:
            return plan_cells(self._study, self._templates, seeds)
        return tuple(
            cell
            for label in self._places
            for seed in seeds
            for cell in plan_cells(*self.of(seed, label), (seed,))
            if cell.key.character == label
        )

    def pairs(self, seeds: tuple[int, ...]) -> Iterator[tuple[Study, Templates]]:
        """What the cells of these seeds are made of, each once."""
        draws = dict.fromkeys((seed + _A_COLUMN * place) for seed in seeds for place in self._places.values())
        yield from map(self._drawn, draws) if self._draw else [(self._study, self._templates)]

    def faults(self, styles: Sequence[Style]) -> Iterator[Fault]:
        """What cannot be drawn."""
        if self._draw:
            yield from self._draw.faults()
            for style in styles:
                if self._draw.has_variants(f"{style.prompt}{style.negative_prompt}".replace("{prompt}", "")):
                    yield Fault(f"style '{style.name}'", "what Dynamic Prompts draws has to stand in the prompt itself")

    def _drawn_with(self, seed: int) -> tuple[Study, Templates]:
        study, templates = self._study, self._templates

        def around(text: str) -> str:
            return template_of(study, text).changed_around(words)

        def words(text: str) -> str:
            return self._draw.drawn(text, seed) if self._draw else text

        drawn = replace(
            study,
            expressions=tuple(replace(row, text=words(row.text)) for row in study.expressions),
            characters=tuple(
                replace(column, text=words(column.text), negative=words(column.negative), prompt=around(column.prompt))
                for column in study.characters
            ),
            reference=words(study.reference),
            composition=words(study.composition),
        )
        prompt, negative, hires, hires_negative = map(around, templates.texts)
        return drawn, Templates(
            prompt=prompt, negative_prompt=negative, hires_prompt=hires, hires_negative_prompt=hires_negative
        )
