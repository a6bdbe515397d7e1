"""The studies in an output folder, chosen by name. Links out of a study's folder are not followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.store.folder import (
    CELLS_FOLDER,
    INFOTEXTS_FOLDER,
    LARGE_FOLDER,
    RATINGS_FOLDER,
    REPORT_FOLDER,
    STUDY_FILE,
    StudyFolder,
    recent_folders,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_STUDIES = 1000


def study_names(parent: Path) -> list[str]:
    """The names of the studies in a folder, those last begun or continued first."""
    return [folder.path.name for folder in recent_folders(parent, MAX_STUDIES)]


def chosen_study(parent: Path, name: str) -> StudyFolder:
    """The folder of a study by its name; StudyError for an unknown name, or if a link leads out of it."""
    path = parent / name
    if path.parent != parent or path.name != name or not (path / STUDY_FILE).is_file():
        raise StudyError([Fault(str(parent), f"has no study named {name!r:.80}")])
    folder, root = path.resolve(), parent.resolve()
    for file, inside in ((path, root), *((file, folder) for file in _files(path))):
        if not file.resolve().is_relative_to(inside):
            raise StudyError([Fault(str(file), f"is a link that leads out of {inside}; it is not followed")])
    return StudyFolder(folder)


def _files(path: Path) -> Iterator[Path]:
    """All files that are read or written, except the cells, which ``picture_problems`` checks one by one."""
    yield from (file for file in path.iterdir() if file.name != CELLS_FOLDER)
    for name in (RATINGS_FOLDER, REPORT_FOLDER, LARGE_FOLDER, INFOTEXTS_FOLDER):
        yield from (path / name).glob("*")
