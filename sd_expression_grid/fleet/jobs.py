"""What is done beside a WebUI, on the Dask worker that stands there: ask it, and check what it answers."""

from __future__ import annotations

import io
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PIL import Image

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet.address import auth_from
from sd_expression_grid.fleet.client import TroubleError, Watch, WebUI
from sd_expression_grid.fleet.protocol import Ask, Look, MadeCell, cell_from_dict, look_from_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sd_expression_grid.study.study import CellKey

AUTH_VARIABLE = "SD_WEBUI_AUTH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An ask with txt2img's settings.

    ``patience`` is in seconds, ``settle`` the time from a server's first sign to the first request. ``keys`` are the
    cells that the answer must have, for those who ask for cells.
    """

    ask: Ask
    settings: Mapping[str, object]
    patience: float
    settle: float = 0
    keys: tuple[CellKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of a job at a WebUI in so many seconds.

    ``refused`` or ``trouble`` say why there is neither look nor cells, as the end of a sentence about the WebUI.
    """

    seconds: float
    look: Look | None = None
    cells: tuple[MadeCell, ...] = ()
    refused: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A job that is over: at which worker, None where Dask itself gave it up, and with what."""

    number: int
    place: str | None
    reply: Reply


def do(job: Job, url: str, stop: Callable[[], bool]) -> Reply:
    """Does a job at a WebUI; user and password come from this machine's environment."""
    start = time.monotonic()
    try:
        webui = WebUI(url, auth_from(os.environ.get(AUTH_VARIABLE, "")))
        _wait_until_settled(webui, job.settle)
        answer = webui.ask(job.ask, job.settings, Watch(patience=job.patience, stop=stop))
        reply = _look(answer) if job.ask.ask == "look" else _made(answer, job.keys)
    except TroubleError as error:
        reply = Reply(seconds=0, trouble=str(error))
    except StudyError as error:
        reply = Reply(seconds=0, refused=str(error))
    return replace(reply, seconds=time.monotonic() - start)


def _wait_until_settled(webui: WebUI, seconds: float) -> None:
    if seconds and not webui.is_listening():
        message = "cannot be reached"
        raise TroubleError(message)
    time.sleep(seconds)


def _look(answer: Any) -> Reply:
    try:
        return Reply(seconds=0, look=look_from_dict(answer))
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
