"""The gallery's upscale button makes a picture larger with the prompts that it was made with, not with the page's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modules import processing

from sd_expression_grid import TITLE
from sd_expression_grid.prompts.infotext_text import prompts_in, settings_in

if TYPE_CHECKING:
    from sd_expression_grid.webui.host.processing import Processing

_NO_INFOTEXT = "Not upscaled: the picture has no infotext, so nobody knows its prompt. Send it to extras instead."
_GRID = "Not upscaled: this is a grid. Click on a cell of it and upscale that one, or send the grid to extras."


def upscale(p: Processing) -> Any:
    """Gives ``p`` the picture's own prompts and CFG scale, and returns None: the WebUI goes on by itself.

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
    return None
