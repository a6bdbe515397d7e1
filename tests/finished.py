"""Finished studies on disk, made without a WebUI: every cell is a small picture of one colour."""

from dataclasses import replace

from PIL import Image

from sd_expression_grid.plan.plan import plan_cells
from sd_expression_grid.plan.run_batches import CellResult, Generated
from sd_expression_grid.store.folder import StudyFolder, create_folder
from sd_expression_grid.store.saver import FolderStore
from sd_expression_grid.study.cell_prompts import templates_of
from sd_expression_grid.study.schema import study_from_dict

STUDY = {
    "expressions": "neutral | neutral face\nsad | sad crying",
    "characters": "Noor | <lora:Noor:1> | kind=lora\nember | ember_nobody | kind=embedding\nworn | words | exclude",
    "seeds": [1, 2],
}


def finished_study(parent, name="study", failed=(), size=8, **asked) -> StudyFolder:
    """``failed`` names the characters whose cells have no picture."""
    folder = create_folder(parent, name)
    study = study_from_dict({**STUDY, **asked})
    study = replace(study, prompt="a {expression} {character}", negative_prompt="")
    folder.write_study(study)
    store = FolderStore(folder, dict.fromkeys((cell.key for cell in _cells(study)), "id"))
    for number, cell in enumerate(_cells(study)):
        picture = Image.new("RGB", (size, size), (37 * number % 256, 91 * number % 256, 120))
        made = Generated(picture=picture, infotext="a\nSteps: 1")
        if cell.key.character in failed:
            store.keep(CellResult(cell=cell, status="failed", error="RuntimeError: no memory"))
        else:
            store.keep(CellResult(cell=cell, status="done", generated=made))
    return folder


def _cells(study):
    return plan_cells(study, templates_of(study), study.seeds)
