"""WebUIs, their network and the disk as a model in simulated time, for the scheduler of real ones."""

import heapq
import random
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

from sd_expression_grid.fleet import roster, scheduler
from sd_expression_grid.fleet.jobs import Job, JobResult, Reply
from sd_expression_grid.fleet.protocol import Inspection, MadeCell, Request
from sd_expression_grid.fleet.roster import AdmissionRules, Roster
from sd_expression_grid.fleet.scheduler import Callbacks, Scheduler
from sd_expression_grid.fleet.units import Units, columns_of
from sd_expression_grid.plan.forecast import Calls, Cost
from sd_expression_grid.plan.plan import plan_cells
from sd_expression_grid.study.cell_prompts import templates_of
from sd_expression_grid.study.schema import study_from_dict

SECONDS_A_TURN = 1e-4


@dataclass
class WebUI:
    """A WebUI of the model: denoiser rows a second, seconds a unit beside them, and what goes wrong when.

    `dies_at` and `back_at` are in seconds, and so is `leaves_at`, when its worker leaves the pool. `answers` makes of
    the cells of a unit those that it returns. `inspected` is its reply to an inspection, where that is another.
    """

    speed: float = 14.0
    unit_seconds: float = 0.0
    dies_at: float = float("inf")
    back_at: float = float("inf")
    leaves_at: float = float("inf")
    inspected: object = None
    answers: object = None
    busy: float = 0.0
    units: list = field(default_factory=list)

    def is_up(self, now):
        return not self.dies_at <= now < self.back_at


class Clock:
    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now


class Fleet:
    """A pool that carries the jobs in simulated time; a unit's cells come over one link, one answer after the other."""

    def __init__(self, study, webuis, *, cell_bytes=0, bytes_a_second=float("inf"), keep_seconds=0.0, turn_seconds=0.0):
        self.clock, self.webuis = Clock(), webuis
        self.at = {f"at w{number}": webui for number, webui in enumerate(webuis)}
        self.cost = Cost(calls=Calls(first_pass=20, shared=5), shares=True, whole_calls=True)
        settled = study_from_dict(study).with_templates("", "")
        self.cells = plan_cells(settled, templates_of(settled), settled.seeds)
        identities = {cell.key: f"{cell.key}" for cell in self.cells}
        self.inspection = Inspection(
            study=settled, identities=identities, cost=self.cost, fingerprint={"the checkpoint": "a"}
        )
        self.kept, self.said, self.statuses, self.stops = {}, [], [], 0
        self.jobs, self.hanging, self.dropped = [], set(), 0
        self._cell_seconds, self._keep_seconds = cell_bytes / bytes_a_second, keep_seconds
        self._turn_seconds = turn_seconds
        self._free = dict.fromkeys(self.at, 0.0)
        self._events, self._link_free, self._numbers = [], 0.0, iter(range(10**9))
        self.transferring = 0.0

    def run(self, *, stop_at=float("inf"), missing=None, step=1, patience=300):
        """Runs the study to its end; returns the scheduler."""
        request = Request(kind="look", study={}, seed=1, variation_seed=1, title="")
        inspect = Job(request=request, settings={}, patience=patience)
        rules = AdmissionRules(model=self.inspection, allow_differences=False, inspect=inspect)
        with simulated_time(self.clock):
            admitted = Roster(self, rules, self.said.append)
            for worker, name in self.workers().items():
                admitted.admit(worker, name, self.inspection)
            keys = [cell.key for cell in self.cells] if missing is None else missing
            callbacks = Callbacks(
                save=self._save,
                say=self.said.append,
                status=self.statuses.append,
                stopping=lambda: self.clock.now >= stop_at,
            )
            units = Units(columns_of(self.inspection.study, keys), self.cost.rows, step)
            run = Scheduler(self, admitted, rules, units, callbacks)
            run.run()
        return run

    def workers(self):
        there = (worker for worker, webui in self.at.items() if self.clock.now < webui.leaves_at)
        return {worker: worker.removeprefix("at ") for worker in there}

    def submit(self, job, workers):
        number = next(self._numbers)
        self.jobs.append(job)
        self._start(number, job, set(workers), self.clock.now)
        return number

    def _start(self, number, job, workers, now):
        """Gives a job to the first worker that is free; that of one which leaves goes to the others, as Dask does."""
        if not workers:
            self.hanging.add(number)
            return
        worker = min(sorted(workers), key=lambda name: self._free[name])
        start = max(now, self._free[worker]) + job.startup_delay
        reply, seconds = self._reply(job, self.at[worker], start)
        self._free[worker] = start + seconds
        if start + seconds > self.at[worker].leaves_at:
            self._start(number, job, workers - {worker}, max(now, self.at[worker].leaves_at))
        else:
            heapq.heappush(self._events, (start + seconds, number, worker, reply))

    def finished(self, seconds):
        self.clock.now += self._turn_seconds
        if not self._events or self._events[0][0] > self.clock.now + seconds:
            self.clock.now += seconds
            return []
        at, number, worker, reply = heapq.heappop(self._events)
        self.clock.now = max(self.clock.now, at) + SECONDS_A_TURN
        took = len(reply.cells) * self._cell_seconds
        self.transferring += took
        self.clock.now += took
        return [JobResult(number=number, worker=worker, reply=reply)]

    def drop(self, number):
        self.hanging.remove(number)
        self.dropped += 1

    def stop(self):
        self.stops += 1

    @property
    def seconds(self):
        """When the last cell was kept."""
        return self.clock.now

    def _reply(self, job, webui, start):
        if not webui.is_up(start):
            return Reply(seconds=0, trouble="cannot be reached"), 0.01
        if job.request.kind == "look":
            return webui.inspected or Reply(seconds=0, inspection=self.inspection), 0.01
        seconds = webui.unit_seconds + self.cost.rows(len(job.keys)) / webui.speed
        if start < webui.dies_at < start + seconds:
            return Reply(seconds=0, trouble="broke the connection off"), webui.dies_at - start
        webui.busy += seconds
        webui.units.append((start, job.keys))
        cells = [MadeCell(key=key, status="done", identity=f"{key}", png=b"png") for key in job.keys]
        cells = webui.answers(cells) if webui.answers else cells
        return Reply(seconds=seconds, cells=tuple(cells)), seconds

    def _save(self, cells, warning):
        for cell in cells:
            self.clock.now += self._keep_seconds
            self.kept.setdefault(cell.key, []).append((cell.status, warning))


@contextmanager
def simulated_time(clock):
    """Lets the scheduler and the roster live by another clock."""
    before = scheduler.time, roster.time
    scheduler.time = roster.time = SimpleNamespace(monotonic=clock.monotonic)
    try:
        yield
    finally:
        scheduler.time, roster.time = before


def study(characters, rows=9, seeds=1):
    return {
        "expressions": "\n".join(f"e{number}" for number in range(rows)),
        "characters": "\n".join(f"c{number}" for number in range(characters - 1)),
        "seeds": list(range(1, seeds + 1)),
    }


def uneven(count, spread, generator: random.Random, **fields):
    """WebUIs whose speeds differ by a factor of about 1 + spread."""
    return [WebUI(speed=14.0 * (1 + spread) ** generator.uniform(-1, 1), **fields) for _ in range(count)]
