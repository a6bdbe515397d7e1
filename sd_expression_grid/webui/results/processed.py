"""A finished run as the WebUI's Processed: what its gallery, its Save buttons and its API show."""

from __future__ import annotations

from collections import Counter
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import processing

from sd_expression_grid.prompts.infotext_text import prompts_in
from sd_expression_grid.webui.host.served import serve
from sd_expression_grid.webui.host.settings import name_of_study
from sd_expression_grid.webui.results.gallery import ApiPictures, GalleryEntry, gallery_pictures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sd_expression_grid.study.study import Status
    from sd_expression_grid.webui.results.study_pictures import StudyPictures

COMMENTS_FIELD = "Comments"
"""Where the API finds what the page shows under the pictures: the WebUI's answer has no other place for it."""

FOLDER_FIELD, FOLDERS_FIELD = "Study folder", "Study folders"
"""Where it finds the study's folder, and those of several studies."""

NAME_FIELD = "Study"
"""Where the page's script finds the name by which the rating tab knows the study; not all can be rated."""

GRIDS_FIELD = "Grids"
"""Where the page's script finds the places of the grids' cells, among what the WebUI tells of a generation."""


CELLS_FIELD = "Cells"
"""Where it finds how many cells there are of each status."""


def processed(pictures: StudyPictures, facts: Mapping[str, object]) -> Any:
    """The study's pictures, grids first, with its folder and ``facts`` among the generation's parameters."""
    p = pictures.p
    grids, cells = list(pictures.grids()), list(pictures.cells())
    shown = [*grids, *cells]
    entries = shown or [GalleryEntry(Path(), "", pictures.study.seeds[0])]
    counts = Counter(outcome.status for outcome in pictures.outcomes.values())
    for line in _told(pictures, counts):
        p.comment(line)
    base = copy(p)
    base.n_iter = base.batch_size = 1
    folder = pictures.store.folder
    if folder and not p.is_api:
        serve(folder.path)
    in_folder = {FOLDER_FIELD: str(folder.path)} if folder else {}
    name = name_of_study(folder.path) if folder and not pictures.study.scout else ""
    if name:
        in_folder[NAME_FIELD] = name
    places = [grid.places for grid in grids]
    told = {GRIDS_FIELD: places, CELLS_FIELD: dict(counts), COMMENTS_FIELD: list(p.comments)}
    base.extra_generation_params = {**p.extra_generation_params, **in_folder, **facts, **told}
    return processing.Processed(
        base,
        ApiPictures(shown) if p.is_api else gallery_pictures(shown),
        seed=entries[0].seed,
        info=entries[0].infotext,
        subseed=p.subseed,
        all_prompts=[prompts_in(entry.infotext)[0] for entry in entries],
        all_negative_prompts=[prompts_in(entry.infotext)[1] for entry in entries],
        all_seeds=[entry.seed for entry in entries],
        all_subseeds=[p.subseed] * len(entries),
        index_of_first_image=len(grids),
        infotexts=[entry.infotext for entry in entries],
    )


def _told(pictures: StudyPictures, counts: Counter[Status]) -> Iterator[str]:
    """What the page tells under the pictures: counts, failures, and where the study is."""
    numbers = ", ".join(f"{number} {status}" for status, number in counts.items())
    count = len(pictures.outcomes)
    yield f"{count} cell{'' if count == 1 else 's'}: {numbers}"
    missing = count - counts["done"]
    if missing and pictures.store.folder:
        yield f"Generate again makes the missing {missing}"
    for outcome in pictures.outcomes.values():
        problem = outcome.error if outcome.status == "failed" else outcome.warning
        if problem:
            seed = f", seed {outcome.key.seed}" if len(pictures.study.seeds) > 1 else ""
            yield f"{outcome.key.character}, {outcome.key.expression}{seed}: {problem}"
    if pictures.store.folder:
        yield f"Saved in {pictures.store.folder.path}"
