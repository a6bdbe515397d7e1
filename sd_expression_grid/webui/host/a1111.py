"""What differs between WebUIs, as AUTOMATIC1111 has it, and reForge with it."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from modules import prompt_parser, sd_models, sd_samplers, sd_vae, shared

from sd_expression_grid.webui.host.files import SeenFiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class A1111:
    """The interface of all WebUIs; the others say only what is different there."""

    def loaded_model(self) -> Any:
        """The checkpoint that the settings name, loaded if it is not yet."""
        return shared.sd_model

    def text_encoders(self) -> list[Any]:
        """The loaded checkpoint's text encoders that know embeddings, each with its ``tokenize_line``."""
        encoder = self.loaded_model().cond_stage_model
        return [part for part in getattr(encoder, "embedders", [encoder]) if hasattr(part, "tokenize_line")]

    def embedding_databases(self) -> list[Any]:
        """What the text encoders know as embeddings, after another look at the files."""
        self.loaded_model()  # without one, no embedding is known
        database = _hijack().embedding_db
        database.load_textual_inversion_embeddings(force_reload=have_new_embeddings([database]))
        return [database]

    def embedding_hash(self, entry: Any) -> str:
        """A hash of an embedding's content."""
        return str(entry.hash or entry.filename)

    def loaded_loras(self) -> list[Any]:
        """Those that the last call left in the model, each with the name that its tag gave it."""
        return list(getattr(_loras(), "loaded_networks", ()))

    def forget_old_hashes(self, folders: Iterable[str]) -> None:
        """Has the WebUI read the hashes of LoRAs that were replaced by older files, which it takes for the same."""
        cache = sys.modules.get("modules.cache")
        if not cache or not _lora_files.have_changed(folders):
            return
        for kind in ("hashes", "hashes-addnet", "safetensors-metadata"):
            known = cache.cache(kind)
            for file in _lora_files.files:
                key = f"lora/{file.stem}"
                if known.get(key, {}).get("mtime", 0) > file.stat().st_mtime:
                    del known[key]

    def apply_loras_anew(self) -> None:
        """Makes the next picture read its LoRAs' files once more.

        The WebUI keeps weights in place while names and weights of the LoRAs stay the same, whatever became of the
        files, and reads a file again only where it is newer.
        """
        loras, model = _loras(), self.loaded_model()
        if not loras:
            return
        loras.load_networks([], [], [])
        getattr(loras, "networks_in_memory", {}).clear()
        layers = getattr(model, "network_layer_mapping", {}).values()
        with _without_gradients():
            for layer in (one for one in layers if getattr(one, "network_current_names", ())):
                loras.network_restore_weights_from_backup(layer)
                layer.network_current_names = ()
        if hasattr(model, "current_lora_hash"):  # reForge, Forge and Neo; and no list of LoRAs is equal to this
            model.current_lora_hash = None
            getattr(loras.load_lora_state_dict, "cache_clear", int)()

    def hypernetworks(self) -> Iterable[str]:
        """The names of the installed ones, after another look at the files."""
        reload = getattr(shared, "reload_hypernetworks", None)
        if reload:
            reload()
        return list(getattr(shared, "hypernetworks", ()))

    def emphasis(self) -> str:
        """The emphasis mode: what becomes of brackets and weights in prompts."""
        return str(getattr(shared.opts, "emphasis", "Original"))

    def token_places(self, text: str) -> int:
        """The tokens that a text takes, filled up to whole chunks of 75."""
        return int(_hijack().get_prompt_lengths(text)[1])

    def schedule(self, prompt: str, steps: int) -> list[tuple[int, str]]:
        """The texts of a prompt with prompt edits, each with the step that it ends at."""
        old = shared.opts.use_old_scheduling
        return list(prompt_parser.get_learned_conditioning_prompt_schedules([prompt], steps, None, old)[0])

    def without_comments_of_styles(self, prompt: str) -> str:
        """A prompt without the comments that are stripped with the styles: here a script of its own strips them."""
        return prompt

    def draws_own_noise(self, sampler_name: str) -> bool:
        """Whether a sampler came from another program as it was, with noise that is not that of each row's seed."""
        config = sd_samplers.find_sampler_config(sampler_name)
        return config is not None and str(config.constructor.__module__).endswith("alter_samplers")

    def made_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the pictures that are made for the page's."""
        return width, height

    def attention(self) -> str:
        """The name of the attention's optimization."""
        return str(getattr(_hijack(), "optimization_method", ""))

    def tells_emphasis(self) -> bool:
        """Whether the emphasis mode is written into the infotext of a prompt with weights: not the default one."""
        return bool(shared.opts.emphasis != "Original")

    def set_options(self, values: Mapping[str, Any]) -> None:
        """Puts settings in force as the API does for a call, and loads checkpoint and VAE anew where they changed."""
        for key, value in values.items():
            shared.opts.set(key, value, is_api=True, run_callbacks=False)
        sd_models.reload_model_weights()
        if "sd_vae" in values:
            sd_vae.reload_vae_weights()

    def restore_options(self, names: Iterable[str], stored: Mapping[str, Any]) -> None:
        """Puts settings back to what was ``stored``, the others to their defaults.

        The WebUI's own restoring would leave those changed. The checkpoint is left for the next picture to load.
        """
        names = list(names)
        for name in names:
            if name in stored:
                setattr(shared.opts, name, stored[name])
            else:
                shared.opts.data.pop(name, None)
        if "sd_vae" in names:
            sd_vae.reload_vae_weights()


_embedding_files, _lora_files = SeenFiles(), SeenFiles()


def have_new_embeddings(databases: Iterable[Any]) -> bool:
    """Whether a file of an embedding was replaced; the WebUI itself looks at the times of the folders alone."""
    return _embedding_files.have_changed({str(folder) for database in databases for folder in database.embedding_dirs})


def _without_gradients() -> AbstractContextManager[None]:
    torch: Any = sys.modules.get("torch")
    no_grad: AbstractContextManager[None] = torch.no_grad() if torch else nullcontext()
    return no_grad


def _loras() -> Any:
    """The module of the WebUI's LoRA extension; None where it is switched off."""
    return sys.modules.get("networks")


def _hijack() -> Any:
    return sys.modules["modules.sd_hijack"].model_hijack
