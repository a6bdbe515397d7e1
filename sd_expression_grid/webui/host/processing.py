"""What we use of the WebUI's processing object, which carries a picture's settings from the page to the sampler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Processing(Protocol):
    """The WebUI's StableDiffusionProcessingTxt2Img: the attributes and methods that are read or set here.

    Identities and infotexts read more of it by name; see ``host/identity.py``.
    """

    prompt: Any
    negative_prompt: Any
    styles: list[str]
    seed: Any
    subseed: Any
    subseed_strength: float
    steps: int
    sampler_name: str
    scheduler: str | None
    cfg_scale: float
    width: int
    height: int
    restore_faces: bool | None
    n_iter: int
    batch_size: int

    enable_hr: bool
    hr_scale: float
    hr_resize_x: int
    hr_resize_y: int
    hr_upscaler: str | None
    hr_second_pass_steps: int
    hr_sampler_name: str | None
    hr_scheduler: str | None
    hr_checkpoint_name: str | None
    refiner_checkpoint: Any
    hr_prompt: Any
    hr_negative_prompt: Any

    firstpass_image: Any
    """The picture that the gallery's upscale button makes larger."""

    init_images: list[Any]
    """Of img2img alone, as the next ones."""
    image_mask: Any
    denoising_strength: float
    inpaint_full_res: bool
    inpainting_mask_invert: int

    outpath_grids: str
    do_not_save_samples: bool
    do_not_save_grid: bool
    do_not_reload_embeddings: bool
    override_settings: dict[str, Any]
    override_settings_restore_afterwards: bool
    extra_generation_params: dict[str, Any]
    comments: dict[str, Any]
    is_api: bool
    scripts: Any
    script_args: Sequence[Any]

    cached_uc: list[Any]
    sd_model_name: str | None
    sd_model_hash: str | None
    sd_vae_name: str | None
    sd_vae_hash: str | None

    all_prompts: list[str]
    all_negative_prompts: list[str]
    all_seeds: list[int]
    all_subseeds: list[int]

    extra_result_images: list[Any]
    latents_after_sampling: list[Any]
    pixels_after_sampling: list[Any]
    """Forge's lists, to which it adds every picture."""

    def comment(self, text: str) -> None:
        """Adds a line to what the page and the API tell under the pictures."""

    def get_token_merging_ratio(self) -> float:
        """How much of the attention's tokens is merged; 0 for none."""


def is_gallery_upscale(p: Processing) -> bool:
    """Whether the gallery's upscale button, where there is one, runs the script again, for one picture."""
    return bool(getattr(p, "txt2img_upscale", False))


def hires_target(p: Processing) -> tuple[int, int]:
    """The width and height that a hires pass is to reach; one side left at 0 follows the other."""
    if not (p.hr_resize_x or p.hr_resize_y):
        return int(p.width * p.hr_scale), int(p.height * p.hr_scale)
    across, down = p.hr_resize_x, p.hr_resize_y
    return across or down * p.width // p.height, down or across * p.height // p.width
