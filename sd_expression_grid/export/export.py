"""Writes a character's faces for a program: all checks first, then a folder that is there whole or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from sd_expression_grid.base.errors import ExportError, Fault, SavingError, StudyError, nearest, raise_if_any
from sd_expression_grid.base.file_names import file_stem, first_free
from sd_expression_grid.export.candidates import candidates_of
from sd_expression_grid.export.faces import Cast, Face
from sd_expression_grid.export.framing import framing_for
from sd_expression_grid.export.large import large_files
from sd_expression_grid.export.mattes import mattes_of
from sd_expression_grid.export.names import named_rows
from sd_expression_grid.export.plain import Plain
from sd_expression_grid.export.proposal import proposed_picks
from sd_expression_grid.export.renpy import RenPy
from sd_expression_grid.export.sheet import contact_sheet
from sd_expression_grid.export.sillytavern import SillyTavern
from sd_expression_grid.prompts.infotext_text import prompts_in
from sd_expression_grid.store.folder import LARGE_FOLDER
from sd_expression_grid.store.picks import picks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sd_expression_grid.export.candidates import Candidates
    from sd_expression_grid.export.faces import ImageFormat
    from sd_expression_grid.export.framing import Size
    from sd_expression_grid.export.names import NamedRows
    from sd_expression_grid.store.folder import StudyFolder
    from sd_expression_grid.store.picks import Pick

Program = SillyTavern | RenPy | Plain

PROGRAMS: Mapping[str, Program] = {program.key: program for program in (SillyTavern(), RenPy(), Plain())}

EXPORTS_FOLDER = "exports"
MANIFEST_FILE = "manifest.json"
SHEET_FILE = "contact-sheet.png"
NOTES_FILE = "notes.txt"

MANIFEST_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What is to be exported. ``program`` is a key of PROGRAMS, ``names`` are lines ``ROW = NAME, NAME``.

    ``called`` is the character's name in the program, its own where empty. ``crop`` and ``height`` are as
    ``framing_for`` takes them, ``outfit`` and ``side_height`` as ``Cast`` does. With ``transparent``, backgrounds are
    removed, where a tool for that is installed.
    """

    character: str
    program: str
    names: tuple[str, ...] = ()
    called: str = ""
    crop: str = ""
    height: int = 0
    image_format: ImageFormat = "png"
    infotext: bool = False
    transparent: bool = False
    outfit: str = ""
    side_height: int = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What was written: the folder, and what to do with it, in sentences."""

    folder: Path
    count: int
    notes: tuple[str, ...]


def export_faces(folder: StudyFolder, request: ExportRequest, out: Path | None = None) -> Export:
    """Writes the picked cells of a character for a program into a new folder, by default in the study's ``exports``.

    Raises StudyError, before anything is written, for all that cannot be; SavingError where the disk does not take it,
    and then nothing is left.
    """
    program = _program(request.program)
    candidates = candidates_of(folder, request.character)
    named = named_rows(list(candidates.rows), request.names, program)
    picks, notes = _picks(folder, candidates, named)
    called = request.called.strip() or request.character
    faces = tuple(_faces(folder, candidates, named, picks))
    framing = framing_for(_sizes(folder, faces), request.crop, request.height)
    cast = Cast(
        called=called,
        faces=faces,
        study=folder.path,
        framing=framing,
        image_format=request.image_format,
        infotext=request.infotext,
        outfit=request.outfit.strip(),
        side_height=request.side_height,
        mattes=mattes_of(faces, folder.path, framing.common) if request.transparent else {},
    )
    _refuse_shared_files(cast, program)
    chosen = out or _free_folder(folder.path / EXPORTS_FOLDER, f"{called} for {program.key}")
    all_notes = (*notes, *named.notes, *_sizes_told(cast))
    with _written_whole(chosen) as partial:
        all_notes = (*all_notes, *program.write(cast, partial))
        _write_beside(cast, program, candidates, all_notes, partial)
    return Export(folder=chosen, count=len(faces), notes=all_notes)


def proposed_names(folder: StudyFolder, character: str, program: str) -> str:
    """The names that a character's rows have for a program, as lines that a user may change; StudyError as above."""
    return named_rows(list(candidates_of(folder, character).rows), (), _program(program)).lines


def _program(key: str) -> Program:
    if key not in PROGRAMS:
        known = nearest(key, PROGRAMS) or f"; choose one of {', '.join(PROGRAMS)}"
        raise StudyError([Fault("--for", f"{key!r:.80} is no program that faces are made for{known}")])
    return PROGRAMS[key]


def _picks(
    folder: StudyFolder, candidates: Candidates, named: NamedRows
) -> tuple[dict[str, tuple[Pick, ...]], tuple[str, ...]]:
    """The picks of all rows that have a name, and what to say of them; StudyError for rows that have none."""
    kept = picks_of(folder.path, candidates.name)
    found, reasons = kept, {}
    notes: tuple[str, ...] = ()
    if not kept:
        proposal = proposed_picks(candidates)
        found, reasons = proposal.picks, dict(proposal.without)
        by_what = "the best-rated cell of each row" if candidates.are_rated else "the first cell of each row"
        notes = (f"Nobody has picked for {candidates.name} yet; what is proposed is taken: {by_what}.",)
    wanted = [row for row, names in named.names.items() if names]
    if not wanted:
        raise StudyError([Fault("names", "all rows are left out; give at least one a name")])
    by_row = {row: tuple(pick for pick in found if pick.key.expression == row) for row in wanted}
    raise_if_any(_without_pick(by_row, reasons), ExportError)
    raise_if_any(_lost(candidates, by_row), ExportError)
    return by_row, (*notes, *_made_anew(candidates, by_row))


