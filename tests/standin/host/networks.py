"""The Lora extension's module, and its `<lora:…>` tag."""

from __future__ import annotations

import enum
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from modules import errors, extra_networks, hashes, sd_hijack, shared

from tests.standin import safetensors
from tests.standin.portraits import painter


class SdVersion(enum.Enum):
    Unknown = 1
    SD1 = 2
    SD2 = 3
    SDXL = 4


class NetworkOnDisk:
    def __init__(self, name, filename):
        self.name, self.filename = name, filename
        self.metadata = safetensors.read(filename)[1]
        self.alias = self.metadata.get("ss_output_name", name)
        self.hash = self.metadata.get("sshs_model_hash") or hashes.sha256(filename, f"lora/{name}")
        self.shorthash = self.hash[:12]
        available_network_hash_lookup[self.shorthash] = self
        sdxl = self.metadata.get("ss_base_model_version", "").startswith("sdxl_")
        older = SdVersion.SD2 if self.metadata.get("ss_v2") == "True" else SdVersion.SD1
        self.sd_version = SdVersion.SDXL if sdxl else older if self.metadata else SdVersion.Unknown

    def read_hash(self):
        pass

    def get_alias(self):
        by_name = shared.opts.lora_preferred_name == "Filename" or self.alias.lower() in forbidden_network_aliases
        return self.name if by_name else self.alias


class Network:
    def __init__(self, name, network_on_disk):
        self.name, self.network_on_disk = name, network_on_disk
        self.mentioned_name, self.dyn_dim = name, None
        self.te_multiplier = self.unet_multiplier = 1.0
        tensors = safetensors.read(network_on_disk.filename)[0]
        self.modules = {key: None for key in tensors if key.startswith("lora_")}
        self.mtime = Path(network_on_disk.filename).stat().st_mtime
        self.strength = _strength(tensors)
        self.bundle_embeddings = {
            key.split(".")[1]: _bundled(key.split(".")[1], tensor)
            for key, tensor in tensors.items()
            if key.startswith("bundle_emb.")
        }


class BundledTIHash(str):
    __slots__ = ()


def _bundled(name, tensor):
    embedding = sd_hijack.Embedding(tensor, name)
    embedding.shorthash = BundledTIHash(name)
    return embedding


def _strength(tensors):
    """How strong the file makes its network: that of the samples is 1."""
    up, down = ([tensors[key] for key in tensors if f"lora_{end}." in key] for end in ("up", "down"))
    return float(np.linalg.norm(up[0]) / np.linalg.norm(down[0])) if up and down else 1.0


available_networks: dict[str, NetworkOnDisk] = {}
available_network_aliases: dict[str, NetworkOnDisk] = {}
available_network_hash_lookup: dict[str, NetworkOnDisk] = {}
forbidden_network_aliases: dict[str, int] = {}
loaded_networks: list[Network] = []
networks_in_memory: dict[str, Network] = {}
load_count = {"files": 0}  # how often a LoRA was read: the cost of a column


def list_available_networks():
    tables = available_networks, available_network_aliases, available_network_hash_lookup, forbidden_network_aliases
    for table in tables:
        table.clear()
    forbidden_network_aliases["none"] = forbidden_network_aliases["Addams"] = 1
    for filename in shared.walk_files(shared.cmd_opts.lora_dir, (".safetensors",)):
        try:
            entry = NetworkOnDisk(Path(filename).stem, filename)
        except (OSError, ValueError):
            errors.report(f"Failed to load network from {filename}", exc_info=True)
            continue
        taken = entry.alias in available_network_aliases
        forbidden_network_aliases.update({entry.alias.lower(): 1} if taken else {})
        available_networks[entry.name] = entry
        available_network_aliases[entry.name] = available_network_aliases[entry.alias] = entry


def _find(name):
    table = available_networks if name.lower() in forbidden_network_aliases else available_network_aliases
    return table.get(name)


def _unload():
    """Take the networks out of the model, and their embeddings with them."""
    known = sd_hijack.model_hijack.embedding_db.word_embeddings
    for name, embedding in [pair for network in loaded_networks for pair in network.bundle_embeddings.items()]:
        if known.get(name) is embedding:
            del known[name]
    loaded_networks.clear()


