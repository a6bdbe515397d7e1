"""The override settings of a run, in force for the whole study.

``process_images`` applies and restores them for every call; checks would see the settings without them, and a VAE
would be loaded twice a cell. With the same values already in force its own handling changes nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from modules import sd_models, shared

from sd_expression_grid.base.errors import Fault, nearest, raise_if_any
from sd_expression_grid.webui.host.host import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.webui.host.processing import Processing


@contextmanager
def overrides_in_force(p: Processing) -> Iterator[None]:
    """Applies the override settings of ``p`` as ``process_images`` does, and restores the user's own at the end.

    ``process_images`` restores only settings that the user has once saved; the others would stay, for every picture.
    Raises StudyError for settings that the WebUI does not have, at which it would fail.
    """
    wanted = dict(p.override_settings)
    known = shared.opts.data_labels
    raise_if_any(
        Fault("override settings", f"the WebUI has no setting '{name}'{nearest(name, known)}")
        for name in wanted
        if name not in known
    )
    if sd_models.checkpoint_aliases.get(wanted.get("sd_model_checkpoint")) is None:
        wanted.pop("sd_model_checkpoint", None)
    of_batches = HOST.settings_of_batches()
    stored = {key: shared.opts.data[key] for key in {**wanted, **of_batches} if key in shared.opts.data}
    try:
        HOST.set_options(wanted)
        yield
    finally:
        HOST.restore_options({**(wanted if p.override_settings_restore_afterwards else {}), **of_batches}, stored)
