"""Something put before a denoiser of either kind: with arrays for tensors, and no WebUI."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest

from sd_expression_grid.webui.denoiser.wrapping import part_to_wrap, why_not_wrapped, wrap

X, SIGMA = np.arange(6.0).reshape(3, 2), np.array([1.0, 1.0, 2.0])
TEXT = np.array([[10.0], [20.0], [30.0]])


class Unet:
    """What Forge calls a patcher, as far as it matters."""

    def __init__(self, model, model_options=None):
        self.model, self.model_options = model, model_options or {}
        self.controlnet_linked_list = None

    def clone(self):
        return Unet(self.model, copy.deepcopy(self.model_options))


def forges_denoiser(**options):
    """Forge's denoiser with a UNet that adds everything up."""
    unet = Unet(SimpleNamespace(diffusion_model=SimpleNamespace()), options)
    inner = SimpleNamespace(inner_model=SimpleNamespace(forge_objects=SimpleNamespace(unet=unet)))
    return SimpleNamespace(inner_model=inner)


def apply_model(x, sigma, c_crossattn, transformer_options):
    return x + sigma[:, None] + c_crossattn


def call_unet(denoiser, **transformer_options):
    wrapper = part_to_wrap(denoiser).unet.model_options["model_function_wrapper"]
    given = {"c_crossattn": TEXT, "transformer_options": {"sigmas": SIGMA, "patches": {}, **transformer_options}}
    return wrapper(apply_model, {"input": X, "timestep": SIGMA, "c": given, "cond_or_uncond": [0]})


class Inner:
    """What AUTOMATIC1111 wraps its model in."""

    def forward(self, x, sigma, cond):
        return x + sigma[:, None] + cond["c_crossattn"][0]


def a1111s_denoiser():
    return SimpleNamespace(inner_model=Inner())


def call_forward(denoiser):
    return denoiser.inner_model.forward(X, SIGMA, cond={"c_crossattn": [TEXT], "c_concat": [TEXT]})


@pytest.mark.parametrize(("make", "call"), [(forges_denoiser, call_unet), (a1111s_denoiser, call_forward)])
def test_all_that_a_call_is_given_is_seen_row_by_row_and_any_rows_can_be_computed(make, call):
    denoiser, seen = make(), []
    assert why_not_wrapped(denoiser) == ""
    unwrap = wrap(denoiser, lambda asked: seen.append(asked) or asked.compute(range(asked.size)))
    whole = call(denoiser)
    assert (whole == X + SIGMA[:, None] + TEXT).all()
    (asked,) = seen
    assert asked.size == 3
    assert all(any(given is tensor for given in asked.inputs) for tensor in (X, SIGMA, TEXT))
    assert (asked.compute([2, 0]) == whole[[2, 0]]).all()
    unwrap()


def test_a_unet_itself_is_never_changed_and_is_back_afterwards():
    denoiser = forges_denoiser(transformer_options={})
    original = part_to_wrap(denoiser).unet
    unwrap = wrap(denoiser, lambda asked: asked.compute(range(asked.size)))
    assert part_to_wrap(denoiser).unet is not original
    assert "model_function_wrapper" not in original.model_options
    unwrap()
    assert part_to_wrap(denoiser).unet is original


def test_a_unet_that_somebody_put_in_place_later_is_left_alone():
    denoiser = forges_denoiser()
    unwrap = wrap(denoiser, len)
    part_to_wrap(denoiser).unet = later = Unet(None)
    unwrap()
    assert part_to_wrap(denoiser).unet is later


def test_a_model_is_bare_again_afterwards():
    denoiser = a1111s_denoiser()
    unwrap = wrap(denoiser, len)
    assert "forward" in vars(denoiser.inner_model)
    unwrap()
    assert "forward" not in vars(denoiser.inner_model)


def test_a_call_with_patches_cannot_be_seen_through():
    denoiser, seen = forges_denoiser(), []
    wrap(denoiser, lambda asked: seen.append(asked.inputs) or asked.compute(range(asked.size)))
    call_unet(denoiser, block_modifiers=[print])
    assert seen == [None]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"model_function_wrapper": print}, "another extension has wrapped the UNet"),
        ({"transformer_options": {"patches": {"attn1_patch": [print]}}}, "another extension has patched the UNet"),
        ({"transformer_options": {"patches": {}}}, ""),
    ],
)
def test_what_changes_a_unet_is_named(options, reason):
    assert why_not_wrapped(forges_denoiser(**options)) == reason


def test_controlnet_and_a_replaced_forward_are_named():
    controlled, replaced = forges_denoiser(), forges_denoiser()
    part_to_wrap(controlled).unet.controlnet_linked_list = object()
    part_to_wrap(replaced).unet.model.diffusion_model.forward = print
    assert why_not_wrapped(controlled) == "ControlNet is active"
    assert why_not_wrapped(replaced) == "another extension has wrapped the UNet"
    covered = a1111s_denoiser()
    covered.inner_model.forward = print
    assert why_not_wrapped(covered) == "another extension has wrapped the denoiser"
    hooked = a1111s_denoiser()
    hooked.inner_model.inner_model = SimpleNamespace(model=SimpleNamespace(diffusion_model=SimpleNamespace()))
    assert why_not_wrapped(hooked) == ""
    hooked.inner_model.inner_model.model.diffusion_model.forward = print
    assert why_not_wrapped(hooked) == "another extension has wrapped the UNet"
