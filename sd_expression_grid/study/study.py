"""A study: expressions × characters × seeds, and how to draw them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from sd_expression_grid.study.list_keys import Axis, ListKey, keys_of, list_key
from sd_expression_grid.study.value_types import (
    NUMBER,
    NUMBERS,
    POSITIVE_NUMBER,
    POSITIVE_NUMBERS,
    PROMPT_TEXT,
    TEXT,
    WORDS,
    YES_OR_NO,
    one_of,
)

Kind = Literal["lora", "embedding", "none"]
Mode = Literal["exact", "batched"]
Ground = Literal["light", "dark"]
Status = Literal["done", "failed", "skipped", "interrupted"]
"""Of a cell, after the attempt to make it."""

REFERENCE_LABEL = "reference"

MAX_CELLS = 50_000
"""Limit of the cells of one study, for the sake of its page, its check and its rating."""

STUDY_PROMPT = "closeup of woman facing viewer, {expression}, RAW photo, {character}"
STUDY_NEGATIVE_PROMPT = "naked, illustration, 3d, drawing, cartoon, anime, 2girls"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionTraits:
    """What is known of an expression when its ratings are compared; each key is a column of the ratings' CSV."""

    label: str
    strength: float | None = list_key(
        NUMBER,
        default=None,
        usage="`strength`",
        meaning="the attention that the text has in this row; `strengths` writes both",
        in_lines=False,
        axis=Axis(name="strength"),
    )
    strength_of: str = list_key(
        TEXT,
        default="",
        usage="`strength_of`",
        meaning="the same in all rows that are one expression at several strengths",
        in_lines=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression(ExpressionTraits):
    """A row: the words that should show on the face. ``place`` is where the user wrote it, for messages."""

    text: str
    place: str = field(default="", compare=False)


STRENGTHS = ListKey(
    value=NUMBERS,
    name="strengths",
    default=(),
    usage="`strengths=0.8,1.2`",
    meaning="one row for each strength, one below the other, labelled `smile 0.8`, with the text as `(smiling:0.8)`; "
    "for plain words",
)
EXPRESSION_KEYS = (*keys_of(Expression), STRENGTHS)
"""The keys of an entry of the expression list. ``strengths`` is no attribute: it makes several rows of one entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterTraits:
    """What is known of a character when its ratings are compared; each key is a column of the ratings' CSV."""

    label: str
    kind: Kind | None = list_key(
        one_of(Kind),
        default=None,
        usage="`kind=lora`",
        meaning="`lora`, `embedding` or `none`; recognised by itself. `kind=embedding` makes a missing embedding an "
        "error, for its name is an ordinary word",
    )
    person: str = list_key(
        TEXT, default="", usage="`person=…`", meaning="the same person in other columns has the same"
    )
    tags: tuple[str, ...] = list_key(WORDS, default=(), usage="`tags=a,b`", meaning="words to compare characters by")
    weight: float | None = list_key(
        NUMBER,
        default=None,
        usage="`weight`",
        meaning="the network's weight in this column, as its text has it; `weights` writes both",
        in_lines=False,
        axis=Axis(name="weight"),
    )
    exclude: bool = list_key(YES_OR_NO, default=False, usage="`exclude`", meaning="drawn, but left out of analysis")
    creator: str = list_key(
        TEXT, default="", usage="`creator=…`", meaning="who made the model; the report ranks creators, too"
    )
    cfg_scale: float | None = list_key(
        POSITIVE_NUMBERS,
        default=None,
        usage="`cfg_scale=5`",
        meaning="instead of the page's; of several (`cfg_scale=4,7`) each makes a column, labelled `Noor CFG 4`",
        own_value=POSITIVE_NUMBER,
        axis=Axis(name="CFG scale", word="CFG"),
    )
    denoising: float | None = list_key(
        POSITIVE_NUMBERS,
        default=None,
        usage="`denoising=0.5`",
        meaning="in img2img, the denoising strength instead of the page's; of several (`denoising=0.35,0.5`) each "
        "makes a column, labelled `Noor denoising 0.35`",
        own_value=POSITIVE_NUMBER,
        axis=Axis(name="denoising strength", word="denoising"),
    )

    @property
    def own_label(self) -> str:
        """Its label without the numbers that tell it from the other columns of its entry."""
        label = self.label
        for key in reversed(COLUMN_AXES):
            number = getattr(self, key.name)
            if key.axis and number is not None:
                label = label.removesuffix(key.axis.ending(number))
        return label


COLUMN_AXES = tuple(key for key in keys_of(CharacterTraits) if key.axis)
"""The keys of which several numbers make several columns of one character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Character(CharacterTraits):
    """A column: the words or network tags that make one person. ``place`` is where the user wrote it."""

    text: str
    group: str = list_key(
        TEXT,
        default="",
        usage="`group`",
        meaning="the title of its group; in a pasted list that is `[Title]` on a line before it",
        in_lines=False,
    )
    negative: str = list_key(PROMPT_TEXT, default="", usage="`negative=…`", meaning="added to the negative prompt")
    prompt: str = list_key(
        PROMPT_TEXT,
        default="",
        usage="`prompt=…`",
        meaning="a template of its own, with the expression placeholder in it",
    )
    place: str = field(default="", compare=False)


WEIGHTS = ListKey(
    value=NUMBERS,
    name="weights",
    default=(),
    usage="`weights=0.4,0.7,1`",
    meaning="one column for each weight, side by side, labelled `Noor 0.7`; for a text with one LoRA tag, or an "
    "embedding's name",
)
CHARACTER_KEYS = (*keys_of(Character), WEIGHTS)
"""The keys of an entry of the character list. ``weights`` is no attribute: it makes several characters of one entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridOptions:
    """How the grids look. ``margin`` is in pixels."""

    margin: int = 8
    legend: bool = True
    ground: Ground = "light"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scout:
    """A search for a seed: pictures of the reference column and one expression, for many seeds.

    ``expression`` is a row's label; empty for the first row. ``seeds`` are the seeds themselves, or how many from
    the page's seed on. With ``stop_at_switch`` a picture is decoded as soon as its composition is drawn.
    """

    expression: str = ""
    seeds: int | tuple[int, ...] = 16
    stop_at_switch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFiles:
    """The picture that an img2img study starts from, and its mask if it has one: files in the study's folder.

    They are named by their contents, so that names tell whether pictures are the same.
    """

    picture: str
    mask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Everything that is requested, apart from txt2img's own settings.

    ``prompt`` and ``negative_prompt`` are templates; None means those of the txt2img page.
    ``switch_at`` is the fraction of the steps that draw the composition.
    ``scout`` asks for seeds to choose from instead of the grids, ``picked`` for its picked cells alone, made large.
    ``picture`` is img2img's, which its page tells.
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
    scout: Scout | None = None
    picture: PictureFiles | None = None
    picked: bool = False

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

    @property
    def folder_name(self) -> str:
        """The name of its folder, or empty; a scout has another than the study of the same name."""
        return f"{self.name} seeds" if self.name and self.scout else self.name

    def scouted(self) -> Study:
        """A scout reduced to what is drawn: its one row, no characters, its own seeds. Other studies are unchanged."""
        if self.scout is None:
            return self
        label = self.scout.expression or next((row.label for row in self.expressions), "")
        return replace(
            self,
            expressions=tuple(row for row in self.expressions if row.label == label),
            characters=(),
            seeds=self.scout.seeds if isinstance(self.scout.seeds, tuple) else (),
            scout=replace(self.scout, expression=label),
        )

    def cell_count(self, drawn: int = 0) -> int:
        """The number of cells. ``drawn`` is the number of seeds for a study that lists none; a scout has its own."""
        listed = self.scout.seeds if self.scout else self.seeds
        seeds = listed if isinstance(listed, int) else len(listed) or drawn
        return len(self.expressions) * len(self.columns) * seeds

    def with_seeds_from(self, first: int, count: int) -> Study:
        """The study with the seeds it lists, else with ``count`` seeds from ``first``; a scout has its own count."""
        if self.scout is None:
            return replace(self, seeds=self.seeds or tuple(range(first, first + count)))
        listed = self.scout.seeds
        seeds = tuple(range(first, first + listed)) if isinstance(listed, int) else listed
        return replace(self, seeds=seeds, scout=replace(self.scout, seeds=seeds))

    def without_seeds(self) -> Study:
        """The study with its seeds removed, equal for studies that differ in nothing else."""
        return replace(self, seeds=(), scout=replace(self.scout, seeds=()) if self.scout else None)

    def with_templates(self, prompt: str, negative_prompt: str) -> Study:
        """The study with both templates filled in: its own, else the page's, else those of the original study."""
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
