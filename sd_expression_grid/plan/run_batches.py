"""Runs the batches: generate, keep, go on after a failure, stop when told to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.plan.plan import Batch, Cell

if TYPE_CHECKING:
    from PIL import Image

    from sd_expression_grid.study.study import Status

MAX_SAME_FAILURES = 3
"""So many batches that fail from the start, all alike, are taken for all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A finished picture with its infotext."""

    picture: Image.Image
    infotext: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellResult:
    """What the WebUI made of a cell: a picture, or why there is none."""

    cell: Cell
    status: Status
    generated: Generated | None = None
    error: str = ""


class NotFinishedError(Exception):
    """Raised by ``Generate`` when the user ended the call: its pictures are half-denoised and of no use."""

    def __init__(self, *, status: Status) -> None:
        super().__init__(status)
        self.status = status


Generate = Callable[[Batch], Sequence[Generated]]
Interrupted = Callable[[], bool]


def run_batches(batches: Sequence[Batch], generate: Generate, interrupted: Interrupted) -> Iterator[CellResult]:
    """Yields every cell's result as soon as it is known.

    Raises StudyError where nothing but one and the same failure comes out.
    """
    alike = SameFailures(len(batches))
    for results in run_every_batch(batches, generate, interrupted):
        yield from results
        alike.note([result.error if result.status == "failed" else "" for result in results])


def run_every_batch(
    batches: Sequence[Batch], generate: Generate, interrupted: Interrupted
) -> Iterator[Sequence[CellResult]]:
    """Yields every batch's results as soon as they are known, whatever they are."""
    for batch in batches:
        yield tuple(_all(batch, "interrupted") if interrupted() else _run(batch, generate))


class SameFailures:
    """Notices where nothing but one and the same failure comes out of so many calls."""

    def __init__(self, calls: int) -> None:
        self._enough = min(MAX_SAME_FAILURES, calls)
        self._failures: list[str] = []
        self._succeeded = False

    def note(self, errors: Sequence[str]) -> None:
        """Takes the errors of a call's cells, empty for those without; raises StudyError when it is enough."""
        self._succeeded = self._succeeded or not all(errors)
        self._failures += {_without_numbers(error) for error in errors if error}
        if not self._succeeded and len(self._failures) >= self._enough and len(set(self._failures)) == 1:
            message = f"every cell so far failed in the same way, so the study was stopped: {errors[0]}"
            raise StudyError(message)


def _run(batch: Batch, generate: Generate) -> Iterator[CellResult]:
    try:
        generated = generate(batch)
    except NotFinishedError as ended:
        return _all(batch, ended.status)
    except Exception as error:
        return _all(batch, "failed", _reason(error))
    if len(generated) != len(batch.cells):
        reason = f"the WebUI returned {len(generated)} pictures for {len(batch.cells)} cells"
        return _all(batch, "failed", reason)
    pairs = zip(batch.cells, generated, strict=True)
    return (CellResult(cell=cell, status="done", generated=picture) for cell, picture in pairs)


def _all(batch: Batch, status: Status, error: str = "") -> Iterator[CellResult]:
    return (CellResult(cell=cell, status=status, error=error) for cell in batch.cells)


def _without_numbers(error: str) -> str:
    """An error as it would read at another time: messages of full memory count bytes."""
    return re.sub(r"\d+(\.\d+)?", "#", error)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip()
