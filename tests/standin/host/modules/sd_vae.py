"""There is no VAE to choose."""

base_vae = loaded_vae_file = None
vae_dict: dict[str, str] = {}
checkpoints_loaded: dict[str, object] = {}


def refresh_vae_list():
    pass


def get_loaded_vae_name():
    return None


def get_loaded_vae_hash():
    return None


def reload_vae_weights(sd_model=None, vae_file=None):
    pass
