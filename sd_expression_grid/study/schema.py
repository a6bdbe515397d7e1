"""The one schema of a study as JSON: the API call's, study.json's and any study file's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from sd_expression_grid.base.errors import Fault, raise_if_any
from sd_expression_grid.base.json_reader import Reader
from sd_expression_grid.study.entries import entry_to_dict, read_characters, read_expressions
from sd_expression_grid.study.lists import decimal_commas, repeated_lines
from sd_expression_grid.study.seed_fields import read_scout, read_seeds
from sd_expression_grid.study.study import GridOptions, Ground, Mode, PictureFiles, Study
from sd_expression_grid.study.study_faults import study_faults

MAX_MARGIN = 500
"""Between the cells of a grid, in pixels."""

PICTURE_NAME = re.compile(r"(picture|mask)-[0-9a-f]{12}\.png")

DEFAULT = Study(expressions=(), characters=())


def study_from_dict(data: Mapping[str, object]) -> Study:
    """Reads a study; StudyError names every unknown key, wrong type and faulty line at once."""
    study, faults = read_study(data)
    raise_if_any(faults)
    return study


def read_study(data: Mapping[str, object]) -> tuple[Study, list[Fault]]:
    """Reads what can be read, and names the rest, so that further checks can add what they find."""
    reader = Reader(data)
    expressions, reference = tuple(read_expressions(reader)), reader.prompt_text("reference", DEFAULT.reference).strip()
    study = Study(
        expressions=expressions,
        characters=tuple(read_characters(reader)),
        reference=reference,
        composition=reader.prompt_text("composition", DEFAULT.composition).strip(),
        switch_at=reader.number("switch_at", DEFAULT.switch_at),
        expression_placeholder=reader.text("expression_placeholder", DEFAULT.expression_placeholder),
        character_placeholder=reader.text("character_placeholder", DEFAULT.character_placeholder),
        seeds=read_seeds(reader),
        mode=reader.choice("mode", DEFAULT.mode, Mode),
        rows_per_batch=reader.whole("rows_per_batch", DEFAULT.rows_per_batch, least=1),
        name=reader.text("name", DEFAULT.name),
        prompt=reader.optional_text("prompt"),
        negative_prompt=reader.optional_text("negative_prompt"),
        grid=_grid(reader),
        scout=read_scout(reader, expressions, reference),
        picture=_picture(reader),
        picked=reader.flag("picked", default=DEFAULT.picked),
    )
    reader.refuse_unknown()
    broken = {fault.place.split(",")[0].split("[")[0] for fault in reader.faults}
    return study, [*reader.faults, *study_faults(study, broken)]


def list_notes(data: Mapping[str, object]) -> list[str]:
    """Lines for the user about the pasted lists of a study that ``read_study`` can read."""
    texts = (data.get(name, "") for name in ("expressions", "characters"))
    expressions, characters = (text if isinstance(text, str) else "" for text in texts)
    commas = [*decimal_commas("expressions", expressions), *decimal_commas("characters", characters)]
    return [*repeated_lines(expressions, characters), *commas]


def study_to_dict(study: Study) -> dict[str, object]:
    """The study as JSON values; ``study_from_dict`` reads the same study from it."""
    result: dict[str, object] = {
        "expressions": [entry_to_dict(row) for row in study.expressions],
        "characters": [entry_to_dict(column) for column in study.characters],
    }
    for f in fields(Study):
        value = getattr(study, f.name)
        if f.name not in result and value is not None and value is not False:
            result[f.name] = _plain(value)
    return result


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return list(value) if isinstance(value, tuple) else value


def _picture(reader: Reader) -> PictureFiles | None:
    data: Any = reader.take("picture", None, "an object", lambda value: isinstance(value, Mapping))
    if data is None:
        return None
    files = Reader(data, "picture.", reader.faults)
    found = PictureFiles(picture=files.text("picture", ""), mask=files.text("mask", ""))
    for name in filter(None, (found.picture, found.mask)):
        if not PICTURE_NAME.fullmatch(name):
            files.fault("picture", f"'{name}' is no file that a study was begun with")
    files.refuse_unknown()
    return found


def _grid(reader: Reader) -> GridOptions:
    data: Any = reader.take("grid", {}, "an object", lambda value: isinstance(value, Mapping))
    options = Reader(data, "grid.", reader.faults)
    grid = GridOptions(
        margin=options.whole("margin", DEFAULT.grid.margin, least=0),
        legend=options.flag("legend", default=DEFAULT.grid.legend),
        ground=options.choice("ground", DEFAULT.grid.ground, Ground),
    )
    if grid.margin > MAX_MARGIN:
        options.fault("margin", f"must be at most {MAX_MARGIN} pixels, is {grid.margin}")
    options.refuse_unknown()
    return grid
