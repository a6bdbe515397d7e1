"""What is different in reForge, in Forge, and in Forge Neo."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import prompt_parser, sd_models, shared

from sd_expression_grid.webui.host.a1111 import A1111, forget_old_hashes, have_new_embeddings, model_hijack
from sd_expression_grid.webui.host.files import SeenFiles
from sd_expression_grid.webui.host.wrapping import ForgeObjects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sd_expression_grid.webui.host.wrapping import Part


class ReForge(A1111):
    """AUTOMATIC1111 with an early Forge's way of running the UNet."""

    def img2img_function(self, module: Any) -> Any:
        """``img2img`` has it called in another thread."""
        return module.img2img_function

    def part_to_wrap(self, denoiser: Any) -> Part:
        """The model keeps its UNet beside its other parts."""
        return ForgeObjects(denoiser.inner_model.inner_model.forge_objects)

    def applies_hypernetworks(self) -> bool:
        """No attention looks at them, though reForge loads their files."""
        return False

    def token_places(self, text: str) -> int:
        """By the model's text encoder, as reForge's page does it."""
        return int(model_hijack().get_prompt_lengths(text, self.loaded_model().cond_stage_model)[1])

    def loras_without_effect(self) -> list[str]:
        """Not told here: the weights are put into the model elsewhere."""
        return []


class Forge(ReForge):
    """Loads the checkpoint with the first picture; its text encoders have embeddings of their own."""

    def loaded_model(self) -> Any:
        """The checkpoint that the settings name; Forge would wait for the first picture."""
        return sd_models.forge_model_reload()[0]

    def apply_networks_anew(self) -> None:
        """As on the others; and Forge puts LoRAs into weights only where names or weights are others than before."""
        super().apply_networks_anew()
        parts = self.loaded_model().forge_objects
        for patcher in (parts.unet, parts.clip.patcher):
            loader = getattr(patcher, "lora_loader", None)  # Neo has none
            if loader:
                loader.loaded_hash = None

    def hash_of_weights(self, entry: Any) -> str | None:
        """Forge and Neo keep hashes of whole files only."""
        status = Path(entry.filename).stat()
        return _hash_of_weights(entry.filename, status.st_mtime, status.st_size)

    def text_encoders(self) -> list[Any]:
        """The parts of the model that look embeddings up; those of T5 and of language models know none."""
        return [part for part in self._text_parts() if hasattr(part, "embeddings")]

    def encodes_in_chunks(self) -> bool:
        """Flux has a T5 beside CLIP, and other models a language model."""
        parts = self._text_parts()
        return bool(parts) and len(parts) == len(self.text_encoders())

    def _text_parts(self) -> list[Any]:
        return [part for part in vars(self.loaded_model()).values() if hasattr(part, "tokenize_line")]

    def embedding_databases(self) -> list[Any]:
        """Those of the text encoders, which look at the files only when a checkpoint is loaded."""
        databases = [part.embeddings for part in self.text_encoders()]
        replaced = have_new_embeddings(databases)
        for database in databases:
            if replaced or any(folder.has_changed() for folder in database.embedding_dirs.values()):
                database.load_textual_inversion_embeddings()
        return databases

    def embedding_hash(self, entry: Any) -> str:
        """The file's, which the text encoders do not keep."""
        from modules import hashes  # noqa: PLC0415 - elsewhere it is not needed

        return str(hashes.sha256(entry.filename, f"textual_inversion/{entry.name}"))

    def masks_rows_alone(self) -> bool:
        """The rows of a masked batch get other noise, also in the WebUI's own batches."""
        return False

    def additional_modules(self) -> dict[str, str]:
        """Where the WebUI is told to hash nothing, the files' times and sizes."""
        from modules import hashes  # noqa: PLC0415 - elsewhere it is not needed

        return {
            file.name: str(hashes.sha256(str(file), f"module/{file.stem}") or tuple(file.stat())[6:9])
            for file in self._modules()
        }

    def known_modules(self) -> Collection[str]:
        """After another look at the files."""
        from modules_forge import main_entry  # noqa: PLC0415 - Forge's own package

        return tuple(main_entry.refresh_models()[1])

    def read_replaced_vae(self) -> None:
        """Also text encoders. Forge reads a checkpoint's parts anew only where names are others than before."""
        if _module_files.have_changed(map(str, self._modules())) and _module_files.times:
            forget_old_hashes(_module_files, "module", ("hashes",))
            sd_models.model_data.forge_hash = ""
        self.loaded_model()

    def _modules(self) -> list[Path]:
        return [Path(file) for file in self.option("forge_additional_modules", None) or ()]

    def vaes(self) -> Collection[str] | None:
        """Its VAE is one of the additional modules."""
        return None

    def token_places(self, text: str) -> int:
        """By the model's own counter, as Forge's page does it."""
        return int(self.loaded_model().get_prompt_lengths_on_ui(text)[1])

    def without_comments_of_styles(self, prompt: str) -> str:
        """Forge strips comments when it applies styles."""
        comments = sys.modules.get("modules.processing_scripts.comments")
        return str(comments.strip_comments(prompt)) if comments else prompt

    def set_options(self, values: Mapping[str, Any]) -> None:
        """As Forge's API does it, which leaves out modules whose files came since its last look."""
        if values.get("forge_additional_modules"):
            self.known_modules()
        _set_config(values, is_api=True, run_callbacks=False)
        self.loaded_model()

    def restore_options(self, names: Iterable[str], stored: Mapping[str, Any]) -> None:
        """Through Forge's own function, which also notes that another checkpoint is to be loaded."""
        names = list(names)
        _set_config({name: stored.get(name, shared.opts.get_default(name)) for name in names})
        for name in names:
            if name not in stored:
                shared.opts.data.pop(name, None)


class Neo(Forge):
    """Has no ``sd_hijack``, one way of scheduling, and makes sizes of multiples of 64."""

    def schedule(self, prompt: str, steps: int) -> list[tuple[int, str]]:
        """There is only the newer scheduling."""
        return list(prompt_parser.get_learned_conditioning_prompt_schedules([prompt], steps)[0])

    def made_size(self, width: int, height: int) -> tuple[int, int]:
        """The nearest multiples of 64, halves up."""
        return max((width + 32) // 64 * 64, 64), max((height + 32) // 64 * 64, 64)

    def hires_size(self, width: int, height: int) -> tuple[int, int]:
        """The nearest multiples of the step that the setting names."""
        step = int(self.option("res_step", 64))
        return (width + step // 2) // step * step, (height + step // 2) // step * step

    def tells_emphasis(self) -> bool:
        """Also the default mode."""
        return True

    def attention(self) -> str:
        """The function that computes it."""
        from backend import attention  # noqa: PLC0415 - Forge's own package

        return str(getattr(attention.attention_function, "__name__", ""))


_module_files = SeenFiles()


@cache
def _hash_of_weights(file: str, _changed_at: float, _size: int) -> str:
    from modules import hashes  # noqa: PLC0415 - elsewhere it is not needed

    with Path(file).open("rb") as stream:
        return str(hashes.addnet_hash_safetensors(stream))


def _set_config(values: Mapping[str, Any], **how: bool) -> None:
    from modules import sysinfo  # noqa: PLC0415 - elsewhere it sets nothing

    sysinfo.set_config(dict(values), save_config=False, **how)
