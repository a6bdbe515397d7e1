"""Numbers and names as the report says them, in its sentences, tables and charts alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sd_expression_grid.report.statistics.intervals import Interval
    from sd_expression_grid.report.types import Comparison, Measure, Rate
    from sd_expression_grid.study.study import Kind

MEASURES: dict[Measure, str] = {
    "both": "Expression and person",
    "expression": "Expression",
    "likeness": "Person",
    "natural": "Natural",
    "all": "All three",
}
"""The titles of the measures, in the order in which they are shown."""

_KINDS = {"lora": ("LoRA", "LoRAs"), "embedding": ("embedding", "embeddings"), "none": ("plain words", "plain words")}


def singular(kind: Kind | None) -> str:
    """A kind's name; empty where it is not known."""
    return _KINDS[kind][0] if kind else ""


def plural(kind: Kind | None) -> str:
    """The name of several of a kind; empty where it is not known."""
    return _KINDS[kind][1] if kind else ""


def percent(share: float) -> str:
    """A share: ``83%``."""
    return f"{100 * share:.0f}%"


def fine_percent(share: float) -> str:
    """A small share: ``2.0%``."""
    return f"{100 * share:.1f}%"


def percents(interval: Interval | None) -> str:
    """Where a share lies: ``61 to 94%``; empty where that is not known."""
    return f"{100 * interval.low:.0f} to {100 * interval.high:.0f}%" if interval else ""


def points(difference: float) -> str:
    """A difference of shares in percentage points: ``+12``."""
    shown = round(100 * difference)
    return f"{shown:+d}".replace("-", "−") if shown else "0"


def point_range(interval: Interval | None) -> str:
    """Where a difference lies: ``−3 to +27``; empty where that is not known."""
    return f"{points(interval.low)} to {points(interval.high)}" if interval else ""


def p_value(p: float) -> str:
    """A p-value: ``p = 0.031``."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def counted(rate: Rate) -> str:
    """A rate with its cells and interval: ``83% (30 of 36; 68 to 92%)``."""
    if rate.share is None:
        return "not rated"
    return f"{percent(rate.share)} ({rate.successes} of {rate.count}; {percents(rate.interval)})"


def upper_first(text: str) -> str:
    """A text that begins a sentence or a title."""
    return f"{text[:1].upper()}{text[1:]}"


def number(count: int, noun: str) -> str:
    """A count of things: ``1 cell``, ``3 cells``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def few(names: Sequence[str], most: int = 6) -> str:
    """Names in a sentence, ``a, b and c``: the first of them, and how many there are beyond.

    Where one has a comma in it, all are in quotes.
    """
    named = [f"“{name}”" for name in names] if any("," in name for name in names) else list(names)
    shown = named if len(names) <= most + 1 else [*named[:most], f"{len(names) - most} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def units(comparison: Comparison) -> str:
    """What a comparison rests on: ``6 persons as both``, ``8 and 5 characters``."""
    first, second = comparison.units
    return f"{number(first, 'person')} as both" if comparison.is_paired else f"{first} and {second} characters"


def versus(comparison: Comparison) -> str:
    """A comparison's name: ``embeddings against LoRAs``."""
    within = f" ({plural(comparison.within)} only)" if comparison.within else ""
    return f"{comparison.first} against {comparison.second}{within}"
