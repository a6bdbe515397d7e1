"""What the sweep command requests of the extension in a WebUI, and what that answers: the two ends of one API call.

A request takes the place of a study, as the script's one argument. ``look`` asks what the WebUI would make of a study
and with what, ``make`` asks for its cells. The keys of the JSON are those of version 0.1.0.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from sd_expression_grid.base.errors import raise_if_any
from sd_expression_grid.base.json_reader import Reader, described
from sd_expression_grid.plan.forecast import Calls, Cost
from sd_expression_grid.study.schema import study_from_dict, study_to_dict
from sd_expression_grid.study.study import CellKey, Status, Study

RequestKind = Literal["look", "make"]

ANSWER_FIELD = "Expression grid answer"
"""Where the answer stands among the WebUI's generation parameters."""

_CELL_TYPES = {"key": list, "status": str, "identity": str, "infotext": str, "error": str, "warning": str, "png": str}


class AnswerError(Exception):
    """An answer that is not as this protocol has it; the text tells what is wrong, without a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request; ``title`` is the beginning of the WebUI's progress text while it works on it.

    ``seed`` and ``variation_seed`` are taken where the WebUI would draw random ones.
    """

    kind: RequestKind
    study: Mapping[str, object]
    seed: int
    variation_seed: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a WebUI would make of a study, and with what.

    ``study`` has its final templates, kinds and seeds. ``identities`` has all its cells, in their order.
    ``fingerprint`` has everything else that decides pixels, by names that can stand in a message.
    """

    study: Study
    identities: Mapping[CellKey, str]
    cost: Cost
    fingerprint: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCell:
    """What became of a cell; ``png`` is the file's bytes, empty where there is no picture.

    ``warning`` says what of a picture is not as it was requested.
    """

    key: CellKey
    status: Status
    identity: str
    infotext: str = ""
    error: str = ""
    warning: str = ""
    png: bytes = b""


def is_request(data: Mapping[str, object]) -> bool:
    """Whether the script's argument is a request, and no study."""
    return "ask" in data


def request_to_json(request: Request) -> str:
    """The request as the script's argument."""
    values = asdict(request)
    return json.dumps({"ask": values.pop("kind"), **values})


def request_from_dict(data: Mapping[str, object]) -> Request:
    """Reads a request; StudyError names every key that is wrong."""
    reader = Reader(data)
    request = Request(
        kind=reader.choice("ask", get_args(RequestKind)[0], RequestKind),
        study=reader.take("study", {}, "an object", lambda value: isinstance(value, Mapping)),
        seed=reader.whole("seed", 0, least=0),
        variation_seed=reader.whole("variation_seed", 0, least=0),
        title=reader.text("title", ""),
    )
    reader.refuse_unknown()
    raise_if_any(reader.faults)
    return request


def inspection_to_dict(inspection: Inspection) -> dict[str, object]:
    """An inspection as JSON values."""
    return {
        "study": study_to_dict(inspection.study),
        "identities": [[*_key_values(key), identity] for key, identity in inspection.identities.items()],
        "cost": asdict(inspection.cost),
        "equipment": dict(inspection.fingerprint),
    }


def inspection_from_dict(data: object) -> Inspection:
    """Reads an inspection; AnswerError for anything else, and StudyError for a faulty study."""
    values = _object(data, {"study": dict, "identities": list, "cost": dict, "equipment": dict})
    cost = _object(values["cost"], {"calls": dict, "shares": bool, "whole_calls": bool})
    calls = _object(cost["calls"], {field.name: int for field in fields(Calls)})
    return Inspection(
        study=study_from_dict(values["study"]),
        identities=dict(_identity(row) for row in values["identities"]),
        cost=Cost(calls=Calls(**calls), shares=cost["shares"], whole_calls=cost["whole_calls"]),
        fingerprint=_object(values["equipment"], dict.fromkeys(values["equipment"], str)),
    )


def cell_to_dict(cell: MadeCell) -> dict[str, object]:
    """A made cell as JSON values. There is no empty warning, which version 0.1.0 would not read."""
    values = {**asdict(cell), "key": _key_values(cell.key), "png": base64.b64encode(cell.png).decode()}
    return {name: value for name, value in values.items() if name != "warning" or value}


def cells_from_list(data: object) -> tuple[MadeCell, ...]:
    """Reads made cells; AnswerError for anything else."""
    if not isinstance(data, list):
        message = f"{described(data)} instead of a list of cells"
        raise AnswerError(message)
    return tuple(map(cell_from_dict, data))


def cell_from_dict(data: object) -> MadeCell:
    """Reads a made cell; AnswerError for anything else. Version 0.1.0 sends no warnings."""
    values = _object({"warning": "", **data} if isinstance(data, dict) else data, _CELL_TYPES)
    status, png = values["status"], _decoded(values["png"])
    if status not in get_args(Status) or bool(png) != (status == "done"):
        message = f"a cell is {status!r:.20}, with {len(png)} bytes of a picture"
        raise AnswerError(message)
    return MadeCell(**{**values, "key": _key(values["key"]), "png": png})


def _key_values(key: CellKey) -> list[object]:
    return [key.expression, key.character, key.seed]


def _key(values: object) -> CellKey:
    expression, character, seed = _list(values, (str, str, int))
    return CellKey(expression=expression, character=character, seed=seed)


def _identity(row: object) -> tuple[CellKey, str]:
    *key, identity = _list(row, (str, str, int, str))
    return _key(key), identity


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        message = f"a picture is not in base64: {error}"
        raise AnswerError(message) from error


def _object(data: object, types: Mapping[str, type]) -> dict[str, Any]:
    """A JSON object that has these keys and no others, with values of exactly these types."""
    if not isinstance(data, dict) or data.keys() != types.keys():
        found = f"the keys {', '.join(map(str, data))}" if isinstance(data, dict) else described(data)
        message = f"{found:.200} instead of the keys {', '.join(types)}"
        raise AnswerError(message)
    _list([data[key] for key in types], [*types.values()])
    return data


def _list(values: object, types: Sequence[type]) -> list[Any]:
    """A JSON list with a value of exactly each of these types."""
    if not isinstance(values, list) or [type(value) for value in values] != [*types]:
        message = f"{values!r:.200} instead of values of the types {', '.join(kind.__name__ for kind in types)}"
        raise AnswerError(message)
    return values
