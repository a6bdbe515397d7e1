"""Comparisons of kinds and of tags. The unit is the character, or the person where the same one is in both groups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

from sd_expression_grid.report.statistics.intervals import Interval
from sd_expression_grid.report.statistics.permutation import Effect, holm, paired_test, unpaired_test
from sd_expression_grid.report.types import Comparison, ComparisonOutcome, ComparisonSubject, Thresholds
from sd_expression_grid.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.report.subjects import Subject
    from sd_expression_grid.study.study import Kind

OTHERS = "others"
"""The name of the group without a tag, where only one tag is given."""

LEAST_UNITS = 4
"""With fewer in either group, a difference has no interval: of two or three it would reach beyond all that can be."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A subject with its flexibility, from 0 to 1, and the places of the eligible cells that it is the share of."""

    subject: Subject
    share: float
    cells: tuple[int, ...]


_Group = tuple[str, list[_Unit]]
"""A group's name and its units."""


def compare(matrix: Matrix, subjects: Sequence[Subject]) -> tuple[Comparison, ...]:
    """All comparisons that the study allows: kinds, then the tags of the third question, then other tags.

    The third question's tags are the two that were asked for, or two that divide the tagged characters between them,
    or one that some characters have and others have not. Tags are compared within each kind that both groups have, if
    any, so that a difference between kinds does not look like one between tags. The p-values of other tags are
    corrected for all of them (Holm).
    """
    units = [unit for unit in (_unit(matrix, subject) for subject in subjects) if unit]
    thresholds = matrix.thresholds
    kinds = _compared(_of_kind("embedding", units), _of_kind("lora", units), thresholds)
    tags = tuple(dict.fromkeys(tag for unit in units for tag in unit.subject.tags))
    groups = _third_question(tags, units, thresholds)
    asked = [name.casefold() for name, _ in groups or ()]
    others = [tag for tag in tags if tag.casefold() not in asked]
    return (
        *kinds,
        *(_within_kinds(*groups, thresholds, "tags") if groups else ()),
        *_other_tags(others, units, thresholds),
    )


def _unit(matrix: Matrix, subject: Subject) -> _Unit | None:
    cells = matrix.scored(matrix.eligible(subject.cells), matrix.success)
    share = matrix.share(cells)
    return None if share is None else _Unit(subject, share, cells)


def _of_kind(kind: Kind, units: Sequence[_Unit]) -> _Group:
    return plural(kind), [unit for unit in units if unit.subject.kind == kind]


def _tagged(tag: str, units: Sequence[_Unit]) -> list[_Unit]:
    return [unit for unit in units if tag.casefold() in map(str.casefold, unit.subject.tags)]


def _without(units: Sequence[_Unit], others: Sequence[_Unit]) -> list[_Unit]:
    return [unit for unit in units if unit not in others]


def _third_question(
    tags: Sequence[str], units: Sequence[_Unit], thresholds: Thresholds
) -> tuple[_Group, _Group] | None:
    """The groups of the third question; None where no tag, or no two of several, is meant for it."""
    known, invented = _tagged(thresholds.well_known, units), _tagged(thresholds.invented, units)
    if known and invented:
        return (thresholds.well_known, known), (thresholds.invented, invented)
    pair = _dividing(tags, units, thresholds)
    if pair:
        return pair
    if known or (len(tags) == 1 and not invented):
        name, group = (thresholds.well_known, known) if known else (tags[0], _tagged(tags[0], units))
        return (name, group), (OTHERS, _without(units, group))
    return ((OTHERS, _without(units, invented)), (thresholds.invented, invented)) if invented else None


def _dividing(tags: Sequence[str], units: Sequence[_Unit], thresholds: Thresholds) -> tuple[_Group, _Group] | None:
    """Two tags of which every tagged unit has one and none both; one that was asked for is preferred."""
    asked = (thresholds.well_known.casefold(), thresholds.invented.casefold())
    tagged = sum(bool(unit.subject.tags) for unit in units)
    pairs = []
    for pair in combinations(tags, 2):
        first, second = ((tag, _tagged(tag, units)) for tag in pair)
        if len(first[1]) + len(second[1]) == tagged == len({*map(id, first[1]), *map(id, second[1])}):
            is_turned = pair[0].casefold() == asked[1] or pair[1].casefold() == asked[0]
            pairs.append((second, first) if is_turned else (first, second))
    return max(pairs, key=lambda groups: sum(name.casefold() in asked for name, _ in groups), default=None)


