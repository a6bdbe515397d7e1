"""The two lines of gradio that WebUIs use: 3.41 (AUTOMATIC1111, reForge) and 4.40 (Forge)."""

import gradio as gr

IS_4 = gr.__version__.startswith("4.")

JS = "js" if IS_4 else "_js"
"""The name of the argument with an event's JavaScript; Forge translates the old one for its extensions."""

Component = gr.components.Component if IS_4 else gr.components.IOComponent

if IS_4:
    from gradio import component_meta

    component_meta.create_or_modify_pyi = lambda *_: None  # else a file is written beside each subclass's


def queue(demo, jobs):
    """Let that many jobs of the page run at once."""
    demo.queue(**{"default_concurrency_limit" if IS_4 else "concurrency_count": jobs})
