"""Runs the batches: generate, keep, go on after a failure, stop when told to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.errors import StudyError
from sd_expression_grid.folder import Outcome, Status
from sd_expression_grid.plan import Batch, Cell

if TYPE_CHECKING:
    from PIL import Image

SAME_FAILURES = 3
"""So many batches that fail from the start, all alike, are taken for all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A finished picture with its infotext."""

    picture: Image.Image
    infotext: str


class NotFinishedError(Exception):
    """Raised by ``Generate`` when the user ended the call: its pictures are half-denoised and of no use."""

    def __init__(self, *, status: Status) -> None:
        super().__init__(status)
        self.status = status


Generate = Callable[[Batch], Sequence[Generated]]
Keep = Callable[[Cell, Generated], Outcome]
Interrupted = Callable[[], bool]


def sweep(batches: Sequence[Batch], generate: Generate, keep: Keep, interrupted: Interrupted) -> Iterator[Outcome]:
    """Yields every cell's outcome as soon as it is known.

    Raises StudyError where nothing but one and the same failure comes out.
    """
    failures: list[str] = []
    succeeded = False
    for batch in batches:
        if interrupted():
            yield from _all(batch, "interrupted")
            continue
        outcomes = list(_run(batch, generate, keep))
        yield from outcomes
        failures += {_without_numbers(outcome.error) for outcome in outcomes if outcome.status == "failed"}
        succeeded = succeeded or any(outcome.status != "failed" for outcome in outcomes)
        if not succeeded and len(failures) >= min(SAME_FAILURES, len(batches)) and len(set(failures)) == 1:
            message = f"every cell so far failed in the same way, so the study was stopped: {outcomes[0].error}"
            raise StudyError(message)


def _run(batch: Batch, generate: Generate, keep: Keep) -> Iterator[Outcome]:
    try:
        generated = generate(batch)
    except NotFinishedError as ended:
        yield from _all(batch, ended.status)
        return
    except Exception as error:
        yield from _all(batch, "failed", _reason(error))
        return
    if len(generated) != len(batch.cells):
        reason = f"the WebUI returned {len(generated)} pictures for {len(batch.cells)} cells"
        yield from _all(batch, "failed", reason)
        return
    for cell, result in zip(batch.cells, generated, strict=True):
        yield keep(cell, result)


def _all(batch: Batch, status: Status, error: str = "") -> Iterator[Outcome]:
    return (Outcome(key=key, status=status, error=error) for key in batch.keys)


def _without_numbers(error: str) -> str:
    """An error as it would read at another time: messages of full memory count bytes."""
    return re.sub(r"\d+(\.\d+)?", "#", error)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip()
