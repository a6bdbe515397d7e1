"""The small print of a report as HTML: rows that are alike, what is left out, and how the numbers are made."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sd_expression_grid.report.wording import number, percent
from sd_expression_grid.report.writing.sections import cells_button

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sd_expression_grid.report.types import Report
    from sd_expression_grid.study.study import CellKey


def alike_section(report: Report) -> str:
    """Pairs of rows that the ratings do not tell apart."""
    items = "".join(
        f"<li>{escape(pair.first)} and {escape(pair.second)}: the same score in "
        f"{cells_button(f'{pair.same} of {pair.count}', pair.cells, f'{pair.first} and {pair.second}')} pairs of cells "
        f"(κ = {pair.kappa:.2f})</li>"
        for pair in report.alike_rows
    )
    return f"<ul>{items}</ul>"


def left_out_section(report: Report) -> str:
    """What does not count, by name; never as a zero."""
    left = report.left_out
    cells = {
        "Not rated": [report.cells[place].key for place in left.unrated],
        "Rated by half, so that the two scores together are not known": [
            report.cells[place].key for place in left.half_rated
        ],
        "Without a picture": left.not_drawn,
        "Rated before the picture was made anew": sorted({rating.key for rating in left.stale}),
        "Rated, but not in this study": sorted({rating.key for rating in left.strange}),
    }
    names = f"<p>Excluded characters: {escape(', '.join(left.excluded))}.</p>" if left.excluded else ""
    lists = "".join(_cells(title, keys) for title, keys in cells.items() if keys)
    return f"{names}{lists}" or "<p>Nothing: all cells are rated, and count.</p>"


def _cells(title: str, keys: Sequence[CellKey]) -> str:
    by_column: dict[str, dict[str, list[int]]] = {}
    for key in keys:
        by_column.setdefault(key.character, {}).setdefault(key.expression, []).append(key.seed)
    lines = "".join(f"<dt>{escape(column)}</dt><dd>{escape(_rows(rows))}</dd>" for column, rows in by_column.items())
    return f"<details><summary>{title}: {number(len(keys), 'cell')}</summary><dl>{lines}</dl></details>"


def _rows(rows: dict[str, list[int]]) -> str:
    return "; ".join(f"{row} ({', '.join(map(str, seeds))})" for row, seeds in rows.items())


def methods_section(report: Report) -> str:
    """How the numbers are made, with the thresholds."""
    items = "".join(f"<li>{sentence}</li>" for sentence in _methods(report))
    return f"<ul>{items}</ul>"


def _methods(report: Report) -> Iterable[str]:
    limits = report.thresholds
    if report.judges_likeness:
        yield (
            "A success is a <em>yes</em> on both scores: expression reached and person kept; in the reference column, "
            "which shows nobody, on the expression. <em>Partly</em> is no success and stands beside."
        )
    else:
        yield "Nobody judged the person, so that a success is a <em>yes</em> for the expression alone."
    yield "A cell counts once. Of several raters it has the median, of an even number the lower middle one."
    if report.is_corrected:
        yield (
            "Flexibility is the share of successes among the cells whose reference (same row, same seed) shows the "
            "expression, so that what the base model cannot do is held against nobody."
        )
    else:
        yield "No reference is rated: flexibility is not corrected for the difficulty of expressions."
    yield (
        f"Intervals of shares: Wilson's, {percent(limits.confidence)} (Brown, Cai and DasGupta 2001), of the effective "
        "number of cells: cells of one seed in a character, and of one person in a row, may go together "
        "(Pearson's dispersion, pooled)."
    )
    yield (
        "“Clearly behind”: exact McNemar tests over the same rows and seeds, for as many tests as there are pairs of "
        f"characters (Bonferroni). Clear means p ≤ {limits.significance:g} throughout."
    )
    yield (
        "Groups: the unit is the character. The same persons in both are compared pair by pair by flipping signs, "
        "others by exchanging characters; p is exact, from 9,999 random arrangements where there are more. Intervals: "
        "Student's and Welch's. Where even the strongest result could not be clear, it says “too few to tell”. Tags "
        "that are not the asked ones: Holm's p for all together."
    )
    yield (
        "A character at several weights is one character: every seed has the cells of the weight that does best on the "
        "other seeds."
    )
    can, mostly = percent(limits.reference_can), percent(limits.characters_can)
    yield (
        f"Verdicts. No LoRA needed: the characters' interval lies above {mostly}. Hard candidate: the reference's lies "
        f"below {can}. Easy candidate: the reference's lies above it, the characters' share is below {mostly} and "
        f"clearly lower than the reference's (Newcombe 1998, method 10). With fewer than {limits.seeds} rated seeds "
        "the shares decide, provisionally."
    )
    yield (
        f"A character fails on nearly every row where less than half of its cells succeed in {percent(limits.stiff)} "
        f"of the rows or more. Rows are alike from Cohen's κ = {limits.alike:g} on."
    )
    yield (
        "Agreement: Krippendorff's ordinal α, its interval by drawing rows and columns again; good from 0.80, poor "
        "below 0.667."
    )
