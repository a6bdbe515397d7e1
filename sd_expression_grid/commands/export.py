"""`export FOLDER --character NAME --for PROGRAM`: a character's faces as files for another program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.export.export import PROGRAMS, ExportRequest, export_faces
from sd_expression_grid.export.faces import ImageFormat
from sd_expression_grid.store.folder import StudyFolder

if TYPE_CHECKING:
    from argparse import Namespace

    from sd_expression_grid.commands import Subparsers


def add_to(subparsers: Subparsers) -> None:
    """Adds the command and its arguments."""
    text = "write a character's faces as files for SillyTavern, Ren'Py or any other program"
    command = subparsers.add_parser("export", help=text, description=text)
    command.add_argument("folder", type=Path, help="the study's folder, which holds study.json")
    command.add_argument(
        "--character", required=True, metavar="NAME", help="a column, or a character with all its columns"
    )
    command.add_argument("--for", dest="program", required=True, metavar="PROGRAM", help=", ".join(PROGRAMS))
    command.add_argument("--out", type=Path, metavar="DIR", help="a new folder; one in the study's exports by default")
    text = "what a row is called: 'ROW = NAME, NAME'; 'ROW =' leaves it out; may be repeated"
    command.add_argument("--name", dest="names", action="append", default=[], metavar="LINE", help=text)
    command.add_argument("--names", dest="file", type=Path, metavar="FILE", help="a text file with such lines")
    command.add_argument("--called", default="", metavar="NAME", help="the character's name in the program")
    text = "cut out of each picture, in pixels"
    command.add_argument("--crop", default="", metavar="LEFT,TOP,WIDTH,HEIGHT", help=text)
    command.add_argument(
        "--height", type=int, default=0, metavar="PIXELS", help="of all pictures; as they are by default"
    )
    command.add_argument("--format", choices=get_args(ImageFormat), default="png", help="default: png")
    command.add_argument("--infotext", action="store_true", help="keep the prompts in the pictures")
    text = "remove the background, where rembg or mediapipe is installed"
    command.add_argument("--transparent", action="store_true", help=text)
    command.add_argument("--outfit", default="", metavar="NAME", help="SillyTavern: the outfit that the faces are for")
    text = "Ren'Py: height of the side images, 0 for none; default: 240"
    command.add_argument("--side", type=int, default=240, metavar="PIXELS", help=text)
    command.set_defaults(run=run)


def run(asked: Namespace) -> None:
    """Writes the faces; says what to do with them, and where they are."""
    request = ExportRequest(
        character=asked.character,
        program=asked.program,
        names=(*_lines_of(asked.file), *asked.names),
        called=asked.called,
        crop=asked.crop,
        height=asked.height,
        image_format=asked.format,
        infotext=asked.infotext,
        transparent=asked.transparent,
        outfit=asked.outfit,
        side_height=asked.side,
    )
    made = export_faces(StudyFolder(asked.folder), request, asked.out)
    for note in made.notes:
        print(note)
    print(made.folder)


def _lines_of(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError([Fault(str(file), f"cannot be read as lines of names: {error}")]) from error
