"""`NEO_PYTHON tests/tiny_xl.py NEO_DIR`: random SDXL-like checkpoints that Forge Neo takes for SDXL's kinds.

`tiny_xl` predicts noise, `tiny_xl_v` velocities, and `tiny_xl_rectified` is a rectified flow: Neo knows the second by a
key of the file and the third by its name. The text encoders have their full size, 0.8 G values in all. The names come
after `tiny`, the checkpoint that a WebUI begins with. The LoRA `tiny_lora_xl` and the embedding `xl_nobody` fit them.
"""

import os
import sys
from pathlib import Path

root = Path(sys.argv[1]).resolve()
sys.argv = [sys.argv[0], "--cpu"]
sys.path[:0] = [str(root), str(root / "modules_forge/packages")]

import torch  # noqa: E402
from backend.nn.unet import IntegratedUNet2DConditionModel  # noqa: E402
from backend.nn.vae import IntegratedAutoencoderKL  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection  # noqa: E402

PARTS = root / "backend/huggingface/stabilityai/stable-diffusion-xl-base-1.0"
WIDTH, CONTEXT = 320, 2048


def unet():
    made = IntegratedUNet2DConditionModel(
        in_channels=4,
        model_channels=WIDTH,
        out_channels=4,
        num_res_blocks=[2, 2, 2],
        channel_mult=[1, 1, 1],
        num_head_channels=64,
        use_spatial_transformer=True,
        use_linear_in_transformer=True,
        transformer_depth=[0, 0, 2, 2, 10, 10],
        transformer_depth_output=[0, 0, 0, 2, 2, 2, 10, 10, 10],
        transformer_depth_middle=10,
        context_dim=CONTEXT,
        num_classes="sequential",
        adm_in_channels=2816,
    )
    with torch.no_grad():
        made.out[-1].weight.mul_(0.3)
        for name, parameter in made.named_parameters():  # sharp attention: single words count
            if "attn2.to_q.weight" in name or "attn2.to_k.weight" in name:
                parameter.mul_(8)
    return made


def text_encoder(folder, kind):
    made = kind(CLIPTextConfig.from_pretrained(PARTS / folder))
    torch.nn.init.normal_(made.text_model.final_layer_norm.bias, mean=0.1, std=0.5)
    return made


def tensors():
    parts = {
        "model.diffusion_model.": unet(),
        "first_stage_model.": IntegratedAutoencoderKL.from_config(IntegratedAutoencoderKL.load_config(PARTS / "vae")),
        "conditioner.embedders.0.transformer.": text_encoder("text_encoder", CLIPTextModel),
        "conditioner.embedders.1.model.transformer.": text_encoder("text_encoder_2", CLIPTextModelWithProjection),
    }
    return {
        prefix + name: value.half().contiguous() if value.is_floating_point() else value.contiguous()
        for prefix, part in parts.items()
        for name, value in part.state_dict().items()
    }


def write_networks():
    random = torch.Generator().manual_seed(1)
    key = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k"
    lora = {
        f"{key}.lora_down.weight": torch.randn(4, CONTEXT, generator=random) * 0.5,
        f"{key}.lora_up.weight": torch.randn(WIDTH, 4, generator=random) * 0.5,
        f"{key}.alpha": torch.tensor(4.0),
    }
    save_file(lora, root / "models/Lora/tiny_lora_xl.safetensors", metadata={"ss_network_dim": "4"})
    embedding = {
        name: torch.randn(4, width, generator=random) * 0.05 for name, width in (("clip_l", 768), ("clip_g", 1280))
    }
    save_file(embedding, root / "models/embeddings/xl_nobody.safetensors")


def main():
    torch.manual_seed(0)
    folder = root / "models/Stable-diffusion"
    plain = folder / "tiny_xl.safetensors"
    save_file(tensors(), plain)
    save_file({**load_file(plain), "v_pred": torch.zeros(1)}, folder / "tiny_xl_v.safetensors")
    rectified = folder / "tiny_xl_rectified.safetensors"
    rectified.unlink(missing_ok=True)
    os.link(plain, rectified)
    write_networks()


main()
