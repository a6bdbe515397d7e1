"""The one checkpoint there is. The model itself is tests/standin/painter.py."""

from __future__ import annotations

from types import SimpleNamespace

from modules import sd_hijack
from tests.standin.portraits import painter


class CheckpointInfo:
    def __init__(self, name, shorthash):
        self.name = self.filename = f"{name}.safetensors"
        self.model_name = self.name_for_extra = name
        self.shorthash, self.hash, self.sha256 = shorthash, shorthash[:8], shorthash * 6
        self.title, self.short_title = f"{self.name} [{shorthash}]", f"{name} [{shorthash}]"
        self.ids = [shorthash, self.hash, name, self.name, self.title]


class Model:
    """The few fields of a loaded checkpoint that scripts look at."""

    is_sd1, is_sd2, is_sdxl, is_sd3, is_ssd, is_inpaint = True, False, False, False, False, False
    cond_stage_key, cond_stage_model = "txt", sd_hijack.model_hijack
    model = SimpleNamespace(
        conditioning_key="crossattn",
        diffusion_model=SimpleNamespace(modules=lambda: [SimpleNamespace(to_k=SimpleNamespace(in_features=768))]),
    )

    def __init__(self, info):
        self.sd_checkpoint_info = info
        self.network_layer_mapping = {"layer": SimpleNamespace(network_current_names=())}
        self.sd_model_checkpoint, self.sd_model_hash = info.filename, info.shorthash

    def get_learned_conditioning(self, texts):
        return sd_hijack.model_hijack.encode(texts)

    def create_denoiser(self):
        return painter.Denoiser()

    def decode_first_stage(self, latent, size=(192, 192), *, preview=False):
        return painter.decode(latent, (96, 96) if preview else size)


checkpoints_list = {info.title: info for info in [CheckpointInfo("portraits", "b17c0ffee0")]}
checkpoint_aliases = {key: info for info in checkpoints_list.values() for key in info.ids}
sd_model = Model(next(iter(checkpoints_list.values())))
model_data = SimpleNamespace(sd_model=sd_model)


def list_models():
    pass


def checkpoint_tiles(use_short=False):
    return [info.short_title if use_short else info.title for info in checkpoints_list.values()]


def get_closet_checkpoint_match(search_string):
    by_alias = checkpoint_aliases.get(search_string)
    return by_alias or next((x for x in checkpoints_list.values() if search_string and search_string in x.title), None)


def select_checkpoint():
    return sd_model.sd_checkpoint_info


def load_model(checkpoint_info=None, already_loaded_state_dict=None):
    return sd_model


def reload_model_weights(sd_model=None, info=None, forced_reload=False):
    return sd_model


def unload_model_weights(sd_model=None, info=None):
    return sd_model
