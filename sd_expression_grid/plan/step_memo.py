"""Remembers denoiser outputs by the bits of their inputs, so that steps shared by a column's rows are computed once.

This works with every sampler: its state depends only on the denoiser's outputs and on noise, and the noise only on the
seed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from os.path import commonprefix
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

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

    def outputs(self, keys: Sequence[bytes], compute: Callable[[Sequence[int]], Sequence[Output]]) -> list[Output]:
        """The outputs for rows with these keys; ``compute`` makes those of the rows at some positions."""
        if self.whole_calls:
            return self._recall([(tuple(keys), range(len(keys)))], compute)
        return self._recall([(key, [position]) for position, key in enumerate(keys)], compute)

    def forget(self) -> None:
        """Forgets all outputs."""
        self._known.clear()

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
        return [output for key, _ in parts for output in self._known[key]]


def shared_steps(schedules: Sequence[Sequence[Hashable]]) -> int:
    """The largest number of leading steps that any two rows share; ``schedules`` has each row's text of every step."""
    ordered = sorted(map(_comparable, schedules))
    return max((len(commonprefix([one, other])) for one, other in pairwise(ordered)), default=0)


def _comparable(schedule: Sequence[Hashable]) -> list[str]:
    return [repr(step) for step in schedule]
