"""The picture that img2img starts from, with its mask, and what the WebUI does with them."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

from modules import processing
from PIL import ImageOps

from sd_expression_grid.base.contents import hash_of
from sd_expression_grid.base.errors import Fault
from sd_expression_grid.study.study import PictureFiles
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.processing import hires_target
from sd_expression_grid.webui.host.tensors import as_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from sd_expression_grid.study.study import Study
    from sd_expression_grid.webui.host.processing import Processing

_OF_THE_HIRES_PASS: dict[str, Any] = {
    "enable_hr": False,
    "hr_scale": 2.0,
    "hr_resize_x": 0,
    "hr_resize_y": 0,
    "hr_upscaler": None,
    "hr_second_pass_steps": 0,
    "hr_sampler_name": None,
    "hr_scheduler": None,
    "hr_checkpoint_name": None,
    "hr_prompt": "",
    "hr_negative_prompt": "",
}
"""What img2img has not, as txt2img has it without a hires pass."""

_OF_IMG2IMG = (
    "denoising_strength", "resize_mode", "image_cfg_scale", "initial_noise_multiplier",
)  # fmt: skip
_OF_A_MASK = (
    "mask_blur_x", "mask_blur_y", "mask_round", "inpainting_fill", "inpaint_full_res", "inpaint_full_res_padding",
    "inpainting_mask_invert",
)  # fmt: skip
_SETTINGS = (
    "img2img_color_correction", "img2img_fix_steps", "img2img_background_color", "img2img_inpaint_precise_mask",
    "overlay_inpaint", "inpainting_mask_weight", "initial_noise_multiplier",
)  # fmt: skip


def is_img2img(p: Processing) -> bool:
    """Whether the pictures start from another one, and not from noise alone."""
    return hasattr(p, "init_images")


def as_page(p: Processing) -> Processing:
    """``p``; of img2img, a copy that says that it has no hires pass.

    The Batch tab gives a picture once for each of a batch.
    """
    if not is_img2img(p):
        return p
    page = copy(p)
    page.init_images = list({id(one): one for one in p.init_images or () if one is not None}.values())
    for name, value in _OF_THE_HIRES_PASS.items():
        setattr(page, name, value)
    return page


def picture_of(p: Processing) -> Image.Image | None:
    """The picture that a study starts from; None in txt2img."""
    return p.init_images[0] if is_img2img(p) and p.init_images else None


def mask_of(p: Processing) -> Image.Image | None:
    """What is drawn anew of the picture, as the page has it; None where all of it is."""
    return p.image_mask if is_img2img(p) else None


def strength_of(p: Processing) -> str:
    """The denoising strength, as infotexts have it; empty in txt2img."""
    return str(p.denoising_strength) if is_img2img(p) else ""


def picture_files(p: Processing) -> PictureFiles | None:
    """The files that a study's folder keeps of a picture that can be a study's; None in txt2img."""
    picture, mask = picture_of(p), mask_of(p)
    if picture is None:
        return None
    return PictureFiles(picture=_name("picture", picture), mask=_name("mask", mask) if mask else "")


def _name(kind: str, picture: Image.Image) -> str:
    return f"{kind}-{hash_of(picture)[:12]}.png"


def picture_faults(p: Processing, study: Study) -> Iterator[Fault]:
    """What img2img would fail at in every cell, or make nothing of; and what it alone can make."""
    for column in study.characters:
        if column.denoising is not None and not is_img2img(p):
            yield Fault(column.place or column.label, "denoising: txt2img has no picture to start from; use img2img")
        elif column.denoising is not None and column.denoising > 1:
            yield Fault(column.place or column.label, f"denoising: is {column.denoising:g}; at most 1 can be made")
    if not is_img2img(p):
        return
    pictures = p.init_images
    if len(pictures) != 1:
        why = f"a study starts from one picture, and {len(pictures)} were given" if pictures else "there is none"
        yield Fault("picture", f"{why}; put one into img2img")
        return
    strength = p.denoising_strength
    if not 0 < strength <= 1:
        why = "with 0 the picture would stay as it is" if strength == 0 else "more than 0 and at most 1 can be made"
        yield Fault("denoising strength", f"is {strength:g}; {why}")
    yield from _mask_faults(p, pictures[0])


def _mask_faults(p: Processing, picture: Image.Image) -> Iterator[Fault]:
    mask = mask_of(p)
    if mask is None:
        return
    if mask.size != picture.size:
        sizes = "{}×{} and the picture {}×{}".format(*mask.size, *picture.size)
        yield Fault("mask", f"has {sizes}; a mask must be as large as its picture")
    binary = processing.create_binary_mask(mask).convert("L")
    if (ImageOps.invert(binary) if p.inpainting_mask_invert else binary).getbbox() is None:
        upside_down = "; all of it is left out, by 'Inpaint not masked'" if p.inpainting_mask_invert else ""
        yield Fault("mask", f"nothing of the picture is to be drawn anew{upside_down}: paint over what is to change")


def final_size(page: Processing) -> tuple[int, int]:
    """Width and height of a finished picture, as the WebUI makes it of the page's."""
    if page.enable_hr:
        return HOST.hires_size(*hires_target(page))
    picture = picture_of(page)
    if picture is not None and mask_of(page) is not None and page.inpaint_full_res:
        return picture.size  # what was drawn is pasted into the picture
    return HOST.picture_size(page.width, page.height)


