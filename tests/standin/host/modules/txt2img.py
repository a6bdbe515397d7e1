"""The Generate button."""

from contextlib import closing

import gradio as gr

from modules import infotext_utils, processing, scripts
from modules.shared import opts
from modules.ui_common import plaintext_to_html

FIELDS = (
    "prompt", "negative_prompt", "styles", "n_iter", "batch_size", "cfg_scale", "height", "width",
    "enable_hr", "denoising_strength", "hr_scale", "hr_second_pass_steps", "hr_resize_x",
    "hr_resize_y", "hr_prompt", "hr_negative_prompt",
)  # fmt: skip


def txt2img_create_processing(id_task, request, *args):
    fields = dict(zip(FIELDS, args, strict=False))
    override_settings, *script_args = args[len(FIELDS) :]
    for kind in ("samples", "grids"):
        fields[f"outpath_{kind}"] = getattr(opts, f"outdir_{kind}") or getattr(opts, f"outdir_txt2img_{kind}")
    fields["override_settings"] = infotext_utils.create_override_settings_dict(override_settings or [])
    p = processing.StableDiffusionProcessingTxt2Img(**fields)
    p.scripts = scripts.scripts_txt2img
    p.script_args = tuple(script_args)
    p.user = getattr(request, "username", None)
    return p


def txt2img(id_task, request: gr.Request, *args):
    with closing(txt2img_create_processing(id_task, request, *args)) as p:
        processed = p.scripts.run(p, *p.script_args) or processing.process_images(p)
    comments = plaintext_to_html(processed.comments, classname="comments")
    pictures = [] if opts.do_not_show_images else processed.images
    return pictures, processed.js(), plaintext_to_html(processed.info), comments
