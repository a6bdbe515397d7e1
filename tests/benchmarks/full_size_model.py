"""Writes a checkpoint of SD 1.5's or SDXL's full size with random weights, to measure a card where no model is at hand.

    python -m tests.benchmarks.full_size_model models/Stable-diffusion/random_xl.safetensors --kind sdxl

2.1 GB (SD 1.5) or 6.9 GB (SDXL) in half precision, with the names and shapes of the published checkpoints. The weights
are as a network has them before it learns, so activations stay within half precision; attention to words is sharper, so
that pictures depend on the prompt. They are soft noise. One tensor at a time is in memory.
"""

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TOKENS, PLACES = 49408, 77  # of CLIP's vocabulary, and in a chunk of a prompt
LATENT = 4
SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UNet:
    """``depths`` has the transformer blocks behind each residual block, by level; ``adm`` the size of SDXL's vector."""

    multipliers: tuple[int, ...]
    depths: tuple[int, ...]
    middle_depth: int
    context: int
    has_linear_projections: bool = False
    adm: int = 0
    channels: int = 320
    blocks: int = 2


UNETS = {  # v1-inference.yaml and sd_xl_base.yaml of Stability AI's repositories
    "sd15": UNet(multipliers=(1, 2, 4, 4), depths=(1, 1, 1, 0), middle_depth=1, context=768),
    "sdxl": UNet(
        multipliers=(1, 2, 4), depths=(0, 2, 10), middle_depth=10, context=2048, has_linear_projections=True, adm=2816
    ),
}


def shapes_of(kind):
    """The shapes of a checkpoint's tensors by their names."""
    parts = {"model.diffusion_model": unet(UNETS[kind]), "first_stage_model": autoencoder()}
    if kind == "sd15":
        parts["cond_stage_model.transformer"] = clip(width=768, layers=12)
    else:
        parts["conditioner.embedders.0.transformer"] = clip(width=768, layers=12)
        parts["conditioner.embedders.1.model"] = open_clip(width=1280, layers=32)
    return under(parts)


# ---- layers, each as shapes by name


def under(parts):
    return {f"{prefix}.{name}": shape for prefix, shapes in parts.items() for name, shape in shapes.items()}


def norm(channels):
    return {"weight": (channels,), "bias": (channels,)}


def linear(inputs, outputs, *, has_bias=True):
    return {"weight": (outputs, inputs)} | ({"bias": (outputs,)} if has_bias else {})


def conv(inputs, outputs, size=3):
    return {"weight": (outputs, inputs, size, size), "bias": (outputs,)}


# ---- UNet


def unet(config):
    widths = [config.channels * multiplier for multiplier in config.multipliers]
    time = 4 * config.channels
    parts = {"time_embed.0": linear(config.channels, time), "time_embed.2": linear(time, time)}
    if config.adm:
        parts |= {"label_emb.0.0": linear(config.adm, time), "label_emb.0.2": linear(time, time)}
    entries, kept = unet_entries(config, widths, time)
    parts |= {f"input_blocks.{number}": entry for number, entry in enumerate(entries)}
    parts |= {"middle_block": unet_middle(config, widths[-1], time)}
    parts |= {f"output_blocks.{number}": entry for number, entry in enumerate(unet_exits(config, widths, time, kept))}
    parts |= {"out.0": norm(config.channels), "out.2": conv(config.channels, LATENT)}
    return under(parts)


def unet_entries(config, widths, time):
    """The blocks on the way down, and the channels of what each keeps for the way up."""
    entries, kept, last = [under({"0": conv(LATENT, config.channels)})], [config.channels], len(widths) - 1
    for level, (width, depth) in enumerate(zip(widths, config.depths, strict=True)):
        for _ in range(config.blocks):
            entries.append(under(residual_and_transformer(config, kept[-1], width, time, depth)))
            kept.append(width)
        if level < last:
            entries.append(under({"0.op": conv(width, width)}))
            kept.append(width)
    return entries, kept


def unet_middle(config, width, time):
    around = residual(width, width, time)
    return under({"0": around, "1": transformer(config, width, config.middle_depth), "2": around})


def unet_exits(config, widths, time, kept):
    kept, inputs = list(kept), widths[-1]
    for level, (width, depth) in reversed(list(enumerate(zip(widths, config.depths, strict=True)))):
        for number in range(config.blocks + 1):
            parts = residual_and_transformer(config, inputs + kept.pop(), width, time, depth)
            inputs = width
            if level and number == config.blocks:
                parts[f"{len(parts)}.conv"] = conv(width, width)
            yield under(parts)


def residual_and_transformer(config, inputs, width, time, depth):
    return {"0": residual(inputs, width, time)} | ({"1": transformer(config, width, depth)} if depth else {})


def residual(inputs, outputs, time):
    parts = {
        "in_layers.0": norm(inputs), "in_layers.2": conv(inputs, outputs), "emb_layers.1": linear(time, outputs),
        "out_layers.0": norm(outputs), "out_layers.3": conv(outputs, outputs),
    }  # fmt: skip
    return under(parts | ({"skip_connection": conv(inputs, outputs, 1)} if inputs != outputs else {}))


def transformer(config, width, depth):
    projection = linear(width, width) if config.has_linear_projections else conv(width, width, 1)
    blocks = {f"transformer_blocks.{number}": transformer_block(width, config.context) for number in range(depth)}
    return under({"norm": norm(width), "proj_in": projection, **blocks, "proj_out": projection})


