"""The override settings of a run, in force for the whole study.

``process_images`` applies and restores them for every call; checks would see the settings without them, and a VAE
would be loaded twice a cell. With the same values already in force its own handling changes nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from modules import sd_models, sd_vae, shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@contextmanager
def overrides_in_force(p: Any) -> Iterator[None]:
    """Applies the override settings of ``p`` as ``process_images`` does, and restores the user's own at the end."""
    wanted = dict(p.override_settings)
    if sd_models.checkpoint_aliases.get(wanted.get("sd_model_checkpoint")) is None:
        wanted.pop("sd_model_checkpoint", None)
    stored = {key: shared.opts.data[key] for key in wanted if key in shared.opts.data}
    try:
        for key, value in wanted.items():
            shared.opts.set(key, value, is_api=True, run_callbacks=False)
        _reload(wanted)
        yield
    finally:
        if p.override_settings_restore_afterwards:
            _restore(wanted, stored)
            if "sd_vae" in wanted:
                sd_vae.reload_vae_weights()


def _restore(wanted: Iterable[str], stored: Mapping[str, Any]) -> None:
    for key in wanted:
        if key in stored:
            setattr(shared.opts, key, stored[key])
        else:  # at its default until now, where the WebUI's own restoring would leave it changed
            shared.opts.data.pop(key, None)


def _reload(settings: dict[str, Any]) -> None:
    sd_models.reload_model_weights()
    if "sd_vae" in settings:
        sd_vae.reload_vae_weights()
