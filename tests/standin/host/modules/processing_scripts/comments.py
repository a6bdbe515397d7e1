"""Strips `# comments` from prompts."""

import re

from modules import scripts, shared


def strip_comments(text):
    text = re.sub(r"(?:\A|\n)#.*(?:\n|\Z)", "\n", text)
    return re.sub(r"#.*(?:\n|\Z)", "\n", text)


class StripComments(scripts.Script):
    def title(self):
        return "Comments"

    def show(self, is_img2img):
        return scripts.AlwaysVisible if self else None

    def process(self, p, *args):
        first = "all_prompts all_negative_prompts main_prompt main_negative_prompt"
        second = "all_hr_prompts all_hr_negative_prompts hr_prompt hr_negative_prompt"
        names = f"{first} {second}" if getattr(p, "enable_hr", None) else first
        for name in names.split() if shared.opts.enable_prompt_comments else ():
            value = getattr(p, name)
            several = isinstance(value, list) and name.startswith("all_")
            setattr(p, name, [strip_comments(each) for each in value] if several else strip_comments(value))


shared.options_templates.update(
    shared.options_section(
        ("sd", "Stable Diffusion", "sd"),
        {"enable_prompt_comments": shared.OptionInfo(True, "Enable comments")},
    )
)
shared.opts.data.setdefault("enable_prompt_comments", True)
