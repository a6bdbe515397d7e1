"""Runs batches one after the other; goes on after a failure, stops at an interrupt."""

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
"""After this many batches that failed with the same error, and none that succeeded, the run is stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A finished picture with its infotext. ``warning`` says what is not as it was asked for; empty if all is."""

    picture: Image.Image
    infotext: str
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellResult:
    """The result of one cell: a picture, or the reason why there is none."""

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

    Raises StudyError if the first batches all fail with the same error.
    """
    alike = SameFailures(len(batches))
    for results in run_every_batch(batches, generate, interrupted):
        yield from results
        alike.note([result.error if result.status == "failed" else "" for result in results])


def run_every_batch(
    batches: Sequence[Batch], generate: Generate, interrupted: Interrupted
) -> Iterator[Sequence[CellResult]]:
    """Yields every batch's results as soon as they are known; never stops because of failures.

    A batch that does not fit into memory is halved, and so are all that are as large after it.
    """
    run = _Run(generate, interrupted)
    for batch in batches:
        yield tuple(run.results(batch))


class _Run:
    """Batches made one after the other, none with more cells than have turned out to fit into memory."""

    def __init__(self, generate: Generate, interrupted: Interrupted) -> None:
        self._generate, self._interrupted = generate, interrupted
        self._most: int | None = None

    def results(self, batch: Batch) -> Iterator[CellResult]:
        """The results of a batch, of its parts one after the other."""
        waiting = self._parts(batch)
        while waiting:
            part, *waiting = waiting
            results = _all(part, "interrupted") if self._interrupted() else _run(part, self._generate)
            if results is None:
                self._most = -(-len(part.cells) // 2)
                waiting = [piece for each in (part, *waiting) for piece in self._parts(each)]
            else:
                yield from results

    def _parts(self, batch: Batch) -> list[Batch]:
        most = self._most or len(batch.cells)
        return [Batch(cells=batch.cells[start : start + most]) for start in range(0, len(batch.cells), most)]


class SameFailures:
    """Raises StudyError when the first calls, ``MAX_SAME_FAILURES`` or all of fewer, fail with the same error."""

    def __init__(self, calls: int) -> None:
        self._enough = min(MAX_SAME_FAILURES, calls)
        self._failures: list[str] = []
        self._succeeded = False

    def note(self, errors: Sequence[str]) -> None:
        """Adds the errors of one call's cells, empty for those that succeeded; raises StudyError at the limit."""
        self._succeeded = self._succeeded or not all(errors)
        self._failures += {_without_numbers(error) for error in errors if error}
        if not self._succeeded and len(self._failures) >= self._enough and len(set(self._failures)) == 1:
            message = f"every cell so far failed in the same way, so the study was stopped: {errors[0]}"
            raise StudyError(message)


def is_too_large(batch: Batch, error: Exception) -> bool:
    """Whether an error says that memory does not suffice for so many cells at a time."""
    return len(batch.cells) > 1 and (
        type(error).__name__ == "OutOfMemoryError" or "out of memory" in str(error).lower()
    )


def _run(batch: Batch, generate: Generate) -> Iterator[CellResult] | None:
    """The results of a batch; None where it is too large, so that its memory is free before a part is begun."""
    try:
        generated = generate(batch)
    except NotFinishedError as ended:
        return _all(batch, ended.status)
    except Exception as error:
        return None if is_too_large(batch, error) else _all(batch, "failed", _reason(error))
    if len(generated) != len(batch.cells):
        reason = f"the WebUI returned {len(generated)} pictures for {len(batch.cells)} cells"
        return _all(batch, "failed", reason)
    pairs = zip(batch.cells, generated, strict=True)
    return (CellResult(cell=cell, status="done", generated=picture) for cell, picture in pairs)


def _all(batch: Batch, status: Status, error: str = "") -> Iterator[CellResult]:
    return (CellResult(cell=cell, status=status, error=error) for cell in batch.cells)


def _without_numbers(error: str) -> str:
    """The error without its numbers: messages about full memory count bytes."""
    return re.sub(r"\d+(\.\d+)?", "#", error)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip()
