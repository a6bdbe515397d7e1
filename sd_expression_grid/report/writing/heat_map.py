"""The matrix of a report as one sees most in it: easy rows first, flexible columns first, the reference beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.report.wording import MEASURES

if TYPE_CHECKING:
    from sd_expression_grid.report.types import Measure, Rate, Report


DARK_ABOVE = 0.55
"""Above this share, a square is so dark that its letters are light."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """Rows and columns in the order in which they are shown, and the rate of each pair of them.

    Unrated ones come last, and stand apart; excluded columns come behind them.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    excluded: tuple[str, ...]
    unrated_rows: tuple[str, ...]
    unrated_columns: tuple[str, ...]
    rates: dict[tuple[str, str], Rate]


def measures_of(report: Report) -> dict[Measure, str]:
    """The measures that have a heat map, with their titles: of what anybody judged."""
    judged: dict[Measure, str] = {}
    if report.judges_likeness:
        of_person: tuple[Measure, ...] = ("both", "expression", "likeness")
        judged = {measure: MEASURES[measure] for measure in of_person}
    else:
        judged["both"] = MEASURES["expression"]
    if report.judges_natural:
        judged["natural"] = MEASURES["natural"]
        judged["all"] = MEASURES["all"] if report.judges_likeness else "Expression and natural"
    return judged


def heat_map(report: Report, measure: Measure) -> HeatMap:
    """The heat map of one measure: the reference where it has one, then the ranking, then excluded columns."""
    references = [column.label for column in report.columns if column.is_reference and measure != "likeness"]
    characters = [result.column.label for result in report.characters]
    known = [result.label for result in report.expressions if result.rates[report.success].count]
    unknown = [result.label for result in report.expressions if not result.rates[report.success].count]
    return HeatMap(
        rows=(*reversed(known), *unknown),
        columns=(*references, *characters, *report.left_out.excluded),
        excluded=report.left_out.excluded,
        unrated_rows=tuple(result.label for result in report.expressions if not result.is_rated),
        unrated_columns=tuple(result.column.label for result in report.characters if not result.is_rated),
        rates={(square.expression, square.character): square.rates[measure] for square in report.squares},
    )


def mark_of(rate: Rate) -> str:
    """A rate in a small square: ``3/4``, or a full, half or empty circle for one cell; empty for none."""
    if rate.count == 1:
        return "●" if rate.successes else "◐" if rate.partly else "○"
    return f"{rate.successes}/{rate.count}" if rate.count else ""
