"""From a request to pictures: prompts, seeds, conditioning and sampling by the WebUI's rules."""

import dataclasses
from typing import Any

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from modules import devices, extra_networks, prompt_parser, rng, sd_samplers, shared
from modules.batches import process_images, process_images_inner
from modules.processed import Processed, create_infotext, fix_seed, get_fixed_seed, program_version
from modules.sd_samplers_common import images_tensor_to_samples
from modules.shared import opts, state
from tests.standin.portraits import painter

__all__ = ["Processed", "create_infotext", "fix_seed", "get_fixed_seed", "process_images", "process_images_inner"]
__all__ += ["program_version"]

FIELDS: dict[tuple[type, Any], str] = {
    (str, ""): "prompt negative_prompt",
    (str, None): "outpath_samples outpath_grids prompt_for_display sampler_name scheduler ddim_discretize",
    (int, -1): "seed subseed seed_resize_from_h seed_resize_from_w",
    (int, 1): "batch_size n_iter",
    (int, 50): "steps",
    (int, 512): "width height",
    (int, None): "sampler_index",
    (float, 0): "subseed_strength",
    (float, 7.0): "cfg_scale",
    (float, None): "eta denoising_strength s_min_uncond s_churn s_tmax s_tmin s_noise refiner_switch_at",
    (bool, True): "seed_enable_extras override_settings_restore_afterwards",
    (bool, False): "do_not_save_samples do_not_save_grid do_not_reload_embeddings disable_extra_networks",
    (bool, None): "restore_faces tiling",
    (list[str], None): "styles",
    (list, None): "overlay_images",
    (dict[str, Any], None): "extra_generation_params override_settings comments",
    (object, None): "sd_model",
    (Any, None): "firstpass_image refiner_checkpoint",
}
TXT2IMG_FIELDS: dict[tuple[type, Any], str] = {
    (bool, False): "enable_hr",
    (int, 0): "firstphase_width firstphase_height hr_second_pass_steps hr_resize_x hr_resize_y",
    (float, 2.0): "hr_scale",
    (float, 0.75): "denoising_strength",
    (str, ""): "hr_prompt hr_negative_prompt",
    (str, None): "hr_upscaler hr_checkpoint_name hr_sampler_name hr_scheduler force_task_id",
}
IMG2IMG_FIELDS: dict[tuple[type, Any], str] = {
    (list, None): "init_images",
    (int, 0): "resize_mode inpainting_fill inpaint_full_res_padding inpainting_mask_invert",
    (int, 4): "mask_blur_x mask_blur_y",
    (int, None): "mask_blur",
    (float, 0.75): "denoising_strength",
    (float, None): "image_cfg_scale initial_noise_multiplier",
    (bool, True): "mask_round inpaint_full_res",
    (Any, None): "mask latent_mask",
    (str, None): "force_task_id",
}
CACHES = ("cached_c", "cached_uc", "cached_hr_c", "cached_hr_uc")


def _with_fields(name, table, *bases):
    """Make a dataclass of a table, which all uses call by keyword."""
    fields = [(key, kind, default) for (kind, default), keys in table.items() for key in keys.split()]
    namespace = {} if bases else {"__post_init__": lambda self: None}
    return dataclasses.make_dataclass(name, fields, bases=bases, namespace=namespace, repr=False, eq=False)


def _completing(slot):
    """Make a property after whose setting the scripts may be ready to be set up."""

    def put(self, value):
        setattr(self, slot, value)
        ready = self.scripts_value and self.script_args_value
        if ready and not self.scripts_setup_complete:
            self.scripts_setup_complete = True
            self.scripts_value.setup_scrips(self, is_ui=not self.is_api)

    return property(lambda self: getattr(self, slot), put)


