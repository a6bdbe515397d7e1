"""The picked cells that were made large: which of them are still those of the cells as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sd_expression_grid.prompts.infotext_text import prompts_in, settings_in
from sd_expression_grid.store.cell_pictures import picture_problems
from sd_expression_grid.store.folder import LARGE_FOLDER, StudyFolder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sd_expression_grid.store.folder import Outcome
    from sd_expression_grid.study.study import CellKey

_NOT_COMPARED = ("Hires", "Denoising strength", "Version")
"""What the names of settings begin with that only a second pass has, and the version, by which no cell is another."""


def large_files(folder: StudyFolder, record: Mapping[CellKey, Outcome]) -> dict[CellKey, str]:
    """The files of the large pictures, relative to the study's folder, of cells that are as they were when it was made.

    ``record`` is the study's own. Raises StudyError where the record of the large ones cannot be read.
    """
    large = StudyFolder(folder.path / LARGE_FOLDER)
    made = large.read_record()
    problems = picture_problems(large, made)
    return {
        key: f"{LARGE_FOLDER}/{outcome.file}"
        for key, outcome in made.items()
        if not problems[key] and key in record and is_made_of(outcome.infotext, record[key].infotext)
    }


def is_made_of(large: str, small: str) -> bool:
    """Whether two infotexts have the same prompts, and the same settings but for the hires pass and the version."""
    own, others = settings_in(large), settings_in(small)
    common = [name for name in own.keys() & others.keys() if not name.startswith(_NOT_COMPARED)]
    return prompts_in(large) == prompts_in(small) and all(own[name] == others[name] for name in common)
