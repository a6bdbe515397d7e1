"""Which folders the WebUI gives to its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules import shared

if TYPE_CHECKING:
    from pathlib import Path


def serve(folder: Path) -> None:
    """The page may show what is in a folder from now on, wherever it is.

    gradio serves only folders that it is told of, and the output folder may be on another disk.
    """
    if str(folder) not in shared.demo.allowed_paths:
        shared.demo.allowed_paths.append(str(folder))
