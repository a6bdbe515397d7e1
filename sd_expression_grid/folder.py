"""A study's folder on disk: the study, its cells as pictures, and a record of what became of every cell.

``study.json`` is the study (the schema's form), ``cells.jsonl`` has a line for every outcome, ``cells/`` holds
``<character>/<expression>_<seed>.png``.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from PIL.PngImagePlugin import PngInfo

from sd_expression_grid.file_names import file_stem
from sd_expression_grid.schema import study_to_dict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from PIL import Image

    from sd_expression_grid.study import CellKey, Study

Status = Literal["done", "failed", "skipped", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a cell. ``file`` is relative to the study's folder, ``error`` says why there is no picture."""

    key: CellKey
    status: Status
    file: str = ""
    infotext: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """The folder of one study."""

    path: Path

    def write_study(self, study: Study) -> None:
        """Writes what is asked for."""
        text = json.dumps(study_to_dict(study), ensure_ascii=False, indent=2)
        _write_whole(self.path / "study.json", text.encode())

    def write_cell(self, key: CellKey, picture: Image.Image, infotext: str) -> str:
        """Writes a cell's picture, whole or not at all, and returns its file's name relative to the folder.

        The picture's own ``parameters``, if it has them, go into the file as the WebUI writes them.
        """
        name = f"cells/{file_stem(key.character)}/{file_stem(key.expression)}_{key.seed}.png"
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".tmp")
        picture.save(partial, format="PNG", pnginfo=_png_info(infotext))
        partial.replace(file)
        return name

    def record(self, outcome: Outcome) -> None:
        """Adds an outcome to the record; it is on disk when this returns."""
        line = json.dumps({**asdict(outcome.key), **_without_key(outcome)}, ensure_ascii=False)
        with (self.path / "cells.jsonl").open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())


def create_folder(parent: Path, name: str) -> StudyFolder:
    """A new folder for a study; where the name is taken, a number is added, so that nothing is overwritten."""
    parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = parent / (name if number == 1 else f"{name} {number}")
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return StudyFolder(path)


def _without_key(outcome: Outcome) -> Mapping[str, object]:
    fields = ("status", "file", "infotext", "error")
    return {name: getattr(outcome, name) for name in fields if getattr(outcome, name)}


def _png_info(infotext: str) -> PngInfo | None:
    if not infotext:
        return None
    info = PngInfo()
    info.add_text("parameters", infotext)
    return info


def _write_whole(path: Path, data: bytes) -> None:
    partial = path.with_suffix(".tmp")
    partial.write_bytes(data)
    partial.replace(path)
