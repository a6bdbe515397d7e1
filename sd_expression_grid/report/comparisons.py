"""Comparisons of kinds and of tags. The unit is the character, or the person where the same one is in both groups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from sd_expression_grid.report.statistics.permutation import Effect, holm, paired_test, unpaired_test
from sd_expression_grid.report.types import Comparison, ComparisonOutcome, Thresholds
from sd_expression_grid.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.report.matrix import Matrix
    from sd_expression_grid.report.subjects import Subject
    from sd_expression_grid.study.study import Kind

OTHERS = "others"
"""The name of the group without a tag, where only one tag is given."""


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

    Tags are compared within each kind that both groups have, if any, so that a difference between kinds does not look
    like one between tags. The p-values of other tags are corrected for all of them (Holm).
    """
    units = [unit for unit in (_unit(matrix, subject) for subject in subjects) if unit]
    thresholds = matrix.thresholds
    found = list(_compared(_of_kind("embedding", units), _of_kind("lora", units), thresholds))
    tags = tuple(dict.fromkeys(tag for unit in units for tag in unit.subject.tags))
    groups = _well_known_and_invented(units, thresholds)
    if groups:
        found += _within_kinds(*groups, thresholds)
    named = (thresholds.well_known.casefold(), thresholds.invented.casefold())
    return (*found, *_other_tags([tag for tag in tags if tag.casefold() not in named], units, thresholds))


def _unit(matrix: Matrix, subject: Subject) -> _Unit | None:
    cells = matrix.scored(matrix.eligible(subject.cells), "both")
    share = matrix.share(cells)
    return None if share is None else _Unit(subject, share, cells)


def _of_kind(kind: Kind, units: Sequence[_Unit]) -> _Group:
    return plural(kind), [unit for unit in units if unit.subject.kind == kind]


def _tagged(tag: str, units: Sequence[_Unit]) -> list[_Unit]:
    return [unit for unit in units if tag.casefold() in map(str.casefold, unit.subject.tags)]


def _without(units: Sequence[_Unit], others: Sequence[_Unit]) -> list[_Unit]:
    return [unit for unit in units if unit not in others]


def _well_known_and_invented(units: Sequence[_Unit], thresholds: Thresholds) -> tuple[_Group, _Group] | None:
    """The groups of the third question, where one of its tags is given; without the other tag, all others are it."""
    known, invented = _tagged(thresholds.well_known, units), _tagged(thresholds.invented, units)
    if not known and not invented:
        return None
    first = (thresholds.well_known, known) if known else (OTHERS, _without(units, invented))
    second = (thresholds.invented, invented) if invented else (OTHERS, _without(units, known))
    return first, second


def _other_tags(tags: Sequence[str], units: Sequence[_Unit], thresholds: Thresholds) -> list[Comparison]:
    found: list[Comparison] = []
    for first, second in combinations(tags, 2):
        one, other = _tagged(first, units), _tagged(second, units)
        found += _within_kinds((first, _without(one, other)), (second, _without(other, one)), thresholds)
    if len(tags) == 1:
        one = _tagged(tags[0], units)
        found += _within_kinds((tags[0], one), (OTHERS, _without(units, one)), thresholds)
    adjusted = holm([comparison.p for comparison in found])
    return [_with_p(comparison, p, thresholds) for comparison, p in zip(found, adjusted, strict=True)]


def _within_kinds(first: _Group, second: _Group, thresholds: Thresholds) -> Iterator[Comparison]:
    kinds = [{unit.subject.kind for unit in units if unit.subject.kind} for _, units in (first, second)]
    shared = sorted(kinds[0] & kinds[1], key=str)
    for kind in shared:
        groups = [(name, _of_kind(kind, units)[1]) for name, units in (first, second)]
        for comparison in _compared(groups[0], groups[1], thresholds):
            yield replace(comparison, within=kind)
    if not shared:
        yield from _compared(first, second, thresholds)


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
    return Comparison(
        first=groups[0][0],
        second=groups[1][0],
        is_paired=is_paired,
        units=(len(shares[0]), len(shares[1])),
        means=(sum(shares[0]) / len(shares[0]), sum(shares[1]) / len(shares[1])),
        difference=effect.difference,
        interval=effect.interval,
        p=effect.p,
        smallest_p=effect.smallest_p,
        outcome=_outcome(effect.difference, effect.p, effect.smallest_p, thresholds),
        cells=tuple(place for _, units in groups for unit in units for place in unit.cells),
    )


def _with_p(comparison: Comparison, p: float, thresholds: Thresholds) -> Comparison:
    outcome = _outcome(comparison.difference, p, comparison.smallest_p, thresholds)
    return replace(comparison, p=p, outcome=outcome)


def _outcome(difference: float, p: float, smallest_p: float, thresholds: Thresholds) -> ComparisonOutcome:
    if smallest_p > thresholds.significance:
        return "too few to tell"
    if p > thresholds.significance:
        return "no clear difference"
    return "first" if difference > 0 else "second"
