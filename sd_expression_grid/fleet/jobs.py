"""The work that is done beside a WebUI, on its Dask worker: send a request, and check the answer."""

from __future__ import annotations

import io
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PIL import Image

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet.address import auth_from
from sd_expression_grid.fleet.client import TroubleError, Watch, WebUIClient
from sd_expression_grid.fleet.protocol import (
    AnswerError,
    Inspection,
    MadeCell,
    Request,
    cells_from_list,
    inspection_from_dict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sd_expression_grid.study.study import CellKey

AUTH_VARIABLE = "SD_WEBUI_AUTH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A request with txt2img's settings.

    ``patience`` and ``startup_delay`` are in seconds; the latter is the time from a server's first sign of life to the
    first request. ``keys`` are the cells that the answer must have, in their order, where cells are requested.
    """

    request: Request
    settings: Mapping[str, object]
    patience: float
    startup_delay: float = 0
    keys: tuple[CellKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of a job, and the seconds that it took.

    Without an inspection or cells, ``refused`` or ``trouble`` says why, as the end of a sentence about the WebUI.
    """

    seconds: float
    inspection: Inspection | None = None
    cells: tuple[MadeCell, ...] = ()
    refused: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """The reply to the job of this number, and the address of its worker; None where the pool gave the job up."""

    number: int
    worker: str | None
    reply: Reply


def run_job(job: Job, url: str, stop: Callable[[], bool]) -> Reply:
    """Runs a job at a WebUI; user and password come from this machine's environment."""
    start = time.monotonic()
    try:
        webui = WebUIClient(url, auth_from(os.environ.get(AUTH_VARIABLE, "")))
        _wait_for_startup(webui, job.startup_delay)
        answer = webui.send(job.request, job.settings, Watch(patience=job.patience, stop=stop))
        reply = _inspected(answer) if job.request.kind == "look" else _made(answer, job.keys)
    except TroubleError as error:
        reply = Reply(seconds=0, trouble=str(error))
    except StudyError as error:
        reply = Reply(seconds=0, refused=str(error))
    return replace(reply, seconds=time.monotonic() - start)


def _wait_for_startup(webui: WebUIClient, seconds: float) -> None:
    if seconds and not webui.is_listening():
        message = "cannot be reached"
        raise TroubleError(message)
    time.sleep(seconds)


def _inspected(answer: object) -> Reply:
    try:
        return Reply(seconds=0, inspection=inspection_from_dict(answer))
    except AnswerError as error:
        message = f"does not tell what it has ({error}); is the extension there another version?"
        raise TroubleError(message) from error


def _made(answer: object, keys: Sequence[CellKey]) -> Reply:
    try:
        cells = cells_from_list(answer)
    except AnswerError as error:
        message = f"answered with cells that cannot be read: {error}"
        raise TroubleError(message) from error
    for cell in cells:
        if cell.png:
            _check_png(cell.png)
    if [cell.key for cell in cells] != list(keys):
        message = "answered with other cells than it was asked for"
        raise TroubleError(message)
    return Reply(seconds=0, cells=cells)


def _check_png(data: bytes) -> None:
    """Decodes a picture; TroubleError for one that is not a whole PNG."""
    try:
        Image.open(io.BytesIO(data), formats=["PNG"]).load()
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for damaged PNGs
        message = f"answered with a picture that cannot be read: {error}"
        raise TroubleError(message) from error
