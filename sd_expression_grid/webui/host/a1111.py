"""What differs between WebUIs, as AUTOMATIC1111 has it, and reForge with it."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import prompt_parser, sd_models, sd_samplers, shared

from sd_expression_grid.webui.host.files import SeenFiles
from sd_expression_grid.webui.host.lacking import optional
from sd_expression_grid.webui.host.wrapping import InnerModel

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sd_expression_grid.webui.host.wrapping import Part

_sd_vae = optional("modules.sd_vae", "a VAE from the settings neither makes new cells nor is told in grids")


class A1111:
    """The interface of all WebUIs; the others say only what is different there."""

    def loaded_model(self) -> Any:
        """The checkpoint that the settings name, loaded if it is not yet."""
        return shared.sd_model

    def text_encoders(self) -> list[Any]:
        """The loaded checkpoint's text encoders that know embeddings, each with its ``tokenize_line``."""
        encoder = self.loaded_model().cond_stage_model
        return [part for part in getattr(encoder, "embedders", [encoder]) if hasattr(part, "tokenize_line")]

    def encodes_in_chunks(self) -> bool:
        """Whether texts are filled up to chunks of 75 tokens, as CLIP has them, and those of as many are alike."""
        return bool(self.text_encoders())

    def embedding_databases(self) -> list[Any]:
        """What the text encoders know as embeddings, after another look at the files."""
        self.loaded_model()  # without one, no embedding is known
        database = model_hijack().embedding_db
        database.load_textual_inversion_embeddings(force_reload=have_new_embeddings([database]))
        return [database]

    def embedding_hash(self, entry: Any) -> str:
        """A hash of an embedding's content."""
        return str(entry.hash or entry.filename)

    def lora_hash(self, entry: Any) -> str:
        """A hash of a LoRA's content; the one in its metadata, which the WebUI believes, may be of an earlier file."""
        entry.read_hash()
        measured = self.hash_of_weights(entry) if entry.metadata.get("sshs_model_hash") else None
        return str(measured or entry.hash or entry.filename)

    def hash_of_weights(self, entry: Any) -> str | None:
        """The hash of what follows the header of a LoRA's file, as trainers write it; None where hashing is off."""
        hashes: Any = sys.modules.get("modules.hashes")
        measured = hashes.sha256(entry.filename, f"lora/{entry.name}", use_addnet_hash=True) if hashes else None
        return str(measured) if measured else None

    def loaded_loras(self) -> list[Any]:
        """Those that the last call left in the model, each with the name that its tag gave it."""
        return list(getattr(_loras(), "loaded_networks", ()))

    def networks_in_force(self, p: Any) -> str:
        """What a call is made with: the tags that were activated, also those of wildcards, and the LoRAs' weights."""
        tags = {kind: [each.items for each in found] for kind, found in (p.extra_network_data or {}).items()}
        weights = "te_multiplier", "unet_multiplier", "dyn_dim"
        loras = [(one.name, *(getattr(one, weight, None) for weight in weights)) for one in self.loaded_loras()]
        return repr((tags, loras))

    def forget_old_hashes(self, folders: Iterable[str]) -> None:
        """Has the WebUI read the hashes of LoRAs that were replaced by older files, which it takes for the same."""
        if _lora_files.have_changed(folders):
            forget_old_hashes(_lora_files, "lora", ("hashes", "hashes-addnet", "safetensors-metadata"))

    def apply_networks_anew(self) -> None:
        """Makes the next picture read the files of its LoRAs and hypernetworks once more.

        The WebUI keeps weights in place while names and weights of the LoRAs stay the same, whatever became of the
        files, and reads a file again only where it is newer; hypernetworks it keeps by their names.
        """
        getattr(shared, "loaded_hypernetworks", []).clear()
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

    def uses_bundled_embeddings(self) -> bool:
        """Whether embeddings that a LoRA's file brings with it are known while the LoRA is loaded."""
        return hasattr(_loras(), "BundledTIHash")

    def is_bundled(self, embedding: Any) -> bool:
        """Whether an embedding came out of the file of a LoRA that is loaded, and will be gone with it."""
        return self.uses_bundled_embeddings() and isinstance(embedding.shorthash, _loras().BundledTIHash)

    def applies_hypernetworks(self) -> bool:
        """Whether a hypernetwork that is named changes anything."""
        return True

    def hypernetworks(self) -> Mapping[str, str]:
        """The files of the installed ones by their names, after another look at the files."""
        reload = getattr(shared, "reload_hypernetworks", None)
        if reload:
            reload()
        found = self.hypernetwork_files()
        if _hypernetwork_files.have_changed(found.values()):
            forget_old_hashes(_hypernetwork_files, "hypernet", ("hashes",))
        return found

    def hypernetwork_files(self) -> dict[str, str]:
        """The files of the hypernetworks that the last look found, by their names."""
        return {str(name): str(file) for name, file in getattr(shared, "hypernetworks", {}).items()}

    def hypernetwork_hash(self, name: str, file: str) -> str:
        """A hash of a hypernetwork's file."""
        hashes = sys.modules.get("modules.hashes")
        return str((hashes and hashes.sha256(file, f"hypernet/{name}")) or file)

    def loaded_hypernetworks(self) -> dict[str, bool]:
        """The files that the last call has loaded, each with whether any of its layers has a place in the checkpoint.

        Such a layer takes what an attention's keys are computed from, and is known by its width.
        """
        unet: Any = getattr(getattr(self.loaded_model(), "model", None), "diffusion_model", None)
        modules = unet.modules() if hasattr(unet, "modules") else ()
        widths = {module.to_k.in_features for module in modules if hasattr(module, "to_k")}
        loaded = getattr(shared, "loaded_hypernetworks", ())
        return {str(one.filename): not widths or not widths.isdisjoint(one.layers) for one in loaded}

    def can_restore_faces(self) -> bool:
        """Whether the chosen restorer of faces has its model, after a call that needs it."""
        name = self.option("face_restoration_model", None)
        chosen = [one for one in getattr(shared, "face_restorers", ()) if name in (None, one.name())]
        return bool(chosen) and getattr(chosen[0], "net", chosen) is not None

    def emphasis(self) -> str:
        """The emphasis mode: what becomes of brackets and weights in prompts."""
        return str(getattr(shared.opts, "emphasis", "Original"))

    def token_places(self, text: str) -> int:
        """The tokens that a text takes, filled up to whole chunks of 75."""
        return int(model_hijack().get_prompt_lengths(text)[1])

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

    def masks_rows_alone(self) -> bool:
        """Whether a masked picture of a batch is the one that it is alone."""
        return True

    def img2img_function(self, module: Any) -> Any:
        """What makes img2img's processing object and runs the scripts with it, in the thread of its caller."""
        return module.img2img

    def made_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height as the WebUI takes them from the page."""
        return width, height

    def picture_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the pictures of the first pass: each value of a latent stands for 8 pixels."""
        width, height = self.made_size(width, height)
        return width // 8 * 8, height // 8 * 8

    def hires_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the pictures of a hires pass that is to bring them to a size."""
        return width // 8 * 8, height // 8 * 8

    def additional_modules(self) -> dict[str, str]:
        """Hashes of the files that the settings put beside the checkpoint, text encoders and a VAE, by their names."""
        return {}

    def known_modules(self) -> Collection[str]:
        """The names of such files."""
        return ()

    def part_to_wrap(self, denoiser: Any) -> Part:
        """What can be put something before in a denoiser, to share its steps."""
        return InnerModel(denoiser.inner_model)

    def loaded_vae(self) -> tuple[str | None, str | None]:
        """Name and hash of the VAE in force; None for the checkpoint's own."""
        return (_sd_vae.get_loaded_vae_name(), _sd_vae.get_loaded_vae_hash()) if _sd_vae else (None, None)

    def vaes(self) -> Collection[str] | None:
        """What the setting ``sd_vae`` may say; None where the WebUI takes its VAE from elsewhere."""
        return ("Automatic", "auto", "None", *_sd_vae.vae_dict) if _sd_vae else None

    def read_replaced_vae(self) -> None:
        """Has the WebUI read the VAE in force once more, and its hash, where the file is another than at the last look.

        It keeps the weights while the name stays the same, and one hash for all VAEs, by the time of the newest.
        """
        self.loaded_model()
        file = _sd_vae.loaded_vae_file if _sd_vae else None
        if not (file and _vae_files.have_changed([file]) and _vae_files.times):
            return  # unchanged, or gone: what was read of it stays
        cache = sys.modules.get("modules.cache")
        for known in (cache.cache("hashes"),) if cache else ():
            known.pop("vae", None)
        _sd_vae.checkpoints_loaded.pop(file, None)
        for chosen in (None, file):
            _sd_vae.reload_vae_weights(vae_file=chosen)

    def option(self, name: str, default: Any) -> Any:
        """A setting's value, the default where this WebUI has no such setting."""
        return getattr(shared.opts, name, default)

    def settings_of_batches(self) -> dict[str, Any]:
        """Settings that batches need: with reForge's, the list of all prompts is in every picture's infotext."""
        return {name: False for name in ("enable_prompt_comments_def",) if name in shared.opts.data_labels}

    def tells_embeddings(self) -> bool:
        """Whether infotexts tell the embeddings that were used."""
        return bool(self.option("textual_inversion_add_hashes_to_infotext", True))  # noqa: FBT003 - Neo always does

    def has_old_emphasis(self) -> bool:
        """Whether weights are read by an older implementation, which tells of no embeddings."""
        return bool(self.option("use_old_emphasis_implementation", False))  # noqa: FBT003

    def tells_loras(self) -> bool:
        """Whether infotexts tell the LoRAs that were loaded."""
        return bool(self.option("lora_add_hashes_to_infotext", True))  # noqa: FBT003 - not there, it cannot be off

    def loras_without_effect(self) -> list[str]:
        """LoRAs that were loaded just now, none of whose weights has a place in the checkpoint."""
        empty = (one for one in self.loaded_loras() if getattr(one, "modules", None) == {})
        return [str(one.name) for one in empty if not getattr(one, "bundle_embeddings", None)]

    def is_to_be_downloaded(self, upscaler: Any) -> bool:
        """Whether an upscaler has no file yet: it has an address in place of a path, and none was put beside it."""
        path = str(getattr(upscaler, "local_data_path", None) or upscaler.data_path)
        names = (path.rpartition("/")[2], f"{getattr(upscaler.scaler, 'model_name', '')}.pth")
        folder = getattr(upscaler.scaler, "model_download_path", None) or ""
        return path.startswith("http") and not any(Path(folder, name).is_file() for name in names)

    def attention(self) -> str:
        """The name of the attention's optimization."""
        return str(getattr(model_hijack(), "optimization_method", ""))

    def tells_emphasis(self) -> bool:
        """Whether the emphasis mode is written into the infotext of a prompt with weights: not the default one."""
        return bool(shared.opts.emphasis != "Original")

    def set_options(self, values: Mapping[str, Any]) -> None:
        """Puts settings in force as the API does for a call, and loads checkpoint and VAE anew where they changed."""
        for key, value in values.items():
            shared.opts.set(key, value, is_api=True, run_callbacks=False)
        sd_models.reload_model_weights()
        if _sd_vae and "sd_vae" in values:
            _sd_vae.reload_vae_weights()

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
        if _sd_vae and "sd_vae" in names:
            _sd_vae.reload_vae_weights()


