"""The WebUIs of a run: those that may be given units, those in back-off after trouble, and those that are excluded."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from sd_expression_grid.fleet.fingerprints import fingerprint_differences, unlike_requested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sd_expression_grid.fleet.jobs import Job, JobResult, Reply
    from sd_expression_grid.fleet.protocol import Inspection

REFRESH_SECONDS = 5.0
FIRST_BACK_OFF, LONGEST_BACK_OFF = 2.0, 60.0
STARTUP_DELAY = 5.0
"""Seconds from a server's first sign of life to the first request: the WebUI does not start if one comes too early."""


class WorkerPool(Protocol):
    """What carries jobs to the workers beside the WebUIs; ``dask_pool.DaskPool`` describes the methods."""

    def workers(self) -> Mapping[str, str]: ...  # noqa: D102
    def submit(self, job: Job, workers: Iterable[str]) -> int: ...  # noqa: D102
    def finished(self, seconds: float) -> list[JobResult]: ...  # noqa: D102
    def drop(self, number: int) -> None: ...  # noqa: D102
    def stop(self) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionRules:
    """Which WebUIs are admitted: those with the fingerprint of ``model``, or all with a warning if that is allowed.

    ``inspect`` is the job that inspects a WebUI.
    """

    model: Inspection
    allow_differences: bool
    inspect: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyWebUI:
    """A WebUI that may be given units; ``warning`` names its differences, where they are allowed."""

    name: str
    inspection: Inspection
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _BackOff:
    """A WebUI that is not asked before the time ``until``, which is ``seconds`` after its last trouble."""

    name: str
    until: float
    seconds: float


class Roster:
    """``ready`` has the WebUIs that may be given units, by the addresses of their workers."""

    def __init__(self, pool: WorkerPool, rules: AdmissionRules, say: Callable[[str], None]) -> None:
        self.ready: dict[str, ReadyWebUI] = {}
        self._pool, self._rules, self._say = pool, rules, say
        self._backing_off: dict[str, _BackOff] = {}
        self._next_seconds: dict[str, float] = {}
        self._excluded: set[str] = set()
        self._probes: dict[int, str] = {}
        self._refreshed_at = time.monotonic()
        self._none_ready_since: float | None = None

    def admit(self, worker: str, name: str, inspection: Inspection) -> list[str]:
        """Makes a WebUI ready; if its differences are not allowed, excludes it and returns them."""
        requested = self._rules.inspect.settings
        found = [*unlike_requested(requested, inspection), *fingerprint_differences(self._rules.model, inspection)]
        if found and not self._rules.allow_differences:
            self._excluded.add(worker)
            return found
        warning = f"made where {'; '.join(found)}" if found else ""
        self.ready[worker] = ReadyWebUI(name=name, inspection=inspection, warning=warning)
        return []

    def back_off(self, worker: str, name: str, why: str) -> None:
        """Gives a WebUI no units for some time, and until it answers again; the time doubles with each trouble."""
        self.ready.pop(worker, None)
        seconds = self._next_seconds.get(worker, FIRST_BACK_OFF)
        self._next_seconds[worker] = min(2 * seconds, LONGEST_BACK_OFF)
        self._backing_off[worker] = _BackOff(name=name, until=time.monotonic() + seconds, seconds=seconds)
        self._say(f"{name} {why}")

    def reset_back_off(self, worker: str) -> None:
        """Lets the next back-off of a WebUI that has brought its cells be short again."""
        self._next_seconds.pop(worker, None)

    def exclude(self, worker: str, why: str) -> None:
        """Gives a WebUI no more units in this run."""
        self._excluded.add(worker)
        self._say(f"{self.ready.pop(worker).name} {why}")

    def refresh(self) -> Mapping[str, str] | None:
        """Inspects the WebUIs whose back-off is over, and every REFRESH_SECONDS finds out which workers came and went.

        Returns the workers' names by their addresses when it has asked for them, else None.
        """
        for worker, waiting in self._backing_off.items():
            if waiting.until <= time.monotonic() and worker not in self._probes.values():
                probe = replace(self._rules.inspect, startup_delay=STARTUP_DELAY)
                self._probes[self._pool.submit(probe, [worker])] = worker
        if time.monotonic() - self._refreshed_at < REFRESH_SECONDS:
            return None
        self._refreshed_at = time.monotonic()
        workers = self._pool.workers()
        self._note_workers(workers)
        return workers

    def handle_probe(self, result: JobResult) -> bool:
        """Handles the inspection of a WebUI after its back-off; False if the result is of another job."""
        worker = self._probes.pop(result.number, None)
        if worker is None:
            return False
        waiting = self._backing_off.pop(worker, None)
        if waiting is not None:
            self._readmit(worker, waiting, result.reply)
        return True

    def is_exhausted(self, patience: float) -> bool:
        """Whether no WebUI is ready, and none may come back or none has done so for ``patience`` seconds."""
        if self.ready:
            self._none_ready_since = None
            return False
        self._none_ready_since = self._none_ready_since or time.monotonic()
        return not self._backing_off or time.monotonic() - self._none_ready_since > patience

    def _note_workers(self, workers: Mapping[str, str]) -> None:
        for worker in set(self.ready) - set(workers):
            self._say(f"{self.ready.pop(worker).name} is gone with its worker")
        for worker in set(self._backing_off) - set(workers):
            del self._backing_off[worker]
        for worker, name in workers.items():
            if not (worker in self.ready or worker in self._backing_off or worker in self._excluded):
                self._backing_off[worker] = _BackOff(name=name, until=0, seconds=FIRST_BACK_OFF)

    def _readmit(self, worker: str, waiting: _BackOff, reply: Reply) -> None:
        if reply.inspection is None:
            seconds = min(2 * waiting.seconds, LONGEST_BACK_OFF)
            self._backing_off[worker] = replace(waiting, until=time.monotonic() + seconds, seconds=seconds)
            return
        found = self.admit(worker, waiting.name, reply.inspection)
        would = f"would give other pixels and is left out: {'; '.join(found)}"
        self._say(f"{waiting.name} {would if found else 'is ready'}")
