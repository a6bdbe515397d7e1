"""The checkpoints of full size with random weights, as the benchmark for cards takes them."""

import math

import numpy as np
import pytest

from tests.benchmarks import full_size_model
from tests.standin import safetensors

CLIP_L = 123_060_480 + 77  # and the numbers of the places
VAE = 83_653_863
SIZES = {
    "sd15": {"model": 859_520_964, "first_stage_model": VAE, "cond_stage_model": CLIP_L},
    "sdxl": {"model": 2_567_463_684, "first_stage_model": VAE, "conditioner": CLIP_L + 694_659_840 + 1},
}
"""How many values the parts of the published checkpoints have; the last one is the logit scale."""


@pytest.mark.parametrize("kind", SIZES)
def test_a_checkpoint_has_as_many_values_as_the_published_one(kind):
    sizes = dict.fromkeys(SIZES[kind], 0)
    for name, shape in full_size_model.shapes_of(kind).items():
        sizes[name.split(".")[0]] += math.prod(shape)
    assert sizes == SIZES[kind]


def test_what_webuis_know_the_kind_by_is_there():
    small, large = full_size_model.shapes_of("sd15"), full_size_model.shapes_of("sdxl")
    key = "input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight"
    assert small[f"model.diffusion_model.{key}"] == (640, 768)
    assert large[f"model.diffusion_model.{key}"] == (640, 2048)
    assert small["cond_stage_model.transformer.text_model.embeddings.position_ids"] == (1, 77)
    assert large["conditioner.embedders.1.model.ln_final.weight"] == (1280,)
    assert large["model.diffusion_model.label_emb.0.0.weight"] == (1280, 2816)
    assert len(small.keys() ^ large.keys()) > 1000


def test_its_weights_are_what_a_network_begins_with(tmp_path):
    names = ("wide.weight", "attn2.to_q.weight", "norm.weight", "norm.bias", "embeddings.position_ids")
    shapes = dict(zip(names, ((50, 3, 5, 5), (50, 75), (9,), (9,), (1, 77)), strict=True))
    full_size_model.write(tmp_path / "model.safetensors", {**shapes, "text_model.final_layer_norm.bias": (500,)})
    tensors, _ = safetensors.read(tmp_path / "model.safetensors")
    wide, query, weight, bias, places, last = tensors.values()
    assert {name: tensors[name].shape for name in names} == shapes
    assert wide.dtype == np.float16
    assert wide.std() == pytest.approx(1 / 15, rel=0.05)
    assert query.std() == pytest.approx(8 / 15, rel=0.05)
    assert (weight.tolist(), bias.tolist()) == ([1] * 9, [0] * 9)
    assert places.tolist() == [list(range(77))]
    assert last.mean() == pytest.approx(0.1, abs=0.1)
    assert last.std() == pytest.approx(0.5, rel=0.2)
