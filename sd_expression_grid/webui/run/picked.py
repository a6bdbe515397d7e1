"""The picked cells of a study once more, with the page's hires fix: nothing else, and beside the study's cells."""

from __future__ import annotations

from copy import copy
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, StudyError, raise_if_any
from sd_expression_grid.store.folder import LARGE_FOLDER, StudyFolder
from sd_expression_grid.store.picks import read_picks
from sd_expression_grid.store.resume import finished_cells
from sd_expression_grid.webui.host.identity import Identities
from sd_expression_grid.webui.host.picture import is_img2img
from sd_expression_grid.webui.run.find import find
from sd_expression_grid.webui.run.prepared import Prepared
from sd_expression_grid.webui.run.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sd_expression_grid.study.study import CellKey, Study
    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.run.resolve import Resolved


def find_picked(p: Processing, request: Mapping[str, object]) -> Prepared:
    """The picked cells of the study on disk that ``request`` describes, as they are made large with hires fix.

    Raises StudyError where there are none, and where the page would make other pictures than those that were picked.
    """
    if is_img2img(p):
        why = "img2img has no Hires. fix, which makes picked cells large; make a study with a larger width and height"
        raise StudyError([Fault("picked", why)])
    if not p.enable_hr:
        raise StudyError([Fault("Hires. fix", "is off; it makes the picked cells large, so switch it on")])
    large = resolve(p, request)
    small = find(resolve(_without_hires(p), {**request, "picked": False}))
    picked = _picked_keys(small)
    raise_if_any(_other_cells(small, picked))
    return _prepared(large, small, picked)


def _without_hires(p: Processing) -> Processing:
    page = copy(p)
    page.enable_hr = False
    return page


def _picked_keys(small: Prepared) -> tuple[CellKey, ...]:
    if small.folder is None:
        message = "picked: the study is not on disk yet, or was made with another seed; make it, and pick its cells"
        raise StudyError("; ".join((message, *small.notes)))
    keys = tuple(dict.fromkeys(pick.key for pick in read_picks(small.folder.path)))
    if not keys:
        problem = "no cell is picked yet; pick in the tab Expression grid, in From study to story"
        raise StudyError([Fault(small.folder.path.name, problem)])
    return keys


def _other_cells(small: Prepared, picked: Collection[CellKey]) -> Iterator[Fault]:
    """A fault for each picked cell that the page would not make as it is on disk."""
    reasons = "; ".join(small.notes)
    for key in picked:
        if key not in small.made.outcomes:
            problem = (
                f"is not what this page would make, so it cannot be made large{f' ({reasons})' if reasons else ''}"
            )
            yield Fault(f"{key.expression}, {key.character}, seed {key.seed}", problem)


def _prepared(resolved: Resolved, small: Prepared, picked: Collection[CellKey]) -> Prepared:
    page = copy(resolved.page)
    page.subseed = small.page.subseed
    cells = tuple(cell for cell in resolved.variants.cells(small.study.seeds) if cell.key in picked)
    changed = resolved.script_texts.changed
    identities = Identities(page, resolved.reader, resolved.networks, resolved.way, cells, changed)
    folder = StudyFolder(small.folder.path / LARGE_FOLDER) if small.folder else None
    known = {one.name: getattr(resolved, one.name) for one in fields(resolved)}
    return Prepared(
        **{**known, "page": page, "study": _with_only(replace(resolved.study, seeds=small.study.seeds), picked)},
        cells=cells,
        identities=identities,
        draws_seed=False,
        folder=folder,
        made=finished_cells(folder, folder.read_outcomes(), identities.is_identity) if folder else small.made,
    )


def _with_only(study: Study, picked: Collection[CellKey]) -> Study:
    """The study with the rows, columns and seeds of the picked cells; one of the reference alone keeps a column."""
    rows, columns, seeds = ({getattr(key, name) for key in picked} for name in ("expression", "character", "seed"))
    return replace(
        study,
        expressions=tuple(row for row in study.expressions if row.label in rows),
        characters=tuple(column for column in study.characters if column.label in columns) or study.characters[:1],
        reference=study.reference if study.reference_column.label in columns else "",
        seeds=tuple(seed for seed in study.seeds if seed in seeds),
    )
