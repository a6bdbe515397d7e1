"""The preview pictures of networks, as the WebUI's cards have them: addresses that its pages serve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sd_expression_grid.webui.host.lacking import optional

if TYPE_CHECKING:
    from collections.abc import Iterable

_cards = optional("modules.ui_extra_networks", "networks are shown without previews")


def previews_of_files(files: Iterable[str]) -> dict[str, str]:
    """The previews' addresses by the networks' files, of those that have one. Each folder is read once."""
    if _cards is None:
        return {}
    page = _cards.ExtraNetworksPage("Previews")  # its list of the folders' files is new, too
    found = ((file, page.find_preview(str(Path(file).with_suffix("")))) for file in files)
    return {file: str(address) for file, address in found if address}
