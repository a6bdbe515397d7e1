"""What differs between WebUIs, as AUTOMATIC1111 has it, and reForge with it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from modules import prompt_parser, sd_models, sd_samplers, sd_vae, shared

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
        database.load_textual_inversion_embeddings()
        return [database]

    def embedding_hash(self, entry: Any) -> str:
        """A hash of an embedding's content."""
        return str(entry.hash or entry.filename)

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


def _hijack() -> Any:
    return sys.modules["modules.sd_hijack"].model_hijack
