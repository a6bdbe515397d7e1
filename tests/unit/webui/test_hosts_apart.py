"""WebUIs are told apart in one place: nowhere else is asked whether a thing is there."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WEBUI = ROOT / "sd_expression_grid" / "webui"
FILES = sorted([*(file for file in WEBUI.rglob("*.py") if "host" not in file.parts), *(ROOT / "scripts").glob("*.py")])


def probes(source):
    """The lines of calls of ``hasattr``, of ``getattr`` with a default, and of lookups in ``sys.modules``."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        if name in ("hasattr", "sys.modules.get") or (name == "getattr" and len(call.args) == 3):
            yield call.lineno


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_webui_is_probed_outside_of_host(file):
    assert list(probes(file.read_text(encoding="utf-8"))) == []


def test_a_probe_is_found():
    assert list(probes("a\nhasattr(p, 'x')\ngetattr(p, 'x', 1)\ngetattr(p, x)\nsys.modules.get('networks')")) == [
        2,
        3,
        5,
    ]
