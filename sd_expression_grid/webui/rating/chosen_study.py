"""The studies that the WebUI has made, and the one that is chosen among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules import shared

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.store.studies import chosen_study, study_names
from sd_expression_grid.webui.host.settings import studies_folder

if TYPE_CHECKING:
    from pathlib import Path

    from sd_expression_grid.store.folder import StudyFolder


def names_of_studies() -> list[str]:
    """The names of the studies, those that were begun last first."""
    return study_names(_parent())


def opened_study(name: str | None) -> StudyFolder:
    """The folder of a study, whose pictures the page may show from now on; StudyError where there is none.

    gradio serves only folders that it is told of, and the output folder may be on another disk.
    """
    if not name:
        msg = "choose a study first"
        raise StudyError(msg)
    folder = chosen_study(_parent(), name)
    cells = str(folder.path / "cells")
    if cells not in shared.demo.allowed_paths:
        shared.demo.allowed_paths.append(cells)
    return folder


def _parent() -> Path:
    return studies_folder(shared.opts.outdir_grids or shared.opts.outdir_txt2img_grids)
