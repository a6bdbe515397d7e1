"""The studies that the WebUI has made, and the one that is chosen among them."""

from __future__ import annotations

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.store.folder import StudyFolder
from sd_expression_grid.store.studies import chosen_study, study_names
from sd_expression_grid.webui.host.served import serve
from sd_expression_grid.webui.host.settings import folders_of_studies


def names_of_studies() -> list[str]:
    """The names of the studies that can be rated, those that were begun last first; scouts are none.

    Where img2img has a folder of its own, its studies come last and say so.
    """
    return [
        f"{name}{ending}"
        for ending, parent in folders_of_studies().items()
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
    """The folder of a study, which the page may show from now on; StudyError where there is none."""
    if not name:
        msg = "choose a study first; studies are made in txt2img or img2img, with the script 'Expression grid'"
        raise StudyError(msg)
    folders = folders_of_studies()
    endings = (ending for ending, folder in folders.items() if ending and name.endswith(ending))
    ending = "" if (folders[""] / name).exists() else next(endings, "")
    folder = chosen_study(folders[ending], name.removesuffix(ending))
    serve(folder.path)
    return folder
