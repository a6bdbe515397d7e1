"""Remembers denoiser outputs by their inputs, so that steps shared by a column's rows are computed once.

This works with every sampler: its state depends only on the denoiser's outputs and on noise, and the noise only on the
seed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from os.path import commonprefix
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

Output = TypeVar("Output")


@dataclass(slots=True, kw_only=True)
class StepMemo(Generic[Output]):
    """Remembers rows of denoiser calls, or with ``whole_calls`` only calls as a whole.

    A call computed for fewer rows rounds differently, so pictures stay the same to the last bit only with whole calls.
    """

    whole_calls: bool
    rows_computed: int = 0
    rows_recalled: int = 0
    _known: dict[Hashable, list[Output]] = field(default_factory=dict)
    _last_used: dict[Hashable, int] = field(default_factory=dict)
    _begun: dict[Hashable, int] = field(default_factory=dict)
    _batch: int = 0
    _oldest: int = 0

    def begin(self, columns: Iterable[Hashable]) -> None:
        """Begins a batch with rows of some columns; forgets what was last used before the first of them began.

        The batches of a column follow each other, and each uses what its rows have in common.
        """
        self._batch += 1
        self._begun = {column: self._begun.get(column, self._batch) for column in columns}
        oldest = min(self._begun.values())
        if oldest > self._oldest:
            self._oldest = oldest
            self._last_used = {key: batch for key, batch in self._last_used.items() if batch >= oldest}
            self._known = {key: self._known[key] for key in self._last_used}

    def outputs(self, keys: Sequence[Hashable], compute: Callable[[Sequence[int]], Sequence[Output]]) -> list[Output]:
        """The outputs for rows with these keys; ``compute`` makes those of the rows at some positions."""
        if self.whole_calls:
            return self._recall([(tuple(keys), range(len(keys)))], compute)
        return self._recall([(key, [position]) for position, key in enumerate(keys)], compute)

    def _recall(
        self,
        parts: Sequence[tuple[Hashable, Sequence[int]]],
        compute: Callable[[Sequence[int]], Sequence[Output]],
    ) -> list[Output]:
        missing: dict[Hashable, Sequence[int]] = {}
        for key, positions in parts:
            if key not in self._known:
                missing.setdefault(key, positions)
        wanted = [position for positions in missing.values() for position in positions]
        self.rows_computed += len(wanted)
        self.rows_recalled += sum(len(positions) for _, positions in parts) - len(wanted)
        if wanted:
            computed = iter(compute(wanted))
            for key, positions in missing.items():
                self._known[key] = [next(computed) for _ in positions]
        self._last_used.update((key, self._batch) for key, _ in parts)
        return [output for key, _ in parts for output in self._known[key]]


def shared_steps(schedules: Sequence[Sequence[Hashable]]) -> int:
    """The largest number of leading steps that any two rows share; ``schedules`` has each row's text of every step."""
    ordered = sorted(map(_comparable, schedules))
    return max((len(commonprefix([one, other])) for one, other in pairwise(ordered)), default=0)


def last_shared_call(steps: int, *, whole_calls: bool) -> int:
    """The last denoiser call, from 0, of which rows with so many shared steps have anything in common; -1 for none."""
    last = steps or -1  # see ``step_of``
    # Past the switch, the negative rows of one more call are still alike.
    return last if whole_calls else last + 1


def step_of(call: int) -> int:
    """The step, from 0, whose text a denoiser call gets: the WebUI uses the first one's for calls 0 and 1."""
    return max(call - 1, 0)


def _comparable(schedule: Sequence[Hashable]) -> list[str]:
    return [repr(step) for step in schedule]
