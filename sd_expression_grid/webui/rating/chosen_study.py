"""The studies that the WebUI has made, and the one that is chosen among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules import shared

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.store.folder import StudyFolder
from sd_expression_grid.store.studies import chosen_study, study_names
from sd_expression_grid.webui.host.settings import studies_folder

if TYPE_CHECKING:
    from pathlib import Path


_OF_IMG2IMG = " (img2img)"


def names_of_studies() -> list[str]:
    """The names of the studies that can be rated, those that were begun last first; scouts are none.

    Where img2img has a folder of its own, its studies come last and say so.
    """
    return [
        f"{name}{ending}"
        for ending, parent in _parents().items()
        for name in study_names(parent)
        if not _is_scout(StudyFolder(parent / name))
    ]


def _is_scout(folder: StudyFolder) -> bool:
    """Whether a folder has seeds to choose from; one that cannot be read is offered, and says why when it is opened."""
    try:
        study = folder.read_study()
    except StudyError:
        return False
    return study is not None and study.scout is not None


def opened_study(name: str | None) -> StudyFolder:
    """The folder of a study, whose pictures the page may show from now on; StudyError where there is none.

    gradio serves only folders that it is told of, and the output folder may be on another disk.
    """
    if not name:
        msg = "choose a study first"
        raise StudyError(msg)
    ending = next(ending for ending in sorted(_parents(), key=len, reverse=True) if name.endswith(ending))
    folder = chosen_study(_parents()[ending], name.removesuffix(ending))
    cells = str(folder.path / "cells")
    if cells not in shared.demo.allowed_paths:
        shared.demo.allowed_paths.append(cells)
    return folder


def _parents() -> dict[str, Path]:
    """Where studies are kept, by what is added to their names."""
    outputs = {"": shared.opts.outdir_txt2img_grids, _OF_IMG2IMG: shared.opts.outdir_img2img_grids}
    folders = {ending: studies_folder(shared.opts.outdir_grids or output) for ending, output in outputs.items()}
    return folders if folders[""] != folders[_OF_IMG2IMG] else {"": folders[""]}