def _other_tags(tags: Sequence[str], units: Sequence[_Unit], thresholds: Thresholds) -> list[Comparison]:
    found: list[Comparison] = []
    for first, second in combinations(tags, 2):
        one, other = _tagged(first, units), _tagged(second, units)
        found += _within_kinds((first, _without(one, other)), (second, _without(other, one)), thresholds, "other tags")
    if len(tags) == 1:
        one = _tagged(tags[0], units)
        found += _within_kinds((tags[0], one), (OTHERS, _without(units, one)), thresholds, "other tags")
    adjusted = holm([comparison.p for comparison in found])
    return [_with_p(comparison, p, thresholds) for comparison, p in zip(found, adjusted, strict=True)]


def _within_kinds(
    first: _Group, second: _Group, thresholds: Thresholds, subject: ComparisonSubject
) -> Iterator[Comparison]:
    kinds = [{unit.subject.kind for unit in units if unit.subject.kind} for _, units in (first, second)]
    shared = sorted(kinds[0] & kinds[1], key=str)
    for kind in shared:
        groups = [(name, _of_kind(kind, units)[1]) for name, units in (first, second)]
        for comparison in _compared(groups[0], groups[1], thresholds):
            yield replace(comparison, within=kind, subject=subject)
    if not shared:
        yield from (replace(comparison, subject=subject) for comparison in _compared(first, second, thresholds))


def _compared(first: _Group, second: _Group, thresholds: Thresholds) -> Iterator[Comparison]:
    """The comparison of the persons who are in both groups, and that of all characters where the persons differ."""
    (_, ones), (_, others) = first, second
    persons = [{unit.subject.person for unit in units} for units in (ones, others)]
    both = sorted(persons[0] & persons[1])
    if both:
        yield _paired(first, second, both, thresholds)
    if ones and others and persons[0] != persons[1]:
        shares = [[unit.share for unit in units] for units in (ones, others)]
        effect = unpaired_test(shares[0], shares[1], thresholds.confidence)
        yield _comparison((first, second), shares, effect, thresholds, is_paired=False)


def _paired(first: _Group, second: _Group, persons: Sequence[str], thresholds: Thresholds) -> Comparison:
    groups = [(name, [unit for unit in units if unit.subject.person in persons]) for name, units in (first, second)]
    shares = [[_mean_of(person, units) for person in persons] for _, units in groups]
    effect = paired_test(shares[0], shares[1], thresholds.confidence)
    return _comparison((groups[0], groups[1]), shares, effect, thresholds, is_paired=True)


def _mean_of(person: str, units: Sequence[_Unit]) -> float:
    shares = [unit.share for unit in units if unit.subject.person == person]
    return sum(shares) / len(shares)


def _comparison(
    groups: tuple[_Group, _Group],
    shares: Sequence[Sequence[float]],
    effect: Effect,
    thresholds: Thresholds,
    *,
    is_paired: bool,
) -> Comparison:
    units = len(shares[0]), len(shares[1])
    return Comparison(
        first=groups[0][0],
        second=groups[1][0],
        is_paired=is_paired,
        units=units,
        means=(sum(shares[0]) / len(shares[0]), sum(shares[1]) / len(shares[1])),
        difference=effect.difference,
        interval=_within_reach(effect.interval) if min(units) >= LEAST_UNITS else None,
        p=effect.p,
        smallest_p=effect.smallest_p,
        outcome=_outcome(effect.difference, effect.p, effect.smallest_p, thresholds),
        cells=tuple(place for _, members in groups for unit in members for place in unit.cells),
        needed=_needed(thresholds.significance, is_paired=is_paired),
        subject="kinds",
    )


def _within_reach(interval: Interval | None) -> Interval | None:
    """The interval without what lies beyond the largest differences that shares can have."""
    return Interval(max(-1.0, interval.low), min(1.0, interval.high)) if interval else None


def _needed(significance: float, *, is_paired: bool) -> int:
    """The fewest units, of each group where they are not paired, whose smallest possible p-value is significant."""
    units = 1
    while (2.0 ** (1 - units) if is_paired else 2 / comb(2 * units, units)) > significance:
        units += 1
    return units


def _with_p(comparison: Comparison, p: float, thresholds: Thresholds) -> Comparison:
    outcome = _outcome(comparison.difference, p, comparison.smallest_p, thresholds)
    return replace(comparison, p=p, outcome=outcome)


def _outcome(difference: float, p: float, smallest_p: float, thresholds: Thresholds) -> ComparisonOutcome:
    if smallest_p > thresholds.significance:
        return "too few to tell"
    if p > thresholds.significance:
        return "no clear difference"
    return "first" if difference > 0 else "second"
