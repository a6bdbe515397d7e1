"""What earlier versions wrote, kept as test data; later versions must read it for ever."""

import json
from pathlib import Path

import pytest

V0_1_0 = Path(__file__).parent / "data/v0.1.0"


def request_of(name):
    """The body of a request to /sdapi/v1/txt2img."""
    return json.loads((V0_1_0 / f"api/{name}.json").read_text(encoding="utf-8"))


def contains(new, old, leave=(), place="$"):
    """Asserts that everything old is in the new: every key with its value, and lists item by item."""
    if isinstance(old, dict):
        for key in old.keys() - set(leave):
            assert key in new, f"{place}.{key}"
            contains(new[key], old[key], leave, f"{place}.{key}")
    elif isinstance(old, list):
        assert len(new) == len(old), place
        for number, item in enumerate(old):
            contains(new[number], item, leave, f"{place}[{number}]")
    else:
        assert new == (pytest.approx(old) if isinstance(old, float) else old), place
