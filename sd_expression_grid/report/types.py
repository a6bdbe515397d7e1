"""The parts of a report. Numbers are ``Rate`` or name the cells behind them, as places (indexes) in ``Report.cells``.

The names of the fields are the keys of ``report.json``, which other programs read: they stay as they are.
"""

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

Measure = Literal["expression", "likeness", "both", "natural", "all"]
"""The three scores; ``both`` is the lower of the first two, ``all`` the lowest of the three."""

Success = Literal["both", "expression", "all"]
"""The measure whose *yes* is a success: expression and person, the expression alone, or both and natural."""

VerdictName = Literal["easy candidate", "hard candidate", "no LoRA needed", "undecided"]
ComparisonOutcome = Literal["first", "second", "no clear difference", "too few to tell"]
ComparisonSubject = Literal["kinds", "tags", "other tags"]
"""What is compared: the kinds of the second question, the tags of the third, or any other two tags."""
GroupTrait = Literal["kind", "tag", "creator"]
"""What the characters of a group have in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The limits that decide. Shares are between 0 and 1.

    ``confidence`` is that of intervals, ``significance`` the largest p-value that is significant. The base model *can*
    show an expression when its share is above ``reference_can``, characters *mostly can* when theirs is above
    ``characters_can``; with fewer rated seeds than ``seeds`` a verdict is provisional. What the model of the whole
    study gives the probability ``probable`` is probably so. A character fails on nearly every row when it fails on the
    share ``stiff`` of them. Rows are alike when Cohen's kappa is at least ``alike``.
    ``well_known`` and ``invented`` are the tags of the third question.

    A face shows no visible change when each of its parts moved less than ``moved``, as a share of the distance between
    the eyes; without landmarks, when each field of the picture differs by less than ``differs`` of full white.
    """

    confidence: float = 0.95
    significance: float = 0.05
    reference_can: float = 0.5
    characters_can: float = 0.5
    seeds: int = 4
    probable: float = 0.9
    stiff: float = 0.8
    alike: float = 0.8
    well_known: str = "well-known"
    invented: str = "invented"
    moved: float = 0.02
    differs: float = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The scores of one rater for one cell, 0 no, 1 partly, 2 yes, None where one is not given; and a note."""

    rater: str
    expression: int | None
    likeness: int | None
    natural: int | None = None
    note: str = ""

    @property
    def is_given(self) -> bool:
        """Whether any score is given, and not a note alone."""
        return (self.expression, self.likeness, self.natural) != (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedCell:
    """A cell with the median scores of all its raters, of an even number the lower middle one.

    ``both`` is None where ``expression`` or ``likeness`` is: a cell with one score counts for that score only. ``all``
    is None where ``both`` or ``natural`` is; in the reference column, where ``both`` is.
    ``file`` is its picture, relative to the study's folder; empty without one.
    """

    key: CellKey
    expression: int | None
    likeness: int | None
    both: int | None
    natural: int | None
    all: int | None
    scores: tuple[Score, ...]
    file: str = ""
    measurement: Measurement | None = None

    @property
    def change(self) -> float | None:
        """How far its picture differs from its neutral cell's, as a share; None where that is not known."""
        return self.measurement.change if self.measurement else None

    def score(self, measure: Measure) -> int | None:
        """The score for a measure."""
        found: int | None = getattr(self, measure)
        return found

    @property
    def ratings(self) -> int:
        """How many raters gave it a score."""
        return sum(score.is_given for score in self.scores)

    @property
    def is_rated(self) -> bool:
        """Whether anybody gave it a score."""
        return (self.expression, self.likeness, self.natural) != (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many of ``count`` rated cells are a *yes* (``successes``) or *partly*.

    Without rated cells, ``share`` and ``interval`` are None. ``ratings`` is the number of ratings of these cells by all
    raters, ``cells`` are their places.
    """

    share: float | None
    interval: Interval | None
    successes: int
    partly: int
    count: int
    ratings: int
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowColumn:
    """The cells of one row and column, over all seeds: a field of the heat map."""

    expression: str
    character: str
    rates: dict[Measure, Rate]


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterResult:
    """A column's place in the ranking.

    ``flexibility`` counts eligible cells only, those whose reference (same row, same seed) shows the expression;
    ``rates`` count all cells. ``p_behind`` is the p-value of McNemar's test against the first of the ranking, corrected
    for as many tests as there are pairs of characters (Bonferroni). In ``failed_rows``, less than half of the eligible
    cells are a *yes*.
    """

    column: Column
    flexibility: Rate
    rates: dict[Measure, Rate]
    p_behind: float
    failed_rows: tuple[str, ...]
    fails_nearly_everywhere: bool

    @property
    def is_ranked(self) -> bool:
        """Whether any cell is rated that its flexibility is a share of."""
        return self.flexibility.count > 0

    @property
    def is_rated(self) -> bool:
        """Whether any of its cells is rated."""
        return any(rate.count for rate in self.rates.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether an expression is a candidate for a LoRA; provisional where too few seeds are rated for intervals.

    If the shares stay as they are, ``more_reference_seeds`` of the reference column alone or ``more_seeds`` of all
    columns would decide what is undecided; None where it is decided, or where it would take too many.
    """

    name: VerdictName
    is_provisional: bool
    reason: str
    more_reference_seeds: int | None = None
    more_seeds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How probable each verdict is on a row, from 0 to 1, by a model in which the row learns from all others.

    ``reference`` and ``characters`` are where the chances of a success lie (with the confidence of the report).
    """

    probabilities: dict[VerdictName, float]
    reference: Interval
    characters: Interval

    @property
    def likeliest(self) -> VerdictName:
        """The most probable verdict."""
        return max(self.probabilities, key=lambda name: self.probabilities[name])


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionResult:
    """A row's place in the ranking: the reference's rate for the expression, and the characters' rates.

    ``verdict`` is None where no cell is rated, and for the neutral row, which nobody needs a LoRA for. ``estimate`` is
    None there, too, and where the study is too small for one.
    """

    label: str
    reference: Rate
    rates: dict[Measure, Rate]
    verdict: Verdict | None
    estimate: Estimate | None = None

    @property
    def is_rated(self) -> bool:
        """Whether any of its cells is rated."""
        return any(rate.count for rate in (self.reference, *self.rates.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The mean flexibilities of two groups of characters; ``difference`` is the first's minus the second's.

    ``units`` is the number of characters in each group, or of persons where it is paired by persons. ``within`` is the
    kind that both groups were limited to. ``interval`` is within ±1, and None of fewer than four units. ``p`` and
    ``smallest_p`` are those of ``permutation.Effect``; between other tags, ``p`` is corrected for all such comparisons
    (Holm). ``needed`` is the fewest units of each group, or persons, of which the strongest result would be clear.
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
    outcome: ComparisonOutcome
    cells: tuple[int, ...]
    needed: int
    subject: ComparisonSubject
    within: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """The ranked characters with the same kind, tag or creator, and the mean of their flexibilities."""

    name: str
    trait: GroupTrait
    characters: tuple[str, ...]
    mean: float
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveLine:
    """One rate for each number of a curve; ``name`` says of what."""

    name: str
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One character or expression over the numbers of a key, lowest first, each of which has a column or row.

    ``key`` is that of the list, such as ``cfg_scale``, and ``axis`` what its numbers are called. ``best`` is the best
    one, by the first line; None where none is rated. ``is_clear`` is true where it is significantly better than the
    next (McNemar's test).
    """

    key: str
    axis: str
    name: str
    numbers: tuple[float, ...]
    labels: tuple[str, ...]
    lines: tuple[CurveLine, ...]
    best: float | None
    is_clear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeRows:
    """Two rows with ``same`` expression scores in ``count`` pairs of cells; ``kappa`` is Cohen's."""

    first: str
    second: str
    kappa: float
    same: int
    count: int
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterResult:
    """How many cells one rater rated, and the share of *yes* in each score, which shows how strict the rater is."""

    name: str
    cells: int
    expression_yes: float | None
    likeness_yes: float | None
    natural_yes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What does not count: labels of excluded characters, places or keys of cells, and ratings.

    ``stale`` are ratings of pictures that were made anew since, ``strange`` those of cells that the study has not.
    """

    excluded: tuple[str, ...]
    unrated: tuple[int, ...]
    half_rated: tuple[int, ...]
    not_drawn: tuple[CellKey, ...]
    stale: tuple[Rating, ...]
    strange: tuple[Rating, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnchangedCells:
    """The measured cells of a row, a column or a score, and those of them without visible change (``still``).

    ``is_still`` is true where nearly all of them are. ``medians`` has the median share for each part of the face.
    """

    label: str
    measured: tuple[int, ...]
    still: tuple[int, ...]
    is_still: bool
    medians: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """How far the pictures differ from those of the row ``neutral``, without excluded characters.

    A cell whose change is below ``limit`` shows no visible change. ``by_score`` groups the cells by their expression
    score. In ``faceless`` cells no face was found, in ``neutral_faceless`` ones none in the neutral cell: neither has a
    measurement. ``unmeasured`` cells were not measured.
    """

    method: Method
    neutral: str
    limit: float
    all: UnchangedCells
    by_score: tuple[UnchangedCells, ...]
    rows: tuple[UnchangedCells, ...]
    columns: tuple[UnchangedCells, ...]
    faceless: tuple[int, ...]
    neutral_faceless: tuple[int, ...]
    unmeasured: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the study's questions, answered in sentences, each of which can stand alone in a list."""

    question: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that the ratings of a study say. Characters come most flexible first, expressions hardest first, and those
    that are not rated last.

    ``hints`` say which questions could not be asked of the study, and what they would need.

    ``success`` is what answers, rankings, comparisons and verdicts count. Without any likeness score,
    ``judges_likeness`` is false, and *both* is the expression alone. Without a rated reference, ``is_corrected`` is
    false: flexibility counts all cells, and so depends on how hard the expressions are. No other number depends on
    ``pictures``.
    """

    title: str
    thresholds: Thresholds
    rows: tuple[str, ...]
    columns: tuple[Column, ...]
    seeds: tuple[int, ...]
    success: Success
    judges_likeness: bool
    judges_natural: bool
    is_corrected: bool
    cells: tuple[RatedCell, ...]
    squares: tuple[RowColumn, ...]
    characters: tuple[CharacterResult, ...]
    expressions: tuple[ExpressionResult, ...]
    comparisons: tuple[Comparison, ...]
    groups: tuple[GroupResult, ...]
    curves: tuple[Curve, ...]
    alike_rows: tuple[AlikeRows, ...]
    raters: tuple[RaterResult, ...]
    agreement: dict[Measure, Agreement]
    left_out: LeftOut
    pictures: Pictures | None
    answers: tuple[Answer, ...] = ()
    hints: tuple[str, ...] = ()
