"""`<lora:name:weight>` and its like in prompts."""

import json
import re
from collections import defaultdict
from pathlib import Path

from modules import errors

extra_network_registry: dict = {}
extra_network_aliases: dict = {}


class ExtraNetworkParams:
    def __init__(self, items=None):
        self.items = items or []
        self.positional, self.named = [], {}
        for item in self.items:
            pair = item.split("=") if isinstance(item, str) else [item]
            self.named |= [pair] if len(pair) == 2 else {}
            self.positional += [] if len(pair) == 2 else [item]

    def __eq__(self, other):
        return isinstance(other, ExtraNetworkParams) and other.items == self.items

    __hash__ = None


class ExtraNetwork:
    def __init__(self, name):
        self.name = name

    def activate(self, p, params_list):
        """Apply what the prompt asks for, or with an empty list nothing."""

    def deactivate(self, p):
        """Clean up after a run."""


def register_extra_network(extra_network):
    extra_network_registry.update({extra_network.name: extra_network})


def register_extra_network_alias(extra_network, alias):
    extra_network_aliases.update({alias: extra_network})


def _lookup(extra_network_data):
    found = {}
    for name, params in extra_network_data.items():
        network = extra_network_registry.get(name) or extra_network_aliases.get(name)
        if network is not None:
            found.setdefault(network, []).extend(params)
    return found


def _each(p, extra_network_data, what):
    """Call every registered network, those that the prompt does not mention with nothing."""
    mentioned = _lookup(extra_network_data)
    for network in [*mentioned, *(each for each in extra_network_registry.values() if each not in mentioned)]:
        try:
            what(network, mentioned.get(network, []))
        except Exception as e:  # noqa: PERF203
            errors.display(e, f"extra network {network.name} with arguments {mentioned.get(network)}")
            what(network, [])


def activate(p, extra_network_data):
    _each(p, extra_network_data, lambda network, params: network.activate(p, params))
    batch = {"batch_number": p.iteration, "prompts": p.prompts, "seeds": p.seeds, "subseeds": p.subseeds}
    p.hook("after_extra_networks_activate", extra_network_data=extra_network_data, **batch)


def activate_unless_disabled(p, extra_network_data):
    if not p.disable_extra_networks:
        activate(p, extra_network_data)


def deactivate(p, extra_network_data):
    _each(p, extra_network_data, lambda network, params: network.deactivate(p))


TAG = re.compile(r"<(?P<kind>\w+):(?P<items>[^>]+)>")


def parse_prompt(prompt):
    """Return the prompt without its tags, and the tags by kind."""
    data = defaultdict(list)
    for tag in TAG.finditer(prompt):
        data[tag["kind"]].append(ExtraNetworkParams(tag["items"].split(":")))
    return TAG.sub("", prompt), data


def parse_prompts(prompts):
    """Strip the tags of all prompts, and return those of the first."""
    parsed = [parse_prompt(prompt) for prompt in prompts]
    return [prompt for prompt, _ in parsed], parsed[0][1] if parsed else None


def get_user_metadata(filename, lister=None):
    """What the user wrote on a network's card: the JSON file beside it."""
    card = Path(filename).with_suffix(".json")
    return json.loads(card.read_text(encoding="utf8")) if card.exists() else {}
