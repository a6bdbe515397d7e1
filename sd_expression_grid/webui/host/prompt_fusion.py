"""Prompt Fusion, where it is on: reads ``[sad:happy:0.3,0.8]``, which goes from one text to the other by and by."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
from modules import prompt_parser, shared

from sd_expression_grid.webui.host.host import HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_INTERPOLATION = re.compile(r":\s*[\d.]+(?:\s*,\s*[\d.]+)+\s*(?::\s*\w+\s*)?\]")
_LIBRARY = "lib_prompt_fusion"


def is_interpolated(prompt: str) -> bool:
    """Whether a prompt has what only Prompt Fusion can read, and it is there and on."""
    is_on = f"{_LIBRARY}.prompt_parser" in sys.modules and HOST.option("prompt_fusion_enabled", default=False)
    return bool(is_on and _INTERPOLATION.search(prompt))


def mixed_texts(prompt: str, steps: int, texts_of: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """What the denoiser gets step by step, by the extension's own parser: texts, with shares where they are mixed.

    ``texts_of`` gives a text that is not mixed, step by step.
    """
    parser, tensors = (sys.modules[f"{_LIBRARY}.{name}"] for name in ("prompt_parser", "interpolation_tensor"))
    builder = tensors.InterpolationTensorBuilder()
    old = bool(shared.opts.use_old_scheduling)
    parser.parse_prompt(prompt).extend_tensor(builder, (0, steps), steps, {}, False, old)  # noqa: FBT003 - its signature
    known = [texts_of(text) for text in builder.get_prompt_database()]
    shares = (sys.modules.get("torch") or np).eye(len(known))
    encoded = [tensors.TensorCondWrapper(shares[i : i + 1]) for i in range(len(known))]
    whole = prompt_parser.ScheduledPromptConditioning
    tensor = builder.build([[whole(end_at_step=steps, cond=one)] for one in encoded], encoded[0])

    def mixed(step: int) -> str:
        params = tensors.InterpolationParams(step / steps, step, steps, 0, 0.0001)
        found = tensor.interpolate(params, encoded[0], encoded[0]).original_cond[0]
        return _written([(float(share), texts[step]) for share, texts in zip(found, known, strict=True)])

    return tuple(map(mixed, range(steps)))


def _written(parts: Sequence[tuple[Any, str]]) -> str:
    shares: dict[str, float] = {}
    for share, text in parts:
        plain = re.sub(r"\s*,\s*", ", ", text)  # it puts a space before a comma, which means nothing to an encoder
        shares[plain] = shares.get(plain, 0.0) + share
    given = {text: share for text, share in shares.items() if abs(share) > 1e-6}
    return next(iter(given)) if len(given) == 1 else " + ".join(f"{share:.3f} {text}" for text, share in given.items())
