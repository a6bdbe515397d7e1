"""What a report holds. Every number is a ``Rate`` or names the cells behind it, as places in ``Report.cells``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sd_expression_grid.evidence.measurements import Measurement, Method
    from sd_expression_grid.ratings.ratings import Rating
    from sd_expression_grid.ratings.ratings_table import Column
    from sd_expression_grid.report.statistics.agreement import Agreement
    from sd_expression_grid.report.statistics.intervals import Interval
    from sd_expression_grid.study.study import CellKey, Kind

Measure = Literal["expression", "likeness", "both"]
"""The two scores, and both together: the lower one, so that a yes means expression reached and person kept."""

VerdictName = Literal["easy candidate", "hard candidate", "no LoRA needed", "undecided"]
Outcome = Literal["first", "second", "no clear difference", "too few to tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What counts as clear. Shares are between 0 and 1.

    The base model *can* make an expression when its share is above ``reference_can``, characters *mostly can* when
    theirs is above ``characters_can``; with fewer rated seeds than ``seeds`` a verdict is provisional. A character
    fails on nearly every row from the share ``stiff`` of them on. Rows are alike from the kappa ``alike`` on.
    ``well_known`` and ``invented`` are the tags of the third question.

    Of the pictures: a face shows no visible change where no part of it moved as far as ``moved``, a share of the
    distance between the eyes; without landmarks, where no field of the picture differs by ``differs`` of full white.
    """

    confidence: float = 0.95
    significance: float = 0.05
    reference_can: float = 0.5
    characters_can: float = 0.5
    seeds: int = 4
    stiff: float = 0.8
    alike: float = 0.8
    well_known: str = "well-known"
    invented: str = "invented"
    moved: float = 0.02
    differs: float = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one rater said of one cell: 0 no, 1 partly, 2 yes."""

    rater: str
    expression: int | None
    likeness: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A cell with what all raters said of it, taken together: the median, the lower one of an even number.

    ``both`` is None where one of its two scores is: a picture that was rated by half counts for that half only.
    """

    key: CellKey
    expression: int | None
    likeness: int | None
    both: int | None
    scores: tuple[Score, ...]
    file: str = ""
    measurement: Measurement | None = None

    @property
    def change(self) -> float | None:
        """How far its picture is from its neutral cell's; None where that is not known."""
        return self.measurement.change if self.measurement else None

    def score(self, measure: Measure) -> int | None:
        """One of the scores, or both together."""
        return {"expression": self.expression, "likeness": self.likeness, "both": self.both}[measure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many of the rated cells are a *yes*. Of none, there is neither a share nor an interval.

    ``ratings`` are the single judgements behind the ``count`` cells.
    """

    share: float | None
    interval: Interval | None
    successes: int
    partly: int
    count: int
    ratings: int
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """One row and column of the heat map, over all seeds."""

    expression: str
    character: str
    rates: dict[Measure, Rate]


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterResult:
    """A column's place in the ranking.

    ``flexibility`` counts only cells whose reference (same row, same seed) shows the expression; ``rates`` count all.
    ``p_behind`` is McNemar's p against the first of the ranking, for as many tests as there are pairs of characters.
    ``failed_rows`` are those in which less than half of these cells are a *yes*.
    """

    column: Column
    flexibility: Rate
    rates: dict[Measure, Rate]
    p_behind: float
    failed_rows: tuple[str, ...]
    fails_nearly_everywhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an expression needs. ``is_provisional`` where too few seeds are rated for intervals to decide."""

    name: VerdictName
    is_provisional: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionResult:
    """A row's place in the ranking: the characters' rates, and the reference's for the expression."""

    label: str
    reference: Rate
    rates: dict[Measure, Rate]
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The flexibility of two groups of characters: ``difference`` is the first's mean minus the second's.

    ``units`` are characters of each group, or pairs, where the same persons are in both. ``within`` is the kind to
    which both groups were narrowed. ``p`` holds for all comparisons of tags that nobody asked for by name, too.
    """

    first: str
    second: str
    is_paired: bool
    units: tuple[int, int]
    means: tuple[float, float]
    difference: float
    interval: Interval | None
    p: float
    smallest_p: float
    outcome: Outcome
    cells: tuple[int, ...]
    within: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """Characters that share a kind or a tag; ``mean`` is of their flexibilities, None where none has one."""

    name: str
    characters: tuple[str, ...]
    mean: float | None
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """One person at several weights. ``is_clear`` where McNemar's test sets the best weight apart from the next."""

    name: str
    weights: tuple[tuple[float, CharacterResult], ...]
    best: float | None
    is_clear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeRows:
    """Two rows with the same expression scores in nearly every cell, far beyond chance (Cohen's kappa)."""

    first: str
    second: str
    kappa: float
    same: int
    count: int
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterResult:
    """One rater: how many cells, and the share of *yes* in each score, which tells the lenient from the strict."""

    name: str
    cells: int
    expression_yes: float | None
    likeness_yes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What does not count, by name; cells as places in ``Report.cells``."""

    excluded: tuple[str, ...]
    unrated: tuple[int, ...]
    half_rated: tuple[int, ...]
    not_drawn: tuple[CellKey, ...]
    stale: tuple[Rating, ...]
    strange: tuple[Rating, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stillness:
    """Measured cells of a row, a column or a score, and those of them without visible change.

    ``medians`` has a share for each part of the face; ``is_still`` where nearly all of the cells are.
    """

    label: str
    measured: tuple[int, ...]
    still: tuple[int, ...]
    is_still: bool
    medians: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """What was measured of the pictures, against the row ``neutral``; of excluded characters nothing.

    No visible change is what stays below ``limit``. ``by_score`` sorts the cells by what the raters say of the
    expression. ``faceless`` and ``neutral_faceless`` are cells of which nothing is known for want of a face,
    ``unmeasured`` those that were not looked at.
    """

    method: Method
    neutral: str
    limit: float
    all: Stillness
    by_score: tuple[Stillness, ...]
    rows: tuple[Stillness, ...]
    columns: tuple[Stillness, ...]
    faceless: tuple[int, ...]
    neutral_faceless: tuple[int, ...]
    unmeasured: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the study's four questions, answered in sentences."""

    question: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that the ratings of a study say. Characters come most flexible first, expressions hardest first.

    Where nobody judged likeness, a success is the expression alone; where the reference is missing or not rated,
    flexibility is not corrected for the difficulty of expressions, and counts all cells. What the ``pictures`` say
    stands beside: nothing else is reckoned from it.
    """

    title: str
    thresholds: Thresholds
    rows: tuple[str, ...]
    columns: tuple[Column, ...]
    seeds: tuple[int, ...]
    judges_likeness: bool
    is_corrected: bool
    cells: tuple[Judged, ...]
    squares: tuple[Square, ...]
    characters: tuple[CharacterResult, ...]
    expressions: tuple[ExpressionResult, ...]
    comparisons: tuple[Comparison, ...]
    groups: tuple[GroupResult, ...]
    weighings: tuple[Weighing, ...]
    alike_rows: tuple[AlikeRows, ...]
    raters: tuple[RaterResult, ...]
    agreement: dict[Measure, Agreement]
    left_out: LeftOut
    pictures: Pictures | None
    answers: tuple[Answer, ...] = ()
