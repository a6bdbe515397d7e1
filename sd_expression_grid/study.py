"""What a study is: expressions × characters × seeds, and how to draw them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["lora", "embedding", "none"]
Mode = Literal["exact", "batched"]
Ground = Literal["light", "dark"]

REFERENCE_LABEL = "reference"

STUDY_PROMPT = "closeup of woman facing viewer, {expression}, RAW photo, {character}"
STUDY_NEGATIVE_PROMPT = "naked, illustration, 3d, drawing, cartoon, anime, 2girls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A row: the words that should show on the face. ``place`` tells where the user wrote it."""

    label: str
    text: str
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A column: the words or network tags that make one person.

    ``negative`` is added to the negative prompt, ``prompt`` replaces the template, ``person`` joins columns that
    show the same person, ``weight`` is the LoRA's or embedding's where the character was listed with several.
    """

    label: str
    text: str
    group: str = ""
    kind: Kind | None = None
    negative: str = ""
    cfg_scale: float | None = None
    prompt: str = ""
    person: str = ""
    tags: tuple[str, ...] = ()
    exclude: bool = False
    weight: float | None = None
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridOptions:
    """How the grids look. ``margin`` is in pixels."""

    margin: int = 8
    legend: bool = True
    ground: Ground = "light"


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Everything that is asked for, apart from txt2img's own settings.

    ``prompt`` and ``negative_prompt`` are templates; None means those of the txt2img page.
    ``switch_at`` is the fraction of the steps that draw the composition.
    """

    expressions: tuple[Expression, ...]
    characters: tuple[Character, ...]
    reference: str = "1girl"
    composition: str = "hair, neck, eyes, lips"
    switch_at: float = 0.2
    expression_placeholder: str = "{expression}"
    character_placeholder: str = "{character}"
    seeds: tuple[int, ...] = ()
    mode: Mode = "exact"
    rows_per_batch: int = 4
    name: str = ""
    prompt: str | None = None
    negative_prompt: str | None = None
    grid: GridOptions = GridOptions()

    @property
    def columns(self) -> tuple[Character, ...]:
        """All columns in the order in which they are made: the reference column first, if there is one."""
        reference = (self.reference_column,) if self.reference else ()
        return reference + self.characters

    @property
    def reference_column(self) -> Character:
        """The column without a character."""
        return Character(label=REFERENCE_LABEL, text=self.reference, kind="none", place="reference")

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups' titles in the order of the list; each is a grid of its own."""
        return tuple(dict.fromkeys(character.group for character in self.characters))

    def columns_of(self, group: str) -> tuple[Character, ...]:
        """The columns of one group's grid, the reference column first."""
        reference = (self.reference_column,) if self.reference else ()
        return reference + tuple(c for c in self.characters if c.group == group)

    def with_templates(self, prompt: str, negative_prompt: str) -> Study:
        """The study with its templates settled: its own, else the page's, else those of the original study."""
        own = self.prompt if self.prompt is not None else prompt
        negative = self.negative_prompt if self.negative_prompt is not None else negative_prompt
        if own.strip():
            return replace(self, prompt=own, negative_prompt=negative)
        standard = STUDY_PROMPT.replace("{expression}", self.expression_placeholder)
        standard = standard.replace("{character}", self.character_placeholder)
        return replace(self, prompt=standard, negative_prompt=negative if negative.strip() else STUDY_NEGATIVE_PROMPT)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CellKey:
    """Names one cell: the labels of its row and column, and its seed."""

    expression: str
    character: str
    seed: int
