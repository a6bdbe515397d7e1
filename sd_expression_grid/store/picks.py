"""Picks: the cells that a character's story is told with, as ``picks.json`` in the study's folder keeps them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, SavingError, StudyError
from sd_expression_grid.base.json_lines import MAX_LINES_BYTES, read_whole
from sd_expression_grid.base.json_reader import object_from
from sd_expression_grid.base.whole_file import write_whole
from sd_expression_grid.store.folder import cell_key_from

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sd_expression_grid.study.study import CellKey

PICKS_FILE = "picks.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A picked cell. ``name`` is the character's, without the numbers that the column's label may end with.

    ``picture`` is the SHA-256 of the file that was picked, empty if unknown.
    """

    name: str
    key: CellKey
    picture: str = ""


def read_picks(folder: Path) -> tuple[Pick, ...]:
    """All picks in a study's folder, in their order; none without a file. StudyError if it cannot be read."""
    file = folder / PICKS_FILE
    if not file.exists():
        return ()
    try:
        found = object_from(read_whole(file, MAX_LINES_BYTES).decode()).get("picks")
        return tuple(map(_pick, found if isinstance(found, list) else [found]))
    except (OSError, ValueError, StudyError) as error:
        problem = f"cannot be read as picks; put it away and pick again ({str(error) or 'it has another form'})"
        raise StudyError([Fault(str(file), problem)]) from error


def picks_of(folder: Path, name: str) -> tuple[Pick, ...]:
    """A character's picks; StudyError as for ``read_picks``."""
    return tuple(pick for pick in read_picks(folder) if pick.name == name)


def write_picks(folder: Path, name: str, picks: Iterable[Pick]) -> None:
    """Keeps a character's picks in place of its earlier ones; the file is written whole or not at all.

    Raises SavingError where the disk does not take it, StudyError as for ``read_picks``.
    """
    kept = [*(pick for pick in read_picks(folder) if pick.name != name), *picks]
    text = json.dumps({"picks": list(map(_as_object, kept))}, ensure_ascii=False, indent=1)
    try:
        write_whole(folder / PICKS_FILE, text.encode())
    except OSError as error:
        raise SavingError([Fault(str(folder / PICKS_FILE), f"cannot be written: {error}")]) from error


def _as_object(pick: Pick) -> dict[str, object]:
    return {"name": pick.name, **asdict(pick.key), "picture": pick.picture}


def _pick(data: object) -> Pick:
    """The pick in a JSON object; ValueError if it is none."""
    if not isinstance(data, dict):
        raise ValueError  # noqa: TRY004 - a wrong file, whatever is wrong with it
    name, picture = data.get("name"), data.get("picture", "")
    if not isinstance(name, str) or not isinstance(picture, str):
        raise ValueError  # noqa: TRY004
    return Pick(name=name, key=cell_key_from(data), picture=picture)
