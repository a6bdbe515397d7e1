"""The results of several studies as one, as the Batch tab shows them."""

from __future__ import annotations

from collections import Counter
from copy import copy
from itertools import chain
from typing import TYPE_CHECKING, Any

from modules import processing, shared

from sd_expression_grid.webui.results.processed import (
    CELLS_FIELD,
    COMMENTS_FIELD,
    FOLDER_FIELD,
    FOLDERS_FIELD,
    GRIDS_FIELD,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sd_expression_grid.webui.host.processing import Processing

_OF_PICTURES = ("images", "infotexts", "all_prompts", "all_negative_prompts", "all_seeds", "all_subseeds")


def results_of(p: Processing, results: Sequence[Any], comments: Sequence[str]) -> Any:
    """One Processed of those of several studies: all grids first, then all cells; as many as the user wants to see."""
    base = copy(p)
    base.comments = dict.fromkeys(comments)
    base.n_iter = base.batch_size = 1
    shown = [result for result in results if result.images]
    if not shown:
        return processing.Processed(base, [])
    pictures = {name: _grids_first(name, shown) for name in _OF_PICTURES}
    count, limit = len(pictures["images"]), int(shared.opts.img2img_batch_show_results_limit)
    if 0 <= limit < count:
        count = limit
    pictures = {name: values[:count] for name, values in pictures.items()}
    grids = _places(shown, count)
    told = {
        CELLS_FIELD: dict(sum((Counter(each.extra_generation_params[CELLS_FIELD]) for each in shown), Counter())),
        FOLDERS_FIELD: [each.extra_generation_params.get(FOLDER_FIELD, "") for each in shown],
        GRIDS_FIELD: grids,
        COMMENTS_FIELD: list(comments),
    }
    base.extra_generation_params = {**p.extra_generation_params, **told}
    infotexts, images = pictures["infotexts"], pictures.pop("images")
    return processing.Processed(
        base,
        images,
        seed=shown[0].seed,
        subseed=shown[0].subseed,
        info=infotexts[0] if infotexts else "",
        index_of_first_image=len(grids),
        **pictures,
    )


def _grids_first(name: str, results: Sequence[Any]) -> list[Any]:
    grids = [getattr(each, name)[: each.index_of_first_image] for each in results]
    cells = [getattr(each, name)[each.index_of_first_image :] for each in results]
    return [*chain.from_iterable(grids), *chain.from_iterable(cells)]


def _places(results: Sequence[Any], count: int) -> list[Mapping[str, object]]:
    """The places of all grids' cells; a cell beyond the first ``count`` pictures is told as one without picture."""
    left, before = count - sum(each.index_of_first_image for each in results), 0
    places: list[Mapping[str, object]] = []
    for result in results:
        grids = result.extra_generation_params[GRIDS_FIELD]
        places += [{**grid, "cells": _counted_on(grid["cells"], before, left)} for grid in grids]
        before += len(result.images) - result.index_of_first_image
    return places[:count]


def _counted_on(rows: Sequence[Sequence[int | None]], before: int, count: int) -> list[list[int | None]]:
    """The numbers of cells, after those of the studies ``before``; None from ``count`` on."""
    on = [[None if number is None else number + before for number in row] for row in rows]
    return [[number if number is not None and number < count else None for number in row] for row in on]
