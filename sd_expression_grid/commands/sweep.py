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
from sd_expression_grid.commands.grid import draw
from sd_expression_grid.fleet.address import checked_url
from sd_expression_grid.fleet.like import infotext_of
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
    "n_iter": (int, "so many seeds, one after the other, where the study lists none"),
}
NAMES = {"sampler_name": "--sampler", "scheduler": "--schedule-type", "n_iter": "--count"}

DEFAULTS = {"steps": 20}
"""The page's, where the API's own is another and no picture tells."""

_SET = "field_"

STATUS_SECONDS = 30
"""On what is no terminal, the status is a line of its own from time to time."""


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
    for field, (kind, description) in OPTIONS.items():
        name = NAMES.get(field, f"--{field.replace('_', '-')}")
        shown = {int: "NUMBER", float: "NUMBER", str: "NAME"}[kind]
        settings.add_argument(name, dest=f"{_SET}{field}", type=kind, metavar=shown, help=description)
    settings.add_argument(
        "--set", action="append", default=[], metavar="FIELD=JSON", help="any other field of /sdapi/v1/txt2img"
    )
    command.set_defaults(run=run)


def run(asked: Namespace) -> None:
    """Makes the study and says how it goes; StudyError where it cannot be made to its end."""
    conduct, engine = _fleet()
    wanted = conduct.Wanted(
        study=_read_object(asked.study),
        settings=_settings(asked),
        out=asked.out,
        allow_differences=asked.allow_differences,
        patience=asked.patience,
    )
    printer = Printer()
    with _stopping_at_ctrl_c(printer) as stopping, engine.started(_urls(asked), asked.scheduler) as carrier:
        teller = conduct.Teller(say=printer.say, status=printer.status, stopping=stopping.is_set, show=printer.show)
        missing = conduct.conduct(carrier, wanted, teller)
    if missing:
        message = f"{missing} cells are missing; the same command tries them again"
        raise StudyError(message)


def _fleet() -> tuple[ModuleType, ModuleType]:
    """The rooms that need Dask, which is an extra; StudyError without it."""
    try:
        modules = (import_module(f"sd_expression_grid.fleet.{name}") for name in ("conduct", "engine"))
        return next(modules), next(modules)
    except ModuleNotFoundError as error:
        message = f"{error.name} is missing; install it with: pip install 'sd-expression-grid[fleet]'"
        raise StudyError(message) from error


def _settings(asked: Namespace) -> dict[str, object]:
    """The fields of the request that are asked for; those that are not come from the picture, if there is one."""
    given = {name.removeprefix(_SET): value for name, value in vars(asked).items() if name.startswith(_SET)}
    fields = {name: value for name, value in given.items() if value is not None}
    for text in asked.set:
        name, equals, value = text.partition("=")
        if not equals:
            raise StudyError([Fault("--set", f"must be FIELD=JSON, is {text!r}")])
        fields[name.strip()] = _json_or_text(value)
    if asked.like is not None:
        return {**fields, "infotext": infotext_of(asked.like)}
    return {**DEFAULTS, **fields}


def _urls(asked: Namespace) -> list[str]:
    urls = [checked_url(url) for url in asked.webui or ()]
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
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise StudyError([Fault(str(file), f"cannot be read as a study: {error}")]) from error
    if not isinstance(data, dict):
        raise StudyError([Fault(str(file), "must be a JSON object")])
    return data


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
    """Lines of what happens, and on a terminal the status below them."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._status, self._shown_at = "", time.monotonic()

    def say(self, line: str) -> None:
        """Prints a line above the status."""
        self._clear()
        print(line, flush=True)

    def status(self, text: str) -> None:
        """Shows how far it is."""
        if self._is_terminal:
            self._clear()
            self._status = text[: shutil.get_terminal_size().columns - 1]  # on two lines it could not be taken back
            print(self._status, end="", flush=True)
        elif time.monotonic() - self._shown_at >= STATUS_SECONDS:
            print(text, flush=True)
            self._shown_at = time.monotonic()

    def show(self, folder: StudyFolder) -> None:
        """Draws the grids and writes the page of what there is now."""
        self._clear()
        draw(folder, None, folder.path)
        print(write_page(folder), flush=True)

    def _clear(self) -> None:
        if self._status:
            print(f"\r{' ' * len(self._status)}\r", end="")
            self._status = ""
