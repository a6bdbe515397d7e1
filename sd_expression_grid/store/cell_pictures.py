"""Which cells have a picture that may be shown: a file inside the study's folder, no link to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from sd_expression_grid.store.folder import Outcome, StudyFolder
    from sd_expression_grid.study.study import CellKey


def picture_problems(folder: StudyFolder, record: Mapping[CellKey, Outcome]) -> dict[CellKey, str]:
    """For each cell of the record, why its picture cannot be shown; empty if it can."""
    elsewhere = _linked_folders(folder, record.values())
    return {key: _problem(folder, outcome, elsewhere) for key, outcome in record.items()}


def _linked_folders(folder: StudyFolder, outcomes: Iterable[Outcome]) -> set[str]:
    """The folders of pictures that are links out of the study's folder."""
    names, root = {_folder_name(outcome.file) for outcome in outcomes}, folder.path.resolve()
    return {name for name in names if not (root / name).resolve().is_relative_to(root)}


def _folder_name(file: str) -> str:
    return file.rpartition("/")[0]


def _problem(folder: StudyFolder, outcome: Outcome, elsewhere: Container[str]) -> str:
    if outcome.status != "done":
        return f"{outcome.status}: {outcome.error}" if outcome.error else outcome.status
    file = folder.path / outcome.file
    if _folder_name(outcome.file) in elsewhere or file.is_symlink():
        return "its picture is a link, which is not followed"
    return "" if file.is_file() else "its picture is missing"