_embedding_files, _lora_files, _hypernetwork_files, _vae_files = (SeenFiles() for _ in range(4))


def have_new_embeddings(databases: Iterable[Any]) -> bool:
    """Whether a file of an embedding was replaced; the WebUI itself looks at the times of the folders alone.

    Where one was, hashes of newer files are forgotten.
    """
    folders = {str(folder) for database in databases for folder in database.embedding_dirs}
    changed = _embedding_files.have_changed(folders)
    if changed:
        forget_old_hashes(_embedding_files, "textual_inversion", ("hashes",))
    return changed


def forget_old_hashes(files: SeenFiles, prefix: str, kinds: Iterable[str]) -> None:
    """Drops what the WebUI has noted of files that were newer than those of their names are now."""
    cache = sys.modules.get("modules.cache")
    for known in (cache.cache(kind) for kind in kinds) if cache else ():
        for file, changed_at in files.times.items():
            key = f"{prefix}/{file.stem}"
            if known.get(key, {}).get("mtime", 0) > changed_at:
                del known[key]


def _without_gradients() -> AbstractContextManager[None]:
    torch: Any = sys.modules.get("torch")
    no_grad: AbstractContextManager[None] = torch.no_grad() if torch else nullcontext()
    return no_grad


def _loras() -> Any:
    """The module of the WebUI's LoRA extension; None where it is switched off."""
    return sys.modules.get("networks")


def model_hijack() -> Any:
    """What the WebUI changes in the model's text encoder; known once a model was loaded."""
    return sys.modules["modules.sd_hijack"].model_hijack
