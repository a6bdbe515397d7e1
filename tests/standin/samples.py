"""The data folder of a stand-in: tiny LoRAs and embeddings in real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tests.standin import safetensors

if TYPE_CHECKING:
    from pathlib import Path

LORAS = {"aria_v2": {}, "Noor": {}, "tomas-w": {"ss_output_name": "tomas_winter"}, "mei": {}, "Lena_Q": {}}
EMBEDDINGS = {"ember_nobody": 2, "z-face-01": 1, "old_style": 4, "JuneNobody": 3, "vesna3": 1}
STYLES = 'name,prompt,negative_prompt\nSoft light,"soft light, film grain",harsh\nStudio,"studio, {prompt}",\n'


def fill(folder: Path) -> None:
    """Create what is missing in the folder."""
    for name in ("models/Lora", "models/hypernetworks", "models/Stable-diffusion", "embeddings", "outputs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for i, (name, metadata) in enumerate(LORAS.items()):
        _write_lora(folder, name, {"ss_base_model_version": "sd_v1-5", "ss_v2": "False", **metadata}, i)
    _write_lora(folder, "xl_face", {"ss_base_model_version": "sdxl_base_v1-0"}, 9)
    for i, (name, vectors) in enumerate([*EMBEDDINGS.items(), ("sd2_face", 1)]):
        width = 1024 if name == "sd2_face" else 768
        vec = np.random.default_rng(i).normal(0, 0.02, (vectors, width)).astype(np.float32)
        _write(folder / f"embeddings/{name}.safetensors", {"emb_params": vec}, {})
    styles = folder / "styles.csv"
    if not styles.exists():
        styles.write_text(STYLES, encoding="utf8")


def _write_lora(folder, name, metadata, number):
    up = np.random.default_rng(100 + number).normal(0, 0.01, (4, 1)).astype(np.float32)
    layer = "lora_unet_mid_block_attentions_0_proj_in"
    tensors = {f"{layer}.lora_up.weight": up, f"{layer}.lora_down.weight": up.T, f"{layer}.alpha": np.ones(1, "f4")}
    _write(folder / f"models/Lora/{name}.safetensors", tensors, metadata)


def _write(path, tensors, metadata):
    if not path.exists():
        safetensors.write(path, tensors, metadata)
