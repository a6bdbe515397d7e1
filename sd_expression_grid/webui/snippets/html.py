"""Pieces of HTML for the panel and the tab, from the templates of this folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from sd_expression_grid.base.html import templates_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TEMPLATES = Path(__file__).parent / "templates"


def error_html(error: Exception) -> str:
    """What is wrong, in the colour of errors: a line for each fault."""
    first, *more = str(error).splitlines() or [""]
    return _rendered("error.html", first=first, more=[line.removeprefix("- ") for line in more])


def report_frame(page: str) -> str:
    """A report's page in a frame of its own, for its script and style."""
    return _rendered("report.html", page=page)


def progress_html(lines: Iterable[str]) -> str:
    """Texts, a paragraph each."""
    return _rendered("progress.html", lines=lines)


def data_html(data: Mapping[str, object]) -> str:
    """Values for the page's script, which reads them as JSON, once: gradio draws what it is given more than once."""
    return _rendered("data.html", data=json.dumps(data), answer=uuid4().hex)


def mount_html(element_id: str) -> str:
    """An empty element, which the page's script fills."""
    return _rendered("mount.html", id=element_id)


def _rendered(name: str, **values: object) -> str:
    return templates_in(_TEMPLATES).get_template(name).render(values)
