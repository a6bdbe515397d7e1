"""Shares the composition steps of a column's rows: puts a memo before the WebUI's inner denoiser while a batch runs.

The WebUI makes a denoiser for every sampler run and tells the ``cfg_denoiser`` callback of each call before it is made.
The first time, the memo is put before it; after the batch it is taken away again.
"""

from __future__ import annotations

import hashlib
import sys
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from modules import shared

from sd_expression_grid.plan.row_count import ColumnSteps
from sd_expression_grid.plan.step_memo import StepMemo, last_shared_call
from sd_expression_grid.webui.host.host import HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from sd_expression_grid.plan.plan import Batch, Cell
    from sd_expression_grid.webui.host.wrapping import Call

_running: SharedSteps | None = None


class SharedSteps:
    """The memo of a run over some cells; ``steps_of`` gives the texts that the denoiser gets for a cell, step by step.

    With ``exact`` only whole calls are shared, so that pictures stay the same to the last bit.
    """

    def __init__(self, cells: Iterable[Cell], steps_of: Callable[[Cell], Sequence[Hashable]], *, exact: bool) -> None:
        self.memo: StepMemo[Any] = StepMemo(whole_calls=exact)
        self._columns = ColumnSteps(cells, steps_of)
        self._last_call, self._has_composition = -1, False
        self._scope = b""
        self._wrapped: list[Any] = []
        self._unwrap = ExitStack()
        self._sees_all_calls = True
        self._is_over = False
        self._before = (0, 0)

    @property
    def rows_computed(self) -> int | None:
        """The rows that the denoiser has computed; None where some of its calls could not be seen."""
        return self.memo.rows_computed if self._sees_all_calls else None

    @property
    def recalled(self) -> bool:
        """Whether the last batch was made with outputs of the denoiser that were not computed for it."""
        return self.memo.rows_recalled > self._before[1]

    def count_unshared(self) -> None:
        """Counts the rows of the last batch once more, which was made again without sharing."""
        computed, recalled = self._before
        again = self.memo.rows_computed - computed + self.memo.rows_recalled - recalled
        self.memo.rows_computed += again

    def end(self) -> None:
        """Shares nothing from now on; later calls are not seen."""
        self._is_over, self._sees_all_calls = True, False

    @contextmanager
    def during(self, batch: Batch) -> Iterator[None]:
        """Shares the steps of a batch with those before it in its columns; forgets the columns before."""
        global _running  # noqa: PLW0603 - the WebUI's callbacks know no other way
        self.memo.begin(batch.columns)
        steps = self._columns.most_shared(batch.columns)
        self._has_composition = steps > 0
        self._last_call = last_shared_call(steps, whole_calls=self.memo.whole_calls)
        self._before = self.memo.rows_computed, self.memo.rows_recalled
        _running = None if self._is_over else self
        try:
            yield
        finally:
            _running = None
            self._unwrap.close()
            self._wrapped.clear()

    def wrap(self, denoiser: Any) -> None:
        """Puts the memo before a denoiser, once; where that is not possible, the job's comment says why."""
        part = HOST.part_to_wrap(denoiser)
        if any(part.changed is known for known in self._wrapped):
            return
        self._scope = HOST.networks_in_force(denoiser.p).encode()
        reason = part.why_not()
        if reason:
            self._sees_all_calls = False
            if self._has_composition:
                denoiser.p.comment(not_shared(reason))
        else:
            checkpoint = str(shared.sd_model.sd_checkpoint_info.filename).encode()
            self._unwrap.callback(part.wrap(partial(self._answer, denoiser, checkpoint)))
        self._wrapped.append(part.changed)

    def _answer(self, denoiser: Any, checkpoint: bytes, call: Call) -> Any:
        if denoiser.step > self._last_call or call.inputs is None:
            self.memo.rows_computed += call.size
            return call.compute(range(call.size))
        keys = [_key(self._scope, checkpoint, row) for row in zip(*call.inputs, strict=True)]
        return _stacked(self.memo.outputs(keys, call.compute))


def wrap_denoiser(params: Any) -> None:
    """The ``cfg_denoiser`` callback; does nothing while no study shares its steps, nor in a hires pass."""
    if _running is not None and not params.denoiser.p.is_hr_pass:
        _running.wrap(params.denoiser)


def not_shared(reason: str) -> str:
    """The comment that says so."""
    return f"Composition steps were not shared: {reason}."


def why_not_shared(p: Any) -> str:
    """The setting that a memo of the denoiser cannot see through; empty if there is none."""
    if p.get_token_merging_ratio():
        return "token merging is on"
    if HOST.option("hypertile_enable_unet", False):  # noqa: FBT003 - its value where it is not there
        return "HyperTile is on"
    return ""


def _key(scope: bytes, checkpoint: bytes, tensors: Sequence[Any]) -> bytes:
    digest = hashlib.blake2b(scope + b"\0" + checkpoint, digest_size=32)
    for tensor in tensors:
        digest.update(f"\0{tensor.dtype}{tuple(tensor.shape)}".encode())
        digest.update(_bits(tensor))
    return digest.digest()


def _bits(tensor: Any) -> bytes:
    """The values as bytes; a wider float holds every smaller one, of which numpy does not know all, unchanged."""
    if isinstance(tensor, np.ndarray | np.generic):
        return tensor.tobytes()
    values = tensor.detach().cpu()
    is_narrow = values.is_floating_point() and values.element_size() <= 4
    return bytes((values.float() if is_narrow else values.double()).numpy().tobytes())


def _stacked(rows: Sequence[Any]) -> Any:
    """A fresh tensor of rows: whoever changes it in place does not change what is remembered."""
    library = sys.modules[type(rows[0]).__module__.partition(".")[0]]
    return library.stack(rows)
