"""`grid FOLDER`: draws the grids of a study again."""

from __future__ import annotations

from argparse import ArgumentTypeError
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.base.file_names import free_stem
from sd_expression_grid.grids.grids import draw_grids
from sd_expression_grid.store.folder import StudyFolder
from sd_expression_grid.study.schema import MAX_MARGIN
from sd_expression_grid.study.study import GridOptions, Ground

if TYPE_CHECKING:
    from argparse import Namespace

    from sd_expression_grid.commands import Subparsers
    from sd_expression_grid.grids.drawing.compose import Page


def add_to(subparsers: Subparsers) -> None:
    """Adds the command and its arguments."""
    text = "draw the grids of a study as PNG files; nothing is written over"
    command = subparsers.add_parser("grid", help=text, description=text)
    command.add_argument("folder", type=Path, help="the study's folder, which holds study.json")
    command.add_argument("--out", type=Path, help="where the grids go; the study's folder by default")
    command.add_argument("--ground", choices=get_args(Ground), help="the colour behind the cells")
    command.add_argument("--margin", type=_pixels, help="pixels between the cells")
    command.add_argument("--no-legend", dest="legend", action="store_const", const=False, help="no settings below")
    command.set_defaults(run=run)


def run(args: Namespace) -> None:
    """Draws the grids one after the other, and says where they are."""
    folder = StudyFolder(args.folder)
    if not draw(folder, _options(folder, args), args.out or args.folder):
        raise StudyError([Fault(str(args.folder), "has no cells yet, so there is no grid to draw")])


def draw(folder: StudyFolder, options: GridOptions | None, out: Path) -> int:
    """Draws the grids of a study into a folder, and says where each is; returns their number."""
    drawn = 0
    for name, page in draw_grids(folder, options):
        print(_save(page, out, name))
        drawn += 1
    return drawn


def _options(folder: StudyFolder, args: Namespace) -> GridOptions:
    """The study's own options with those of the command line in their place."""
    own = {name: getattr(args, name) for name in ("ground", "margin", "legend") if getattr(args, name) is not None}
    return replace(folder.existing_study().grid, **own)


def _save(page: Page, folder: Path, name: str) -> Path:
    """Writes a page, whole or not at all, under a name that is free."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{free_stem(folder, name)}.png"
        partial = file.with_suffix(".tmp")
        page.draw().save(partial, format="PNG")
        partial.replace(file)
    except OSError as error:
        raise StudyError([Fault(str(folder), f"the grid cannot be written: {error}")]) from error
    return file


def _pixels(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_MARGIN:
        message = f"must be a whole number from 0 to {MAX_MARGIN}, is {text}"
        raise ArgumentTypeError(message)
    return int(text)
