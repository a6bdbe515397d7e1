"""The field that offers files for downloading."""

from __future__ import annotations

from typing import Any

import gradio as gr


def download_field(label: str, element_id: str) -> Any:
    """A list of files, hidden until there are some."""
    return gr.File(label=label, file_count="multiple", interactive=False, visible=False, elem_id=element_id)
