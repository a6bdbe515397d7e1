"""Sampling method, schedule type and steps."""

import gradio as gr
from modules import scripts, sd_samplers, sd_schedulers
from modules.infotext_utils import PasteField
from modules.ui_components import FormRow


class ScriptSampler(scripts.ScriptBuiltinUI):
    section = "sampler"

    def title(self):
        return "Sampler"

    def ui(self, is_img2img):
        methods = [each.name for each in sd_samplers.visible_samplers()]
        schedules = [each.label for each in sd_schedulers.schedulers]
        choices = {"sampling": ("Sampling method", methods), "scheduler": ("Schedule type", schedules)}
        with FormRow(elem_id="_".join(["sampler_selection", self.tabname])):
            found = [
                gr.Dropdown(names, label=label, elem_id=f"{self.tabname}_{name}", value=names[0])
                for name, (label, names) in choices.items()
            ]
            steps = gr.Slider(1, 150, 20, step=1, label="Sampling steps", elem_id=f"{self.tabname}_steps")
        self.steps, self.sampler_name, self.scheduler = controls = [steps, *found]
        keys = ("Steps", sd_samplers.get_sampler_from_infotext, sd_samplers.get_scheduler_from_infotext)
        names = ("steps", "sampler_name", "scheduler")
        self.infotext_fields = [PasteField(*pair, api=name) for *pair, name in zip(controls, keys, names, strict=True)]
        return controls

    def setup(self, p, *values):
        p.steps, p.sampler_name, p.scheduler = values
