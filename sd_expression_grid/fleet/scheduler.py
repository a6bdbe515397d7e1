"""Schedules the units of a study: hands them to the WebUIs, saves what comes back, and copes with WebUIs that fail."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet.pace import Pace, in_words
from sd_expression_grid.fleet.protocol import MadeCell
from sd_expression_grid.fleet.units import Unit, Units, study_of
from sd_expression_grid.plan.run_batches import SameFailures
from sd_expression_grid.study.schema import study_to_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sd_expression_grid.fleet.jobs import JobResult, Reply
    from sd_expression_grid.fleet.roster import AdmissionRules, ReadyWebUI, Roster, WorkerPool

TICK_SECONDS = 0.5
STOP_SECONDS = 60.0
"""How long WebUIs that are asked to stop may take to bring what they have."""

MAX_TRIES = 3
"""After so many calls that brought nothing, the cells of a unit are recorded as failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """What the scheduler calls.

    ``save`` takes made cells and the warning to record with them, ``say`` a line of text for the user, ``status`` a
    short text on the progress. ``stopping`` tells whether the user wants to end the run.
    """

    save: Callable[[Iterable[MadeCell], str], None]
    say: Callable[[str], None]
    status: Callable[[str], None]
    stopping: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnderWay:
    """A unit that was handed out, the workers that may have it, and when."""

    unit: Unit
    workers: frozenset[str]
    since: float


