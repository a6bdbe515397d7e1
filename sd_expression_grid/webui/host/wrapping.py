"""Puts something before the WebUI's denoiser: AUTOMATIC1111's inner model, or the UNet of Forge and reForge.

The WebUI makes a denoiser for every sampler run; what is wrapped of it is gone, or reset, before the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sd_expression_grid.webui.host.tensors import is_array

Unwrap = Callable[[], None]

_OF_EVERY_CALL = {"cond_or_uncond", "cond_mark", "cond_indices", "uncond_indices", "sigmas", "uuids", "sampling_sigmas"}
"""Transformer options that Forge sets by itself, and that only patches and ControlNet read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of the denoiser.

    ``inputs`` are arrays and tensors with ``size`` rows each, all that the outputs depend on; None where that is not
    known. ``compute`` gives the outputs of the rows at some positions.
    """

    size: int
    inputs: Sequence[Any] | None
    compute: Callable[[Sequence[int]], Any]


Answer = Callable[[Call], Any]


class Part(Protocol):
    """What of a denoiser can be wrapped; ``changed`` is another one for every sampler run and checkpoint."""

    @property
    def changed(self) -> Any:
        """The object that ``wrap`` changes."""

    def why_not(self) -> str:
        """Why outputs may depend on more than the denoiser's inputs, as part of a sentence; empty if they do not."""

    def wrap(self, answer: Answer) -> Unwrap:
        """Lets ``answer`` make the outputs of all calls of the denoiser."""


@dataclass(frozen=True, slots=True)
class InnerModel:
    """The model within AUTOMATIC1111's denoiser, of whose calls the inputs are told by name."""

    changed: Any

    def why_not(self) -> str:
        """ControlNet wraps the UNet when a picture is begun, others the model."""
        unet = getattr(getattr(getattr(self.changed, "inner_model", None), "model", None), "diffusion_model", None)
        if "forward" in vars(self.changed):
            return "another extension has wrapped the denoiser"
        return _why_not_pure(unet) if unet is not None else ""

    def wrap(self, answer: Answer) -> Unwrap:
        """An attribute of the model itself takes the place of its class's ``forward``."""
        inner = self.changed
        original = inner.forward

        def forward(x: Any, sigma: Any, **kwargs: Any) -> Any:
            def compute(wanted: Sequence[int]) -> Any:
                if len(wanted) == len(x):
                    return original(x, sigma, **kwargs)
                rows = list(wanted)
                return original(x[rows], sigma[rows], cond=_cond_of(kwargs["cond"], rows))

            is_plain = set(kwargs) == {"cond"} and isinstance(kwargs["cond"], dict)
            inputs = _inputs(x, sigma, kwargs["cond"]) if is_plain else None
            return answer(Call(size=len(x), inputs=inputs, compute=compute))

        inner.forward = forward
        return lambda: delattr(inner, "forward")


@dataclass(frozen=True, slots=True)
class ForgeObjects:
    """What Forge and reForge keep their UNet in."""

    changed: Any

    def why_not(self) -> str:
        """Wrappers and patches of other extensions stand in the UNet's options."""
        unet = self.changed.unet
        if unet.controlnet_linked_list is not None:
            return "ControlNet is active"
        if "model_function_wrapper" in unet.model_options:
            return "another extension has wrapped the UNet"
        if _patches(unet.model_options.get("transformer_options", {})):
            return "another extension has patched the UNet"
        return _why_not_pure(unet.model.diffusion_model)

    def wrap(self, answer: Answer) -> Unwrap:
        """Only a clone may be changed: the UNet itself is what later pictures are made with."""
        objects = self.changed
        original, wrapped = objects.unet, objects.unet.clone()
        wrapped.model_options["model_function_wrapper"] = _unet_wrapper(answer)
        objects.unet = wrapped

        def unwrap() -> None:
            if objects.unet is wrapped:
                objects.unet = original

        return unwrap


def _unet_wrapper(answer: Answer) -> Callable[..., Any]:
    def wrapper(apply_model: Callable[..., Any], args: Mapping[str, Any]) -> Any:
        x, sigma, given = args["input"], args["timestep"], args["c"]
        tensors = {name: value for name, value in given.items() if name != "transformer_options"}

        def compute(wanted: Sequence[int]) -> Any:
            if len(wanted) == len(x):
                return apply_model(x, sigma, **given)
            rows = list(wanted)
            part = {name: tensor[rows] for name, tensor in tensors.items()}
            return apply_model(x[rows], sigma[rows], **{**given, **part})

        is_plain = not _patches(given.get("transformer_options", {}))
        return answer(Call(size=len(x), inputs=_inputs(x, sigma, tensors) if is_plain else None, compute=compute))

    return wrapper


def _why_not_pure(unet: Any) -> str:
    """Why a UNet's output may depend on more than its input, or its calls on each other; empty if they do not.

    Extensions that change attention put a ``forward`` of their own into single modules, or hooks, and may count calls.
    """
    if _has_foreign_forward(unet):
        return "another extension has wrapped the UNet"
    changed = any(_has_foreign_forward(module) or _has_foreign_hook(module) for module in unet.modules())
    return "another extension has changed parts of the UNet" if changed else ""


def _has_foreign_forward(module: Any) -> bool:
    """Whether a module has a ``forward`` that is not its class's; ControlNet leaves the class's in the module."""
    own = vars(module).get("forward")
    return own is not None and getattr(own, "__func__", None) is not type(module).forward


def _has_foreign_hook(module: Any) -> bool:
    """Whether somebody but the WebUI, whose own move weights to the card and back, is called with the module."""
    hooks = (*module._forward_pre_hooks.values(), *module._forward_hooks.values())
    return any(not str(getattr(hook, "__module__", "")).startswith("modules.") for hook in hooks)


def _cond_of(cond: Mapping[str, Any], rows: list[int]) -> dict[str, Any]:
    return {
        name: [tensor[rows] for tensor in value] if isinstance(value, list) else value[rows]
        for name, value in cond.items()
    }


def _patches(transformer_options: Mapping[str, Any]) -> Iterable[str]:
    return [name for name, value in transformer_options.items() if name not in _OF_EVERY_CALL and _is_given(value)]


def _is_given(value: Any) -> bool:
    """Whether an option has a value; a tensor, which is neither true nor false, is one."""
    return is_array(value) or bool(value)


def _inputs(x: Any, sigma: Any, named: Mapping[str, Any]) -> list[Any] | None:
    """All inputs in a fixed order; None where one of them is not an array with the rows of ``x``."""
    lists = (value if isinstance(value, list) else [value] for _, value in sorted(named.items()))
    inputs = [x, sigma, *(tensor for tensors in lists for tensor in tensors)]
    has_rows = all(is_array(tensor) and tensor.ndim and len(tensor) == len(x) for tensor in inputs)
    return inputs if has_rows else None
