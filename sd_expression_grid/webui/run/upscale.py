"""The gallery's upscale button makes a picture larger with the prompts that it was made with, not with the page's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modules import processing

from sd_expression_grid import TITLE
from sd_expression_grid.prompts.infotext_text import prompts_in, settings_in
from sd_expression_grid.webui.host.companions import active_companions
from sd_expression_grid.webui.run.script_texts import has_texts, takes_own_prompt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.webui.host.processing import Processing

_NO_INFOTEXT = "Not upscaled: the picture has no infotext, so nobody knows its prompt. Send it to extras instead."
_GRID = "Not upscaled: this is a grid. Click on a cell of it and upscale that one, or send the grid to extras."


def upscale(p: Processing, placeholders: Sequence[str]) -> Any:
    """Gives ``p`` the picture's own prompts and CFG scale, and returns None: the WebUI goes on by itself.

    Infotexts do not tell what the study had filled in for other extensions, so those that get another text are named.
    A grid, and a picture that does not tell its prompts, comes back as it is, as the WebUI's Processed with the reason.
    """
    infotext = str(p.firstpass_image.info.get("parameters", ""))
    settings = settings_in(infotext)
    if not settings or settings.get("Script") == TITLE:
        p.comment(_GRID if settings else _NO_INFOTEXT)
        return processing.Processed(p, [p.firstpass_image], info=infotext, infotexts=[infotext])
    p.prompt, p.negative_prompt = prompts_in(infotext)
    p.styles = []  # they are in these prompts
    p.hr_prompt, p.hr_negative_prompt = settings.get("Hires prompt", ""), settings.get("Hires negative prompt", "")
    p.cfg_scale = float(settings.get("CFG scale", p.cfg_scale))
    for line in _told_of_others(p, placeholders):
        p.comment(line)
    return None


def _told_of_others(p: Processing, placeholders: Sequence[str]) -> Iterator[str]:
    for one in active_companions(p):
        values = p.script_args[one.first : one.last]
        if any(has_texts(value, placeholders) for value in values):
            yield f"{one.title} was given the placeholders of its texts as they are: ✨ does not fill them in"
        elif "[" in p.prompt and any(map(takes_own_prompt, values)):
            yield f"{one.title} repainted faces with the cell's whole prompt, what is for its first steps alone too"
