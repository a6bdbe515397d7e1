"""Bits of the page."""

import html
import json

import gradio as gr

from modules.ui_components import ToolButton

refresh_symbol = "\U0001f504"


def plaintext_to_html(text, classname=None):
    attribute = f" class='{classname}'" if classname else ""
    return f"<p{attribute}>{html.escape(text)}</p>".replace("\n", "<br>\n")


def update_generation_info(generation_info, html_info, img_index):
    """Show the infotext of the picture that is selected in the gallery."""
    try:
        infotexts = json.loads(generation_info)["infotexts"]
        shown = plaintext_to_html(infotexts[img_index]) if img_index >= 0 else html_info
    except (ValueError, TypeError, LookupError):
        shown = html_info
    return shown, gr.update()


def create_refresh_button(refresh_component, refresh_method, refreshed_args, elem_id):
    components = refresh_component if isinstance(refresh_component, list) else [refresh_component]

    def refresh():
        refresh_method()
        updates = [gr.update(**(refreshed_args() if callable(refreshed_args) else refreshed_args)) for _ in components]
        return updates if len(updates) > 1 else updates[0]

    button = ToolButton(value=refresh_symbol, elem_id=elem_id)
    button.click(fn=refresh, inputs=[], outputs=components)
    return button
