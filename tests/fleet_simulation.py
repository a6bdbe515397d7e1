"""WebUIs, their network and the disk as a model in simulated time, for the drive that hands out units to real ones."""

import heapq
import random
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

from sd_expression_grid.fleet import drive, roster
from sd_expression_grid.fleet.drive import Drive, Told
from sd_expression_grid.fleet.jobs import Done, Job, Reply
from sd_expression_grid.fleet.protocol import Ask, Look, MadeCell
from sd_expression_grid.fleet.roster import Roster, Rules
from sd_expression_grid.fleet.units import Units, columns_of
from sd_expression_grid.plan.forecast import Calls, Cost
from sd_expression_grid.plan.plan import plan_cells
from sd_expression_grid.study.cell_prompts import templates_of
from sd_expression_grid.study.schema import study_from_dict

SECONDS_A_TURN = 1e-4


@dataclass
class WebUI:
    """A WebUI of the model: denoiser rows a second, seconds a unit beside them, and what goes wrong when.

    `dies_at` and `back_at` are in seconds. `answers` makes of the cells of a unit those that it returns.
    """

    speed: float = 14.0
    unit_seconds: float = 0.0
    dies_at: float = float("inf")
    back_at: float = float("inf")
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
    """Carries the drive's jobs in simulated time; a unit's cells come over one link, one answer after the other."""

    def __init__(self, study, webuis, *, cell_bytes=0, bytes_a_second=float("inf"), keep_seconds=0.0, turn_seconds=0.0):
        self.clock, self.webuis = Clock(), webuis
        self.names = {f"w{number}": webui for number, webui in enumerate(webuis)}
        self.cost = Cost(calls=Calls(first_pass=20, shared=5), shares=True, whole_calls=True)
        settled = study_from_dict(study).with_templates("", "")
        self.cells = plan_cells(settled, templates_of(settled), settled.seeds)
        identities = {cell.key: f"{cell.key}" for cell in self.cells}
        self.look = Look(study=settled, identities=identities, cost=self.cost, equipment={"the checkpoint": "a"})
        self.kept, self.said, self.stops = {}, [], 0
        self._cell_seconds, self._keep_seconds = cell_bytes / bytes_a_second, keep_seconds
        self._turn_seconds = turn_seconds
        self._free = dict.fromkeys(self.names, 0.0)
        self._events, self._link_free, self._numbers = [], 0.0, iter(range(10**9))
        self.transferring = 0.0

    def run(self, *, stop_at=float("inf"), missing=None, step=1, patience=300):
        """Drives the study to its end; returns the drive."""
        ask = Ask(ask="look", study={}, seed=1, variation_seed=1, title="")
        rules = Rules(model=self.look, allow_differences=False, look=Job(ask=ask, settings={}, patience=patience))
        with simulated_time(self.clock):
            admitted = Roster(self, rules, self.said.append)
            for place in self.names:
                admitted.admit(place, place, self.look)
            keys = [cell.key for cell in self.cells] if missing is None else missing
            told = Told(
                keep=self._keep,
                say=self.said.append,
                status=lambda _text: None,
                stopping=lambda: self.clock.now >= stop_at,
            )
            driven = Drive(self, admitted, rules, Units(columns_of(self.look.study, keys), self.cost.rows, step), told)
            driven.run()
        return driven

    def places(self):
        return {place: place for place in self.names}

    def submit(self, job, places):
        number = next(self._numbers)
        place = min(places, key=lambda name: self._free[name])
        start = max(self.clock.now, self._free[place]) + job.settle
        reply, seconds = self._reply(job, self.names[place], start)
        self._free[place] = start + seconds
        heapq.heappush(self._events, (start + seconds, number, place, reply))
        return number

    def finished(self, seconds):
        self.clock.now += self._turn_seconds
        if not self._events or self._events[0][0] > self.clock.now + seconds:
            self.clock.now += seconds
            return []
        at, number, place, reply = heapq.heappop(self._events)
        self.clock.now = max(self.clock.now, at) + SECONDS_A_TURN
        took = len(reply.cells) * self._cell_seconds
        self.transferring += took
        self.clock.now += took
        return [Done(number=number, place=place, reply=reply)]

    def drop(self, number):
        raise AssertionError(number)

    def stop(self):
        self.stops += 1

    @property
    def seconds(self):
        """When the last cell was kept."""
        return self.clock.now

    def _reply(self, job, webui, start):
        if not webui.is_up(start):
            return Reply(seconds=0, trouble="cannot be reached"), 0.01
        if job.ask.ask == "look":
            return Reply(seconds=0, look=self.look), 0.01
        seconds = webui.unit_seconds + self.cost.rows(len(job.keys)) / webui.speed
        if start < webui.dies_at < start + seconds:
            return Reply(seconds=0, trouble="broke the connection off"), webui.dies_at - start
        webui.busy += seconds
        webui.units.append((start, job.keys))
        cells = [MadeCell(key=key, status="done", identity=f"{key}", png=b"png") for key in job.keys]
        cells = webui.answers(cells) if webui.answers else cells
        return Reply(seconds=seconds, cells=tuple(cells)), seconds

    def _keep(self, cells, warning):
        for cell in cells:
            self.clock.now += self._keep_seconds
            self.kept.setdefault(cell.key, []).append((cell.status, warning))


@contextmanager
def simulated_time(clock):
    """Lets the drive and the roster live by another clock."""
    before = drive.time, roster.time
    drive.time = roster.time = SimpleNamespace(monotonic=clock.monotonic)
    try:
        yield
    finally:
        drive.time, roster.time = before


def study(characters, rows=9, seeds=1):
    return {
        "expressions": "\n".join(f"e{number}" for number in range(rows)),
        "characters": "\n".join(f"c{number}" for number in range(characters - 1)),
        "seeds": list(range(1, seeds + 1)),
    }


def uneven(count, spread, generator: random.Random, **fields):
    """WebUIs whose speeds differ by a factor of about 1 + spread."""
    return [WebUI(speed=14.0 * (1 + spread) ** generator.uniform(-1, 1), **fields) for _ in range(count)]
