"""The extension's own settings in the WebUI's settings page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import gradio as gr
from modules import shared

from sd_expression_grid.grids.drawing.style import Style
from sd_expression_grid.study.schema import DEFAULT
from sd_expression_grid.study.study import Mode
from sd_expression_grid.webui.host.lacking import optional

paths_internal = optional("modules.paths_internal", "grids are written in fonts of the system")

SECTION = ("expression_grid", "Expression grid")

MOST_ROWS = 32
MOST_MEGAPIXELS = Style().max_pixels // 1_000_000

_FOLDER = "expression_grid_folder"
_MODE = "expression_grid_mode"
_ROWS = "expression_grid_rows_per_batch"
_MEGAPIXELS = "expression_grid_page_megapixels"
_FONT = "expression_grid_font"
_SHARED_STEPS = "expression_grid_shared_steps"
_FACES = "expression_grid_faces_after_switch"
_DRAWS = "expression_grid_draws_a_column"


def add_settings() -> None:
    """The ``ui_settings`` callback."""
    rows = {"minimum": 1, "maximum": MOST_ROWS, "step": 1}
    megapixels = {"minimum": 1, "maximum": MOST_MEGAPIXELS, "step": 1}
    info = shared.OptionInfo
    settings = {
        _FOLDER: info("", "Folder for the studies").info("empty for the folder of the grids"),
        _MODE: info(DEFAULT.mode, "Mode in a new panel", gr.Radio, {"choices": list(get_args(Mode))}).needs_reload_ui(),
        _ROWS: info(DEFAULT.rows_per_batch, "Rows a batch in a new panel", gr.Slider, rows).needs_reload_ui(),
        _MEGAPIXELS: info(MOST_MEGAPIXELS, "Largest page of a grid, in megapixels", gr.Slider, megapixels).info(
            "a larger grid is divided into pages; the WebUI's own limit counts as well"
        ),
        _FONT: info("", "Font file for grids").info("empty for the WebUI's; other scripts' fonts are looked for"),
        _SHARED_STEPS: info(
            True,  # noqa: FBT003 - the WebUI's signature
            "Share the composition steps among the rows of a column",
        ).info("the same pictures in less time"),
        _FACES: info(
            True,  # noqa: FBT003
            "Let face detailers draw the expression from their first step",
        ).info("without a prompt of its own, ADetailer gets the prompt after the switch point"),
        _DRAWS: info(
            False,  # noqa: FBT003
            "Draw the variants of Dynamic Prompts anew for every column",
        ).info("else once a seed, the same for all rows and columns"),
    }
    for name, setting in settings.items():
        setting.section = SECTION
        shared.opts.add_option(name, setting)


def studies_folder(grids_folder: str) -> Path:
    """Where the studies' folders are: their own place, or else among the grids."""
    return Path(_pasted_path(str(_value(_FOLDER, ""))) or grids_folder).expanduser().absolute()


def folders_of_studies() -> dict[str, Path]:
    """Where studies of txt2img and of img2img are, by what is added to their names; img2img may have no other place."""
    outputs = {"": shared.opts.outdir_txt2img_grids, " (img2img)": shared.opts.outdir_img2img_grids}
    folders = {ending: studies_folder(shared.opts.outdir_grids or output) for ending, output in outputs.items()}
    return {ending: folder for ending, folder in folders.items() if not ending or folder != folders[""]}


def name_of_study(path: Path) -> str:
    """The name by which a study is chosen, among those of both tabs; empty for a folder that is not among theirs."""
    names = (f"{path.name}{ending}" for ending, folder in folders_of_studies().items() if folder == path.parent)
    return next(names, "")


def data_folder() -> Path:
    """The WebUI's folder of what is the user's own; where it tells of none, the one it was started in."""
    return Path(paths_internal.data_path) if paths_internal else Path.cwd()


def panel_mode() -> Mode:
    """The mode of a new panel."""
    mode: Mode = _value(_MODE, DEFAULT.mode)
    return mode if mode in get_args(Mode) else DEFAULT.mode


def panel_rows_per_batch() -> int:
    """The rows a batch of a new panel."""
    return int(_value(_ROWS, DEFAULT.rows_per_batch))


def page_pixels() -> int:
    """The most pixels of a page: the user's limit, or the WebUI's if that is lower."""
    return int(min(_value(_MEGAPIXELS, MOST_MEGAPIXELS), shared.opts.img_max_size_mp) * 1_000_000)


def grid_fonts() -> tuple[str, ...]:
    """The font files for grids, the first choice first: the user's, and the WebUI's."""
    webuis = paths_internal.roboto_ttf_file if paths_internal else ""
    fonts = (_value(_FONT, ""), getattr(shared.opts, "font", ""), webuis)
    return tuple(_pasted_path(str(font)) for font in fonts if font and _pasted_path(str(font)))


def shares_steps() -> bool:
    """Whether composition steps are to be shared."""
    return bool(_value(_SHARED_STEPS, True))  # noqa: FBT003


def draws_a_column() -> bool:
    """Whether every column has a draw of its own of what Dynamic Prompts draws."""
    return bool(_value(_DRAWS, False))  # noqa: FBT003


def paints_faces_later() -> bool:
    """Whether a face detailer without a prompt of its own gets the prompt after the switch point."""
    return bool(_value(_FACES, True))  # noqa: FBT003


def _pasted_path(text: str) -> str:
    """A path without the quotes that file managers copy it with."""
    plain = text.strip()
    for quotes in ('""', "''", "“”"):
        if len(plain) > 1 and plain[0] == quotes[0] and plain[-1] == quotes[1]:
            plain = plain[1:-1].strip()
    return plain


def _value(name: str, default: Any) -> Any:
    """A setting's value; before the settings page is built, it has none."""
    return getattr(shared.opts, name, default)
