"""HTML from templates: every value is escaped unless it is markup already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import StudyError

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment


def templates_in(folder: Path) -> Environment:
    """The templates of a folder, by file name; a name that a template uses and is not given is an error.

    ``tojson`` keeps letters and order as they are; no text in it can end the element that it stands in.

    Raises StudyError where jinja2 is not installed: every WebUI has it, a bare Python may not.
    """
    try:
        import jinja2  # noqa: PLC0415 - the core must load without it
    except ImportError as error:
        message = "HTML needs jinja2, which is not installed here: pip install jinja2"
        raise StudyError(message) from error
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return environment
