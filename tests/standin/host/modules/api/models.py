"""Shapes of the API's requests and answers."""

import dataclasses
from typing import Any, Optional

from pydantic import BaseModel, Field, create_model

from modules.processing import StableDiffusionProcessingImg2Img, StableDiffusionProcessingTxt2Img

NOT_IN_REQUESTS = {
    "sd_model", "outpath_samples", "outpath_grids", "sampler_index", "extra_generation_params", "overlay_images",
    "do_not_reload_embeddings", "seed_enable_extras", "prompt_for_display", "ddim_discretize", "firstpass_image",
}  # fmt: skip

_BOTH = (StableDiffusionProcessingTxt2Img, StableDiffusionProcessingImg2Img)
KINDS = {field.name: field.type for kind in _BOTH for field in dataclasses.fields(kind)}
"""The types of a request's fields."""


class ScriptArg(BaseModel):
    label: Optional[str] = None  # noqa: UP045 - pydantic 1 on Python 3.10
    value: Optional[Any] = None  # noqa: UP045
    minimum: Optional[Any] = None  # noqa: UP045
    maximum: Optional[Any] = None  # noqa: UP045
    step: Optional[Any] = None  # noqa: UP045
    choices: Optional[list[str]] = None  # noqa: UP045


class ScriptInfo(BaseModel):
    name: Optional[str] = None  # noqa: UP045
    is_alwayson: Optional[bool] = None  # noqa: UP045
    is_img2img: Optional[bool] = None  # noqa: UP045
    args: list[ScriptArg] = Field(default_factory=list)


def describe_script(script):
    args = []
    for control in script.controls:
        fields = {name: getattr(control, name, None) for name in ("value", "minimum", "maximum", "step")}
        choices = getattr(control, "choices", None)
        if choices is not None:
            choices = [each[0] if isinstance(each, tuple) else each for each in choices]
        args.append(ScriptArg(label=control.label or "", choices=choices, **fields))
    return ScriptInfo(name=script.name, is_alwayson=script.alwayson, is_img2img=script.is_img2img, args=args)


def _request_fields(kind, **further):
    for field in dataclasses.fields(kind):
        if field.init and field.name not in NOT_IN_REQUESTS:
            yield field.name, (Optional[field.type], field.default)  # noqa: UP045
    extra = {
        "sampler_index": (str, "Euler"), "script_name": (str, None), "script_args": (list, []),
        "send_images": (bool, True), "save_images": (bool, False), "alwayson_scripts": (dict, {}),
        "force_task_id": (str, None), "infotext": (str, None),
    }  # fmt: skip
    for name, (type_of_value, default) in {**extra, **further}.items():
        yield name, (Optional[type_of_value], default)  # noqa: UP045


StableDiffusionTxt2ImgProcessingAPI = create_model(
    "StableDiffusionProcessingTxt2Img", **dict(_request_fields(StableDiffusionProcessingTxt2Img))
)
StableDiffusionImg2ImgProcessingAPI = create_model(
    "StableDiffusionProcessingImg2Img",
    **dict(_request_fields(StableDiffusionProcessingImg2Img, init_images=(list, None), mask=(str, None))),
    include_init_images=(bool, False),
)


class TextToImageResponse(BaseModel):
    images: Optional[list[str]] = None  # noqa: UP045
    parameters: dict
    info: str


class PNGInfoRequest(BaseModel):
    image: str
