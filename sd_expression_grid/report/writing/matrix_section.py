"""The matrix of a report: a heat map for each measure, of which the page shows one, and paper all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.report.wording import percent
from sd_expression_grid.report.writing.buttons import Button, button
from sd_expression_grid.report.writing.heat_map import DARK_ABOVE, HeatMap, heat_map, mark_of, measures_of

if TYPE_CHECKING:
    from sd_expression_grid.report.types import Measure, Rate, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A column's label; excluded ones are struck out, unrated ones stand apart."""

    label: str
    is_excluded: bool
    is_unrated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One row and column: its mark, which opens the cells, and its share as a shade. None and empty without ratings."""

    button: Button | None
    share: str
    is_dark: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """A row's label and fields; an unrated one stands apart."""

    label: str
    is_unrated: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTable:
    """The heat map of one measure as a table."""

    measure: Measure
    title: str
    heads: tuple[Head, ...]
    rows: tuple[MapRow, ...]


def matrix_section(report: Report) -> tuple[MapTable, ...]:
    """A table for each measure that is judged."""
    return tuple(_table(heat_map(report, measure), measure, title) for measure, title in measures_of(report).items())


def _table(shown: HeatMap, measure: Measure, title: str) -> MapTable:
    return MapTable(
        measure=measure,
        title=title,
        heads=tuple(_head(shown, label) for label in shown.columns),
        rows=tuple(
            MapRow(
                label=row,
                is_unrated=row in shown.unrated_rows,
                fields=tuple(_field(shown.rates[row, label], f"{label}, {row}") for label in shown.columns),
            )
            for row in shown.rows
        ),
    )


def _head(shown: HeatMap, label: str) -> Head:
    return Head(label=label, is_excluded=label in shown.excluded, is_unrated=label in shown.unrated_columns)


def _field(rate: Rate, title: str) -> Field:
    if rate.share is None:
        return Field(button=None, share="", is_dark=False)
    found = button(mark_of(rate), rate.cells, title)
    return Field(button=found, share=percent(rate.share), is_dark=rate.share > DARK_ABOVE)
