"""Speaks to one WebUI through its API, as long as it shows signs of life."""

from __future__ import annotations

import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from sd_expression_grid import TITLE
from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet.protocol import ANSWER_FIELD, Request, request_to_json
from sd_expression_grid.fleet.starting_picture import PICTURES

CONNECT_SECONDS = 10
POLL_SECONDS = 2


class TroubleError(Exception):
    """A WebUI that cannot be reached, hangs, or answers nonsense; another one, or a later call, may do better."""


class RefusedError(StudyError):
    """A WebUI that answers, and refuses the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """``patience``: the seconds that a WebUI may show no progress. ``stop``: whether it is to stop working for us."""

    patience: float
    stop: Callable[[], bool]


class WebUIClient:
    """A WebUI at an address; ``auth`` is its API's user and password, None without."""

    def __init__(self, url: str, auth: tuple[str, str] | None) -> None:
        self._url, self._auth = url, auth

    def send(self, request: Request, settings: Mapping[str, object], watch: Watch) -> Any:
        """The extension's answer to a request with these settings of txt2img; raises TroubleError or RefusedError.

        With a picture to start from, they are those of img2img.
        """
        body = {
            "prompt": "",
            "negative_prompt": "",
            "styles": [],
            **settings,
            "save_images": False,
            "send_images": False,
            "script_name": TITLE,
            "script_args": [request_to_json(request)],
        }
        tab = "img2img" if PICTURES in settings else "txt2img"
        answer = self._watched(f"/sdapi/v1/{tab}", body, watch, request.title)
        parameters = _object(_parsed(answer.get("info")).get("extra_generation_params"))
        if ANSWER_FIELD not in parameters:
            message = "answered without what it was asked for"
            raise TroubleError(message)
        return parameters[ANSWER_FIELD]

    def is_listening(self) -> bool:
        """Whether a server is there, without a request: one while it starts would keep the WebUI from starting."""
        parts = urlsplit(self._url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            with socket.create_connection((parts.hostname or "", port), timeout=CONNECT_SECONDS):
                return True
        except OSError:
            return False

    def _watched(self, path: str, body: Mapping[str, object], watch: Watch, title: str) -> Mapping[str, Any]:
        """The answer to a call that may take hours; the WebUI's progress is polled meanwhile."""
        answers: queue.Queue[Mapping[str, Any] | Exception] = queue.Queue()

        def call() -> None:
            try:
                answers.put(self._request("POST", path, body, may_last=True))
            except Exception as error:
                answers.put(error)

        threading.Thread(target=call, daemon=True).start()  # an abandoned call must not keep the program from ending
        life = _SignsOfLife(watch.patience)
        while True:
            try:
                answer = answers.get(timeout=POLL_SECONDS)
            except queue.Empty:
                self._poll(life, watch, title)
                continue
            if isinstance(answer, Exception):
                raise answer
            return answer

    def _poll(self, life: _SignsOfLife, watch: Watch, title: str) -> None:
        try:
            progress = self._request("GET", "/sdapi/v1/progress?skip_current_image=true")
        except (TroubleError, RefusedError):
            progress = {}
        life.note(progress)
        if watch.stop() and title and str(progress.get("textinfo") or "").startswith(title):
            self._request("POST", "/sdapi/v1/interrupt")

    def _request(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, may_last: bool = False
    ) -> Mapping[str, Any]:
        try:
            timeout = (CONNECT_SECONDS, None if may_last else CONNECT_SECONDS)
            response = requests.request(method, f"{self._url}{path}", json=body, auth=self._auth, timeout=timeout)
            answer = response.json()
        except requests.JSONDecodeError as error:
            answer = {}
            if response.ok:
                message = "answered something that is not JSON"
                raise TroubleError(message) from error
        except requests.RequestException as error:
            raise TroubleError(_in_words(error)) from error
        answer = {} if answer is None else answer
        if not response.ok or not isinstance(answer, Mapping):
            raise _complaint(response.status_code, _object(answer))
        return answer


class _SignsOfLife:
    """Whether a WebUI's progress changes, for whomever it works."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._last: object = None
        self._since = time.monotonic()

    def note(self, progress: Mapping[str, Any]) -> None:
        """Notes a WebUI's answer on its progress, empty if there was none; raises TroubleError when it hangs."""
        sign = [progress.get(name) for name in ("textinfo", "progress", "state")]
        if progress and sign != self._last:
            self._last, self._since = sign, time.monotonic()
        elif time.monotonic() - self._since > self._patience:
            message = f"showed no progress for {self._patience:g} seconds"
            raise TroubleError(message)


def _complaint(status: int, answer: Mapping[str, Any]) -> Exception:
    detail = answer.get("detail")
    if status == 401:
        return RefusedError("asks for a user and password; set SD_WEBUI_AUTH to user:password of its --api-auth")
    if status == 404:
        return RefusedError("has no API; start the WebUI with --api")
    if status == 422 and isinstance(detail, str):
        if detail == f"Script '{TITLE}' not found":
            return RefusedError(f"has no extension '{TITLE}', or one that is disabled")
        return RefusedError(detail)
    if 400 <= status < 500:
        return RefusedError(f"does not take the settings of txt2img: {_short(detail)}")
    return TroubleError(f"answered with HTTP {status}: {_short(answer.get('errors') or detail)}")


def _parsed(text: object) -> Mapping[str, Any]:
    """The JSON object in a text, empty if there is none."""
    try:
        return _object(json.loads(text)) if isinstance(text, str) else {}
    except ValueError:
        return {}


def _object(value: object) -> Mapping[str, Any]:
    """A JSON value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def _short(value: object) -> str:
    return " ".join(str(value or "no reason given").split())[:300]


def _in_words(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return f"has no certificate that is trusted: {_short(error)}"
    if isinstance(error, requests.ConnectTimeout | requests.ReadTimeout):
        return "did not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "cannot be reached, or broke the connection off"
    return _short(error)