class StableDiffusionProcessing(_with_fields("Fields", FIELDS)):
    scripts_value = script_args_value = None
    scripts_setup_complete = is_using_inpainting_conditioning = is_hr_pass = is_api = False
    scripts, script_args = _completing("scripts_value"), _completing("script_args_value")

    token_merging_ratio = token_merging_ratio_hr = iteration = batch_index = 0
    step_multiplier = 1
    sampler = paste_to = user = rng = color_corrections = sampler_noise_scheduler_override = None
    c = uc = prompts = negative_prompts = seeds = subseeds = extra_network_data = None
    all_prompts = all_negative_prompts = all_seeds = all_subseeds = main_prompt = main_negative_prompt = None
    sd_model_name = sd_model_hash = sd_vae_name = sd_vae_hash = None

    def __post_init__(self):
        self.comments, self.styles = {}, self.styles or []
        for name in ("extra_generation_params", "override_settings"):
            setattr(self, name, getattr(self, name) or {})
        for name in CACHES:
            setattr(self, name, getattr(StableDiffusionProcessing, name))

    @staticmethod
    def forget_conds():
        """Empty the caches, which all runs share."""
        for name in CACHES:
            setattr(StableDiffusionProcessing, name, [None, None])

    def comment(self, text):
        self.comments[text] = 1

    def hook(self, name, *args, **kwargs):
        """Tell the always-on scripts, if this run has any."""
        if self.scripts_value is not None:
            getattr(self.scripts_value, name)(self, *args, **kwargs)

    def init(self, all_prompts, all_seeds, all_subseeds):
        """Nothing to prepare but for hires."""

    def composited(self, image):
        """In img2img, what was drawn in the picture that it was drawn for."""
        return image

    def close(self):
        self.sampler = self.c = self.uc = None
        if not opts.persistent_cond_cache:
            self.forget_conds()

    def get_token_merging_ratio(self, for_hr=False):
        return 0

    def setup_prompts(self):
        positive, negative = self.prompt, self.negative_prompt
        several = next((each for each in (positive, negative) if isinstance(each, list)), None)
        count = self.batch_size * self.n_iter if several is None else len(several)
        texts = self._styled(_repeated(positive, count), _repeated(negative, count))
        if len(texts[0]) != len(texts[1]):
            both = f"{len(texts[0])} prompts and {len(texts[1])} negative prompts"
            raise RuntimeError(f"Received a different number of prompts and negative prompts: {both}")
        self.all_prompts, self.all_negative_prompts = texts
        self.main_prompt, self.main_negative_prompt = (each[0] for each in texts)

    def _styled(self, prompts, negative_prompts):
        known = shared.prompt_styles
        positive = [known.apply_styles_to_prompt(text, self.styles) for text in prompts]
        return positive, [known.apply_negative_styles_to_prompt(text, self.styles) for text in negative_prompts]

    def cached_params(self, required_prompts, steps, extra_network_data, hires_steps, use_old_scheduling):
        model = shared.sd_model.sd_checkpoint_info, opts.CLIP_stop_at_last_layers, opts.emphasis
        when = steps, hires_steps, use_old_scheduling
        return required_prompts, extra_network_data, self.width, self.height, model, when

    def get_conds_with_caching(self, function, required_prompts, steps, caches, extra_network_data, hires_steps=None):
        old = opts.use_old_scheduling
        if old:
            parse = prompt_parser.get_learned_conditioning_prompt_schedules
            differs = parse(required_prompts, steps, hires_steps) != parse(required_prompts, steps, hires_steps, old)
            self.extra_generation_params |= {"Old prompt editing timelines": True} if differs else {}
        key = self.cached_params(required_prompts, steps, extra_network_data, hires_steps, old)
        known = next((cache for cache in caches if cache[0] == key), None)
        if known is None:
            known = caches[0]
            known[:] = key, function(shared.sd_model, required_prompts, steps, hires_steps, old)
        return known[1]

    def _conds(self, texts, size, steps, caches, networks, hires_steps=None):
        """Encode (prompts, negative prompts), each with its caches."""
        functions = prompt_parser.get_multicond_learned_conditioning, prompt_parser.get_learned_conditioning
        for i, (function, prompts) in enumerate(zip(functions, texts, strict=True)):
            prompts = prompt_parser.SdConditioning(prompts, i == 1, *size)  # noqa: PLW2901
            yield self.get_conds_with_caching(function, prompts, steps, caches[i], networks, hires_steps)

    def setup_conds(self):
        self.firstpass_steps = _calls(self.sampler_name, self.steps)
        self.step_multiplier = self.firstpass_steps // self.steps
        texts, caches = (self.prompts, self.negative_prompts), ([self.cached_c], [self.cached_uc])
        size = self.width, self.height
        self.c, self.uc = self._conds(texts, size, self.firstpass_steps, caches, self.extra_network_data)

    def parse_extra_network_prompts(self):
        self.prompts, found = extra_networks.parse_prompts(self.prompts)
        self.extra_network_data = found

    def new_rng(self):
        return rng.ImageRNG(painter.SHAPE, self.seeds, self.subseeds, self.subseed_strength)

    def save_samples(self):
        stopped = state.interrupted or state.skipped
        wanted = opts.samples_save and not self.do_not_save_samples
        return wanted and (opts.save_incomplete_images or not stopped)


StableDiffusionProcessing.forget_conds()


def _repeated(text, count):
    return text if isinstance(text, list) else [text] * count


def _calls(sampler_name, steps):
    """Denoiser calls by which schedules are counted."""
    known = sd_samplers.find_sampler_config(sampler_name)
    return known.total_steps(steps) if known else steps


