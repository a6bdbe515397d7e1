"""Faults of a study, in messages that tell its author what to change."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: ``characters, line 3 (Noor | weights=x)``.

    ``missing`` is a placeholder that the prompt lacks; with it, nothing would be wrong.
    """

    place: str
    problem: str
    missing: str = ""

    @property
    def line(self) -> tuple[str, int] | None:
        """The list and the number of the line that is wrong; None where no line is."""
        found = _LINE.match(self.place)
        return (found[1], int(found[2])) if found else None

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}" if self.place else self.problem


MAX_SHOWN_FAULTS = 100
_LISTS = ("expressions", "characters")
_LINE = re.compile(rf"({'|'.join(_LISTS)}), line (\d+)\b")


class StudyError(Exception):
    """A study that cannot be made as requested; its message names every fault, those of the lists first, by lines."""

    consequence: ClassVar[str] = "nothing was generated"
    """What did not happen, for messages of several faults."""

    def __init__(self, faults: Iterable[Fault] | str) -> None:
        self.faults = (Fault("", faults),) if isinstance(faults, str) else tuple(sorted(faults, key=_reading_order))
        super().__init__(_message(self))

    @property
    def lines(self) -> list[str]:
        """One line for each fault, at most ``MAX_SHOWN_FAULTS``; a last line counts the others."""
        shown = [str(fault) for fault in self.faults[:MAX_SHOWN_FAULTS]]
        more = len(self.faults) - len(shown)
        return [*shown, f"and {more:,} more"] if more else shown


class SavingError(StudyError):
    """A picture or record that could not be written to disk; whatever was saved before is safe."""


class ExportError(StudyError):
    """Faces that cannot be written as they were asked for."""

    consequence = "nothing was exported"


def raise_if_any(faults: Iterable[Fault], error: type[StudyError] = StudyError) -> None:
    """Raises an error when there are faults."""
    found = tuple(faults)
    if found:
        raise error(found)


def nearest(name: str, names: Iterable[str]) -> str:
    """The end of a message about an unknown name: up to three similar names; empty if none is similar."""
    by_lower = {known.lower(): known for known in names}
    found = [by_lower[key] for key in difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)]
    return f"; the nearest: {', '.join(found)}" if found else ""


def _reading_order(fault: Fault) -> tuple[int, int]:
    name, number = fault.line or ("", 0)
    return (_LISTS.index(name) if name else len(_LISTS)), number


def _message(error: StudyError) -> str:
    if len(error.faults) == 1:
        return error.lines[0]
    lines = "\n".join(f"- {line}" for line in error.lines)
    return f"{len(error.faults):,} faults, {error.consequence}:\n{lines}"
