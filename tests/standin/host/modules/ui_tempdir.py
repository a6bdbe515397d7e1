"""Lets the page serve pictures from where they were saved."""

import tempfile
from pathlib import Path

import gradio as gr

from modules import images, shared
from modules.gradio_line import IS_4, Component


def register_tmp_file(gradio, filename):
    for files in getattr(gradio, "temp_file_sets", [])[:1]:
        files.add(str(Path(filename).absolute()))


def check_tmp_file(gradio, filename):
    return any(filename in files for files in getattr(gradio, "temp_file_sets", []))


def save_pil_to_file(self, pil_image, dir=None, format="png"):  # noqa: A002 - gradio's own names
    saved = getattr(pil_image, "already_saved_as", None)
    if saved and Path(saved).is_file():
        served = f"{saved}?{Path(saved).stat().st_mtime}"
        register_tmp_file(shared.demo, saved)
        register_tmp_file(shared.demo, served)
        return served
    folder = shared.opts.temp_dir or dir
    Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(delete=False, suffix=".png", dir=folder) as file:
        pil_image.save(file, pnginfo=images.png_texts(pil_image.info))
    return file.name


def save_pil_to_cache(pil_image, cache_dir, name="image", format="png"):  # noqa: A002
    """As above; gradio 4 serves a static path itself, and copies every other file."""
    saved = getattr(pil_image, "already_saved_as", None)
    if saved and Path(saved).is_file():
        gr.set_static_paths([saved])
        return saved
    return save_pil_to_file(None, pil_image, cache_dir)


def install_ui_tempdir_override():
    if IS_4:
        gr.processing_utils.save_pil_to_cache = save_pil_to_cache
    else:
        Component.pil_to_temp_file = save_pil_to_file