def _without_pick(by_row: Mapping[str, Sequence[Pick]], reasons: Mapping[str, str]) -> Iterator[Fault]:
    """A fault for each row that has no pick, with the reason why none is proposed."""
    for row, picks in by_row.items():
        if not picks:
            why = reasons.get(row, "has no pick")
            yield Fault(row, f"{why}; pick a cell, or leave the row out with the name line '{row} ='")


def _lost(candidates: Candidates, by_row: Mapping[str, Sequence[Pick]]) -> Iterator[Fault]:
    """A fault for each picked cell that has no picture, or is none of the character's."""
    cells = candidates.by_key
    for row, picks in by_row.items():
        for pick in picks:
            cell = cells.get(pick.key)
            problem = cell.problem if cell else f"is no cell of {candidates.name} any more"
            if problem:
                yield Fault(f"{row}, {pick.key.character}, seed {pick.key.seed}", f"{problem}; pick another cell")


def _made_anew(candidates: Candidates, by_row: Mapping[str, Sequence[Pick]]) -> Iterator[str]:
    cells = candidates.by_key
    for row, picks in by_row.items():
        for pick in picks:
            outcome = cells[pick.key].outcome
            if pick.picture and outcome and outcome.sha256 != pick.picture:
                yield f"The picture of {row}, seed {pick.key.seed}, was made anew since it was picked."


def _faces(
    folder: StudyFolder, candidates: Candidates, named: NamedRows, picks: Mapping[str, Sequence[Pick]]
) -> Iterator[Face]:
    cells = candidates.by_key
    files = {key: cell.outcome.file for key, cell in cells.items() if cell.outcome}
    files |= large_files(folder, {key: cell.outcome for key, cell in cells.items() if cell.outcome})
    for row, names in named.names.items():
        for name in names:
            for number, pick in enumerate(picks[row], start=1):
                key = pick.key
                yield Face(name=name, number=number, of=len(picks[row]), cell=cells[key], file=files[key])


def _sizes(folder: StudyFolder, faces: Sequence[Face]) -> dict[str, Size]:
    """The size of each picture by what messages call it; StudyError for each file that is no picture."""
    sizes, faults = {}, []
    for name in dict.fromkeys(face.file for face in faces):
        file = folder.path / name
        try:
            with Image.open(file) as picture:
                picture.load()
                sizes[str(file)] = picture.size
        except (OSError, SyntaxError, ValueError) as error:
            faults.append(Fault(str(file), f"cannot be read as a picture ({error}); pick another cell"))
    raise_if_any(faults, ExportError)
    return sizes


def _refuse_shared_files(cast: Cast, program: Program) -> None:
    """Raises StudyError where a numbered picture of one name would have the file of another name."""
    files = Counter(program.file_of(cast, face).casefold() for face in cast.faces)
    faults = [
        Fault("names", f"two pictures would be {file!r}; give one of the rows another name")
        for file, count in files.items()
        if count > 1
    ]
    raise_if_any(faults, ExportError)


def _sizes_told(cast: Cast) -> Iterator[str]:
    """What to say where pictures are made smaller or larger than they are."""
    large = sum(face.file.startswith(f"{LARGE_FOLDER}/") for face in cast.faces)
    if 0 < large < len(cast.faces):
        yield f"{large} of {len(cast.faces)} pictures were made large, and are made as small as the others."
    if cast.framing.enlarges:
        height = cast.framing.box[3] - cast.framing.box[1]
        yield f"The pictures are enlarged from {height} to {cast.framing.size[1]} px, which makes them soft."


def _write_beside(cast: Cast, program: Program, candidates: Candidates, notes: Sequence[str], folder: Path) -> None:
    """Writes manifest, contact sheet and notes."""
    manifest = {
        "format": MANIFEST_FORMAT,
        "study": candidates.study.name or cast.study.resolve().name,
        "character": candidates.name,
        "called": cast.called,
        "for": program.key,
        "outfit": cast.outfit,
        "size": list(cast.framing.size),
        "crop": list(cast.framing.box),
        "transparent": bool(cast.mattes),
        "faces": [_entry(cast, program, face) for face in cast.faces],
        "notes": list(notes),
    }
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    captioned = ((Path(program.file_of(cast, face)).stem, cast.picture(face)) for face in cast.faces)
    contact_sheet(captioned, len(cast.faces), cast.framing.size).save(folder / SHEET_FILE)
    if notes:
        (folder / NOTES_FILE).write_text("".join(f"{note}\n" for note in notes), encoding="utf-8")


def _entry(cast: Cast, program: Program, face: Face) -> dict[str, object]:
    key = face.cell.key
    return {
        "name": face.name,
        "file": program.file_of(cast, face),
        "source": face.file,
        "row": key.expression,
        "column": key.character,
        "seed": key.seed,
        "prompt": prompts_in(face.infotext)[0],
        "negative_prompt": prompts_in(face.infotext)[1],
        "scores": asdict(face.cell.scores),
    }


def _free_folder(parent: Path, name: str) -> Path:
    """A folder that is not there yet."""
    return parent / first_free(file_stem(name), lambda each: (parent / each).exists(), "{} {}")


@contextmanager
def _written_whole(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes the place of ``folder`` when all is written, else is removed.

    Raises StudyError if ``folder`` holds something already, SavingError where the disk does not take it.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise StudyError(
            [Fault(str(folder), "holds something already, and nothing is written over; choose a new folder")]
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".export-", dir=folder.parent))
    except OSError as error:
        raise SavingError([Fault(str(folder), f"cannot be written: {error}")]) from error
    try:
        partial = work / folder.name
        partial.mkdir()
        yield partial
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    except OSError as error:
        raise SavingError([Fault(str(folder), f"cannot be written, and nothing was: {error}")]) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
