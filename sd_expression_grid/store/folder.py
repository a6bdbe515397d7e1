"""A study's folder on disk: the study, its cells as pictures, and a record of every cell's outcome.

``study.json`` is the study (the schema's form), ``cells.jsonl`` has a line for every outcome, ``cells/`` holds
``<character>/<expression>_<seed>.png``.
"""

from __future__ import annotations

import glob
import hashlib
import io
import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, get_args

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.base.file_names import file_stem, first_free, numbered
from sd_expression_grid.base.json_lines import append_lines, read_lines, read_whole
from sd_expression_grid.base.json_reader import is_whole, object_from
from sd_expression_grid.base.whole_file import write_whole
from sd_expression_grid.study.schema import study_from_dict, study_to_dict
from sd_expression_grid.study.study import CellKey, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sd_expression_grid.study.study import Study

STUDY_FILE = "study.json"
RECORD_FILE = "cells.jsonl"
CELLS_FOLDER = "cells"
REPORT_FOLDER = "report"
INFOTEXTS_FOLDER = "infotexts"
RATINGS_FOLDER = "ratings"
LARGE_FOLDER = "large"
"""Within a study's folder, a folder of the same form, with the picked cells made large."""

MAX_STUDY_BYTES = 10_000_000

_KEY = ("expression", "character", "seed")
_TEXTS = ("file", "infotext", "error", "identity", "sha256", "warning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of one cell. ``file`` is relative to the study's folder, ``error`` says why there is no picture.

    ``identity`` is a hash of everything that decides the cell's pixels, ``sha256`` that of the file. ``warning`` names
    differences of the WebUI that made it, which were allowed.
    """

    key: CellKey
    status: Status
    file: str = ""
    infotext: str = ""
    error: str = ""
    identity: str = ""
    sha256: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """The folder of one study."""

    path: Path

    def write_study(self, study: Study) -> None:
        """Writes ``study.json``."""
        text = json.dumps(study_to_dict(study), ensure_ascii=False, indent=2)
        write_whole(self.path / STUDY_FILE, text.encode())

    def read_study(self) -> Study | None:
        """The study; None if the folder has none. Raises StudyError if the file cannot be read as one."""
        file = self.path / STUDY_FILE
        if not file.exists():
            return None
        try:
            return study_from_dict(object_from(read_whole(file, MAX_STUDY_BYTES).decode()))
        except (OSError, UnicodeDecodeError, StudyError) as error:
            raise StudyError([Fault(str(file), f"cannot be read as a study: {error}")]) from error

    def existing_study(self) -> Study:
        """The study; StudyError also if the folder has none."""
        study = self.read_study()
        if study is None:
            raise StudyError([Fault(str(self.path), f"holds no study: there is no {STUDY_FILE} in it")])
        return study

    def write_cell(self, key: CellKey, png: bytes) -> tuple[str, str]:
        """Writes a cell's picture, whole or not at all; returns its name relative to the folder, and its SHA-256.

        ``png`` is a file as ``png_of`` makes it. No file is ever written over.
        """
        name = self._free_name(f"{CELLS_FOLDER}/{file_stem(key.character)}/{file_stem(key.expression)}_{key.seed}")
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, png)
        return name, hashlib.sha256(png).hexdigest()

    def write_picture(self, name: str, picture: Image.Image) -> None:
        """Writes a picture that the study starts from, whole or not at all; one that is there is left as it is."""
        if not (self.path / name).exists():
            write_whole(self.path / name, png_of(picture))

    def record(self, *outcomes: Outcome) -> None:
        """Appends outcomes to the record; they are synced to disk when this returns."""
        append_lines(self.path / RECORD_FILE, ({**asdict(one.key), **_without_key(one)} for one in outcomes))

    def read_record(self) -> dict[CellKey, Outcome]:
        """The last outcome of every cell; raises StudyError as ``read_outcomes``."""
        return last_outcomes(self.read_outcomes())

    def read_outcomes(self) -> tuple[Outcome, ...]:
        """All that was recorded, in its order. A line that a crash cut off is skipped.

        Raises StudyError, with the line's number, if another line is not an outcome.
        """
        return tuple(read_lines(self.path / RECORD_FILE, _outcome, "record of a cell"))

    def file_problem(self, outcome: Outcome) -> str:
        """Why a finished cell's file is not the one that was written: missing, or other bytes; empty if it is."""
        file = self.path / outcome.file
        if not file.is_file():
            return "is missing"
        return "" if sha256_of(file) == outcome.sha256 else "is not the picture that was saved"

    def _free_name(self, stem: str) -> str:
        return f"{first_free(stem, lambda each: (self.path / f'{each}.png').exists())}.png"


def last_outcomes(outcomes: Iterable[Outcome]) -> dict[CellKey, Outcome]:
    """The last outcome of every cell."""
    return {outcome.key: outcome for outcome in outcomes}


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def png_of(picture: Image.Image) -> bytes:
    """A picture as the bytes of a PNG file, with its infotext where the WebUI writes it."""
    infotext, info = picture.info.get("parameters", ""), PngInfo()
    if infotext:
        info.add_text("parameters", str(infotext))
    data = io.BytesIO()
    picture.save(data, format="PNG", pnginfo=info if infotext else None)
    return data.getvalue()


def read_picture(file: Path) -> Image.Image:
    """A picture, read completely; its file is closed."""
    with Image.open(file) as picture:
        picture.load()
        return picture


def create_folder(parent: Path, name: str) -> StudyFolder:
    """A new folder for a study; where the name is taken, a number is added, so that nothing is overwritten."""
    parent.mkdir(parents=True, exist_ok=True)
    paths = (parent / each for each in numbered(name, "{} {}"))
    while True:
        path = next(paths)
        with suppress(FileExistsError):
            path.mkdir()
            return StudyFolder(path)


def folders_named(parent: Path, name: str) -> list[StudyFolder]:
    """The folders with this name, the one without a number first; the number may be a part of another study's name."""
    with_number = re.compile(rf"{re.escape(name)} (\d+)")
    found = ((with_number.fullmatch(path.name), path) for path in parent.glob(f"{glob.escape(name)} *"))
    later = sorted((int(match[1]), path) for match, path in found if match)
    return [StudyFolder(path) for path in (parent / name, *(path for _, path in later)) if path.is_dir()]


def recent_folders(parent: Path, count: int) -> list[StudyFolder]:
    """At most ``count`` folders of studies, those last begun or continued first."""
    files = sorted(parent.glob(f"*/{STUDY_FILE}"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [StudyFolder(file.parent) for file in files[:count]]


def _without_key(outcome: Outcome) -> Mapping[str, object]:
    fields = ("status", *_TEXTS)
    return {name: getattr(outcome, name) for name in fields if getattr(outcome, name)}


def cell_key_from(data: Mapping[str, object]) -> CellKey:
    """The key in a JSON object; ValueError if it has none."""
    expression, character, seed = (data.get(name) for name in _KEY)
    if not (isinstance(expression, str) and isinstance(character, str) and is_whole(seed)):
        raise ValueError
    return CellKey(expression=expression, character=character, seed=seed)


def _outcome(data: Mapping[str, Any]) -> Outcome:
    """The outcome in a line of the record; ValueError if it is not one."""
    key, status = cell_key_from(data), data.get("status", "")
    texts = {name: data.get(name, "") for name in _TEXTS}
    are_texts = all(isinstance(text, str) for text in texts.values())
    is_known = data.keys() <= {*_KEY, "status", *_TEXTS} and status in get_args(Status)
    if not (are_texts and is_known and _stays_inside(texts["file"])):
        raise ValueError
    return Outcome(key=key, status=status, **texts)


def _stays_inside(name: str) -> bool:
    return not name or (name.startswith(f"{CELLS_FOLDER}/") and ".." not in name.split("/") and "\\" not in name)
