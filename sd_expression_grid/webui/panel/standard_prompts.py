"""Prompts to begin with, for the checkpoints that most people have; a click puts one into the page's prompt boxes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sd_expression_grid.base.html import templates_in
from sd_expression_grid.study.study import STUDY_NEGATIVE_PROMPT, STUDY_PROMPT

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardPrompt:
    """A prompt with both placeholders, and its negative prompt."""

    title: str
    prompt: str
    negative_prompt: str


STANDARD_PROMPTS = (
    StandardPrompt(title="Photographic: the study's own", prompt=STUDY_PROMPT, negative_prompt=STUDY_NEGATIVE_PROMPT),
    StandardPrompt(
        title="Illustrious, NoobAI",
        prompt="1girl, solo, {character}, {expression}, portrait, looking at viewer, simple background, "
        "masterpiece, best quality",
        negative_prompt="worst quality, low quality, bad anatomy, multiple views, signature, watermark, text",
    ),
    StandardPrompt(
        title="Pony",
        prompt="score_9, score_8_up, score_7_up, source_anime, 1girl, solo, {character}, {expression}, portrait, "
        "looking at viewer, simple background",
        negative_prompt="score_4, score_5, score_6, source_pony, source_furry, multiple views, signature, watermark",
    ),
)
"""The anime checkpoints' words for quality are those of their makers' guides."""


def standard_prompts_html() -> str:
    """A button for each."""
    return templates_in(_TEMPLATES).get_template("standard_prompts.html").render(prompts=STANDARD_PROMPTS)