def load_networks(names, te_multipliers=None, unet_multipliers=None, dyn_dims=None):
    kept = {each.mentioned_name: each for each in loaded_networks}
    _unload()
    if not all(map(_find, names)):
        list_available_networks()
    weights = [given or [default] * len(names) for given, default in
               ((te_multipliers, 1.0), (unet_multipliers, 1.0), (dyn_dims, None))]  # fmt: skip
    for name, te, unet, dyn in zip(names, *weights, strict=True):
        if _find(name):
            network = kept.get(name)
            if network is None or Path(_find(name).filename).stat().st_mtime > network.mtime:
                load_count["files"] += 1
                network = Network(name, _find(name))
            network.te_multiplier, network.unet_multiplier, network.dyn_dim = te, unet, dyn
            loaded_networks.append(network)
            for bundled in network.bundle_embeddings.values():
                sd_hijack.model_hijack.embedding_db.word_embeddings.setdefault(bundled.name, bundled)
    missing = [name for name in names if _find(name) is None]
    if missing:
        sd_hijack.model_hijack.comments.append(f"Lora not found: {', '.join(missing)}")
    for layer in shared.sd_model.network_layer_mapping.values():
        _apply(layer)


def _apply(layer):
    """As each layer of the model does it: nothing, where names and weights are the last ones."""
    wanted = tuple((each.name, each.te_multiplier, each.unet_multiplier, each.dyn_dim) for each in loaded_networks)
    if layer.network_current_names == wanted:
        return
    layer.network_current_names = wanted
    painter.use_loras(
        (each.network_on_disk.name, each.unet_multiplier * each.strength)
        for each in loaded_networks
        if each.network_on_disk.sd_version in {SdVersion.SD1, SdVersion.Unknown}
    )


def network_restore_weights_from_backup(layer):
    painter.use_loras(())


class ExtraNetworkHypernet(extra_networks.ExtraNetwork):
    def __init__(self):
        super().__init__("hypernet")

    def activate(self, p, params_list):
        """Load those that are not loaded by their names; one that is not there or is broken is passed over."""
        kept = {each.name: each for each in shared.loaded_hypernetworks}
        named = [params.items[0] for params in params_list]
        found = [kept.get(name) or _hypernetwork(name) for name in named]
        shared.loaded_hypernetworks[:] = filter(None, found)


def _hypernetwork(name):
    """A file of JSON stands for one: an object with the widths of its layers."""
    path = shared.hypernetworks.get(name)
    try:
        layers = json.loads(Path(path).read_text(encoding="utf8")) if path else None
    except ValueError:
        errors.report(f"Error loading hypernetwork {path}", exc_info=True)
        return None
    return layers and SimpleNamespace(name=name, filename=path, layers={int(width) for width in layers})


class ExtraNetworkLora(extra_networks.ExtraNetwork):
    def __init__(self):
        super().__init__("lora")

    def activate(self, p, params_list):
        multipliers = [self._multipliers(params) for params in params_list]
        names = [params.positional[0] for params in params_list]
        te, unet, dyn = zip(*multipliers, strict=True) if multipliers else ((), (), ())
        load_networks(names, te, unet, dyn)
        found = {re.sub("[:,]", "", each.mentioned_name): each.network_on_disk.shorthash for each in loaded_networks}
        second_pass = getattr(p, "is_hr_pass", False)
        p.lora_hashes = {**(getattr(p, "lora_hashes", {}) if second_pass else {}), **found}
        if p.lora_hashes and shared.opts.lora_add_hashes_to_infotext:
            said = (f"{name}: {shorthash}" for name, shorthash in p.lora_hashes.items())
            p.extra_generation_params["Lora hashes"] = ", ".join(said)

    def deactivate(self, p):
        pass

    @staticmethod
    def _multipliers(params):
        """Read the weights of `<lora:name:te:unet:dyn>`, positional or named."""

        def number(place, name, default, kind=float):
            value = params.positional[place] if len(params.positional) > place else default
            value = params.named.get(name, value)
            return value if value is None else kind(value)

        te = number(1, "te", 1.0)
        return te, number(2, "unet", te), number(3, "dyn", None, int)
