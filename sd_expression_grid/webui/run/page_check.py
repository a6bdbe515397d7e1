"""What of the page's settings the WebUI would silently make otherwise, or fail at in every cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules import shared

from sd_expression_grid.base.errors import Fault
from sd_expression_grid.webui.host.host import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.webui.host.processing import Processing


def page_faults(page: Processing) -> Iterator[Fault]:
    """Settings with which every cell would fail. (A sampler that is not there was replaced before a script sees it.)"""
    upscalers = [*shared.latent_upscale_modes, *(upscaler.name for upscaler in shared.sd_upscalers)]
    if page.enable_hr and page.hr_upscaler and page.hr_upscaler not in upscalers:
        problem = f"the WebUI has no upscaler '{page.hr_upscaler}'"
        yield Fault("hires upscaler", f"{problem}; it has {', '.join(upscalers)}")


def page_notes(p: Processing) -> Iterator[str]:
    """What is made otherwise than the page says, though it can be made."""
    size = HOST.made_size(p.width, p.height)
    if size != (p.width, p.height):
        yield f"the WebUI makes pictures of {p.width}×{p.height} as {size[0]}×{size[1]}"