def decisive(p: Processing) -> dict[str, object]:
    """What decides the pixels in img2img, the picture and the mask by their contents; nothing in txt2img."""
    if not is_img2img(p):
        return {}
    has_mask = mask_of(p) is not None
    names = [*_OF_IMG2IMG, *(_OF_A_MASK if has_mask else ())]
    settings = {name: HOST.option(name, None) for name in _SETTINGS}
    pictures = {"picture": hash_of(picture_of(p)), "mask": hash_of(mask_of(p)) if has_mask else None}
    return {**{name: getattr(p, name, None) for name in names}, **settings, **pictures}


def calls_of_strength(p: Processing, calls: int, strength: float | None = None) -> int:
    """Of the denoiser's calls for a picture from noise, those that img2img makes at a denoising strength.

    Without ``strength`` it is the page's.
    """
    if not is_img2img(p) or HOST.option("img2img_fix_steps", default=False):
        return calls
    made = int(min(p.denoising_strength if strength is None else strength, 0.999) * p.steps) + 1
    return min(calls, -(-calls * made // p.steps))


def strength_faults(p: Processing, study: Study, calls: int) -> Iterator[Fault]:
    """Composition words that would be drawn to the end; ``calls`` are the denoiser's for a picture from noise."""
    before = _calls_before(study.switch_at, calls)
    for strength in _strengths(p, study):
        made = calls_of_strength(p, calls, strength)
        if before >= made:
            why = f"at denoising strength {strength:g} a picture takes {made} denoiser calls"
            remedy = "the expression would never be drawn; leave it empty, for the picture holds the composition"
            yield Fault("composition", f"{why}, and the switch comes after {before}: {remedy}")


def strength_notes(p: Processing, study: Study, calls: int) -> Iterator[str]:
    """How much of a picture is drawn of the composition words, where there are any."""
    before = _calls_before(study.switch_at, calls)
    for strength in _strengths(p, study):
        yield (
            f"At denoising strength {strength:g} a picture takes {calls_of_strength(p, calls, strength)} "
            f"denoiser calls, {before} of them with the composition words"
        )


def _strengths(p: Processing, study: Study) -> list[float]:
    """Those of the columns, where words have a part in the composition."""
    if not (is_img2img(p) and study.composition):
        return []
    own = [p.denoising_strength if column.denoising is None else column.denoising for column in study.columns]
    return [*dict.fromkeys(own)]


def _calls_before(switch_at: float, calls: int) -> int:
    """The WebUI counts the denoiser's calls from 0, in img2img too, and uses the first step's prompt for 0 and 1."""
    return int(switch_at * calls) + 1


PICTURES = 4
"""The most pictures of a study that are encoded once: its own, and what of it an inpainting checkpoint is shown."""


@contextmanager
def encoded_once(page: Processing) -> Iterator[None]:
    """Encodes the picture once, for all cells; in txt2img, everything stays as it is.

    The WebUI draws a sample of what the encoder gives, with whatever state torch's generator was left in, so that no
    two cells would start from the same latent; and of an inpainting checkpoint's own conditioning another.
    """
    if not is_img2img(page):
        yield
        return
    encode = processing.images_tensor_to_samples
    known: dict[str, Any] = {}

    def once(image: Any, *how: Any, **further: Any) -> Any:
        """``image`` holds the picture once for each row of a batch; other extensions encode others, never twice."""
        rows: Any = as_array(image)
        name = hash_of((rows[:1], str(how[0]) if how else ""))
        _seed()
        if (rows != rows[:1]).any() or (name not in known and len(known) == PICTURES):
            return encode(image, *how, **further)
        if name not in known:
            known[name] = encode(image[:1], *how, **further)
            _seed()
        library = sys.modules[type(known[name]).__module__.partition(".")[0]]
        return library.concatenate([known[name]] * len(image))

    processing.images_tensor_to_samples = once
    try:
        yield
    finally:
        processing.images_tensor_to_samples = encode


def _seed() -> None:
    torch: Any = sys.modules.get("torch")
    if torch:
        torch.manual_seed(0)
