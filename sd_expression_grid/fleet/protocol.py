"""What the sweep command requests of the extension in a WebUI, and what that answers: the two ends of one API call.

A request takes the place of a study, as the script's one argument. ``look`` asks what the WebUI would make of a study
and with what, ``make`` asks for its cells. The keys of the JSON are those of version 0.1.0.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from sd_expression_grid.base.errors import raise_if_any
from sd_expression_grid.base.json_reader import Reader
from sd_expression_grid.plan.forecast import Calls, Cost
from sd_expression_grid.study.schema import study_from_dict, study_to_dict
from sd_expression_grid.study.study import CellKey, Status, Study

RequestKind = Literal["look", "make"]

ANSWER_FIELD = "Expression grid answer"
"""Where the answer stands among the WebUI's generation parameters."""


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
    """What became of a cell; ``png`` is the file's bytes, empty where there is no picture."""

    key: CellKey
    status: Status
    identity: str
    infotext: str = ""
    error: str = ""
    png: bytes = b""


def is_request(data: Mapping[str, object]) -> bool:
    """Whether the script's argument is a request, and no study."""
    return "ask" in data


def request_to_json(request: Request) -> str:
    """The request as the script's argument."""
    values = asdict(request)
    return json.dumps({"ask": values.pop("kind"), **values}, ensure_ascii=False)


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


def inspection_from_dict(data: Mapping[str, Any]) -> Inspection:
    """Reads an inspection; ValueError, TypeError or KeyError for anything else, StudyError for a faulty study."""
    cost = data["cost"]
    return Inspection(
        study=study_from_dict(data["study"]),
        identities={_key(*key): str(identity) for *key, identity in data["identities"]},
        cost=Cost(calls=Calls(**cost["calls"]), shares=bool(cost["shares"]), whole_calls=bool(cost["whole_calls"])),
        fingerprint={str(name): str(value) for name, value in data["equipment"].items()},
    )


def cell_to_dict(cell: MadeCell) -> dict[str, object]:
    """A made cell as JSON values."""
    return {**asdict(cell), "key": _key_values(cell.key), "png": base64.b64encode(cell.png).decode()}


def cell_from_dict(data: Mapping[str, Any]) -> MadeCell:
    """Reads a made cell; raises ValueError, TypeError or KeyError for anything else."""
    png = base64.b64decode(data["png"], validate=True)
    cell = MadeCell(**{**data, "key": _key(*data["key"]), "png": png})
    are_texts = all(isinstance(text, str) for text in (cell.identity, cell.infotext, cell.error))
    if not are_texts or cell.status not in get_args(Status) or bool(cell.png) != (cell.status == "done"):
        raise ValueError
    return cell


def _key_values(key: CellKey) -> list[object]:
    return [key.expression, key.character, key.seed]


def _key(expression: str, character: str, seed: int) -> CellKey:
    return CellKey(expression=str(expression), character=str(character), seed=int(seed))
