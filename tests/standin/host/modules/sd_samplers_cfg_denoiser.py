"""Classifier-free guidance around the inner denoiser."""

from itertools import pairwise

import numpy as np

from modules import prompt_parser, script_callbacks, sd_models, sd_samplers_common
from modules.script_callbacks import AfterCFGCallbackParams, CFGDenoisedParams, CFGDenoiserParams
from modules.shared import opts, state


class CFGDenoiser:
    """One per sampler. `model_wrap` is the inner denoiser, called `(x, sigma, cond={"c_crossattn": [rows], …})`."""

    def __init__(self, sampler):
        self.sampler = sampler
        self.p = self.model_wrap = None
        self.step = 0
        self.steps = self.total_steps = None
        self.cond_scale_miltiplier, self.padded_cond_uncond = 1.0, False

    @property
    def inner_model(self):
        self.model_wrap = self.model_wrap or sd_models.sd_model.create_denoiser()
        return self.model_wrap

    def __call__(self, x, sigma, uncond, cond, cond_scale):
        if state.skipped or state.interrupted:
            raise sd_samplers_common.InterruptedException("stopped by the user")
        conds_list, cond = prompt_parser.reconstruct_multicond_batch(cond, self.step)
        uncond = prompt_parser.reconstruct_cond_batch(uncond, current_step=self.step)
        rows = [i for i, parts in enumerate(conds_list) for _ in parts]
        x_in = np.concatenate([x[rows], x])
        params = CFGDenoiserParams(
            x_in, np.zeros((len(x_in), 5, 1, 1), np.float32), np.full(len(x_in), sigma, np.float32),
            state.sampling_step, state.sampling_steps, cond, uncond, self,
        )  # fmt: skip
        script_callbacks.cfg_denoiser_callback(params)
        x_out = self._denoise(params, len(x))
        script_callbacks.cfg_denoised_callback(
            CFGDenoisedParams(x_out, state.sampling_step, state.sampling_steps, self.inner_model)
        )
        denoised = self._combine(x_out, conds_list, len(x), cond_scale * self.cond_scale_miltiplier)
        self.sampler.last_latent = x_out[[parts[0][0] for parts in conds_list]]
        sd_samplers_common.store_latent(self._preview(x_out, denoised))
        after = AfterCFGCallbackParams(denoised, state.sampling_step, state.sampling_steps)
        script_callbacks.cfg_after_cfg_callback(after)
        self.step += 1
        return after.x

    def _denoise(self, params, batch_size):
        """Call the inner denoiser in as many parts as the WebUI would: prompts of unequal length apart."""
        cond, uncond = params.text_cond, params.text_uncond
        texts, equal = [*cond, *uncond], cond.shape[1] == uncond.shape[1]
        self.padded_cond_uncond = opts.pad_cond_uncond and not equal
        if self.padded_cond_uncond:
            texts, equal = list(prompt_parser.stack_conds(texts)), True
        cuts = [0, len(params.x)] if equal else [0, len(cond), len(params.x)]
        if not opts.batch_cond_uncond:
            cuts = sorted({*range(0, len(params.x), batch_size), len(cond), len(params.x)})
        parts = [
            self.inner_model(
                params.x[a:b],
                params.sigma[a:b],
                cond={"c_crossattn": [np.stack(texts[a:b])], "c_concat": [params.image_cond[a:b]]},
            )
            for a, b in pairwise(cuts)
        ]
        return np.concatenate(parts)

    def _combine(self, x_out, conds_list, batch_size, scale):
        uncond = x_out[-batch_size:]
        denoised = uncond.copy()
        for i, parts in enumerate(conds_list):
            for row, weight in parts:
                denoised[i] += (x_out[row] - uncond[i]) * np.float32(weight * scale)
        return denoised

    def _preview(self, x_out, denoised):
        if opts.live_preview_content == "Negative prompt":
            return x_out[-len(denoised) :]
        return denoised if opts.live_preview_content == "Combined" else self.sampler.last_latent
