"""Something put before a denoiser of either kind: with arrays for tensors, and no WebUI."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest

from sd_expression_grid.webui.host.wrapping import ForgeObjects, InnerModel

X, SIGMA = np.arange(6.0).reshape(3, 2), np.array([1.0, 1.0, 2.0])
TEXT = np.array([[10.0], [20.0], [30.0]])


class Unet:
    """What Forge calls a patcher, as far as it matters."""

    def __init__(self, model, model_options=None):
        self.model, self.model_options = model, model_options or {}
        self.controlnet_linked_list = None

    def clone(self):
        return Unet(self.model, copy.deepcopy(self.model_options))


class Module:
    """What torch has of a module, as far as it matters."""

    def __init__(self, *parts):
        self._parts, self._forward_hooks, self._forward_pre_hooks = parts, {}, {}

    def modules(self):
        return [self, *self._parts]

    def forward(self, x):
        return x


def forges_part(**options):
    """Forge's part of a denoiser, with a UNet that adds everything up."""
    unet = Unet(SimpleNamespace(diffusion_model=Module(Module(), Module())), options)
    return ForgeObjects(SimpleNamespace(unet=unet))


def apply_model(x, sigma, c_crossattn, transformer_options):
    return x + sigma[:, None] + c_crossattn


def call_unet(part, **transformer_options):
    wrapper = part.changed.unet.model_options["model_function_wrapper"]
    given = {"c_crossattn": TEXT, "transformer_options": {"sigmas": SIGMA, "patches": {}, **transformer_options}}
    return wrapper(apply_model, {"input": X, "timestep": SIGMA, "c": given, "cond_or_uncond": [0]})


class Inner:
    """What AUTOMATIC1111 wraps its model in."""

    def forward(self, x, sigma, cond):
        return x + sigma[:, None] + cond["c_crossattn"][0]


def a1111s_part():
    return InnerModel(Inner())


def call_forward(part):
    return part.changed.forward(X, SIGMA, cond={"c_crossattn": [TEXT], "c_concat": [TEXT]})


@pytest.mark.parametrize(("make", "call"), [(forges_part, call_unet), (a1111s_part, call_forward)])
def test_all_that_a_call_is_given_is_seen_row_by_row_and_any_rows_can_be_computed(make, call):
    part, seen = make(), []
    assert part.why_not() == ""
    unwrap = part.wrap(lambda asked: seen.append(asked) or asked.compute(range(asked.size)))
    whole = call(part)
    assert (whole == X + SIGMA[:, None] + TEXT).all()
    (asked,) = seen
    assert asked.size == 3
    assert all(any(given is tensor for given in asked.inputs) for tensor in (X, SIGMA, TEXT))
    assert (asked.compute([2, 0]) == whole[[2, 0]]).all()
    unwrap()


def test_a_unet_itself_is_never_changed_and_is_back_afterwards():
    part = forges_part(transformer_options={})
    original = part.changed.unet
    unwrap = part.wrap(lambda asked: asked.compute(range(asked.size)))
    assert part.changed.unet is not original
    assert "model_function_wrapper" not in original.model_options
    unwrap()
    assert part.changed.unet is original


def test_a_unet_that_somebody_put_in_place_later_is_left_alone():
    part = forges_part()
    unwrap = part.wrap(len)
    part.changed.unet = later = Unet(None)
    unwrap()
    assert part.changed.unet is later


def test_a_model_is_bare_again_afterwards():
    part = a1111s_part()
    unwrap = part.wrap(len)
    assert "forward" in vars(part.changed)
    unwrap()
    assert "forward" not in vars(part.changed)


def test_a_call_with_patches_cannot_be_seen_through():
    part, seen = forges_part(), []
    part.wrap(lambda asked: seen.append(asked.inputs) or asked.compute(range(asked.size)))
    call_unet(part, block_modifiers=[print])
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
    assert forges_part(**options).why_not() == reason


def test_controlnet_and_a_replaced_forward_are_named():
    controlled, replaced = forges_part(), forges_part()
    controlled.changed.unet.controlnet_linked_list = object()
    replaced.changed.unet.model.diffusion_model.forward = print
    assert controlled.why_not() == "ControlNet is active"
    assert replaced.why_not() == "another extension has wrapped the UNet"
    covered = a1111s_part()
    covered.changed.forward = print
    assert covered.why_not() == "another extension has wrapped the denoiser"


def both_with_a_unet():
    """(part, its UNet's modules) on AUTOMATIC1111 and on Forge."""
    a1111, forge = a1111s_part(), forges_part()
    a1111.changed.inner_model = SimpleNamespace(model=SimpleNamespace(diffusion_model=Module(Module(), Module())))
    unets = a1111.changed.inner_model.model.diffusion_model, forge.changed.unet.model.diffusion_model
    return [(part, unet.modules()) for part, unet in zip((a1111, forge), unets, strict=True)]


@pytest.mark.parametrize("number", [0, 1])
def test_a_module_that_does_something_else_is_named_and_a_leftover_is_not(number):
    part, (unet, _, attention) = both_with_a_unet()[number]
    assert part.why_not() == ""
    attention.forward = print
    assert part.why_not() == "another extension has changed parts of the UNet"
    attention.forward = Module().forward  # what ControlNet and SAG leave when they are done
    assert part.why_not() == ""
    unet.forward = print
    assert part.why_not() == "another extension has wrapped the UNet"
    unet.forward = Module().forward
    assert part.why_not() == ""


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("kind", ["_forward_hooks", "_forward_pre_hooks"])
def test_hooks_of_others_are_named_and_the_webuis_own_are_not(number, kind):
    def hook(*_):
        raise AssertionError

    part, (_, attention, _) = both_with_a_unet()[number]
    getattr(attention, kind)[1] = hook
    assert part.why_not() == "another extension has changed parts of the UNet"
    hook.__module__ = "modules.lowvram"
    assert part.why_not() == ""
