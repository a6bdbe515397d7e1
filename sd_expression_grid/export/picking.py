"""A character's cells as they are picked: what the page shows of them, and what its clicks keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.export.candidates import NO, PARTLY, UNRATED, YES, candidates_of
from sd_expression_grid.export.proposal import pick_of, proposed_picks
from sd_expression_grid.store.folder import cell_key_from
from sd_expression_grid.store.picks import picks_of, write_picks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.export.candidates import Candidate
    from sd_expression_grid.store.folder import StudyFolder

GRADES = {NO: "no", UNRATED: "", PARTLY: "partly", YES: "yes"}
"""What the page calls how good a cell is."""


def picking_to_dict(folder: StudyFolder, name: str) -> dict[str, object]:
    """The cells of a character as JSON values, with its picks; with those that are proposed where there are none.

    In each row, ``picks`` are indices of its ``cells``, and ``why`` says why none is proposed. Raises StudyError as
    ``candidates_of`` does.
    """
    candidates = candidates_of(folder, name)
    proposal = proposed_picks(candidates)
    kept = picks_of(folder.path, name)
    picked = {pick.key for pick in kept or proposal.picks}
    why = dict(proposal.without)
    rows = [
        {
            "label": label,
            "cells": [_cell_to_dict(cell) for cell in cells],
            "picks": [index for index, cell in enumerate(cells) if cell.key in picked and not cell.problem],
            "why": why.get(label, ""),
        }
        for label, cells in candidates.rows.items()
    ]
    return {"character": name, "is_kept": bool(kept), "rows": rows}


def keep_proposal(folder: StudyFolder, name: str) -> None:
    """Keeps what is proposed by now in place of a character's picks; errors as for ``keep_picks``."""
    write_picks(folder.path, name, proposed_picks(candidates_of(folder, name)).picks)


def keep_picks(folder: StudyFolder, data: Mapping[str, Any]) -> None:
    """Keeps the picks that the page sends: ``character`` is a name, ``picks`` are cells, ``shown`` those before.

    Raises StudyError if it sends something else, a cell without picture, or picks where others than ``shown`` are kept
    by now; SavingError where the disk takes nothing.
    """
    name = str(data.get("character"))
    cells = candidates_of(folder, name).by_key
    try:
        picked, shown = ([cells[cell_key_from(one)] for one in data[each]] for each in ("picks", "shown"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = "what was sent are no cells of the character; show its faces again"
        raise StudyError(message) from error
    if any(cell.problem for cell in picked):
        message = "a cell that was picked has no picture any more; show the faces again"
        raise StudyError(message)
    kept = {pick.key for pick in picks_of(folder.path, name)}
    visible = {key for key, cell in cells.items() if not cell.problem}
    if kept and kept & visible != {cell.key for cell in shown} & visible:
        message = "picks were changed on another page meanwhile; show the faces again"
        raise StudyError(message)
    write_picks(folder.path, name, [pick_of(name, cell) for cell in picked])


def _cell_to_dict(cell: Candidate) -> dict[str, object]:
    place = {"character": cell.key.character, "seed": cell.key.seed}
    if cell.outcome is None:
        return {**place, "problem": cell.problem}
    return {**place, "file": cell.outcome.file, "grade": GRADES[cell.grade]}
