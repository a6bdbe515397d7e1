"""Noise schedules. Names are the WebUI's; those with an elaborate formula of their own are drawn as Karras'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

SIGMA_MIN, SIGMA_MAX = 0.0292, 14.6146


def _model_sigmas():
    """Stable Diffusion's own noise levels for its 1000 training steps."""
    alphas = np.cumprod(1 - np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2)
    return ((1 - alphas) / alphas) ** 0.5


MODEL_SIGMAS = _model_sigmas()


def uniform(n, sigma_min=SIGMA_MIN, sigma_max=SIGMA_MAX, **_):
    return np.append(np.interp(np.linspace(999, 0, n), np.arange(1000), MODEL_SIGMAS), 0)


def karras(n, sigma_min=SIGMA_MIN, sigma_max=SIGMA_MAX, rho=7.0, **_):
    return np.append(np.linspace(sigma_max ** (1 / rho), sigma_min ** (1 / rho), n) ** rho, 0)


def exponential(n, sigma_min=SIGMA_MIN, sigma_max=SIGMA_MAX, **_):
    return np.append(np.exp(np.linspace(np.log(sigma_max), np.log(sigma_min), n)), 0)


@dataclass
class Scheduler:
    name: str
    label: str
    function: Any
    default_rho: float = -1
    need_inner_model: bool = False
    aliases: list | None = None


schedulers = [
    Scheduler("automatic", "Automatic", function=None),
    Scheduler("uniform", "Uniform", function=uniform, need_inner_model=True),
    Scheduler("karras", "Karras", karras, default_rho=7.0),
    Scheduler("exponential", "Exponential", exponential),
    Scheduler("polyexponential", "Polyexponential", exponential, default_rho=1.0),
    Scheduler("sgm_uniform", "SGM Uniform", uniform, need_inner_model=True, aliases=["SGMUniform"]),
    Scheduler("kl_optimal", "KL Optimal", karras),
    Scheduler("align_your_steps", "Align Your Steps", karras),
    Scheduler("simple", "Simple", uniform, need_inner_model=True),
    Scheduler("normal", "Normal", uniform, need_inner_model=True),
    Scheduler("ddim", "DDIM", uniform, need_inner_model=True),
    Scheduler("beta", "Beta", karras, need_inner_model=True),
]
schedulers_map = {key: each for each in schedulers for key in (each.name, each.label)}
