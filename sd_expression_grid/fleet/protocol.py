"""What the command asks of the extension in a WebUI, and what that answers: the two ends of one call of the API.

An ask stands where a study would, as the script's one argument. ``look`` wants to know what the WebUI would make of
a study and with what, ``make`` wants the cells of one.
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

AskKind = Literal["look", "make"]

ANSWER_FIELD = "Expression grid answer"
"""Where the answer stands among the WebUI's generation parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """``seed`` and ``variation_seed`` stand in where the WebUI would draw them; ``title`` leads its progress text."""

    ask: AskKind
    study: Mapping[str, object]
    seed: int
    variation_seed: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a WebUI would make of a study, and with what.

    ``study`` has its templates, kinds and seeds settled. ``identities`` has all its cells, in their order.
    ``equipment`` holds everything that changes pixels, by the names in which a message tells it.
    """

    study: Study
    identities: Mapping[CellKey, str]
    cost: Cost
    equipment: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCell:
    """What became of a cell; ``png`` is the file's bytes, empty where there is no picture."""

    key: CellKey
    status: Status
    identity: str
    infotext: str = ""
    error: str = ""
    png: bytes = b""


def is_ask(data: Mapping[str, object]) -> bool:
    """Whether the script's argument is an ask, and no study."""
    return "ask" in data


def ask_to_json(ask: Ask) -> str:
    """The ask as the script's argument."""
    return json.dumps(asdict(ask), ensure_ascii=False)


def ask_from_dict(data: Mapping[str, object]) -> Ask:
    """Reads an ask; StudyError names every key that is wrong."""
    reader = Reader(data)
    ask = Ask(
        ask=reader.choice("ask", get_args(AskKind)[0], AskKind),
        study=reader.take("study", {}, "an object", lambda value: isinstance(value, Mapping)),
        seed=reader.whole("seed", 0, least=0),
        variation_seed=reader.whole("variation_seed", 0, least=0),
        title=reader.text("title", ""),
    )
    reader.refuse_unknown()
    raise_if_any(reader.faults)
    return ask


def look_to_dict(look: Look) -> dict[str, object]:
    """A look as JSON values."""
    return {
        "study": study_to_dict(look.study),
        "identities": [[*_key_values(key), identity] for key, identity in look.identities.items()],
        "cost": asdict(look.cost),
        "equipment": dict(look.equipment),
    }


def look_from_dict(data: Mapping[str, Any]) -> Look:
    """Reads a look; raises ValueError, TypeError or KeyError for anything else, and StudyError for a faulty study."""
    cost = data["cost"]
    return Look(
        study=study_from_dict(data["study"]),
        identities={_key(*key): str(identity) for *key, identity in data["identities"]},
        cost=Cost(calls=Calls(**cost["calls"]), shares=bool(cost["shares"]), whole_calls=bool(cost["whole_calls"])),
        equipment={str(name): str(value) for name, value in data["equipment"].items()},
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
