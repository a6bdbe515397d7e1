"""Begins a study on disk, or goes on with one: from here on, results have a place."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.base.file_names import file_stem
from sd_expression_grid.store.folder import StudyFolder, create_folder
from sd_expression_grid.store.saver import CellStore, FolderStore, MemoryStore
from sd_expression_grid.webui.host.picture import mask_of, picture_of
from sd_expression_grid.webui.host.settings import studies_folder
from sd_expression_grid.webui.run.prepared import may_save

if TYPE_CHECKING:
    from sd_expression_grid.webui.run.prepared import Prepared


def begin(study: Prepared) -> CellStore:
    """Where the study's results are kept: its folder, created if need be, or memory where nothing may be written.

    Raises StudyError when the folder cannot be written.
    """
    if not may_save(study.page):
        return MemoryStore()
    try:
        folder = study.folder or _new_folder(study)
        folder.path.mkdir(exist_ok=True)
        _write_pictures(folder, study)
        folder.write_study(study.study)
        folder.record(*study.made.taken_up)
    except OSError as error:
        message = f"the study's folder cannot be written: {error}"
        raise StudyError(message) from error
    return FolderStore(folder, study.identities.by_key)


def _write_pictures(folder: StudyFolder, study: Prepared) -> None:
    files, picture, mask = study.study.picture, picture_of(study.page), mask_of(study.page)
    if files and picture:
        folder.write_picture(files.picture, picture)
    if files and mask:
        folder.write_picture(files.mask, mask)


def _new_folder(prepared: Prepared) -> StudyFolder:
    study, page = prepared.study, prepared.page
    now = datetime.now().astimezone()
    size = "seeds" if study.scout else f"{len(study.expressions)}x{len(study.columns)}"
    name = study.folder_name or file_stem(f"{now:%Y-%m-%d %H%M%S} {size} {page.sampler_name} {page.steps} steps")
    return create_folder(studies_folder(page.outpath_grids), name)
