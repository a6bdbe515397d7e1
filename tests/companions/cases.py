"""What each extension is given to do, and what a study beside it is to be like."""

import base64
import io
import json
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

LIST = "neutral face\nsad crying"
NEGATIVE_WORDS = "neutral face\nsad crying, (blue sky:-1.2)"


@dataclass(frozen=True, kw_only=True)
class Case:
    """An extension's script and its values; one without a title has none to tell, and is on where it is.

    ``shares``: composition steps are shared in exact mode; ``batches``: rows are batched in batched mode. ``plain`` are
    values of a plain picture where they are others; ``face``: with the face prompt of the cell's infotext.
    """

    title: str
    values: tuple
    study: dict = field(default_factory=dict)
    plain: tuple | None = None
    shares: bool = True
    batches: bool = False
    face: bool = False


def _encoded(pixels):
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


_NOISE = np.random.default_rng(1).integers(0, 255, (128, 128, 3), np.uint8)
_UNIT = {"enabled": True, "module": "reference_only", "image": _encoded(_NOISE), "weight": 1}
_REGIONS = {"prompt": "woman, {character} BREAK [hair:{expression}:0.3] face BREAK blue sky"}
_WORDS = {"prompt": "woman, {character} with a hat BREAK [hair:{expression}:0.3], hat"}
_BY_WORDS = (
    "Prompt",
    "Columns",
    "Mask",
    "Prompt",
    "1,1",
    "0.2",
    False,
    False,
    False,
    "Attention",
    [],
    "0",
    "0",
    "0.4,0.4",
)
_DRAWN = {"prompt": "{red|green|blue} hair, {expression}, {character}"}

_ADETAILER = Case(title="ADetailer", values=(True, False, {"ad_model": "mediapipe_face_full"}), face=True)
_DYNAMIC_PROMPTS = Case(title="Dynamic Prompts", values=(True, False), plain=(False, False), study=_DRAWN, batches=True)

OF_A1111 = {
    "ADetailer": _ADETAILER,
    "CD Tuner": Case(title="CD Tuner", values=(True, 2.0, 1.0, 3.0), study={"characters": "mei"}),
    "CD Tuner, with LoRAs": Case(title="CD Tuner", values=(True, 2.0, 1.0, 3.0)),
    "ControlNet, reference": Case(title="ControlNet", values=(_UNIT,), shares=False),
    "Detail Daemon": Case(title="Detail Daemon", values=(True, True), batches=True),
    "Dynamic Prompts": _DYNAMIC_PROMPTS,
    "Dynamic Thresholding": Case(title="Dynamic Thresholding (CFG Scale Fix)", values=(True,), batches=True),
    "FreeU": Case(title="FreeU", values=(True,), batches=True),
    "LoRA Block Weight": Case(
        title="LoRA Block Weight", values=(), study={"characters": "one | <lora:{lora}:1:stop=5>"}, batches=True
    ),
    "Dynamic Lora Weights": Case(
        title="Dynamic Lora Weights",
        values=(True,),
        study={"characters": "one | <lora:{lora}:[0.2@0,1@1]>"},
        batches=True,
    ),
    "MultiDiffusion": Case(title="Tiled Diffusion", values=(True, "MultiDiffusion")),
    "Mixture of Diffusers": Case(title="Tiled Diffusion", values=(True, "Mixture of Diffusers")),
    "NegPiP": Case(title="NegPiP", values=(True,), study={"expressions": NEGATIVE_WORDS}, shares=False),
    "Prompt Fusion": Case(
        title="", values=(), study={"prompt": "{expression}, [red:blue:0.2,0.8] hair, {character}"}, batches=True
    ),
    "Prompt Fusion, in a row": Case(
        title="", values=(), study={"expressions": "mix | [sad:happy:0.3,0.8]\nneutral"}, batches=True
    ),
    "Regional Prompter, by regions": Case(
        title="Regional Prompter", values=(True, False, "Matrix"), study=_REGIONS, shares=False
    ),
    "Regional Prompter, by words": Case(
        title="Regional Prompter", values=(True, False, *_BY_WORDS), study=_WORDS, shares=False
    ),
    "Self Attention Guidance": Case(title="Self Attention Guidance", values=(True, 0.75, 1.0), shares=False),
}

_RED = (255, 0, 0)
_LEFT_RED = np.full((128, 128, 3), 255, np.uint8)
_LEFT_RED[:, :64] = _RED
_DRAWN_REGIONS = json.dumps([{"color": _RED, "prompt": "a face, blue sky", "weight": 0.8}])

OF_NEO = {
    "ADetailer": _ADETAILER,
    "ControlNet, reference": Case(title="ControlNet", values=(_UNIT,), shares=False),
    "Dynamic Prompts": _DYNAMIC_PROMPTS,
    "Regional Prompter, by latents": Case(
        title="Regional Prompter", values=(True, "Latent", _encoded(_LEFT_RED), _DRAWN_REGIONS)
    ),
}

CASES = {"a1111": OF_A1111, "neo": OF_NEO}
"""By WebUI: the extensions as they are there, on Neo its built-in ControlNet among them."""
