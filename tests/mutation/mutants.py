"""Small faults that can be put into a source file: one changed comparison, constant, text, statement or argument."""

from __future__ import annotations

import ast
import re
from copy import deepcopy
from dataclasses import dataclass
from os.path import commonprefix
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPARISONS = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip
ORDERLESS = ("max", "min", "isinstance")
"""Calls whose exchanged arguments mean the same, or nothing."""

ALIASED = re.compile(r"(tuple|list|dict|Callable|Mapping|Literal)\[")
"""The value of a type alias begins so."""

UNTOUCHED = ast.Import | ast.ImportFrom | ast.Assert | ast.Pass
IS_READ = re.compile(r"[^\W\d_].*\s|\s.*[^\W\d_]", re.DOTALL)
"""A text with a letter and a space is taken for one that people read."""

CONTEXT = 25
"""So many letters before the change are shown."""

TEMPLATE_PART = re.compile(r"\{\{-?(?P<value>.*?)-?\}\}|\{%-? *if (?P<condition>.*?)-?%\}", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mutant:
    """A file with one change: the bytes from ``start`` to ``end`` become ``after``; ``before`` is what they say."""

    file: Path
    start: int
    end: int
    line: int
    before: str
    after: str

    def source(self, original: bytes) -> bytes:
        """The changed file."""
        return original[: self.start] + self.after.encode() + original[self.end :]

    def __str__(self) -> str:
        same = len(commonprefix([self.before, self.after]))
        cut = max(0, same - CONTEXT)
        return f"{self.file}:{self.line}: {_short(self.before[cut:])}  →  {_short(self.after[cut:])}"


def mutants_of(file: Path, source: bytes) -> list[Mutant]:
    """All changes to a Python file, or to a template, in the order of the file."""
    found = _of_python(file, source) if file.suffix == ".py" else _of_template(file, source)
    return sorted(set(found))


def _of_python(file: Path, source: bytes) -> Iterator[Mutant]:
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in _code(ast.parse(source)):
        for changed in _changed(node):
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[node.end_lineno - 1] + node.end_col_offset
            before, after = _text(node), _text(changed)
            if after == before:
                continue  # both exchanged values are the same
            yield Mutant(file=file, start=start, end=end, line=node.lineno, before=before, after=after)


def _text(node: ast.AST) -> str:
    text = ast.unparse(node)
    return f"({text})" if isinstance(node, ast.BoolOp | ast.Compare | ast.BinOp | ast.UnaryOp) else text


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that do something at run time: no types, decorators, docstrings, imports, or assertions."""
    if isinstance(node, UNTOUCHED) or _is_for_types(node) or _is_strict(node):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_docstring(child) and not isinstance(node, ast.JoinedStr):
                yield from _code(child)


def _is_for_types(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Subscript) and bool(ALIASED.match(ast.unparse(node.value)))
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal"


def _is_strict(node: ast.AST) -> bool:
    """``zip(…, strict=True)`` asserts what the code before it has seen to."""
    return isinstance(node, ast.keyword) and node.arg == "strict"


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            yield from _compared(node)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
        case ast.Constant() | ast.JoinedStr():
            yield from _other_constant(node)
        case ast.Call() | ast.Tuple(ctx=ast.Load()):
            yield from _swapped(node)
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()


def _compared(node: ast.Compare) -> Iterator[ast.Compare]:
    for number, operator in enumerate(node.ops):
        changed = deepcopy(node)
        changed.ops[number] = COMPARISONS[type(operator)]()
        yield changed


def _other_constant(node: ast.Constant | ast.JoinedStr) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr):
        yield from _other_text(node)
    elif isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
    elif isinstance(node.value, str) and IS_READ.search(node.value):
        yield ast.Constant(f"{node.value}XX")


def _other_text(node: ast.JoinedStr) -> Iterator[ast.JoinedStr]:
    """Without one of its values; and, if it is read, with other words."""
    for number, part in enumerate(node.values):
        changed = deepcopy(node)
        if isinstance(part, ast.FormattedValue):
            del changed.values[number]
            yield changed
        elif IS_READ.search(part.value):
            changed.values[number] = ast.Constant(f"{part.value}XX")
            yield changed


def _swapped(node: ast.Call | ast.Tuple) -> Iterator[ast.AST]:
    """With the first two arguments or elements exchanged."""
    values = node.args if isinstance(node, ast.Call) else node.elts
    if len(values) < 2 or any(isinstance(value, ast.Starred | ast.Slice) for value in values[:2]):
        return
    first, second, *rest = values
    if isinstance(node, ast.Tuple):
        yield ast.Tuple([second, first, *rest], ast.Load())
    elif ast.unparse(node.func) not in ORDERLESS:
        yield ast.Call(node.func, [second, first, *rest], node.keywords)


def _of_template(file: Path, source: bytes) -> Iterator[Mutant]:
    """Without one of its values, and with a condition reversed."""
    text = source.decode()
    for found in TEMPLATE_PART.finditer(text):
        before, condition = found[0], found["condition"]
        after = "" if condition is None else before.replace(condition, f"not ({condition.strip()}) ", 1)
        start = len(text[: found.start()].encode())
        end, line = start + len(before.encode()), text.count("\n", 0, found.start()) + 1
        yield Mutant(file=file, start=start, end=end, line=line, before=before, after=after)


def _short(text: str) -> str:
    one_line = " ".join(text.split()) or "(nothing)"
    return one_line if len(one_line) <= 3 * CONTEXT else f"{one_line[: 3 * CONTEXT]}…"
