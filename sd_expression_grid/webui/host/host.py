"""The WebUI that this is, known by what is there: the one place where WebUIs are told apart."""

from __future__ import annotations

from importlib.util import find_spec

from modules import sd_models

from sd_expression_grid.webui.host.a1111 import A1111
from sd_expression_grid.webui.host.forge import Forge, Neo, ReForge


def _host() -> A1111:
    """Forge reloads models in its own way; Neo did away with the module that AUTOMATIC1111 hooks its model with."""
    if not hasattr(sd_models, "forge_model_reload"):
        return ReForge() if find_spec("ldm_patched") else A1111()
    return Forge() if find_spec("modules.sd_hijack") else Neo()


HOST = _host()
