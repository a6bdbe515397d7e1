"""The samplers, each in its simplest form: calls, noise and history are as in the real ones.

Every sampler is a function (denoise, x, sigmas, noise, after_step) -> x.
"""

from __future__ import annotations

import functools
from itertools import pairwise

import numpy as np

from modules import sd_schedulers
from modules.sd_samplers_common import Sampler, SamplerData, sample_to_image, samples_to_image_grid

__all__ = ["sample_to_image", "samples_to_image_grid"]


def _ancestral(sigma, sigma_next, eta):
    """Split a step into going down to `down` and adding noise of strength `up`."""
    up = min(sigma_next, eta * (sigma_next**2 * max(sigma**2 - sigma_next**2, 0) / sigma**2) ** 0.5)
    return (sigma_next**2 - up**2) ** 0.5, up


def first_order(denoise, x, sigmas, noise, after_step, eta=0.0):
    """Euler and its kin: one call a step."""
    for i, (sigma, sigma_next) in enumerate(pairwise(sigmas)):
        denoised = denoise(x, sigma)
        after_step(i)
        down, up = _ancestral(sigma, sigma_next, eta)
        x = x + (x - denoised) / sigma * np.float32(down - sigma)
        if eta and sigma_next > 0:
            x = x + noise() * np.float32(up)
    return x


def second_order(denoise, x, sigmas, noise, after_step, eta=0.0, midpoint=False):
    """Heun, DPM2 and their kin: two calls a step but one in the last, 2n-1 in all."""
    for i, (sigma, sigma_next) in enumerate(pairwise(sigmas)):
        denoised = denoise(x, sigma)
        after_step(i)
        down, up = _ancestral(sigma, sigma_next, eta)
        slope = (x - denoised) / sigma
        if down == 0:
            x = x + slope * np.float32(-sigma)
            continue
        probe = np.float32((sigma * down) ** 0.5 if midpoint else down)
        x_probe = x + slope * (probe - sigma)
        slope_probe = (x_probe - denoise(x_probe, probe)) / probe
        x = x + (slope_probe if midpoint else (slope + slope_probe) / 2) * np.float32(down - sigma)
        if eta:
            x = x + noise() * np.float32(up)
    return x


def multistep(denoise, x, sigmas, noise, after_step, eta=0.0):
    """DPM++ 2M, LMS and their kin: one call a step, and the last step's result is used again."""
    previous = None
    for i, (sigma, sigma_next) in enumerate(pairwise(sigmas)):
        denoised = denoise(x, sigma)
        after_step(i)
        ahead = denoised if previous is None or sigma_next == 0 else denoised * 1.25 - previous * 0.25
        ahead = ahead.astype(np.float32)
        down, up = _ancestral(sigma, sigma_next, eta)
        x = ahead + (x - ahead) * np.float32(down / sigma)
        if eta and sigma_next > 0:
            x = x + noise() * np.float32(up)
        previous = denoised
    return x


def adaptive(denoise, x, sigmas, noise, after_step):
    """DPM adaptive: chooses its own steps by the error over the whole batch, so batchmates matter."""
    sigma, ratio, i = sigmas[0], 0.75, 0
    while sigma > sigmas[-2]:
        sigma_next = np.float32(max(sigma * ratio, sigmas[-2]))
        denoised = denoise(x, sigma)
        slope = (x - denoised) / sigma
        probe = x + slope * (sigma_next - sigma)
        slope_probe = (probe - denoise(probe, sigma_next)) / sigma_next
        error = float(np.sqrt(np.mean(((slope - slope_probe) * (sigma_next - sigma)) ** 2)))
        x = x + (slope + slope_probe) / 2 * (sigma_next - sigma)
        sigma, ratio, i = sigma_next, min(0.85, max(0.45, ratio * (1.1 - 0.05 * error))), i + 1
        after_step(min(i, len(sigmas) - 2))
    return denoise(x, sigma)


def _sampler(name, function, alias, **options):
    def constructor(model):
        return Sampler(function)

    return SamplerData(name, constructor, [alias], options)


def _with(function, **settings):
    return functools.partial(function, **settings)


