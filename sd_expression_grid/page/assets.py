"""Styles and scripts for HTML files that stand alone: the palette before a style, and modules joined into one script.

The scripts are ES modules. A page from a disk may load none, so the modules are joined: each becomes a function that
gets what it imports from the functions before it, all within one function, so that nothing of it is global. Of the
syntax of modules, lines such as ``import { a, b } from "./c.js";`` and one ``export { d, e };`` at a file's end are
understood. The builder of elements, which the WebUI's tab uses as a classic script, stands before them.
"""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PALETTE = Path(__file__).parent / "files" / "palette.css"
_BUILDER = _ROOT / "javascript" / "expression_grid_dom.js"
_IMPORT = re.compile(r'^import (\{[^}]+\}) from "([^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (\{[^}]+\});$", re.MULTILINE)


def joined_style(*files: Path) -> str:
    """The palette and the files, as one style."""
    return "\n".join(map(_text, (_PALETTE, *files)))


def joined_script(entry: Path) -> str:
    """The module ``entry`` and all that it needs, as one classic script. Raises CycleError where modules import in a
    circle.
    """
    modules = TopologicalSorter(_imports(entry.resolve())).static_order()
    body = "\n".join([_text(_BUILDER), *map(_as_function, modules)])
    return f'(() => {{\n"use strict";\nconst modules = {{}};\n{body}}})();\n'


def _imports(entry: Path) -> dict[Path, list[Path]]:
    """What each module imports, of all that are reached from ``entry``."""
    found: dict[Path, list[Path]] = {}
    waiting = [entry]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found[module] = [(module.parent / address).resolve() for _, address in _IMPORT.findall(_text(module))]
            waiting.extend(found[module])
    return found


def _as_function(module: Path) -> str:
    body = _IMPORT.sub(lambda line: f'const {line[1]} = modules["{Path(line[2]).name}"];', _text(module))
    body = _EXPORT.sub(lambda line: f"return {line[1]};", body)
    return f'modules["{module.name}"] = (() => {{\n{body}}})();\n'


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
