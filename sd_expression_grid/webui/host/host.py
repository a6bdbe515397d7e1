"""Where AUTOMATIC1111, reForge and Forge differ: the loaded model, its embeddings and tokens, setting an option."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

from modules import sd_hijack, sd_models, sd_samplers, sd_vae, shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_IS_FORGE = hasattr(sd_models, "forge_model_reload")


def loaded_model() -> Any:
    """The checkpoint that the settings name, loaded if it is not yet; Forge would wait for the first picture."""
    if _IS_FORGE:
        return sd_models.forge_model_reload()[0]
    return shared.sd_model


def text_encoders() -> list[Any]:
    """The loaded checkpoint's text encoders that know embeddings, each with its ``tokenize_line``."""
    model = loaded_model()
    if _IS_FORGE:
        parts = list(vars(model).values())
    else:
        parts = list(getattr(model.cond_stage_model, "embedders", [model.cond_stage_model]))  # SDXL has two
    return [part for part in parts if hasattr(part, "tokenize_line")]


def embedding_databases() -> list[Any]:
    """What the text encoders know as embeddings, after another look at the files."""
    model = loaded_model()  # without one, no embedding is known
    if not _IS_FORGE:
        databases = [sd_hijack.model_hijack.embedding_db]
        databases[0].load_textual_inversion_embeddings()
        return databases
    databases = [part.embeddings for part in vars(model).values() if hasattr(part, "embeddings")]
    for database in databases:  # Forge looks only when it loads a checkpoint
        if any(folder.has_changed() for folder in database.embedding_dirs.values()):
            database.load_textual_inversion_embeddings()
    return databases


def embedding_hash(entry: Any) -> str:
    """A hash of an embedding's content; Forge's encoders keep none."""
    if not _IS_FORGE:
        return str(entry.hash or entry.filename)
    from modules import hashes  # noqa: PLC0415

    return str(hashes.sha256(entry.filename, f"textual_inversion/{entry.name}"))


def token_places(text: str) -> int:
    """The tokens that a text takes, filled up to whole chunks."""
    count = sd_hijack.model_hijack.get_prompt_lengths
    if "cond_stage_model" in inspect.signature(count).parameters:
        return int(count(text, shared.sd_model.cond_stage_model)[1])
    return int(count(text)[1])


def is_from_elsewhere(sampler_name: str) -> bool:
    """Whether Forge or reForge took a sampler over as it was: with noise of its own, not that of each row's seed."""
    config = sd_samplers.find_sampler_config(sampler_name)
    return config is not None and config.constructor.__module__.endswith("alter_samplers")


def stripped_by_styles(prompt: str) -> str:
    """A prompt without the comments that Forge strips when it applies styles; elsewhere a script does."""
    comments = sys.modules.get("modules.processing_scripts.comments")
    return str(comments.strip_comments(prompt)) if comments else prompt


def set_options(values: Mapping[str, Any]) -> None:
    """Puts settings in force as the API does for a call, and loads checkpoint and VAE anew where they changed."""
    if _IS_FORGE:
        _set_config(values, is_api=True, run_callbacks=False)
        loaded_model()
        return
    for key, value in values.items():
        shared.opts.set(key, value, is_api=True, run_callbacks=False)
    sd_models.reload_model_weights()
    if "sd_vae" in values:
        sd_vae.reload_vae_weights()


def restore_options(names: Iterable[str], stored: Mapping[str, Any]) -> None:
    """Puts settings back to what was ``stored``, the others to their defaults.

    The WebUI's own restoring would leave those changed. It also leaves the checkpoint for the next picture to load.
    """
    names = list(names)
    if _IS_FORGE:
        _set_config({name: stored.get(name, shared.opts.get_default(name)) for name in names})
    for name in names:
        if name not in stored:
            shared.opts.data.pop(name, None)
        elif not _IS_FORGE:
            setattr(shared.opts, name, stored[name])
    if "sd_vae" in names and not _IS_FORGE:
        sd_vae.reload_vae_weights()


def _set_config(values: Mapping[str, Any], **how: bool) -> None:
    from modules import sysinfo  # noqa: PLC0415 - elsewhere it sets nothing

    sysinfo.set_config(dict(values), save_config=False, **how)
