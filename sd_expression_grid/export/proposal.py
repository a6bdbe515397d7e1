"""The picks that are proposed: of each row the best cell, and of several equally good ones that of one face."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.export.candidates import NO, PARTLY, UNRATED, YES
from sd_expression_grid.store.picks import Pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sd_expression_grid.export.candidates import Candidate, Candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One pick for each row that has one. ``without`` are the labels of the other rows, each with the reason."""

    picks: tuple[Pick, ...]
    without: tuple[tuple[str, str], ...] = ()


def proposed_picks(candidates: Candidates) -> Proposal:
    """Of each row a cell with yes on all scores, else one that is partly, else one that nobody rated; never a no.

    Among equals, the column and seed that have the most such rows, so that it is one face; without ratings that is
    the first seed.
    """
    faces = _faces_by_worth(candidates)
    picks, without = [], []
    for row, cells in candidates.rows.items():
        usable = [cell for cell in cells if not cell.problem and cell.grade != NO]
        if usable:
            best = min(usable, key=lambda cell: (-cell.grade, faces[_face(cell)]))
            picks.append(pick_of(candidates.name, best))
        else:
            without.append((row, _why_none(cells)))
    return Proposal(picks=tuple(picks), without=tuple(without))


def pick_of(name: str, cell: Candidate) -> Pick:
    """The pick of a cell as it is now."""
    return Pick(name=name, key=cell.key, picture=cell.outcome.sha256 if cell.outcome else "")


def _faces_by_worth(candidates: Candidates) -> dict[tuple[str, int], int]:
    """The rank of every column and seed, from 0: the most rows with yes first, then with partly, then by order."""
    counts: dict[tuple[str, int], Counter[int]] = {}
    for cells in candidates.rows.values():
        for cell in cells:
            grade = NO if cell.problem else cell.grade
            counts.setdefault(_face(cell), Counter())[grade] += 1
    ranked = sorted(counts, key=lambda face: [-counts[face][grade] for grade in (YES, PARTLY, UNRATED)])
    return {face: rank for rank, face in enumerate(ranked)}


def _face(cell: Candidate) -> tuple[str, int]:
    return cell.key.character, cell.key.seed


def _why_none(cells: Sequence[Candidate]) -> str:
    if all(cell.problem for cell in cells):
        return "has no picture"
    return "has no good cell: each that is there was rated no"
