"""Drives a study to its end: hands units to the WebUIs, keeps what comes, and does without those that fail."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet.pace import Pace, in_words
from sd_expression_grid.fleet.protocol import MadeCell
from sd_expression_grid.fleet.units import Unit, Units, study_of
from sd_expression_grid.plan.sweep import SameFailures
from sd_expression_grid.study.schema import study_to_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sd_expression_grid.fleet.jobs import Done, Reply
    from sd_expression_grid.fleet.roster import Carrier, Ready, Roster, Rules

TICK_SECONDS = 0.5
STOP_SECONDS = 60.0
"""So long a WebUI that is to stop may take to bring what it has."""

MAX_TRIES = 3
"""After so many WebUIs in a row that brought nothing for it, a unit is taken for the culprit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whom the drive tells: ``keep`` takes made cells and the warning that goes with them, ``say`` a line of text.

    ``status`` how far it is, now and then; ``stopping`` tells whether the user wants to end.
    """

    keep: Callable[[Iterable[MadeCell], str], None]
    say: Callable[[str], None]
    status: Callable[[str], None]
    stopping: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnderWay:
    unit: Unit
    places: frozenset[str]
    since: float


class Drive:
    """One run over the units of a study; counts its cells in ``made`` and ``failed``."""

    def __init__(self, carrier: Carrier, roster: Roster, rules: Rules, units: Units, told: Told) -> None:
        self._carrier, self._roster, self._rules, self._units, self._told = carrier, roster, rules, units, told
        self._under_way: dict[int, _UnderWay] = {}
        self._alike = SameFailures(len(units))
        self._pace = Pace()
        self._told_at = 0.0
        self.made = self.failed = 0

    def run(self) -> None:
        """Runs until all is made or the user ends it; raises StudyError where it cannot go on."""
        try:
            while (self._units or self._under_way) and not self._told.stopping():
                self._turn()
        finally:
            if self._under_way:
                self._carrier.stop()
        self._take_what_there_is()

    def _status(self) -> str:
        """How far it is, at which rate, and how long the rest takes."""
        webuis = len(self._roster.ready)
        seconds = self._pace.seconds_for(self._units.left + self._cost_under_way(), webuis)
        rate = f", {self._pace.cells_a_minute * webuis:.3g} cells a minute" if seconds is not None else ""
        rest = f", about {in_words(seconds)} left" if seconds is not None else ""
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{self.made} cells made{failed}, {webuis} WebUI{'' if webuis == 1 else 's'}{rate}{rest}"

    def _turn(self) -> None:
        places = self._roster.look_around()
        if places is not None:
            self._take_back_all_but(frozenset(places))
        self._hand_out()
        if time.monotonic() - self._told_at >= TICK_SECONDS:
            self._told_at = time.monotonic()
            self._told.status(self._status())
        for done in self._carrier.finished(TICK_SECONDS):
            if not self._roster.took(done):
                self._take_unit(done)
        if self._units and self._roster.is_hopeless(self._rules.look.patience):
            message = "no WebUI is left; what is made is kept, and the same command goes on with the rest"
            raise StudyError(message)

    def _hand_out(self) -> None:
        ready = self._roster.ready
        while self._units and len(self._under_way) < len(ready):
            unit = self._units.take(len(ready), self._cost_under_way)
            study = study_to_dict(study_of(self._rules.model.study, unit))
            ask = replace(self._rules.look.ask, ask="make", study=study)
            places = frozenset(ready) - unit.shuns or frozenset(ready)
            number = self._carrier.submit(replace(self._rules.look, ask=ask, keys=unit.keys), places)
            self._under_way[number] = _UnderWay(unit=unit, places=places, since=time.monotonic())

    def _cost_under_way(self) -> float:
        now = time.monotonic()
        return sum(self._pace.left_of(self._units.cost(one.unit), now - one.since) for one in self._under_way.values())

    def _take_back_all_but(self, places: frozenset[str]) -> None:
        """Takes units back of whose workers none is there any more."""
        for number, one in list(self._under_way.items()):
            if not one.places & places:
                self._carrier.drop(number)
                self._units.give_back(self._under_way.pop(number).unit)

    def _take_unit(self, done: Done) -> None:
        unit = self._under_way.pop(done.number).unit
        ready = self._roster.ready.get(done.place or "")
        if done.place is None or ready is None:
            self._try_again(unit, done.reply.trouble or "was left out meanwhile")
            return
        trouble = done.reply.trouble or done.reply.refused
        fault = "" if trouble else self._fault_of(unit, done.reply, ready)
        if trouble or fault:
            self._roster.rest(done.place, ready.name, trouble or fault)
            shuns = unit.shuns | {done.place} if fault else unit.shuns
            self._try_again(replace(unit, shuns=shuns), trouble or fault)
            return
        left = tuple(cell.key for cell in done.reply.cells if cell.status == "interrupted")
        if left and not self._told.stopping():
            self._roster.leave_out(done.place, "was interrupted at its own page, and is left out")
            self._units.give_back(replace(unit, keys=left))
        elif not left:
            self._roster.trust(done.place)
            self._pace.note(len(unit.keys), self._units.cost(unit), done.reply.seconds)
        self._keep([cell for cell in done.reply.cells if cell.status != "interrupted"], ready.name, ready.warning)

    def _fault_of(self, unit: Unit, reply: Reply, ready: Ready) -> str:
        """Why cells do not count; a unit that failed as a whole is tried elsewhere before that is believed."""
        if any(ready.look.identities.get(cell.key) != cell.identity for cell in reply.cells):
            return "has other settings or files than it had before"
        errors = [cell.error for cell in reply.cells if cell.status == "failed"]
        if len(errors) == len(reply.cells) and not unit.shuns and len(self._roster.ready) > 1:
            return f"failed at every cell of a unit: {errors[0]}"
        return ""

    def _try_again(self, unit: Unit, why: str) -> None:
        again = replace(unit, tries=unit.tries + 1)
        if again.tries < MAX_TRIES:
            self._units.give_back(again)
            return
        error = f"{MAX_TRIES} WebUIs in a row did not make it; the last one {why}"
        self._keep([MadeCell(key=key, status="failed", identity="", error=error) for key in unit.keys], "", "")

    def _keep(self, cells: Sequence[MadeCell], name: str, warning: str) -> None:
        if not cells:
            return
        self._told.keep(cells, warning)
        failed = [cell for cell in cells if cell.status == "failed"]
        self.made += sum(cell.status == "done" for cell in cells)
        self.failed += len(failed)
        key = cells[0].key
        where = f", {name}" if name else ""
        self._told.say(f"{key.character}, seed {key.seed}: {len(cells) - len(failed)} of {len(cells)} cells{where}")
        for cell in failed:
            self._told.say(f"  {cell.key.expression} failed: {cell.error}")
        self._alike.note([cell.error if cell.status == "failed" else "" for cell in cells])

    def _take_what_there_is(self) -> None:
        """After the user's stop: what the WebUIs have made of their units by then."""
        deadline = time.monotonic() + STOP_SECONDS
        while self._under_way and time.monotonic() < deadline:
            for done in self._carrier.finished(TICK_SECONDS):
                if not self._roster.took(done):
                    self._take_unit(done)
