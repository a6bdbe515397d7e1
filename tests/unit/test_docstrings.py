"""What a docstring names in double backticks exists: a name or a text of the code, or a module."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "sd_expression_grid").rglob("*.py"), *(ROOT / "scripts").glob("*.py")])
NAMED = re.compile(r"``([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?:\(\))?``")
OF_THE_HOST = {"cfg_denoiser", "tab_expression_grid", "tojson", "ui_settings", "ui_tabs"}


def parsed(file):
    return ast.parse(file.read_text(encoding="utf-8"))


def documentation(tree):
    """The texts that stand as statements: docstrings, also those of constants."""
    statements = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    return [node for node in statements if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def names_in(tree):
    """Every identifier of a module's code, and every word of its texts."""
    documented = set(documentation(tree))
    for node in set(ast.walk(tree)) - documented:
        for field in ("id", "attr", "arg", "name", "module", "asname"):
            yield from str(getattr(node, field, None) or "").split(".")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"[A-Za-z_]\w*", node.value)


@pytest.fixture(scope="module")
def known():
    names = {name for file in FILES for name in names_in(parsed(file))}
    return names | {part for file in FILES for part in (file.stem, file.parent.name, "py")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_docstring_names_exists(file, known):
    text = "\n".join(node.value for node in documentation(parsed(file)))
    assert [name for name in NAMED.findall(text) if not set(name.split(".")) <= known | OF_THE_HOST] == []


def test_many_names_are_checked(known):
    texts = [node.value for file in FILES for node in documentation(parsed(file))]
    assert len(NAMED.findall("\n".join(texts))) > 200
    assert "effective_count" not in known
