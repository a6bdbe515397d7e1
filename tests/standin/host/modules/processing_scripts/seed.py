"""Seed and variation seed."""

import json

import gradio as gr
from modules import scripts
from modules.gradio_line import JS
from modules.infotext_utils import PasteField, parse_generation_parameters
from modules.ui_components import ToolButton


class ScriptSeed(scripts.ScriptBuiltinUI):
    section = "seed"
    create_group = False

    def title(self):
        return "Seed"

    def ui(self, is_img2img):
        def number(label, name):
            return gr.Number(-1, label=label, elem_id=self.elem_id(name), min_width=100, precision=0)

        with gr.Row(elem_id=f"{self.tabname}_seed_row"):
            seed = number("Seed", "seed")
            random_seed = ToolButton(value="\U0001f3b2\ufe0f", elem_id=self.elem_id("random_seed"))
            reuse_seed = ToolButton(value="\u267b\ufe0f", elem_id=self.elem_id("reuse_seed"))
            extra = gr.Checkbox(label="Extra", elem_id=self.elem_id("subseed_show"), value=False)
        with gr.Row(visible=False, elem_id=self.elem_id("subseed_row")) as extras:
            subseed = number("Variation seed", "subseed")
            name = self.elem_id("subseed_strength")
            strength = gr.Slider(0, 1, 0.0, step=0.01, label="Variation strength", elem_id=name)
        random_seed.click(lambda: -1, outputs=[seed], show_progress=False)
        told_of = f"generation_info_{self.tabname}"
        self.on_after_component(lambda made: _connect_reuse(seed, reuse_seed, made.component), elem_id=told_of)
        extra.change(lambda shown: gr.update(visible=shown), inputs=[extra], outputs=[extras], show_progress=False)
        labels = {"seed": (seed, "Seed"), "subseed": (subseed, "Variation seed")}
        labels["subseed_strength"] = strength, "Variation seed strength"
        self.infotext_fields = [PasteField(*pair, api=name) for name, pair in labels.items()]
        self.infotext_fields.append(PasteField(extra, lambda params: "Variation seed" in params))
        return seed, extra, subseed, strength

    def setup(self, p, seed, extra, subseed, strength):
        p.seed = seed
        if extra and strength > 0:
            p.subseed, p.subseed_strength = subseed, strength


def _connect_reuse(seed, button, generation_info):
    """Let the button put the seed of the picture that is selected in the gallery into the field."""

    def seed_of(info, index):
        infotext = json.loads(info)["infotexts"][index]
        return [int(parse_generation_parameters(infotext)["Seed"]), gr.update()]

    selected = "(x, y) => [x, selected_gallery_index()]"
    both = {"inputs": [generation_info, seed], "outputs": [seed, seed]}
    button.click(seed_of, show_progress=False, **both, **{JS: selected})
