"""`sweep STUDY.json`: makes a study without the panel, with one WebUI or with many."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.base.json_reader import object_from
from sd_expression_grid.commands.grid import draw
from sd_expression_grid.fleet.address import checked_url
from sd_expression_grid.fleet.picture_infotext import read_infotext
from sd_expression_grid.fleet.starting_picture import settings_for
from sd_expression_grid.page.page import write_page

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping
    from types import FrameType, ModuleType

    from sd_expression_grid.commands import Subparsers
    from sd_expression_grid.store.folder import StudyFolder

OPTIONS = {
    "seed": (int, "the first seed, -1 for a random one; the study's own seeds come before it"),
    "steps": (int, "sampling steps; 20 without --like"),
    "sampler_name": (str, "the sampler's name, such as 'Euler a'"),
    "scheduler": (str, "the schedule type, such as Karras"),
    "width": (int, "pixels"),
    "height": (int, "pixels"),
    "cfg_scale": (float, "CFG scale"),
    "denoising_strength": (float, "img2img's, 0.75 without it"),
    "n_iter": (int, "so many seeds, one after the other, where the study lists none"),
}
NAMES = {"sampler_name": "--sampler", "scheduler": "--schedule-type", "n_iter": "--count"}

DEFAULTS = {"steps": 20}
"""The page's defaults, where the API has others; with a picture, its own values hold."""

_SET = "field_"

STATUS_SECONDS = 30
"""Where the output is no terminal, the status is printed as a line of its own, this often."""


def add_to(subparsers: Subparsers) -> None:
    """Adds the command and its arguments."""
    text = "make a study with one WebUI or several, through their API; press Ctrl-C to end, the same command goes on"
    command = subparsers.add_parser("sweep", help=text, description=text)
    command.add_argument("study", type=Path, metavar="STUDY.json", help="the study, in the form of the API")
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="the study's folder, new or begun")
    webuis = command.add_mutually_exclusive_group(required=True)
    webuis.add_argument("--webui", action="append", metavar="URL", help="a WebUI with --api; may be repeated")
    webuis.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster, with a worker beside each WebUI")
    command.add_argument("--allow-differences", action="store_true", help="also where WebUIs give different pixels")
    command.add_argument(
        "--patience", type=float, default=300, metavar="SECONDS", help="of no progress, before a WebUI hangs"
    )
    settings = command.add_argument_group("txt2img's settings")
    settings.add_argument("--like", type=Path, metavar="PICTURE", help="a picture of a WebUI, whose settings to take")
    settings.add_argument("--picture", type=Path, metavar="PICTURE", help="the picture that img2img is to start from")
    settings.add_argument("--mask", type=Path, metavar="PICTURE", help="what is to be drawn anew of it, in white")
    for field, (kind, description) in OPTIONS.items():
        name = NAMES.get(field, f"--{field.replace('_', '-')}")
        shown = {int: "NUMBER", float: "NUMBER", str: "NAME"}[kind]
        settings.add_argument(name, dest=f"{_SET}{field}", type=kind, metavar=shown, help=description)
    settings.add_argument(
        "--set", action="append", default=[], metavar="FIELD=JSON", help="any other field of /sdapi/v1/txt2img"
    )
    command.set_defaults(run=run)


def run(args: Namespace) -> None:
    """Makes the study and prints the progress; StudyError when cells are missing at the end."""
    run_fleet, dask_pool = _fleet()
    options = run_fleet.FleetOptions(
        study=_read_object(args.study),
        settings=_settings(args),
        out=args.out,
        allow_differences=args.allow_differences,
        patience=args.patience,
    )
    printer = Printer()
    with _stopping_at_ctrl_c(printer) as stopping, dask_pool.open_pool(_urls(args), args.scheduler) as pool:
        reporter = run_fleet.Reporter(
            say=printer.say, status=printer.status, stopping=stopping.is_set, show=printer.show
        )
        missing = run_fleet.run_fleet(pool, options, reporter)
    if missing:
        cells = "1 cell is missing; the same command tries it again"
        if missing > 1:
            cells = f"{missing:,} cells are missing; the same command tries them again"
        raise StudyError(cells)


def _fleet() -> tuple[ModuleType, ModuleType]:
    """The modules that need Dask and requests, which are an extra; StudyError without them."""
    try:
        modules = (import_module(f"sd_expression_grid.fleet.{name}") for name in ("run_fleet", "dask_pool"))
        return next(modules), next(modules)
    except ModuleNotFoundError as error:
        if str(error.name).startswith("sd_expression_grid"):
            raise
        message = f"{error.name} is missing; install it with: pip install 'sd-expression-grid[fleet]'"
        raise StudyError(message) from error


def _settings(args: Namespace) -> dict[str, object]:
    """The given fields of txt2img, and the infotext of the picture that fills the others, if there is one."""
    given = {name.removeprefix(_SET): value for name, value in vars(args).items() if name.startswith(_SET)}
    fields = {name: value for name, value in given.items() if value is not None}
    for text in args.set:
        name, equals, value = text.partition("=")
        if not equals:
            raise StudyError([Fault("--set", f"must be FIELD=JSON, is {text!r}")])
        fields[name.strip()] = _json_or_text(value)
    if args.mask is not None and args.picture is None:
        raise StudyError([Fault("--mask", "needs a picture: give --picture as well")])
    if args.picture is not None:
        fields.update(settings_for(args.picture, args.mask))
    if args.like is not None:
        return {**fields, "infotext": read_infotext(args.like)}
    return {**DEFAULTS, **fields}


def _urls(args: Namespace) -> list[str]:
    urls = [checked_url(url) for url in args.webui or ()]
    if len(set(urls)) < len(urls):
        raise StudyError([Fault("--webui", "names a WebUI twice")])
    return urls


def _json_or_text(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _read_object(file: Path) -> Mapping[str, object]:
    try:
        return object_from(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, StudyError) as error:
        raise StudyError([Fault(str(file), f"cannot be read as a study: {error}")]) from error


@contextmanager
def _stopping_at_ctrl_c(printer: Printer) -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second one ends the program at once."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()
        signal.signal(signal.SIGINT, end)
        printer.say("Stopping: what the WebUIs have made is kept. Press Ctrl-C again to end at once.")

    def end(_number: int, _frame: FrameType | None) -> None:
        printer.say("Ended at once: what was kept is there, and the same command goes on with the rest.")
        os._exit(2)  # Dask would wait for answers from WebUIs, and complain of what it was making

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopping
    finally:
        signal.signal(signal.SIGINT, before)


class Printer:
    """Prints lines of what happens, and on a terminal the status below them."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._status, self._shown_at = "", time.monotonic()

    def say(self, line: str) -> None:
        """Prints a line above the status."""
        self._clear()
        print(line, flush=True)

    def status(self, text: str) -> None:
        """Shows the progress."""
        if self._is_terminal:
            self._clear()
            self._status = text[: shutil.get_terminal_size().columns - 1]  # on two lines it could not be taken back
            print(self._status, end="", flush=True)
        elif time.monotonic() - self._shown_at >= STATUS_SECONDS:
            print(text, flush=True)
            self._shown_at = time.monotonic()

    def show(self, folder: StudyFolder) -> None:
        """Draws the grids and writes the page of the cells that are there."""
        self._clear()
        draw(folder, None, folder.path)
        print(write_page(folder), flush=True)

    def _clear(self) -> None:
        if self._status:
            print(f"\r{' ' * len(self._status)}\r", end="")
            self._status = ""
