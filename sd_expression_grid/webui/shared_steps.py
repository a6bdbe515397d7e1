"""Shares the composition steps of a column's rows: puts a memo before the WebUI's inner denoiser while a batch runs.

The WebUI makes a denoiser for every sampler run and tells the ``cfg_denoiser`` callback of each call before it is made.
The first time, the inner model's ``forward`` is covered by the memo; after the batch it is laid bare again.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from modules import shared

from sd_expression_grid.step_memo import StepMemo, shared_steps

if TYPE_CHECKING:
    from sd_expression_grid.plan import Batch, Cell
    from sd_expression_grid.study import CellKey

_running: SharedSteps | None = None


class SharedSteps:
    """The memo of a run over some cells; ``steps_of`` tells what the denoiser is told for a cell, step by step.

    With ``exact`` only whole calls are shared, so that pictures stay the same to the last bit.
    """

    def __init__(self, cells: Iterable[Cell], steps_of: Callable[[Cell], Sequence[Hashable]], *, exact: bool) -> None:
        self.memo: StepMemo[Any] = StepMemo(whole_calls=exact)
        self._steps_of = steps_of
        self._cells: dict[tuple[str, int], list[Cell]] = {}
        for cell in cells:
            self._cells.setdefault((cell.key.character, cell.key.seed), []).append(cell)
        self._column: tuple[str, int] | None = None
        self._last_call = -1
        self._scope = b""
        self._covered: list[Any] = []

    @contextmanager
    def during(self, batch: Batch) -> Iterator[None]:
        """Shares the steps of a batch with those before it in its column; forgets the columns before."""
        global _running  # noqa: PLW0603 - the WebUI's callbacks know no other way
        self._enter_column(batch.keys[0])
        self._scope = repr(batch.cells[0].networks).encode()
        _running = self
        try:
            yield
        finally:
            _running = None
            for inner in self._covered:
                del inner.forward
            self._covered.clear()

    def _enter_column(self, key: CellKey) -> None:
        column = key.character, key.seed
        if column == self._column:
            return
        self._column = column
        self.memo.forget()
        schedules = [self._steps_of(cell) for cell in self._cells[column]]
        # The WebUI counts denoiser calls from 0 and uses the first step's prompt for calls 0 and 1.
        last_shared = shared_steps(schedules) or -1
        # Past the switch, the negative rows of one more call are still alike.
        self._last_call = last_shared if self.memo.whole_calls else last_shared + 1

    def cover(self, denoiser: Any) -> None:
        """Puts the memo before the inner model of a denoiser, once."""
        inner = denoiser.inner_model
        if "forward" in vars(inner):
            return
        original = inner.forward
        checkpoint = str(shared.sd_model.sd_checkpoint_info.filename).encode()

        def forward(x: Any, sigma: Any, **kwargs: Any) -> Any:
            rows = _rows(x, sigma, kwargs) if denoiser.step <= self._last_call else None
            if rows is None:
                self.memo.rows_computed += len(x)
                return original(x, sigma, **kwargs)

            def compute(wanted: Sequence[int]) -> Any:
                if len(wanted) == len(x):
                    return original(x, sigma, **kwargs)
                part = list(wanted)
                return original(x[part], sigma[part], cond=_cond_of(kwargs["cond"], part))

            return _stacked(self.memo.outputs([_key(self._scope, checkpoint, row) for row in rows], compute))

        inner.forward = forward
        self._covered.append(inner)


def cover_denoiser(params: Any) -> None:
    """The ``cfg_denoiser`` callback; does nothing while no study shares its steps, nor in a hires pass."""
    if _running is not None and not params.denoiser.p.is_hr_pass:
        _running.cover(params.denoiser)


def why_not_shared(p: Any) -> str:
    """What is active that a memo of the denoiser cannot see through; empty if nothing is."""
    if p.get_token_merging_ratio():
        return "token merging is on"
    if getattr(shared.opts, "hypertile_enable_unet", False):
        return "HyperTile is on"
    unet = getattr(getattr(shared.sd_model, "model", None), "diffusion_model", None)
    if unet is not None and "forward" in vars(unet):
        return "another extension has wrapped the UNet"
    return ""


def _rows(x: Any, sigma: Any, kwargs: Mapping[str, Any]) -> list[list[Any]] | None:
    """Everything that the model is given, row by row; None where that is not plain."""
    cond = kwargs.get("cond")
    if set(kwargs) != {"cond"} or not isinstance(cond, Mapping):
        return None
    tensors = [x, sigma, *(tensor for name in sorted(cond) for tensor in _as_list(cond[name]))]
    if not all(hasattr(tensor, "shape") and len(tensor) == len(x) for tensor in tensors):
        return None
    return [[tensor[row] for tensor in tensors] for row in range(len(x))]


def _cond_of(cond: Mapping[str, Any], rows: list[int]) -> dict[str, Any]:
    return {
        name: [tensor[rows] for tensor in value] if isinstance(value, list) else value[rows]
        for name, value in cond.items()
    }


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _key(scope: bytes, checkpoint: bytes, tensors: Sequence[Any]) -> bytes:
    digest = hashlib.blake2b(scope + b"\0" + checkpoint, digest_size=32)
    for tensor in tensors:
        digest.update(f"\0{tensor.dtype}{tuple(tensor.shape)}".encode())
        digest.update(_bits(tensor))
    return digest.digest()


def _bits(tensor: Any) -> bytes:
    """The values as bytes; a double holds every smaller float, of which numpy does not know all, unchanged."""
    array = tensor if isinstance(tensor, np.ndarray | np.generic) else tensor.detach().cpu().double().numpy()
    return array.tobytes()


def _stacked(rows: Sequence[Any]) -> Any:
    """A fresh tensor of rows: whoever changes it in place does not change what is remembered."""
    library = sys.modules[type(rows[0]).__module__.partition(".")[0]]
    return library.stack(rows)
