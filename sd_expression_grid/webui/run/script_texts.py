"""What other extensions' scripts are given for a cell: texts with placeholders, and a face detailer's prompts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sd_expression_grid.prompts.prompts import escape_in_edit
from sd_expression_grid.study.cell_prompts import filled, prompts_of
from sd_expression_grid.webui.host.companions import active_companions
from sd_expression_grid.webui.host.settings import paints_faces_later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.prompts.prompts import Prompt
    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.run.variants import Variants

_SEPARATOR = re.compile(r"(\s*\[SEP\]\s*)")
_FACE_PROMPTS = ("ad_prompt", "ad_negative_prompt")
"""ADetailer's: nothing, also between two ``[SEP]``, and ``[PROMPT]`` stand for the picture's own prompt in them."""


class ScriptTexts:
    """Fills the values of the scripts of other extensions that are switched on in ``page``.

    A face detailer begins with the picture nearly free of noise, so the picture's prompt edit would give it composition
    words where the face is decided: it gets the prompt after the switch point.
    """

    def __init__(self, page: Processing, variants: Variants) -> None:
        self._page, self._variants = page, variants
        self._companions = active_companions(page)

    def changed(self, cell: Cell) -> dict[str, list[Any]]:
        """The values of the scripts that get others than the page's for this cell, by their titles."""
        values = {one.title: list(self._page.script_args[one.first : one.last]) for one in self._companions}
        filled_in = {title: self._filled(cell, own) for title, own in values.items()} if values else {}
        return {title: own for title, own in filled_in.items() if own != values[title]}

    def arguments(self, cell: Cell) -> Sequence[Any]:
        """The script arguments of all scripts for a cell."""
        if not self._companions:
            return self._page.script_args
        arguments = list(self._page.script_args)
        for companion in self._companions:
            first, last = companion.first, companion.last
            arguments[first:last] = self._filled(cell, arguments[first:last])
        return arguments

    def notes(self, cell: Cell) -> Iterator[str]:
        """What is told of scripts whose values change with the cells."""
        for title, values in self.changed(cell).items():
            is_detailer = any(_is_face_tab(value) for value in values)
            yield f"{title} {'repaints faces' if is_detailer else 'works'} with the row's expression"

    def _filled(self, cell: Cell, values: list[Any]) -> list[Any]:
        study, templates = self._variants.of(cell.key.seed, cell.key.character)
        row = next(row for row in study.expressions if row.label == cell.key.expression)
        column = next(column for column in study.columns if column.label == cell.key.character)
        expression = escape_in_edit(row.text)
        prompts = prompts_of(study, templates, expression, column)[:2]

        def fill(text: str) -> str:
            return filled(study, text, expression, column)

        return [_with_face_prompts(_with_texts(value, fill), prompts) for value in values]


def _with_texts(value: Any, fill: Callable[[str], str]) -> Any:
    """A value with all texts in it changed, those in lists and dictionaries as well."""
    if isinstance(value, str):
        return fill(value)
    if type(value) in (list, tuple):
        return type(value)(_with_texts(each, fill) for each in value)
    if isinstance(value, dict):
        return {key: _with_texts(each, fill) for key, each in value.items()}
    return value


def has_texts(value: Any, texts: Sequence[str]) -> bool:
    """Whether one of these is somewhere in a value."""
    found: list[bool] = []

    def look(text: str) -> str:
        found.append(any(each in text for each in texts))
        return text

    _with_texts(value, look)
    return any(found)


def _is_face_tab(value: Any) -> bool:
    """Whether a value is one of ADetailer's tabs, and on."""
    return isinstance(value, dict) and value.get("ad_model", "None") != "None"


def takes_own_prompt(value: Any) -> bool:
    """Whether a value is a tab that is on and takes the picture's own prompt."""
    parts = _SEPARATOR.split(str(value.get("ad_prompt") or ""))[::2] if _is_face_tab(value) else ()
    return any(not part or "[PROMPT]" in part for part in parts)


def _with_face_prompts(value: Any, prompts: tuple[Prompt, ...]) -> Any:
    if not (_is_face_tab(value) and paints_faces_later()):
        return value
    pairs = zip(_FACE_PROMPTS, prompts, strict=True)
    return {**value, **{name: _own(value.get(name) or "", prompt) for name, prompt in pairs if prompt.is_edited}}


def _own(text: str, prompt: Prompt) -> str:
    """A face prompt in which what stands for the picture's prompt is the prompt after the switch point."""
    parts = _SEPARATOR.split(text)
    faces = [part.replace("[PROMPT]", prompt.after) if part else prompt.after for part in parts[::2]]
    return "".join(part for pair in zip(faces, [*parts[1::2], ""], strict=True) for part in pair)
