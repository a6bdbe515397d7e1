"""The script in the txt2img dropdown, and what the extension has the WebUI call."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from fastapi import HTTPException
from modules import processing, scripts

from sd_expression_grid import TITLE
from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet.protocol import is_request
from sd_expression_grid.study.schema import DEFAULT
from sd_expression_grid.webui.denoiser.shared_steps import wrap_denoiser
from sd_expression_grid.webui.denoiser.stop_early import stop_denoiser
from sd_expression_grid.webui.host.companions import give_slots_back
from sd_expression_grid.webui.host.processing import is_gallery_upscale
from sd_expression_grid.webui.host.settings import add_settings
from sd_expression_grid.webui.panel.batch_tab import file_of, wrap_batches
from sd_expression_grid.webui.panel.check import check_html
from sd_expression_grid.webui.panel.generate_button import GenerateInputs, is_looked_at
from sd_expression_grid.webui.panel.panel import build_panel, paste_fields, placeholders_in, request_from
from sd_expression_grid.webui.rating.rating_tab import rating_tab
from sd_expression_grid.webui.run.answer import answer
from sd_expression_grid.webui.run.run import refused, run_study
from sd_expression_grid.webui.run.upscale import upscale

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_generate_inputs = GenerateInputs()


class ExpressionGrid(scripts.Script):
    """Sweeps expressions against characters. The methods are the WebUI's hooks."""

    def title(self) -> str:
        """The name in the dropdown, and in the API."""
        return TITLE

    def show(self, is_img2img: bool) -> bool:  # noqa: FBT001 - the WebUI's signature
        """In both tabs."""
        return True

    def ui(self, is_img2img: bool) -> list[Any]:  # noqa: FBT001
        """The panel; the WebUI calls this up to three times."""
        tab, prefix = ("img2img", "img2img_") if is_img2img else ("txt2img", "")

        def element_id(name: str) -> str:
            return f"script_{prefix}expression_grid_{name}"  # the WebUI's own ids changed with the second tab

        def connect_check(button: Any, answer: Any) -> None:
            _generate_inputs.add(tab, button, self._check, [answer])

        components = build_panel(element_id, connect_check, composition="" if is_img2img else DEFAULT.composition)
        self.infotext_fields = paste_fields(components)
        return components

    def _check(self, p: Any) -> str:
        return check_html(p, p.script_args[self.args_from : self.args_to], file_of(p))

    def run(self, p: Any, *values: Any) -> Any:
        """Makes the study; returns the WebUI's Processed."""
        if is_looked_at(p):
            return processing.Processed(p, [])
        if is_gallery_upscale(p):
            return upscale(p, placeholders_in(values))
        try:
            request = request_from(give_slots_back(p, self) if p.is_api else values)
            return answer(p, request) if is_request(request) else _study(p, request)
        except StudyError as error:
            if p.is_api:
                raise HTTPException(status_code=422, detail=str(error)) from error
            return refused(p, error)


def _study(p: Any, request: Mapping[str, object]) -> Any:
    """The WebUI's Processed of a study; in img2img's Batch tab, of the one that is named after the file."""
    file = file_of(p)
    if file is None:
        return run_study(p, request)
    made = run_study(p, file.named(request), f"{file.place}: ")
    file.result = copy(made)  # the WebUI shortens the one that it gets
    return made


CALLBACKS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("on_ui_settings", add_settings),
    ("on_cfg_denoiser", wrap_denoiser),
    ("on_cfg_denoiser", stop_denoiser),
    ("on_before_ui", wrap_batches),
    ("on_ui_tabs", _generate_inputs.connect),
    ("on_ui_tabs", rating_tab),
)
"""What the WebUI is to call, by the names of the functions that register it."""
