"""Always-on scripts with one switch each, which the user has to turn on."""

import random
import re
from typing import ClassVar

import gradio as gr
from modules import scripts

from tests.standin.portraits import painter


class _WithSwitch:
    def show(self, is_img2img):
        return scripts.AlwaysVisible if self else None

    def ui(self, is_img2img):
        return [gr.Checkbox(value=False, label=f"{self.title()} is on")]


class Counts(_WithSwitch, scripts.Script):
    """Keeps a number from call to call below what can be seen of the denoiser, as masks that add up do."""

    def title(self):
        return "Counts calls"

    def process(self, p, is_on):
        if not is_on:
            return
        self.calls, self.original = 0, painter.Denoiser.forward
        painter.Denoiser.forward = lambda denoiser, x, sigma, cond: self.forward(denoiser, x, sigma, cond)

    def forward(self, denoiser, x, sigma, cond):
        self.calls += 1
        return self.original(denoiser, x, sigma, cond) * (1 + self.calls / 100)

    def postprocess(self, p, processed, is_on):
        if is_on:
            painter.Denoiser.forward = self.original


class Harmless(_WithSwitch, scripts.Script):
    """Does something that needs no state."""

    def title(self):
        return "Harmless"

    def process(self, p, is_on):
        if is_on:
            p.extra_generation_params["Harmless"] = "yes"


class Draws(_WithSwitch, scripts.Script):
    """Puts a LoRA in place of a wildcard, another one for every seed and row."""

    def title(self):
        return "Draws LoRAs"

    def process(self, p, is_on):
        for i, prompt in enumerate(p.all_prompts if is_on else ()):
            drawn = ("Noor", "mei")["smil" in prompt]
            p.all_prompts[i] = prompt.replace("__lora__", f"<lora:{drawn}:1>")


class ExpectsOne(_WithSwitch, scripts.Script):
    """Takes the prompt for a text."""

    def title(self):
        return "Expects one prompt"

    def process(self, p, is_on):
        if is_on:
            p.extra_generation_params["First letter"] = p.prompt.strip()[0]
            if "breaks" in p.prompt:
                raise ValueError("this one breaks")


class Units(scripts.Script):
    """Takes what it does in two units, as ControlNet does."""

    def title(self):
        return "Units"

    def show(self, is_img2img):
        return scripts.AlwaysVisible if self else None

    def ui(self, is_img2img):
        return [gr.State({"enabled": False, "weight": 1.0}) for _ in range(2)]

    def process(self, p, *units):
        p.extra_generation_params["Units"] = sum(bool(unit and unit["enabled"]) for unit in units)


class Behind(scripts.Script):
    """Makes itself selectable as well, when the page is built: its values lie behind those of all selectable ones."""

    def title(self):
        return "Lies behind"

    def show(self, is_img2img):
        return scripts.AlwaysVisible if self else None

    def ui(self, is_img2img):
        runner = scripts.scripts_img2img if is_img2img else scripts.scripts_txt2img
        if self not in runner.selectable_scripts:
            runner.selectable_scripts.append(self)
            runner.titles.append(self.title())
        return [gr.Checkbox(value=False, label="Lies behind"), gr.Textbox(value="here", label="Where it is")]

    def process(self, p, is_on, where):
        p.extra_generation_params["Lies"] = f"{is_on} {where}"


class Faces(scripts.Script):
    """Would paint faces once more, by the prompt of each of its tabs, or else by the picture's."""

    def title(self):
        return "Faces"

    def show(self, is_img2img):
        return scripts.AlwaysVisible if self else None

    def ui(self, is_img2img):
        return [gr.Checkbox(value=False, label="Faces"), gr.State({"ad_model": "face", "ad_prompt": ""})]

    def process(self, p, is_on, tab):
        if is_on:
            p.extra_generation_params["Face prompt"] = tab.get("ad_prompt") or p.all_prompts[0]
            p.extra_generation_params["Face negative"] = tab.get("ad_negative_prompt") or None


class Skips(_WithSwitch, scripts.Script):
    """Draws as little of img2img as it can, and takes its picture, as a face detailer may."""

    def title(self):
        return "Skips img2img"

    def process(self, p, is_on):
        if is_on:
            p.steps, p.width, p.height = 1, 32, 32

    def postprocess_image(self, p, args, is_on):
        if is_on:
            args.image = p.init_images[0]


class Variants(scripts.Script):
    """Draws ``{a|b}`` and ``__animal__``, reads ``{a}`` as words, and drops backslashes, as Dynamic Prompts does."""

    wildcards: ClassVar = {"animal": ["cat", "dog", "owl", "fox", "hen"]}

    def title(self):
        return "Dynamic Prompts v0"

    def show(self, is_img2img):
        return scripts.AlwaysVisible if self else None

    def ui(self, is_img2img):
        labels = "Dynamic Prompts enabled", "Combinatorial generation"
        return [gr.Checkbox(value=False, label=label) for label in labels]

    def process(self, p, is_on, is_combinatorial):
        for i, prompt in enumerate(p.all_prompts if is_on else ()):
            p.all_prompts[i] = self._drawn(prompt.replace("\\", ""), random.Random(p.all_seeds[i]))

    def _drawn(self, text, chance):
        text = re.sub("__(.*?)__", lambda match: chance.choice(self.wildcards[match[1]]), text)
        return re.sub(r"\{([^{}]*)\}", lambda match: chance.choice(match[1].split("|")), text)


class Decoration(scripts.Script):
    """Has a place on the page and no part in pictures."""

    def title(self):
        return "Decoration"

    def show(self, is_img2img):
        return scripts.AlwaysVisible if self else None

    def ui(self, is_img2img):
        return []