class Scheduler:
    """One run over the units of a study; ``made`` and ``failed`` count its cells."""

    def __init__(
        self, pool: WorkerPool, roster: Roster, rules: AdmissionRules, units: Units, callbacks: Callbacks
    ) -> None:
        self._pool, self._roster, self._rules, self._units, self._callbacks = pool, roster, rules, units, callbacks
        self._under_way: dict[int, _UnderWay] = {}
        self._same_failures = SameFailures(len(units))
        self._pace = Pace()
        self._status_at = 0.0
        self.made = self.failed = 0

    def run(self) -> None:
        """Runs until all cells are made or the user ends it; raises StudyError when it cannot go on."""
        try:
            while (self._units or self._under_way) and not self._callbacks.stopping():
                self._turn()
        finally:
            if self._under_way:
                self._pool.stop()
        self._collect_after_stop()

    def _status(self) -> str:
        """The progress, the rate, and how long the rest takes."""
        webuis = len(self._roster.ready)
        seconds = self._pace.seconds_for(self._units.left + self._cost_under_way(), webuis)
        rate = f", {self._pace.cells_a_minute * webuis:.3g} cells a minute" if seconds is not None else ""
        rest = f", about {in_words(seconds)} left" if seconds is not None else ""
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{self.made} cells made{failed}, {webuis} WebUI{'' if webuis == 1 else 's'}{rate}{rest}"

    def _turn(self) -> None:
        """Hands out units, and takes what has come back within a tick."""
        workers = self._roster.refresh()
        if workers is not None:
            self._take_back_all_but(frozenset(workers))
        self._hand_out()
        if time.monotonic() - self._status_at >= TICK_SECONDS:
            self._status_at = time.monotonic()
            self._callbacks.status(self._status())
        self._take_results()
        if self._units and self._roster.is_exhausted(self._rules.inspect.patience):
            message = "no WebUI is left; what is made is kept, and the same command goes on with the rest"
            raise StudyError(message)

    def _take_results(self) -> None:
        for result in self._pool.finished(TICK_SECONDS):
            if not self._roster.handle_probe(result):
                self._take_unit(result)

    def _hand_out(self) -> None:
        ready = self._roster.ready
        while self._units and len(self._under_way) < len(ready):
            unit = self._units.take(len(ready), self._cost_under_way)
            study = study_to_dict(study_of(self._rules.model.study, unit))
            request = replace(self._rules.inspect.request, kind="make", study=study)
            workers = frozenset(ready) - unit.excluded or frozenset(ready)
            number = self._pool.submit(replace(self._rules.inspect, request=request, keys=unit.keys), workers)
            self._under_way[number] = _UnderWay(unit=unit, workers=workers, since=time.monotonic())

    def _cost_under_way(self) -> float:
        now = time.monotonic()
        return sum(self._pace.left_of(self._units.cost(one.unit), now - one.since) for one in self._under_way.values())

    def _take_back_all_but(self, workers: frozenset[str]) -> None:
        """Puts the units back that were given to workers of which none is there any more."""
        for number, one in list(self._under_way.items()):
            if not one.workers & workers:
                self._pool.drop(number)
                self._units.give_back(self._under_way.pop(number).unit)

    def _take_unit(self, result: JobResult) -> None:
        unit = self._under_way.pop(result.number).unit
        ready = self._roster.ready.get(result.worker or "")
        if result.worker is None or ready is None:
            self._try_again(unit, result.reply.trouble or "was left out meanwhile")
            return
        trouble = result.reply.trouble or result.reply.refused
        fault = "" if trouble else self._fault_of(unit, result.reply, ready)
        if trouble or fault:
            self._roster.back_off(result.worker, ready.name, trouble or fault)
            excluded = unit.excluded | {result.worker} if fault else unit.excluded
            self._try_again(replace(unit, excluded=excluded), trouble or fault)
            return
        left = tuple(cell.key for cell in result.reply.cells if cell.status == "interrupted")
        if left and not self._callbacks.stopping():
            self._roster.exclude(result.worker, "was interrupted at its own page, and is left out")
            self._units.give_back(replace(unit, keys=left))
        elif not left:
            self._roster.reset_back_off(result.worker)
            self._pace.note(len(unit.keys), self._units.cost(unit), result.reply.seconds)
        self._save([cell for cell in result.reply.cells if cell.status != "interrupted"], ready.name, ready.warning)

    def _fault_of(self, unit: Unit, reply: Reply, ready: ReadyWebUI) -> str:
        """Why the cells of a reply do not count, empty if they do; a unit that failed whole is tried elsewhere once."""
        if any(ready.inspection.identities.get(cell.key) != cell.identity for cell in reply.cells):
            return "has other settings or files than it had before"
        errors = [cell.error for cell in reply.cells if cell.status == "failed"]
        if len(errors) == len(reply.cells) and not unit.excluded and len(self._roster.ready) > 1:
            return f"failed at every cell of a unit: {errors[0]}"
        return ""

    def _try_again(self, unit: Unit, why: str) -> None:
        again = replace(unit, tries=unit.tries + 1)
        if again.tries < MAX_TRIES:
            self._units.give_back(again)
            return
        error = f"{MAX_TRIES} WebUIs in a row did not make it; the last one {why}"
        self._save([MadeCell(key=key, status="failed", identity="", error=error) for key in unit.keys], "", "")

    def _save(self, cells: Sequence[MadeCell], name: str, warning: str) -> None:
        if not cells:
            return
        self._callbacks.save(cells, warning)
        failed = [cell for cell in cells if cell.status == "failed"]
        self.made += sum(cell.status == "done" for cell in cells)
        self.failed += len(failed)
        key = cells[0].key
        where = f", {name}" if name else ""
        self._callbacks.say(
            f"{key.character}, seed {key.seed}: {len(cells) - len(failed)} of {len(cells)} cells{where}"
        )
        for cell in failed:
            self._callbacks.say(f"  {cell.key.expression} failed: {cell.error}")
        for cell in cells:
            if cell.warning:
                self._callbacks.say(f"  {cell.key.expression}: {cell.warning}")
        self._same_failures.note([cell.error if cell.status == "failed" else "" for cell in cells])

    def _collect_after_stop(self) -> None:
        """After the user's stop, saves what the WebUIs have made of their units by then."""
        deadline = time.monotonic() + STOP_SECONDS
        while self._under_way and time.monotonic() < deadline:
            self._take_results()
