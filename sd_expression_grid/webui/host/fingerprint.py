"""What of a WebUI decides pixels, by names, so that a difference between two WebUIs can be named."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Any

from modules import processing, shared

from sd_expression_grid import __version__
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.lacking import optional

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.webui.host.identity import Identities
    from sd_expression_grid.webui.host.processing import Processing

_devices = optional("modules.devices", "memory is not freed after an error, and the precision is not compared")
_NAMES = {"page": "txt2img's ", "settings": "the setting ", "scripts": "the extension "}


def fingerprint_of(p: Processing, cells: Iterable[Cell], identities: Identities) -> dict[str, str]:
    """Everything that decides the pixels of some cells, apart from their prompts and seeds, by its name."""
    found = {"the extension Expression grid": __version__, "the WebUI": processing.program_version(), **_machine()}
    for name, value in identities.common.items():
        found.update(_named(name, value))
    for style in p.styles:
        found[f"the style {style}"] = str(shared.prompt_styles.styles.get(style))
    return {**found, **dict(pair for cell in cells for pair in identities.networks_of(cell))}


def _named(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if name not in _NAMES:
        yield f"the {name}", str(value)
        return
    values: Mapping[str, Any] = value
    yield from ((f"{_NAMES[name]}{key}", str(own)) for key, own in values.items())


def _machine() -> dict[str, str]:
    """What rounds differently elsewhere: the card, its library, and how they are used."""
    torch: Any = sys.modules.get("torch")
    has_card = torch is not None and torch.cuda.is_available()
    return {
        "the card": torch.cuda.get_device_name() if has_card else f"none, {platform.machine()}",
        "torch": str(getattr(torch, "__version__", "")),
        "the precision": f"{getattr(_devices, 'dtype', '')} {getattr(_devices, 'dtype_vae', '')}",
        "the attention's optimization": HOST.attention(),
    }