second = {"second_order": True}
all_samplers = [
    _sampler("DPM++ 2M", multistep, "k_dpmpp_2m", scheduler="karras"),
    _sampler("DPM++ SDE", _with(second_order, eta=1.0, midpoint=True), "k_dpmpp_sde", scheduler="karras",
             brownian_noise=True, **second),
    _sampler("DPM++ 2M SDE", _with(multistep, eta=1.0), "k_dpmpp_2m_sde", scheduler="exponential",
             brownian_noise=True),
    _sampler("DPM++ 2M SDE Heun", _with(multistep, eta=0.9), "k_dpmpp_2m_sde_heun", scheduler="exponential",
             brownian_noise=True, solver_type="heun"),
    _sampler("DPM++ 2S a", _with(second_order, eta=1.0, midpoint=True), "k_dpmpp_2s_a", scheduler="karras",
             uses_ensd=True, **second),
    _sampler("DPM++ 3M SDE", _with(multistep, eta=0.8), "k_dpmpp_3m_sde", scheduler="exponential",
             discard_next_to_last_sigma=True, brownian_noise=True),
    _sampler("Euler a", _with(first_order, eta=1.0), "k_euler_a", uses_ensd=True),
    _sampler("Euler", first_order, "k_euler"),
    _sampler("LMS", multistep, "k_lms"),
    _sampler("Heun", second_order, "k_heun", **second),
    _sampler("DPM2", _with(second_order, midpoint=True), "k_dpm_2", scheduler="karras",
             discard_next_to_last_sigma=True, **second),
    _sampler("DPM2 a", _with(second_order, eta=1.0, midpoint=True), "k_dpm_2_a", scheduler="karras",
             discard_next_to_last_sigma=True, uses_ensd=True, **second),
    _sampler("DPM fast", first_order, "k_dpm_fast", uses_ensd=True),
    _sampler("DPM adaptive", adaptive, "k_dpm_ad", uses_ensd=True),
    _sampler("Restart", second_order, "restart", scheduler="karras", **second),
    _sampler("DDIM", first_order, "ddim"),
    _sampler("DDIM CFG++", first_order, "ddim_cfgpp"),
    _sampler("PLMS", multistep, "plms"),
    _sampler("UniPC", multistep, "unipc"),
    _sampler("LCM", _with(first_order, eta=1.0), "k_lcm"),
]  # fmt: skip
all_samplers_map = {each.name: each for each in all_samplers}
samplers = samplers_for_img2img = all_samplers
samplers_map = {key.lower(): each.name for each in all_samplers for key in (each.name, *each.aliases)}


def visible_samplers():
    return all_samplers


def visible_sampler_names():
    return [each.name for each in all_samplers]


def find_sampler_config(name):
    return all_samplers[0] if name is None else all_samplers_map.get(name)


def create_sampler(name, model):
    found = find_sampler_config(name)
    if found is None:
        raise AssertionError(f"bad sampler name: {name}")
    sampler = found.constructor(model)
    sampler.config = found
    return sampler


def get_sampler_and_scheduler(sampler_name, scheduler_name, *, convert_automatic=True):
    """Take "DPM++ 2M Karras" apart, and put unknown names right."""
    name, schedules = sampler_name or all_samplers[0].name, sd_schedulers.schedulers
    endings = {f" {ending}": each for each in schedules for ending in (each.label, each.name, *(each.aliases or []))}
    ending = next((ending for ending in endings if name.endswith(ending)), "")
    found = endings.get(ending) or sd_schedulers.schedulers_map.get(scheduler_name, schedules[0])
    sampler = all_samplers_map.get(name.removesuffix(ending), all_samplers[0])
    usual = convert_automatic and sampler.options.get("scheduler") == found.name
    return sampler.name, (schedules[0] if usual else found).label


def fix_p_invalid_sampler_and_scheduler(p):
    asked = p.sampler_name, p.scheduler
    p.sampler_name, p.scheduler = get_sampler_and_scheduler(*asked, convert_automatic=False)


def get_sampler_from_infotext(params):
    return get_sampler_and_scheduler(params.get("Sampler"), params.get("Schedule type"))[0]


def get_scheduler_from_infotext(params):
    return get_sampler_and_scheduler(params.get("Sampler"), params.get("Schedule type"))[1]
