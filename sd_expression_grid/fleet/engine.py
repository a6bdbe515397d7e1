"""The Dask cluster that carries the jobs: one of our own in this process, or one that is there already.

A worker stands beside each WebUI and has one of the resource ``webui``. Dask places the jobs, brings the answers, and
gives the job of a worker that was lost to another.
"""

from __future__ import annotations

import os
import queue
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from distributed import Client, Event, Scheduler, SpecCluster, Worker, get_worker

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet.jobs import Done, Job, Reply, do

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

RESOURCE = "webui"
URL_VARIABLE = "SD_WEBUI_URL"
CONNECT_SECONDS = 20


class Engine:
    """Hands jobs to the workers beside the WebUIs; each of these has one job at a time."""

    def __init__(self, client: Client, urls: Sequence[str]) -> None:
        self._client = client
        self._order = {url: number for number, url in enumerate(urls)}
        self._stop = Event(f"stop-{uuid4().hex}", client=client)
        self._futures: dict[int, Any] = {}
        self._done: queue.Queue[int] = queue.Queue()
        self._numbers = iter(range(10**12))

    def places(self) -> dict[str, str]:
        """The WebUIs' workers that are there, by their addresses, with their names, in the order of the command."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"].items()
        fit = [(place, str(worker["name"])) for place, worker in workers if worker["resources"].get(RESOURCE, 0) >= 1]
        return dict(sorted(fit, key=lambda place: (self._order.get(place[1], 0), place[1])))

    def submit(self, job: Job, places: Iterable[str]) -> int:
        """Starts a job at one of the places that is free, or as soon as one is; returns its number."""
        number = next(self._numbers)
        future = self._client.submit(
            _do_here, job, self._stop.name, workers=list(places), resources={RESOURCE: 1}, pure=False
        )
        self._futures[number] = future
        future.add_done_callback(lambda _: self._done.put(number))
        return number

    def finished(self, seconds: float) -> list[Done]:
        """The jobs that are over, waiting for the first for so many seconds."""
        numbers = []
        try:
            numbers.append(self._done.get(timeout=seconds))
            while True:
                numbers.append(self._done.get_nowait())
        except queue.Empty:
            return [self._result(number) for number in numbers if number in self._futures]

    def drop(self, number: int) -> None:
        """Gives a job up."""
        self._futures.pop(number).cancel()

    def stop(self) -> None:
        """Asks the WebUIs to stop what they are making for us; their jobs end with what they have."""
        self._stop.set()

    def _result(self, number: int) -> Done:
        future = self._futures.pop(number)
        try:
            place, reply = future.result()
        except Exception as error:  # whatever Dask says of a worker that it lost
            reply = Reply(seconds=0, trouble=f"was lost with its worker: {type(error).__name__} {error}")
            return Done(number=number, place=None, reply=reply)
        return Done(number=number, place=place, reply=reply)


@contextmanager
def started(urls: Sequence[str], scheduler: str | None) -> Iterator[Engine]:
    """An engine over the WebUIs at these addresses, or over those of the Dask cluster at ``scheduler``.

    Raises StudyError when there is no such cluster.
    """
    with ExitStack() as stack:
        address = stack.enter_context(_own_cluster(urls)) if scheduler is None else scheduler
        yield Engine(stack.enter_context(_connected(address)), urls)


def url_here() -> str:
    """The WebUI beside this worker: a worker of our own is named after it, others have it in their environment."""
    name = str(get_worker().name)
    return name if name.startswith("http") else os.environ.get(URL_VARIABLE, "http://127.0.0.1:7860").rstrip("/")


def _do_here(job: Job, stop: str) -> tuple[str, Reply]:
    return get_worker().address, do(job, url_here(), lambda: Event(stop).is_set())


def _own_cluster(urls: Sequence[str]) -> SpecCluster:
    """A scheduler and a worker for each WebUI, all in this process; nothing of it can be reached from elsewhere."""
    inside = {"dashboard_address": "127.0.0.1:0", "protocol": "inproc://"}
    options = {**inside, "nthreads": 1, "resources": {RESOURCE: 1}, "memory_limit": 0}
    workers = {url: {"cls": Worker, "options": {**options, "name": url}} for url in urls}
    return SpecCluster(
        workers=workers, scheduler={"cls": Scheduler, "options": {**inside, "dashboard": False}}, silence_logs="ERROR"
    )


def _connected(address: Any) -> Client:
    try:
        return Client(address, direct_to_workers=True, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        message = f"there is no Dask scheduler at {address}: {error}"
        raise StudyError(message) from error
