"""The one way from what is requested to a study that can be made: the run, the check and the fleet's answers use it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.overrides import overrides_in_force
from sd_expression_grid.webui.host.picture import as_page
from sd_expression_grid.webui.run.find import find
from sd_expression_grid.webui.run.picked import find_picked
from sd_expression_grid.webui.run.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.run.prepared import Prepared


@contextmanager
def prepared(p: Processing, request: Mapping[str, object]) -> Iterator[Prepared]:
    """The study that ``request`` describes, with the settings of ``p``, whose override settings are in force meanwhile.

    Neither ``p`` nor the disk is changed. Raises StudyError when the study cannot be made as requested, or when a
    study's folder cannot be read.
    """
    with overrides_in_force(p):
        HOST.read_replaced_vae()
        page = as_page(p)
        yield find_picked(page, request) if request.get("picked") is True else find(resolve(page, request))
