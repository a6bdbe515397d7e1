"""Faults of a study, in messages that tell its author what to change."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: ``characters, line 3 (Noor | weights=x)``."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}" if self.place else self.problem


MAX_SHOWN_FAULTS = 100


class StudyError(Exception):
    """A study that cannot be made as requested; its message names every fault."""

    consequence: ClassVar[str] = "nothing was generated"
    """What did not happen, for messages of several faults."""

    def __init__(self, faults: Iterable[Fault] | str) -> None:
        self.faults = (Fault("", faults),) if isinstance(faults, str) else tuple(faults)
        super().__init__(_message(self))

    @property
    def lines(self) -> list[str]:
        """One line for each fault, at most ``MAX_SHOWN_FAULTS``; a last line counts the others."""
        shown = [str(fault) for fault in self.faults[:MAX_SHOWN_FAULTS]]
        more = len(self.faults) - len(shown)
        return [*shown, f"and {more:,} more"] if more else shown


class SavingError(StudyError):
    """A picture or record that could not be written to disk; whatever was saved before is safe."""


def raise_if_any(faults: Iterable[Fault]) -> None:
    """Raises a StudyError when there are faults."""
    found = tuple(faults)
    if found:
        raise StudyError(found)


def nearest(name: str, names: Iterable[str]) -> str:
    """The end of a message about an unknown name: up to three similar names; empty if none is similar."""
    by_lower = {known.lower(): known for known in names}
    found = [by_lower[key] for key in difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)]
    return f"; the nearest: {', '.join(found)}" if found else ""


def _message(error: StudyError) -> str:
    if len(error.faults) == 1:
        return error.lines[0]
    lines = "\n".join(f"- {line}" for line in error.lines)
    return f"{len(error.faults):,} faults, {error.consequence}:\n{lines}"
