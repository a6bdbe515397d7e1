"""What all samplers share: sampling from first noise to last latent, stoppable in between."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from modules import images, sd_models, sd_samplers_cfg_denoiser, sd_schedulers, shared
from modules.shared import opts, state
from tests.standin.portraits import painter


class SamplerData(namedtuple("SamplerData", ["name", "constructor", "aliases", "options"])):
    def total_steps(self, steps):
        return steps * 2 if self.options.get("second_order") else steps


class InterruptedException(BaseException):
    """Somebody pressed Interrupt or Skip. Not an Exception, so that scripts do not catch it by mistake."""


def sample_to_image(samples, index=0, approximation=None):
    return sd_models.sd_model.decode_first_stage(samples[index], preview=True)


def samples_to_image_grid(samples, approximation=None):
    return images.image_grid([sample_to_image(samples, i) for i in range(len(samples))])


def images_tensor_to_samples(image, approximation=None, model=None):
    return np.stack([painter.encode_picture(each) for each in image])


def store_latent(latent):
    state.current_latent = latent


class Sampler:
    def __init__(self, function):
        self.func = function
        self.config: SamplerData | None = None
        self.last_latent = self.p = None
        self.eta = None
        self.sampler_extra_args: dict = {}
        self.model_wrap_cfg = sd_samplers_cfg_denoiser.CFGDenoiser(self)
        wrapped = self.model_wrap_cfg
        self.model_wrap = wrapped.inner_model

    def get_sigmas(self, p, steps):
        asked = (p.hr_scheduler if p.is_hr_pass else p.scheduler) or "Automatic"
        usual = self.config.options.get("scheduler")
        scheduler = sd_schedulers.schedulers_map[(usual or "uniform") if asked == "Automatic" else asked]
        if usual or asked != "Automatic":
            said, label = p.extra_generation_params, "Schedule type"
            if p.is_hr_pass and said.get(label) != scheduler.label:
                label = "Hires schedule type"
            said[label] = scheduler.label
        return scheduler.function(n=steps)

    def sample(self, p, x, conditioning, unconditional_conditioning, steps=None, image_conditioning=None):
        sigmas = self.get_sigmas(p, steps=steps or p.steps)
        x = x * sigmas[0]
        return self._launch(p, x, x, sigmas, (conditioning, unconditional_conditioning))

    def sample_img2img(
        self, p, x, noise, conditioning, unconditional_conditioning, steps=None, image_conditioning=None
    ):
        strength = min(p.denoising_strength, 0.999)
        if steps is None and not opts.img2img_fix_steps:
            wanted, steps = int(strength * p.steps) + 1, p.steps
        else:
            wanted = steps or p.steps
            steps = int(wanted / strength) if strength > 0 else 0
        sigmas = self.get_sigmas(p, steps)[steps - wanted :]
        return self._launch(p, x, x + noise * sigmas[0], sigmas, (conditioning, unconditional_conditioning))

    def _launch(self, p, last_latent, x, sigmas, conds):
        steps = len(sigmas) - 1
        denoiser = self.model_wrap_cfg
        self.p = denoiser.p = p
        denoiser.step, denoiser.steps, denoiser.total_steps = 0, steps, self.config.total_steps(steps)
        self.eta = p.eta if p.eta is not None else opts.eta_ancestral
        self.sampler_extra_args = {"cond": conds[0], "uncond": conds[1], "cond_scale": p.cfg_scale}
        state.sampling_steps, state.sampling_step = steps, 0
        self.last_latent = last_latent.astype("float32")
        try:
            return self.func(self._denoise, x.astype("float32"), sigmas.astype("float32"), p.rng.next, self._after_step)
        except (InterruptedException, RecursionError):
            return self.last_latent

    def _denoise(self, x, sigma):
        return self.model_wrap_cfg(x, sigma, **self.sampler_extra_args)

    def _after_step(self, number):
        state.sampling_step = number
        shared.total_tqdm.step()
