"""The flexibility of characters: how often they show what the base model can show, and stay themselves."""

from __future__ import annotations

from dataclasses import replace
from math import comb
from typing import TYPE_CHECKING

from sd_expression_grid.report.paired import p_between, same_row
from sd_expression_grid.report.types import CharacterResult, GroupResult, GroupTrait, Measure, Success
from sd_expression_grid.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.ratings.ratings_table import Column
    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.report.subjects import Subject
    from sd_expression_grid.report.types import Rate

LEAST_ROWS = 3
"""With fewer rated rows, no character is said to fail on nearly every one."""


def rank_characters(matrix: Matrix) -> tuple[CharacterResult, ...]:
    """The characters, most flexible first; those without a rated eligible cell come last.

    Flexibility is the share of successes among the eligible cells (see ``Matrix.eligible``). Intervals are Wilson's, of
    the effective number of cells; the clusters are the seeds, since a seed may suit a character in all rows.
    """
    groups = [matrix.eligible(matrix.column(column.label)) for column in matrix.characters]
    dispersions = {measure: matrix.dispersion(groups, lambda key: key.seed, measure) for measure in matrix.measures}
    results = [_result(matrix, column, dispersions) for column in matrix.characters]
    ranked = sorted(results, key=lambda result: _rank_key(result, matrix.success), reverse=True)
    tests = max(1, comb(len(ranked), 2))
    p_values = (p_between(matrix, ranked[0].flexibility, result.flexibility, same_row) for result in ranked)
    return tuple(replace(each, p_behind=min(1.0, tests * p)) for each, p in zip(ranked, p_values, strict=True))


def _rank_key(result: CharacterResult, success: Success) -> tuple[float, float]:
    return _share_or_less(result.flexibility), _share_or_less(result.rates[success])


def _share_or_less(rate: Rate) -> float:
    return -1.0 if rate.share is None else rate.share


def _result(matrix: Matrix, column: Column, dispersions: dict[Measure, float]) -> CharacterResult:
    cells = matrix.column(column.label)
    by_row = {row: matrix.share(matrix.eligible(matrix.row_column(row, column.label))) for row in matrix.table.rows}
    known = {row: share for row, share in by_row.items() if share is not None}
    failed = tuple(row for row, share in known.items() if share < 0.5)
    return CharacterResult(
        column=column,
        flexibility=matrix.rate(matrix.eligible(cells), matrix.success, dispersions[matrix.success]),
        rates={measure: matrix.rate(cells, measure, dispersion) for measure, dispersion in dispersions.items()},
        p_behind=1.0,
        failed_rows=failed,
        fails_nearly_everywhere=len(known) >= LEAST_ROWS and len(failed) >= matrix.thresholds.stiff * len(known),
    )


def groups_of(matrix: Matrix, subjects: Sequence[Subject]) -> tuple[GroupResult, ...]:
    """The mean flexibility of the subjects of every kind, tag and creator.

    Subjects without a rated eligible cell are in no group.
    """
    members: dict[tuple[GroupTrait, str], list[tuple[str, float, tuple[int, ...]]]] = {}
    for subject in subjects:
        cells = matrix.scored(matrix.eligible(subject.cells), matrix.success)
        share = matrix.share(cells)
        if share is not None:
            for group in _groups_with(subject):
                members.setdefault(group, []).append((subject.label, share, cells))
    return tuple(_group(trait, name, found) for (trait, name), found in members.items())


def _groups_with(subject: Subject) -> Iterator[tuple[GroupTrait, str]]:
    if subject.kind:
        yield "kind", plural(subject.kind)
    for tag in subject.tags:
        yield "tag", tag
    if subject.creator:
        yield "creator", subject.creator


def _group(trait: GroupTrait, name: str, members: Sequence[tuple[str, float, tuple[int, ...]]]) -> GroupResult:
    labels, shares, cells = zip(*members, strict=True)
    return GroupResult(
        name=name,
        trait=trait,
        characters=labels,
        mean=sum(shares) / len(shares),
        cells=tuple(place for places in cells for place in places),
    )
