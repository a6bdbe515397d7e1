"""What a run asks of the disk and the processor for each cell does not grow with the number of cells."""

import json

import pytest

from tests import hosts
from tests.counted import counted

SETTINGS = {"steps": 3, "width": 32, "height": 32, "seed": 7, "sampler_name": "Euler", "save_images": True}
STUDY = {"characters": "Noor | <lora:Noor:1>\nmei | <lora:mei:1>", "switch_at": 0.34, "name": "counts"}
COLUMNS = 3


@pytest.fixture
def webui(in_process, tmp_path):
    in_process.opts.set("outdir_txt2img_grids", str(tmp_path))
    return in_process


def counts(webui, rows, grids=None):
    """What a study of so many rows took; ``grids`` names another folder for it."""
    if grids:
        webui.opts.set("outdir_txt2img_grids", str(webui.data_dir / grids))
    study = {**STUDY, "expressions": "\n".join(f"row {number}" for number in range(rows))}
    request = {**SETTINGS, "script_name": hosts.TITLE, "script_args": [json.dumps(study)]}
    with counted() as counter:
        webui.txt2img({**request, "send_images": False})
    return counter


def a_row(few, many, rows):
    """What each row more has added."""
    return {name: (many[name] - few[name]) / rows for name in ("open cells", "encode", "decode", "hash")}


def test_a_new_study_opens_each_file_once(webui):
    counts(webui, 1, grids="first")  # the networks' files are hashed once and for all
    few, many = (counts(webui, rows, grids=f"of {rows} rows") for rows in (2, 6))
    for counter in (few, many):
        assert (counter["open cells.jsonl"], counter["open study.json"]) == (1, 1)  # for the page
    cells = {"open cells": 1, "encode": 1, "decode": 1, "hash": 2}  # opened for the grid; hashed: identity and file
    assert a_row(few, many, 4) == {name: count * COLUMNS for name, count in cells.items()}


def test_a_finished_study_is_read_once_and_nothing_is_drawn(webui):
    counts(webui, 2)
    few = counts(webui, 2)
    counts(webui, 6)
    many = counts(webui, 6)
    for counter in (few, many):
        assert (counter["open cells.jsonl"], counter["open study.json"]) == (2, 2)  # to find it, and for the page
        assert (counter["encode"], counter["decode"]) == (0, 2)  # a cell tells the size, for the grid and for the page
    assert a_row(few, many, 4) == {"open cells": COLUMNS, "encode": 0, "decode": 0, "hash": 2 * COLUMNS}


def test_nothing_of_texts_is_remembered_after_a_run(webui):
    from sd_expression_grid.grids.drawing import remembered

    counts(webui, 2)
    assert remembered._caches
    assert [cache.cache_info().currsize for cache in remembered._caches] == [0] * len(remembered._caches)
