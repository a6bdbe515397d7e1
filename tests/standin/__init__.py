"""A small WebUI of our own, for trying and testing the extension without a real one.

It loads the extension unchanged, as AUTOMATIC1111's WebUI 1.10 would, and runs it: the same module names and
signatures (`host/modules`, `host/networks.py`), the same order of events, page ids and API. In place of the diffusion
model, `painter` draws schematic portraits whose faces follow the prompt.

In a test: `webui = standin.start(tmp_path)`, then `webui.txt2img({...})`. On the command line:
`python -m tests.standin` makes a small study, `python -m tests.standin --serve` opens the page.
With `--api-only` it is the same code on a gradio without a page (`no_page`), ready in less than a second.

Its code is our own; the real WebUI served as a description of what has to happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.standin.webui import WebUI

__all__ = ["start"]


def start(data_dir=None, extensions=None, port=None, api_auth=None) -> WebUI:
    """Start a stand-in: on a data folder (a temporary one), with extension folders (this repository), on a port (none).

    Port 0 is any free one; without a port everything works but the page. `api_auth` is "user:password".
    """
    from tests.standin.webui import WebUI

    return WebUI(data_dir, extensions, port, api_auth)
