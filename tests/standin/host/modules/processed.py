"""What comes out of a run: pictures, and the text that says how to make them again."""

import json
import random

from modules import errors, infotext_utils, sd_samplers
from modules.shared import opts, state

PER_PICTURE = ("all_prompts", "all_negative_prompts", "all_seeds", "all_subseeds")
OF_THE_RUN = (
    "subseed_strength width height sampler_name cfg_scale steps batch_size restore_faces sd_model_name sd_model_hash "
    "sd_vae_name sd_vae_hash seed_resize_from_w seed_resize_from_h denoising_strength extra_generation_params styles "
    "is_using_inpainting_conditioning"
)
NOT_IN_JS = (
    "token_merging_ratio token_merging_ratio_hr eta ddim_discretize s_churn s_tmin s_tmax s_noise s_min_uncond "
    "sampler_noise_scheduler_override"
)
OF_THE_RESULT = "seed subseed face_restoration_model index_of_first_image infotexts job_timestamp clip_skip version"


def _first(value):
    return value[0] if isinstance(value, list) else value


def _number(seed):
    return -1 if seed is None else int(_first(seed))


class Processed:
    def __init__(
        self, p, images_list, seed=-1, info="", subseed=None, all_prompts=None, all_negative_prompts=None,
        all_seeds=None, all_subseeds=None, index_of_first_image=0, infotexts=None, comments="",
    ):  # fmt: skip
        vars(self).update({name: getattr(p, name) for name in f"{OF_THE_RUN} {NOT_IN_JS}".split()})
        self.images, self.info, self.version = images_list, info, program_version()
        self.comments = "\n".join([*p.comments, ""]) if p.comments else ""
        self.prompt, self.negative_prompt = _first(p.prompt), _first(p.negative_prompt)
        self.seed, self.subseed = _number(seed), _number(subseed)
        self.image_cfg_scale = self.face_restoration_model = None
        self.job_timestamp, self.clip_skip = state.job_timestamp, opts.CLIP_stop_at_last_layers
        given = (all_prompts, all_negative_prompts, all_seeds, all_subseeds)
        alone = (self.prompt, self.negative_prompt, self.seed, self.subseed)
        for name, values, single in zip(PER_PICTURE, given, alone, strict=True):
            setattr(self, name, values or getattr(p, name) or [single])
        self.index_of_first_image, self.infotexts = index_of_first_image, infotexts or [info for _ in images_list]

    def js(self):
        names = [*PER_PICTURE, *OF_THE_RUN.split(), *OF_THE_RESULT.split()]
        first = {"prompt": self.all_prompts[0], "negative_prompt": self.all_negative_prompts[0]}
        return json.dumps({name: getattr(self, name) for name in names} | first, default=lambda unknown: None)

    def infotext(self, p, index):
        return create_infotext(p, self.all_prompts, self.all_seeds, self.all_subseeds, index=index)


def program_version():
    return "v1.10.1-standin"


def get_fixed_seed(seed):
    if seed is None or isinstance(seed, str):
        digits = (seed or "").strip()
        seed = int(digits) if digits.removeprefix("-").isdecimal() else -1
    return random.randrange(4294967294) if seed == -1 else seed


def fix_seed(p):
    p.seed, p.subseed = (get_fixed_seed(seed) for seed in (p.seed, p.subseed))


def create_infotext(
    p, all_prompts, all_seeds, all_subseeds, comments=None, iteration=0, position_in_batch=0, use_main_prompt=False,
    index=None, all_negative_prompts=None,
):  # fmt: skip
    """Write down what is needed to make the picture again; extra params may be lists or functions."""
    negative = p.all_negative_prompts if all_negative_prompts is None else all_negative_prompts
    if index is None:
        index = iteration * p.batch_size + position_in_batch
    if use_main_prompt:
        index, own = 0, (p.main_prompt, p.main_negative_prompt, p.all_seeds[0], p.all_subseeds[0])
    else:
        own = tuple(each[index] for each in (all_prompts, negative, all_seeds, all_subseeds))
    known = {
        "p": p, "index": index, "prompt_text": own[0], "negative_prompt": own[1], "all_prompts": all_prompts,
        "all_negative_prompts": negative, "all_seeds": all_seeds, "all_subseeds": all_subseeds, "comments": comments,
        "iteration": iteration, "position_in_batch": position_in_batch, "use_main_prompt": use_main_prompt,
    }  # fmt: skip
    params = {key: _value_for(key, value, known) for key, value in _parameters(p, *own[2:]).items()}
    said = (key if key == value else f"{key}: {infotext_utils.quote(value)}" for key, value in params.items()
            if value is not None)  # fmt: skip
    lines = [own[0], *([f"Negative prompt: {own[1]}"] if own[1] else []), ", ".join(said)]
    return "\n".join(lines).strip()


def _value_for(key, value, known):
    """Take an extra param's value for this picture."""
    try:
        if callable(value):
            return value(**known)
        return value[known["index"]] if isinstance(value, list) else value
    except Exception:
        errors.report(f"Cannot write {key} into the infotext", exc_info=True)
        return None


def _parameters(p, seed, subseed):
    sampler = sd_samplers.find_sampler_config(p.sampler_name)
    ensd = opts.eta_noise_seed_delta if sampler and sampler.options.get("uses_ensd") else 0
    skip, varied = opts.CLIP_stop_at_last_layers, p.subseed_strength != 0
    table = [
        ("Steps", True, p.steps),
        ("Sampler", True, p.sampler_name),
        ("Schedule type", True, p.scheduler),
        ("CFG scale", True, p.cfg_scale),
        ("Seed", True, seed),
        ("Size", True, f"{p.width}x{p.height}"),
        ("Model hash", opts.add_model_hash_to_info, p.sd_model_hash),
        ("Model", opts.add_model_name_to_info, p.sd_model_name),
        ("Variation seed", varied, subseed),
        ("Variation seed strength", varied, p.subseed_strength),
        ("Denoising strength", True, p.extra_generation_params.get("Denoising strength")),
        ("Clip skip", skip > 1, skip),
        ("ENSD", ensd, ensd),
        *((key, True, value) for key, value in p.extra_generation_params.items()),
        ("Version", opts.add_version_to_infotext, program_version()),
        ("User", opts.add_user_name_to_info, p.user),
    ]
    return {key: value if wanted else None for key, wanted, value in table}
