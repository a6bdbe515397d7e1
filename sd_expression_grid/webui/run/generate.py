"""Makes the cells of a batch with the WebUI's own processing, each as if it were a single txt2img picture."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from modules import errors, processing, shared

from sd_expression_grid.plan.run_batches import Generated, NotFinishedError
from sd_expression_grid.webui.host.companions import failures_told
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.lacking import optional

if TYPE_CHECKING:
    from sd_expression_grid.plan.plan import Batch
    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.run.as_requested import AsRequested
    from sd_expression_grid.webui.run.script_texts import ScriptTexts

_devices = optional("modules.devices", "memory is not freed after an error, and the precision is not compared")

_CACHES_OF_ONE_CALL = ("cached_c", "cached_hr_c", "cached_hr_uc")
_TOLD_BY_ENCODING = {"TI hashes", "TI", "Emphasis"}
"""Infotext fields that come with the encoding of a text, and not from a cache; ``TI`` is Forge's."""


class Generator:
    """Makes batches with the settings of ``page``, whose sampler and variation seed are settled."""

    def __init__(self, page: Processing, requested: AsRequested, script_texts: ScriptTexts) -> None:
        self._page, self._requested, self._script_texts = page, requested, script_texts
        self._negative_encoding: list[Any] = [None, None]  # of a call to whose infotext it added nothing
        self.finished: Processing | None = None
        """The processing object of the last finished call: it knows checkpoint and hashes for infotexts."""

    def __call__(self, batch: Batch) -> list[Generated]:
        """Generates the batch; raises NotFinishedError after Skip and Interrupt, whose pictures are half-denoised."""
        call = _call_for(self._page, batch, self._negative_encoding)
        call.script_args = self._script_texts.arguments(batch.cells[0])
        try:
            with failures_told() as failures:
                result = processing.process_images(call)
        except Exception as error:
            errors.display(error, "making a cell of the expression grid")
            if _devices:
                _devices.torch_gc()
            raise
        finally:
            comments = tuple(call.comments)
            self._page.comments.update(call.comments)
            call.comments = self._page.comments
        _refuse_unfinished(result)
        self.finished = call
        if not _TOLD_BY_ENCODING & call.extra_generation_params.keys():
            self._negative_encoding = call.cached_uc
        first = result.index_of_first_image
        made = slice(first, first + len(batch.cells))
        cells = zip(batch.cells, result.images[made], result.infotexts[made], strict=True)
        return [
            Generated(
                picture=picture,
                infotext=infotext,
                warning=_joined(self._requested.difference(cell, picture.size, infotext, comments), *failures),
            )
            for cell, picture, infotext in cells
        ]


def _joined(*warnings: str) -> str:
    return "; ".join(filter(None, warnings))


def stop_requested() -> bool:
    """Whether Interrupt was pressed, to stop at once or after the current picture."""
    return bool(shared.state.interrupted or shared.state.stopping_generation)


def _refuse_unfinished(result: Any) -> None:
    if shared.state.interrupted:
        raise NotFinishedError(status="interrupted")
    if shared.state.skipped:
        shared.state.skipped = False
        raise NotFinishedError(status="skipped")
    if not result.images and stop_requested():
        raise NotFinishedError(status="interrupted")


def _call_for(p: Processing, batch: Batch, negative_encoding: list[Any]) -> Processing:
    """A copy of ``p`` for one batch; a processing object must not run twice, and shares its dicts when copied."""
    call = copy(p)
    call.styles = list(p.styles)
    call.extra_generation_params = dict(p.extra_generation_params)
    call.override_settings = dict(p.override_settings)
    call.comments = {}
    for cache in _CACHES_OF_ONE_CALL:  # an encoding from another call would come without the hashes of its embeddings
        setattr(call, cache, [None, None])
    call.cached_uc = list(negative_encoding)  # the WebUI changes it in place
    call.extra_result_images = []  # to these, Forge adds every picture, and to the page's own lists
    call.latents_after_sampling, call.pixels_after_sampling = [], []
    call.do_not_save_samples = call.do_not_save_grid = True
    call.do_not_reload_embeddings = True  # they were read before the first cell
    call.n_iter, call.batch_size = 1, len(batch.cells)
    cells = batch.cells
    call.prompt = _one_or_list([cell.prompt for cell in cells])
    call.negative_prompt = _one_or_list([cell.negative_prompt for cell in cells])
    call.hr_prompt = _one_or_list([cell.hires_prompt for cell in cells if cell.hires_prompt])
    call.hr_negative_prompt = _one_or_list([cell.hires_negative_prompt for cell in cells if cell.hires_negative_prompt])
    call.seed = _one_or_list([cell.key.seed for cell in cells])
    call.subseed = _one_or_list([p.subseed] * len(cells))
    if len(cells) > 1:
        call.override_settings.update(HOST.settings_of_batches())
    call.cfg_scale = p.cfg_scale if cells[0].cfg_scale is None else cells[0].cfg_scale
    if cells[0].denoising is not None:
        call.denoising_strength = cells[0].denoising
    return call


def _one_or_list(values: list[Any]) -> Any:
    """Lists only for real batches: a single picture takes the very path of a plain one.

    No values are an empty prompt, which lets the hires pass follow the first; a list of empty ones would not.
    """
    return values[0] if len(values) == 1 else values or ""
