"""Tensors of torch, which the core and the stand-in do not know, beside arrays of numpy."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def is_array(value: Any) -> bool:
    """Whether a value is an array or a tensor."""
    return isinstance(value, np.ndarray | np.generic) or _is_tensor(value)


def as_array(value: Any) -> Any:
    """A tensor as an array; anything else as it is."""
    return value.detach().cpu().float().numpy() if _is_tensor(value) else value


def _is_tensor(value: Any) -> bool:
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)
