"""Prompt styles, kept in styles.csv."""

import csv
import functools
from pathlib import Path
from typing import NamedTuple

from modules import shared


class PromptStyle(NamedTuple):
    name: str
    prompt: str
    negative_prompt: str
    path: str | None = None


def merge_prompts(style_prompt, prompt):
    marked = "{prompt}" in style_prompt
    appended = ", ".join(part for part in (prompt.strip(), style_prompt.strip()) if part)
    return style_prompt.replace("{prompt}", prompt) if marked else appended


def apply_styles_to_prompt(prompt, styles):
    return functools.reduce(lambda text, style: merge_prompts(style, text), styles, prompt)


class StyleDatabase:
    def __init__(self, paths):
        self.no_style = PromptStyle("None", "", "")
        self.styles: dict[str, PromptStyle] = {}
        self.paths = paths
        self.reload()

    def reload(self):
        self.styles.clear()
        for path in map(Path, shared.cmd_opts.styles_file or self.paths):
            if path.is_file():
                with path.open(encoding="utf-8-sig", newline="") as file:
                    for row in csv.DictReader(file):
                        style = PromptStyle(row["name"], row["prompt"], row.get("negative_prompt", ""), str(path))
                        self.styles[style.name] = style

    def get_style_prompts(self, styles):
        return [self.styles.get(name, self.no_style).prompt for name in styles]

    def get_negative_style_prompts(self, styles):
        return [self.styles.get(name, self.no_style).negative_prompt for name in styles]

    def apply_styles_to_prompt(self, prompt, styles):
        return apply_styles_to_prompt(prompt, self.get_style_prompts(styles))

    def apply_negative_styles_to_prompt(self, prompt, styles):
        return apply_styles_to_prompt(prompt, self.get_negative_style_prompts(styles))

    def extract_styles_from_prompt(self, prompt, negative_prompt):
        return [], prompt, negative_prompt
