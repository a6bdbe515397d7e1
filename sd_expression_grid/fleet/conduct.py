"""Conducts a study over the WebUIs of an engine: asks them what they have, begins the folder, and drives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sd_expression_grid.base.errors import Fault, StudyError, raise_if_any
from sd_expression_grid.fleet import store
from sd_expression_grid.fleet.drive import Drive, Told
from sd_expression_grid.fleet.jobs import Job, Reply
from sd_expression_grid.fleet.protocol import Ask, Look
from sd_expression_grid.fleet.roster import Roster, Rules
from sd_expression_grid.fleet.units import Units, columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from sd_expression_grid.fleet.roster import Carrier
    from sd_expression_grid.store.folder import StudyFolder
    from sd_expression_grid.study.study import CellKey

_NO_WEBUI = "the Dask cluster has no worker with the resource webui"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be made: a study in the schema's form, with settings as the API's txt2img has them.

    ``patience`` is the time in seconds that a WebUI may show no progress, and that is waited when none is left.
    """

    study: Mapping[str, object]
    settings: Mapping[str, object]
    out: Path
    allow_differences: bool
    patience: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """``say`` takes a line for the user, ``status`` now and then how far it is. ``stopping``: the user wants to end.

    ``show`` is given the folder when a run that was begun is over, however it ends.
    """

    say: Callable[[str], None]
    status: Callable[[str], None]
    stopping: Callable[[], bool]
    show: Callable[[StudyFolder], None]


def conduct(carrier: Carrier, wanted: Wanted, teller: Teller) -> int:
    """Makes what is missing of a study in its folder.

    Returns the cells that have no picture now. Raises StudyError before the start when it cannot be made as asked, and
    where it cannot go on.
    """
    place = store.find(wanted.out, is_scout=wanted.study.get("scout") is not None)
    ask = Ask(
        ask="look",
        study=wanted.study,
        seed=place.seed,
        variation_seed=place.variation_seed,
        title=f"sweep {uuid4().hex[:6]}: ",
    )
    look = Job(ask=ask, settings=wanted.settings, patience=wanted.patience)
    roster, rules = _asked_all(carrier, look, wanted.allow_differences, teller)
    return _go_on(carrier, roster, rules, place.folder, teller)


def _go_on(carrier: Carrier, roster: Roster, rules: Rules, folder: StudyFolder, teller: Teller) -> int:
    """Makes what the folder does not have; returns the number of cells that are still missing."""
    cells = rules.model.identities
    made = store.made_in(folder, [ready.look.identities for ready in roster.ready.values()])
    for complaint in made.complaints:
        teller.say(complaint)
    store.begin(folder, rules.model.study)
    missing = [key for key in cells if key not in made.outcomes]
    teller.say(f"{len(cells)} cells, {len(missing)} of them to be made, in {folder.path}")
    told = Told(
        keep=lambda cells, warning: store.keep(folder, cells, warning),
        say=teller.say,
        status=teller.status,
        stopping=teller.stopping,
    )
    drive = Drive(carrier, roster, rules, _units(rules.model, missing), told)
    try:
        drive.run()
    finally:
        teller.show(folder)
    return len(missing) - drive.made


def _units(model: Look, missing: Iterable[CellKey]) -> Units:
    step = model.study.rows_per_batch if model.study.mode == "batched" else 1
    return Units(columns_of(model.study, missing), model.cost.rows, step)


def _asked_all(carrier: Carrier, look: Job, allow_differences: bool, teller: Teller) -> tuple[Roster, Rules]:  # noqa: FBT001
    """Asks every WebUI what it has; those that cannot be reached may come later.

    Raises StudyError when one refuses the study, or would give other pixels and may not.
    """
    names = carrier.places()
    replies = _replies(carrier, look, names, teller.stopping)
    raise_if_any(_grouped({names[place]: reply.refused for place, reply in replies.items() if reply.refused}))
    looks = {place: reply.look for place, reply in replies.items() if reply.look}
    if not looks:
        raise StudyError(_grouped({names[place]: reply.trouble for place, reply in replies.items()}) or _NO_WEBUI)
    rules = Rules(model=next(iter(looks.values())), allow_differences=allow_differences, look=look)
    roster = Roster(carrier, rules, teller.say)
    found = {names[place]: roster.admit(place, names[place], seen) for place, seen in looks.items()}
    raise_if_any(Fault(name, f"would give other pixels: {one}") for name, ones in found.items() for one in ones)
    for ready in roster.ready.values():
        teller.say(f"{ready.name} is ready{f', {ready.warning}' if ready.warning else ''}")
    for place, reply in replies.items():
        if reply.trouble:
            roster.rest(place, names[place], reply.trouble)
    return roster, rules


def _grouped(messages: Mapping[str, str]) -> list[Fault]:
    """A fault for each message, with the names of all WebUIs that said it."""
    names: dict[str, list[str]] = {}
    for name, message in messages.items():
        names.setdefault(message, []).append(name)
    return [Fault(", ".join(alike), message) for message, alike in names.items()]


def _replies(carrier: Carrier, look: Job, names: Mapping[str, str], stopping: Callable[[], bool]) -> dict[str, Reply]:
    waiting = {carrier.submit(look, [place]): place for place in names}
    replies: dict[str, Reply] = {}
    while waiting:
        for done in carrier.finished(1):
            replies[waiting.pop(done.number)] = done.reply
        if stopping():
            message = "stopped before the start"
            raise StudyError(message)
    return {place: replies[place] for place in names}