def transformer_block(width, context):
    return under(
        {
            "attn1": attention(width, width), "attn2": attention(width, context),
            "ff.net.0.proj": linear(width, 8 * width), "ff.net.2": linear(4 * width, width),
            "norm1": norm(width), "norm2": norm(width), "norm3": norm(width),
        }
    )  # fmt: skip


def attention(width, context):
    parts = {"to_q": linear(width, width, has_bias=False), "to_out.0": linear(width, width)}
    return under(parts | {name: linear(context, width, has_bias=False) for name in ("to_k", "to_v")})


# ---- VAE


def autoencoder(widths=(128, 256, 512, 512), blocks=2):
    top = widths[-1]
    encoder = {"conv_in": conv(3, widths[0]), "norm_out": norm(top), "conv_out": conv(top, 2 * LATENT)}
    decoder = {"conv_in": conv(LATENT, top), "norm_out": norm(widths[0]), "conv_out": conv(widths[0], 3)}
    ends = {"quant_conv": conv(2 * LATENT, 2 * LATENT, 1), "post_quant_conv": conv(LATENT, LATENT, 1)}
    middle = {"mid.block_1": vae_block(top, top), "mid.attn_1": vae_attention(top), "mid.block_2": vae_block(top, top)}
    for level, (inputs, width) in enumerate(zip((widths[0], *widths), widths, strict=False)):
        encoder |= vae_level(f"down.{level}", inputs, width, blocks)
        if level < len(widths) - 1:
            encoder[f"down.{level}.downsample.conv"] = conv(width, width)
    for level, (inputs, width) in enumerate(zip((*widths[1:], top), widths, strict=True)):
        decoder |= vae_level(f"up.{level}", inputs, width, blocks + 1)
        if level:
            decoder[f"up.{level}.upsample.conv"] = conv(width, width)
    return under({"encoder": under(encoder | middle), "decoder": under(decoder | middle)} | ends)


def vae_level(name, inputs, width, blocks):
    return {f"{name}.block.{number}": vae_block(width if number else inputs, width) for number in range(blocks)}


def vae_block(inputs, outputs):
    parts = {
        "norm1": norm(inputs), "conv1": conv(inputs, outputs), "norm2": norm(outputs), "conv2": conv(outputs, outputs),
    }  # fmt: skip
    return under(parts | ({"nin_shortcut": conv(inputs, outputs, 1)} if inputs != outputs else {}))


def vae_attention(width):
    return under({"norm": norm(width)} | {name: conv(width, width, 1) for name in ("q", "k", "v", "proj_out")})


# ---- text encoders


def clip(width, layers):
    """As the transformers library names it."""
    layer = {f"self_attn.{name}_proj": linear(width, width) for name in ("q", "k", "v", "out")}
    layer |= {"layer_norm1": norm(width), "layer_norm2": norm(width)}
    layer |= {"mlp.fc1": linear(width, 4 * width), "mlp.fc2": linear(4 * width, width)}
    embeddings = {"token_embedding.weight": (TOKENS, width), "position_embedding.weight": (PLACES, width)}
    parts = {"embeddings": embeddings | {"position_ids": (1, PLACES)}, "final_layer_norm": norm(width)}
    return under({"text_model": under(parts | {f"encoder.layers.{number}": under(layer) for number in range(layers)})})


def open_clip(width, layers):
    """As the open_clip library names it."""
    layer = {"ln_1": norm(width), "attn.out_proj": linear(width, width), "ln_2": norm(width)}
    layer |= {"attn": {"in_proj_weight": (3 * width, width), "in_proj_bias": (3 * width,)}}
    layer |= {"mlp.c_fc": linear(width, 4 * width), "mlp.c_proj": linear(4 * width, width)}
    parts = {"token_embedding": {"weight": (TOKENS, width)}, "ln_final": norm(width)}
    parts |= {f"transformer.resblocks.{number}": under(layer) for number in range(layers)}
    single = {"positional_embedding": (PLACES, width), "text_projection": (width, width), "logit_scale": ()}
    return under(parts) | single


# ---- weights


def write(file, shapes):
    """A safetensors file with random tensors, one after the other."""
    header, offset = {}, 0
    for name, shape in shapes.items():
        is_index = name.endswith("position_ids")
        end = offset + math.prod(shape) * (8 if is_index else 2)
        header[name] = {"dtype": "I64" if is_index else "F16", "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    head = json.dumps(header).encode()
    random = np.random.default_rng(SEED)
    with file.open("wb") as opened:
        opened.write(len(head).to_bytes(8, "little") + head)
        for name, shape in shapes.items():
            opened.write(tensor(name, shape, random).tobytes())


def tensor(name, shape, random):
    if name.endswith("position_ids"):
        return np.arange(PLACES, dtype="<i8").reshape(shape)
    if name.endswith("final_layer_norm.bias"):  # the WebUI divides by the mean of what the text encoder gives
        return (random.standard_normal(shape) * 0.5 + 0.1).astype("<f2")
    if len(shape) < 2:
        return np.full(shape, 0 if name.endswith("bias") else 1, "<f2")
    values = random.standard_normal(shape, dtype=np.float32)
    values *= spread(name, shape)
    return values.astype("<f2")


def spread(name, shape):
    """The standard deviation of a layer's weights: layers give what is as large as what they get, or less."""
    if "embedding" in name:
        return 0.02
    sharper = 8 if name.endswith(("attn2.to_q.weight", "attn2.to_k.weight")) else 1
    return sharper / math.sqrt(3 * math.prod(shape[1:]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the file, among the WebUI's checkpoints")
    parser.add_argument("--kind", choices=tuple(UNETS), default="sd15")
    args = parser.parse_args()
    write(args.out, shapes_of(args.kind))


if __name__ == "__main__":
    main()