class DecodedSamples(list):
    already_decoded = True


def decode_latent_batch(model, batch, size):
    devices.test_for_nans(batch, where="unet")
    size = tuple(side // 8 * 8 for side in size)  # as large as a latent can be
    return DecodedSamples(model.decode_first_stage(latent, size) for latent in batch)


class StableDiffusionProcessingTxt2Img(_with_fields("Txt2ImgFields", TXT2IMG_FIELDS, StableDiffusionProcessing)):
    hr_c = hr_uc = all_hr_prompts = all_hr_negative_prompts = hr_prompts = hr_negative_prompts = None
    hr_extra_network_data = None
    hr_upscale_to_x = hr_upscale_to_y = 0

    @property
    def second_pass(self):
        """(sampler, steps) of the hires pass."""
        return self.hr_sampler_name or self.sampler_name, self.hr_second_pass_steps or self.steps

    def setup_prompts(self):
        super().setup_prompts()
        if self.enable_hr:
            for name in ("prompt", "negative_prompt"):
                if getattr(self, f"hr_{name}") == "":
                    setattr(self, f"hr_{name}", getattr(self, name))
            count = self.batch_size * self.n_iter
            texts = (_repeated(text, count) for text in (self.hr_prompt, self.hr_negative_prompt))
            self.all_hr_prompts, self.all_hr_negative_prompts = self._styled(*texts)

    def _target_size(self):
        """The size of the second pass, and what the infotext says of it."""
        wide, high = self.hr_resize_x, self.hr_resize_y
        if not wide and not high:
            return [int(side * self.hr_scale) for side in (self.width, self.height)], ("Hires upscale", self.hr_scale)
        size = wide or high * self.width // self.height, high or wide * self.height // self.width
        return size, ("Hires resize", f"{wide}x{high}")

    def init(self, all_prompts, all_seeds, all_subseeds):
        if not self.enable_hr:
            return

        def when_different(prompts, name):
            return lambda index, **names: None if prompts[index] == names[name] else prompts[index]

        (self.hr_upscale_to_x, self.hr_upscale_to_y), scale = self._target_size()
        self.hr_scheduler = self.hr_scheduler or self.scheduler
        other_sampler = self.hr_sampler_name not in {None, self.sampler_name}
        said = {
            "Denoising strength": self.denoising_strength,
            "Hires sampler": self.hr_sampler_name if other_sampler else None,
            "Hires prompt": when_different(self.all_hr_prompts, "prompt_text"),
            "Hires negative prompt": when_different(self.all_hr_negative_prompts, "negative_prompt"),
            scale[0]: scale[1],
            "Hires steps": self.hr_second_pass_steps or None,
            "Hires upscaler": self.hr_upscaler,
        }
        self.extra_generation_params.update({key: value for key, value in said.items() if value is not None})
        self._count_both_passes()

    def _count_both_passes(self):
        """Twice as many jobs as the script said, but only once in a job."""
        if state.processing_has_refined_job_count:
            return
        batches = self.n_iter if state.job_count == -1 else state.job_count
        shared.total_tqdm.updateTotal((self.steps + self.second_pass[1]) * batches)
        state.job_count, state.processing_has_refined_job_count = 2 * batches, True

    def parse_extra_network_prompts(self):
        super().parse_extra_network_prompts()
        if self.enable_hr:
            first = self.iteration * self.batch_size
            prompts, self.hr_negative_prompts = (
                each[first : first + self.batch_size] for each in (self.all_hr_prompts, self.all_hr_negative_prompts)
            )
            self.hr_prompts, self.hr_extra_network_data = extra_networks.parse_prompts(prompts)

    def setup_conds(self):
        super().setup_conds()
        self.hr_c = self.hr_uc = None

    def calculate_hr_conds(self):
        if self.hr_c is None:
            texts, size = (self.hr_prompts, self.hr_negative_prompts), (self.hr_upscale_to_x, self.hr_upscale_to_y)
            caches = [self.cached_hr_c, self.cached_c], [self.cached_hr_uc, self.cached_uc]
            calls = _calls(*self.second_pass)
            self.hr_c, self.hr_uc = self._conds(
                texts, size, self.firstpass_steps, caches, self.hr_extra_network_data, calls
            )

    def sample(self, conditioning, unconditional_conditioning, seeds, subseeds, subseed_strength, prompts):
        fault = painter.fault_in(prompts)
        self.sampler = sd_samplers.create_sampler(self.sampler_name, shared.sd_model)
        noise = self.rng.next()
        conds = {"c": conditioning, "uc": unconditional_conditioning}
        self.hook("process_before_every_sampling", x=noise, noise=noise, **conds)
        samples = self.sampler.sample(self, noise, *conds.values())
        samples = samples * np.nan if fault == "nan" else samples
        return samples if state.interrupted or not self.enable_hr else self.sample_hr_pass(samples)

    def sample_hr_pass(self, samples):
        self.is_hr_pass = True
        name, steps = self.second_pass
        self.sampler = sd_samplers.create_sampler(name, shared.sd_model)
        state.nextjob()
        self.rng = self.new_rng()
        noise = self.rng.next()
        extra_networks.activate_unless_disabled(self, self.hr_extra_network_data)
        self.calculate_hr_conds()
        self.hook("before_hr")
        conds = {"c": self.hr_c, "uc": self.hr_uc}
        self.hook("process_before_every_sampling", x=samples, noise=noise, **conds)
        samples = self.sampler.sample_img2img(self, samples, noise, *conds.values(), steps=steps)
        self.sampler, self.is_hr_pass = None, False
        return decode_latent_batch(shared.sd_model, samples, (self.hr_upscale_to_x, self.hr_upscale_to_y))

    def close(self):
        super().close()
        self.hr_c = self.hr_uc = None


def create_binary_mask(image, round=True):  # noqa: A002 - the WebUI's name
    if image.mode == "RGBA" and image.getextrema()[-1] != (255, 255):
        return image.split()[-1].point(lambda value: 255 * (value > 128)) if round else image.split()[-1]
    return image.convert("L")


class StableDiffusionProcessingImg2Img(_with_fields("Img2ImgFields", IMG2IMG_FIELDS, StableDiffusionProcessing)):
    image_mask = init_latent = None

    def __post_init__(self):
        super().__post_init__()
        self.image_mask, self.mask = self.mask, None
        if self.mask_blur is not None:
            self.mask_blur_x = self.mask_blur_y = self.mask_blur

    def init(self, all_prompts, all_seeds, all_subseeds):
        self.extra_generation_params["Denoising strength"] = self.denoising_strength
        picture, size = self.init_images[0].convert("RGB"), (self.width, self.height)
        mask = self._whole_mask() if self.image_mask else None
        self.paste_to = self._region(mask) if mask and self.inpaint_full_res else None
        if self.paste_to is None:
            picture, mask = picture.resize(size), mask and mask.resize(size)
        if mask:
            self.overlay_images = [picture.convert("RGBA")]
            self.overlay_images[0].putalpha(ImageOps.invert(mask))
        if self.paste_to:
            picture = picture.crop(self.paste_to).resize(size)
        pixels = np.moveaxis(np.asarray(picture, np.float32) / 255, 2, 0)
        self.init_latent = images_tensor_to_samples(np.stack([pixels] * self.batch_size), 0, self.sd_model)

    def _whole_mask(self):
        """What is drawn anew of the whole picture, in white."""
        mask, said = create_binary_mask(self.image_mask), self.extra_generation_params
        if self.inpainting_mask_invert:
            mask, said["Mask mode"] = ImageOps.invert(mask), "Inpaint not masked"
        if self.mask_blur_x or self.mask_blur_y:
            said["Mask blur"] = self.mask_blur_x
            mask = mask.filter(ImageFilter.GaussianBlur(self.mask_blur_x))
        fill = {0: "fill", 2: "latent noise", 3: "latent nothing"}.get(self.inpainting_fill)
        said.update({"Masked content": fill} if fill else {})
        return mask

    def _region(self, mask):
        """The part of the picture that is drawn large: the masked one with some room around it."""
        padding, said = self.inpaint_full_res_padding, self.extra_generation_params
        said["Inpaint area"], said["Masked area padding"] = "Only masked", padding
        left, top, right, bottom = mask.getbbox()
        return (
            max(left - padding, 0),
            max(top - padding, 0),
            min(right + padding, mask.width),
            min(bottom + padding, mask.height),
        )

    def sample(self, conditioning, unconditional_conditioning, seeds, subseeds, subseed_strength, prompts):
        painter.fault_in(prompts)
        self.sampler = sd_samplers.create_sampler(self.sampler_name, shared.sd_model)
        noise, conds = self.rng.next(), {"c": conditioning, "uc": unconditional_conditioning}
        self.hook("process_before_every_sampling", x=self.init_latent, noise=noise, **conds)
        return self.sampler.sample_img2img(self, self.init_latent, noise, *conds.values())

    def composited(self, image):
        if not self.overlay_images:
            return image
        overlay, whole = self.overlay_images[0], image
        if self.paste_to:
            left, top, right, bottom = self.paste_to
            whole = Image.new("RGB", overlay.size)
            whole.paste(image.resize((right - left, bottom - top)), (left, top))
        return Image.alpha_composite(whole.convert("RGBA"), overlay).convert("RGB")
