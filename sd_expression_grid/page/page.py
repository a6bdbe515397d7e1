"""The study as a page: an HTML file beside its cells and their infotexts that needs no network and no WebUI.

The study is in the page as JSON; ``files/`` holds the style and the scripts that show it, which only ever set
text, never HTML. The page's own policy admits no other script than these, and those that they load: the infotexts.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from dataclasses import asdict
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.base.html import templates_in
from sd_expression_grid.base.whole_file import write_whole
from sd_expression_grid.grids.grids import NOT_MADE, grids_of, legend
from sd_expression_grid.page.assets import joined_script, joined_style
from sd_expression_grid.page.infotexts import remove_further_infotexts, write_infotexts
from sd_expression_grid.store.picks import read_picks
from sd_expression_grid.study.study import CellKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sd_expression_grid.grids.grids import StudyGrids
    from sd_expression_grid.store.folder import Outcome, StudyFolder
    from sd_expression_grid.study.study import Character, Study

PAGE_FILE = "index.html"
REPORT_FILE = "report.html"

Keys = list[list[list[CellKey]]]

_FILES = Path(__file__).parent / "files"
_STYLES = ("bar.css", "tables.css", "dialogs.css", "devices.css")


def write_page(folder: StudyFolder) -> Path:
    """Writes the page of the study in a folder after the cells' infotexts, whole or not at all, and returns its file.

    Raises StudyError for a folder without study, or whose record cannot be read, or that cannot be written.
    """
    file = folder.path / PAGE_FILE
    grids = grids_of(folder)
    html, infotexts = page_html(page_data(folder, grids)), infotexts_of(grids)
    try:
        write_infotexts(folder, infotexts)
        write_whole(file, html.encode(errors="replace"))
        remove_further_infotexts(folder, len(infotexts))
    except OSError as error:
        raise StudyError([Fault(str(file), f"cannot be written: {error}")]) from error
    return file


def page_data(folder: StudyFolder, grids: StudyGrids) -> dict[str, object]:
    """A study and its cells as JSON values; ``cells`` by seed, column and row, in the order of the other lists."""
    study = grids.study
    seeds, columns, keys = _arranged(study)
    picked = {pick.key for pick in read_picks(folder.path)}
    cells = [
        [[_cell(folder, grids.outcomes.get(key), is_picked=key in picked) for key in rows] for rows in columns]
        for columns in keys
    ]
    counts = Counter(cell["status"] for columns in cells for rows in columns for cell in rows)
    return {
        "title": study.name or folder.path.name,
        "facts": legend(study, None, grids.settings),
        "counts": dict(counts),
        "rows": [{"label": row.label, "text": row.text} for row in study.expressions],
        "columns": columns,
        "groups": study.groups or ("",),
        "seeds": seeds,
        "size": grids.cell_size_of(grids.all[0]) if grids.all else grids.cell_size,
        "cells": cells,
        "picture": asdict(study.picture) if study.picture else None,
        "report": REPORT_FILE if (folder.path / REPORT_FILE).is_file() else "",
    }


def infotexts_of(grids: StudyGrids) -> list[dict[str, str]]:
    """For each column of the page, the infotexts of its pictures, by their addresses."""
    _, _, keys = _arranged(grids.study)
    columns = (chain.from_iterable(column) for column in zip(*keys, strict=True))
    found = ([outcome for key in column if (outcome := grids.outcomes.get(key))] for column in columns)
    return [{_url(outcome): outcome.infotext for outcome in column if outcome.file} for column in found]


def _arranged(study: Study) -> tuple[Sequence[object], list[dict[str, object]], Keys]:
    """The seeds, the columns, and the cells' keys by seed, column and row."""
    return _scouted(study) if study.scout else _tabled(study)


def _tabled(study: Study) -> tuple[Sequence[object], list[dict[str, object]], Keys]:
    """The same for what is no scout."""
    keys = [
        [
            [CellKey(expression=row.label, character=column.label, seed=seed) for row in study.expressions]
            for column in study.columns
        ]
        for seed in study.seeds
    ]
    return study.seeds, [_column(column, study) for column in study.columns], keys


def _scouted(study: Study) -> tuple[Sequence[object], list[dict[str, object]], Keys]:
    """The same for a scout, whose seeds stand side by side as columns."""
    columns = [{"label": f"seed {seed}", "text": "", "group": "", "exclude": False} for seed in study.seeds]
    row, reference = study.expressions[0].label, study.reference_column.label
    keys = [[CellKey(expression=row, character=reference, seed=seed)] for seed in study.seeds]
    return [""], columns, [keys]


def page_html(data: Mapping[str, object]) -> str:
    """The page that shows what ``page_data`` gives."""
    style, script = joined_style(*(_FILES / name for name in _STYLES)), joined_script(_FILES / "page.js")
    values = {"title": data["title"], "study": _script_json(data), "style": style, "script": script}
    return templates_in(_FILES).get_template("page.html").render(values, policy=_policy(style, script))


def _script_json(data: Mapping[str, object]) -> str:
    """JSON that can stand in a script element: no text in it can end the element."""
    return json.dumps(data).replace("<", "\\u003c")


def _cell(folder: StudyFolder, outcome: Outcome | None, *, is_picked: bool) -> dict[str, str]:
    if outcome is None:
        return {"status": NOT_MADE}
    if outcome.status == "done" and not (folder.path / outcome.file).is_file():
        return {"status": "missing", "url": _url(outcome), "error": f"{outcome.file} is missing"}
    picked = "yes" if is_picked else ""
    texts = {"error": outcome.error, "warning": outcome.warning, "picked": picked}
    cell = {"status": outcome.status, "url": _url(outcome), **texts}
    return {name: value for name, value in cell.items() if value}


def _url(outcome: Outcome) -> str:
    return quote(outcome.file, errors="replace")


def _policy(style: str, script: str) -> str:
    """What the browser is to allow: this style, this script and what it loads; pictures and report from where it is."""
    return (
        "default-src 'none'; img-src 'self' file:; frame-src 'self' file:; "
        f"style-src '{_hash(style)}'; script-src '{_hash(script)}' 'strict-dynamic'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _column(column: Character, study: Study) -> dict[str, object]:
    is_reference = column == study.reference_column and bool(study.reference)
    return {
        "label": column.label,
        "text": column.text,
        "group": None if is_reference else column.group,
        "exclude": column.exclude,
    }
