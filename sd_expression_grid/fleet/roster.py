"""The WebUIs of a run: which may be given units, which rest after trouble, and which are left out."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from sd_expression_grid.fleet.differences import differences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sd_expression_grid.fleet.jobs import Done, Job, Reply
    from sd_expression_grid.fleet.protocol import Look

NOTICE_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
SETTLE_SECONDS = 5.0
"""From a server's first sign to the first request: the WebUI does not start if one comes too early."""


class Carrier(Protocol):
    """What carries jobs to the workers beside the WebUIs; ``engine.Engine`` says how."""

    def places(self) -> Mapping[str, str]: ...  # noqa: D102
    def submit(self, job: Job, places: Iterable[str]) -> int: ...  # noqa: D102
    def finished(self, seconds: float) -> list[Done]: ...  # noqa: D102
    def drop(self, number: int) -> None: ...  # noqa: D102
    def stop(self) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who is admitted: WebUIs that have what ``model`` has, with ``allow_differences`` all, each with a warning.

    ``look`` is the job that asks a WebUI what it has.
    """

    model: Look
    allow_differences: bool
    look: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A WebUI that may be given units, and what it has different, where that is allowed."""

    name: str
    look: Look
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resting:
    name: str
    until: float
    pause: float


class Roster:
    """``ready`` has the WebUIs that may be given units, by the addresses of the workers beside them."""

    def __init__(self, carrier: Carrier, rules: Rules, say: Callable[[str], None]) -> None:
        self.ready: dict[str, Ready] = {}
        self._carrier, self._rules, self._say = carrier, rules, say
        self._resting: dict[str, _Resting] = {}
        self._pauses: dict[str, float] = {}
        self._left_out: set[str] = set()
        self._probes: dict[int, str] = {}
        self._noticed = time.monotonic()
        self._alone_since: float | None = None

    def admit(self, place: str, name: str, look: Look) -> list[str]:
        """Makes a WebUI ready; returns its differences if that is not allowed, and leaves it out."""
        found = differences(self._rules.model, look)
        if found and not self._rules.allow_differences:
            self._left_out.add(place)
            return found
        warning = f"made where {'; '.join(found)}" if found else ""
        self.ready[place] = Ready(name=name, look=look, warning=warning)
        return []

    def rest(self, place: str, name: str, why: str) -> None:
        """Gives a WebUI no more units until it has rested and answers again; the longer, the more often."""
        self.ready.pop(place, None)
        pause = self._pauses.get(place, FIRST_PAUSE)
        self._pauses[place] = min(2 * pause, LONGEST_PAUSE)
        self._resting[place] = _Resting(name=name, until=time.monotonic() + pause, pause=pause)
        self._say(f"{name} {why}")

    def leave_out(self, place: str, why: str) -> None:
        """Gives a WebUI no more units."""
        self._left_out.add(place)
        self._say(f"{self.ready.pop(place).name} {why}")

    def trust(self, place: str) -> None:
        """Forgets a WebUI's troubles: it has brought what it was asked for."""
        self._pauses.pop(place, None)

    def look_around(self) -> Mapping[str, str] | None:
        """Asks the WebUIs that have rested, and from time to time notices who came and went.

        Returns all places when it has noticed them, else None.
        """
        for place, resting in self._resting.items():
            if resting.until <= time.monotonic() and place not in self._probes.values():
                self._probes[self._carrier.submit(replace(self._rules.look, settle=SETTLE_SECONDS), [place])] = place
        if time.monotonic() - self._noticed < NOTICE_SECONDS:
            return None
        self._noticed = time.monotonic()
        places = self._carrier.places()
        self._notice(places)
        return places

    def took(self, done: Done) -> bool:
        """Takes the answer of a WebUI that was asked after its rest; False if it is of something else."""
        place = self._probes.pop(done.number, None)
        if place is None:
            return False
        resting = self._resting.pop(place, None)
        if resting is not None:
            self._take_probe(place, resting, done.reply)
        return True

    def is_hopeless(self, patience: float) -> bool:
        """Whether there is no WebUI, and none that may come back, or for so many seconds none that did."""
        if self.ready:
            self._alone_since = None
            return False
        self._alone_since = self._alone_since or time.monotonic()
        return not self._resting or time.monotonic() - self._alone_since > patience

    def _notice(self, places: Mapping[str, str]) -> None:
        for place in set(self.ready) - set(places):
            self._say(f"{self.ready.pop(place).name} is gone with its worker")
        for place in set(self._resting) - set(places):
            del self._resting[place]
        for place, name in places.items():
            if not (place in self.ready or place in self._resting or place in self._left_out):
                self._resting[place] = _Resting(name=name, until=0, pause=FIRST_PAUSE)

    def _take_probe(self, place: str, resting: _Resting, reply: Reply) -> None:
        if reply.look is None:
            pause = min(2 * resting.pause, LONGEST_PAUSE)
            self._resting[place] = replace(resting, until=time.monotonic() + pause, pause=pause)
            return
        found = self.admit(place, resting.name, reply.look)
        would = f"would give other pixels and is left out: {'; '.join(found)}"
        self._say(f"{resting.name} {would if found else 'is ready'}")
