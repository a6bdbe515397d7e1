"""What can be wrong with a study, said so that its author can mend it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: ``characters, line 3 (Noor | weights=x)``."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}" if self.place else self.problem


class StudyError(Exception):
    """A study that cannot be made as asked. Names every fault at once."""

    def __init__(self, faults: Iterable[Fault] | str) -> None:
        self.faults = (Fault("", faults),) if isinstance(faults, str) else tuple(faults)
        super().__init__(_message(self.faults))


class SavingError(StudyError):
    """A picture or its record that the disk does not take; what was saved before is safe."""


def raise_if_any(faults: Iterable[Fault]) -> None:
    """Raises a StudyError when there are faults."""
    found = tuple(faults)
    if found:
        raise StudyError(found)


def nearest(name: str, names: Iterable[str]) -> str:
    """The end of a message on a name that is not known: those that look most like it, if any do."""
    by_lower = {known.lower(): known for known in names}
    found = [by_lower[key] for key in difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)]
    return f"; the nearest: {', '.join(found)}" if found else ""


def _message(faults: tuple[Fault, ...]) -> str:
    if len(faults) == 1:
        return str(faults[0])
    lines = "\n".join(f"- {fault}" for fault in faults)
    return f"{len(faults)} faults, nothing was generated:\n{lines}"
