"""The Dask cluster that carries the jobs to the WebUIs: one of our own in this process, or one that is there already.

A worker stands beside each WebUI and has one of the resource ``webui``. Dask assigns the jobs, brings the replies, and
gives the job of a lost worker to another one.
"""

from __future__ import annotations

import os
import queue
import traceback
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from distributed import Client, Event, Scheduler, SpecCluster, Worker, get_worker

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet.jobs import Job, JobResult, Reply, run_job

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

RESOURCE = "webui"
URL_VARIABLE = "SD_WEBUI_URL"
CONNECT_SECONDS = 20


class JobError(Exception):
    """A fault of our own in a job, with its traceback on the worker: no trouble of the WebUI or of Dask."""


class DaskPool:
    """A WorkerPool whose workers are Dask's; each has one job at a time."""

    def __init__(self, client: Client, urls: Sequence[str]) -> None:
        self._client = client
        self._order = {url: number for number, url in enumerate(urls)}
        self._stop = Event(f"stop-{uuid4().hex}", client=client)
        self._futures: dict[int, Any] = {}
        self._finished: queue.Queue[int] = queue.Queue()
        self._numbers = iter(range(10**12))

    def workers(self) -> dict[str, str]:
        """The names of the WebUIs' workers by their addresses, in the order of the command."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"].items()
        fit = [(address, str(worker["name"])) for address, worker in workers if _has_webui(worker)]
        return dict(sorted(fit, key=lambda worker: (self._order.get(worker[1], 0), worker[1])))

    def submit(self, job: Job, workers: Iterable[str]) -> int:
        """Starts a job at one of these workers as soon as one is free; returns the job's number."""
        number = next(self._numbers)
        future = self._client.submit(
            _run_here, job, self._stop.name, workers=list(workers), resources={RESOURCE: 1}, pure=False
        )
        self._futures[number] = future
        future.add_done_callback(lambda _: self._finished.put(number))
        return number

    def finished(self, seconds: float) -> list[JobResult]:
        """The jobs that are over; waits at most so many seconds for the first one. Raises JobError for a failed one."""
        numbers = []
        try:
            numbers.append(self._finished.get(timeout=seconds))
            while True:
                numbers.append(self._finished.get_nowait())
        except queue.Empty:
            return [self._result(number) for number in numbers if number in self._futures]

    def drop(self, number: int) -> None:
        """Gives a job up."""
        self._futures.pop(number).cancel()

    def stop(self) -> None:
        """Asks the WebUIs to stop what they are making for us; their jobs end with what they have."""
        self._stop.set()

    def _result(self, number: int) -> JobResult:
        future = self._futures.pop(number)
        try:
            worker, reply = future.result()
        except Exception as error:  # only Dask's, of a worker that is lost or cannot read the job: see _run_here
            reply = Reply(seconds=0, trouble=f"was lost with its worker: {type(error).__name__} {error}")
            return JobResult(number=number, worker=None, reply=reply)
        if isinstance(reply, str):
            message = f"a job failed on the worker {worker}:\n{reply}"
            raise JobError(message)
        return JobResult(number=number, worker=worker, reply=reply)


@contextmanager
def open_pool(urls: Sequence[str], scheduler: str | None) -> Iterator[DaskPool]:
    """A pool over the WebUIs at these addresses, or over those of the Dask cluster at ``scheduler``.

    Raises StudyError when there is no such cluster.
    """
    with ExitStack() as stack:
        address = stack.enter_context(_own_cluster(urls)) if scheduler is None else scheduler
        yield DaskPool(stack.enter_context(_connected(address)), urls)


def _has_webui(worker: Any) -> bool:
    return bool(worker["resources"].get(RESOURCE, 0) >= 1)


def _url_here() -> str:
    """The WebUI beside this worker: our own workers are named after it, others have it in their environment."""
    name = str(get_worker().name)
    return name if name.startswith("http") else os.environ.get(URL_VARIABLE, "http://127.0.0.1:7860").rstrip("/")


def _run_here(job: Job, stop: str) -> tuple[str, Reply | str]:
    """This worker's address and the job's reply; the traceback of a fault of our own, which Dask's are not to hide."""
    address = get_worker().address
    try:
        return address, run_job(job, _url_here(), lambda: Event(stop).is_set())
    except Exception:  # it goes on as a JobError where the command runs
        return address, traceback.format_exc()


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
