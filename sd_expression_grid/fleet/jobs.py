"""The work that is done beside a WebUI, on its Dask worker: send a request, and check the answer."""

from __future__ import annotations

import io
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PIL import Image

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet.address import auth_from
from sd_expression_grid.fleet.client import TroubleError, Watch, WebUIClient
from sd_expression_grid.fleet.protocol import Inspection, MadeCell, Request, cell_from_dict, inspection_from_dict

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


def _inspected(answer: Any) -> Reply:
    try:
        return Reply(seconds=0, inspection=inspection_from_dict(answer))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        message = "does not tell what it has; is the extension there another version?"
        raise TroubleError(message) from error


def _made(answer: Any, keys: Sequence[CellKey]) -> Reply:
    try:
        cells = tuple(map(cell_from_dict, answer))
        for cell in cells:
            if cell.png:
                Image.open(io.BytesIO(cell.png), formats=["PNG"]).load()
    except (ValueError, TypeError, KeyError, AttributeError, OSError, SyntaxError) as error:
        message = "answered with cells or pictures that cannot be read"
        raise TroubleError(message) from error
    if [cell.key for cell in cells] != list(keys):
        message = "answered with other cells than it was asked for"
        raise TroubleError(message)
    return Reply(seconds=0, cells=cells)
