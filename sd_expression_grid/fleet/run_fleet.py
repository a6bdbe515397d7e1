"""Runs a study over the WebUIs of a worker pool: inspects them, creates the study's folder, and schedules the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sd_expression_grid.base.errors import Fault, StudyError, raise_if_any
from sd_expression_grid.fleet import output_folder
from sd_expression_grid.fleet.jobs import Job, Reply
from sd_expression_grid.fleet.protocol import Inspection, Request
from sd_expression_grid.fleet.roster import AdmissionRules, Roster
from sd_expression_grid.fleet.scheduler import Callbacks, Scheduler
from sd_expression_grid.fleet.units import Units, columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from sd_expression_grid.fleet.roster import WorkerPool
    from sd_expression_grid.store.folder import StudyFolder
    from sd_expression_grid.study.study import CellKey

_NO_WEBUI = "the Dask cluster has no worker with the resource webui"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOptions:
    """What to make: a study in the schema's form, and settings with the names of the API's txt2img.

    ``patience`` is the time in seconds that a WebUI may show no progress, and the time to wait when none is left.
    """

    study: Mapping[str, object]
    settings: Mapping[str, object]
    out: Path
    allow_differences: bool
    patience: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """How a run talks to the user.

    ``say`` takes a line of text, ``status`` a short text on the progress, several times a minute. ``stopping`` tells
    whether the user wants to end the run. ``show`` takes the folder when a run that has begun is over, however it ends.
    """

    say: Callable[[str], None]
    status: Callable[[str], None]
    stopping: Callable[[], bool]
    show: Callable[[StudyFolder], None]


def run_fleet(pool: WorkerPool, options: FleetOptions, reporter: Reporter) -> int:
    """Makes the missing cells of a study in its folder; returns the number of cells that still have no picture.

    Raises StudyError before the start when the study cannot be made, and later when the run cannot go on.
    """
    target = output_folder.find(options.out, is_scout=options.study.get("scout") is not None)
    request = Request(
        kind="look",
        study=options.study,
        seed=target.seed,
        variation_seed=target.variation_seed,
        title=f"sweep {uuid4().hex[:6]}: ",
    )
    inspect = Job(request=request, settings=options.settings, patience=options.patience)
    roster, rules = _inspect_all(pool, inspect, options.allow_differences, reporter)
    return _make_missing(pool, roster, rules, target.folder, reporter)


def _make_missing(
    pool: WorkerPool, roster: Roster, rules: AdmissionRules, folder: StudyFolder, reporter: Reporter
) -> int:
    """Makes the cells that the folder does not have; returns the number of those that are still missing."""
    cells = rules.model.identities
    made = output_folder.made_in(folder, [ready.inspection.identities for ready in roster.ready.values()])
    for complaint in made.complaints:
        reporter.say(complaint)
    output_folder.create(folder, rules.model.study, rules.inspect.settings, made)
    missing = [key for key in cells if key not in made.outcomes]
    reporter.say(f"{len(cells)} cells, {len(missing)} of them to be made, in {folder.path}")
    callbacks = Callbacks(
        save=lambda cells, warning: output_folder.save(folder, cells, warning),
        say=reporter.say,
        status=reporter.status,
        stopping=reporter.stopping,
    )
    scheduler = Scheduler(pool, roster, rules, _units(rules.model, missing), callbacks)
    try:
        scheduler.run()
    finally:
        reporter.show(folder)
    return len(missing) - scheduler.made


def _units(model: Inspection, missing: Iterable[CellKey]) -> Units:
    step = model.study.rows_per_batch if model.study.mode == "batched" else 1
    return Units(columns_of(model.study, missing), model.cost.rows, step)


def _inspect_all(
    pool: WorkerPool,
    inspect: Job,
    allow_differences: bool,  # noqa: FBT001
    reporter: Reporter,
) -> tuple[Roster, AdmissionRules]:
    """Inspects every WebUI; those that cannot be reached may join later.

    Raises StudyError when one refuses the study, or would give other pixels although that is not allowed.
    """
    names = pool.workers()
    replies = _replies(pool, inspect, names, reporter.stopping)
    raise_if_any(_grouped({names[worker]: reply.refused for worker, reply in replies.items() if reply.refused}))
    inspections = {worker: reply.inspection for worker, reply in replies.items() if reply.inspection}
    if not inspections:
        raise StudyError(_grouped({names[worker]: reply.trouble for worker, reply in replies.items()}) or _NO_WEBUI)
    model = next(iter(inspections.values()))
    rules = AdmissionRules(model=model, allow_differences=allow_differences, inspect=inspect)
    roster = Roster(pool, rules, reporter.say)
    found = {names[worker]: roster.admit(worker, names[worker], seen) for worker, seen in inspections.items()}
    raise_if_any(Fault(name, f"would give other pixels: {one}") for name, ones in found.items() for one in ones)
    for ready in roster.ready.values():
        reporter.say(f"{ready.name} is ready{f', {ready.warning}' if ready.warning else ''}")
    for worker, reply in replies.items():
        if reply.trouble:
            roster.back_off(worker, names[worker], reply.trouble)
    return roster, rules


def _grouped(messages: Mapping[str, str]) -> list[Fault]:
    """One fault for each different message, with the names of all WebUIs that gave it."""
    names: dict[str, list[str]] = {}
    for name, message in messages.items():
        names.setdefault(message, []).append(name)
    return [Fault(", ".join(alike), message) for message, alike in names.items()]


def _replies(
    pool: WorkerPool, inspect: Job, names: Mapping[str, str], stopping: Callable[[], bool]
) -> dict[str, Reply]:
    waiting = {pool.submit(inspect, [worker]): worker for worker in names}
    replies: dict[str, Reply] = {}
    while waiting:
        for result in pool.finished(1):
            replies[waiting.pop(result.number)] = result.reply
        if stopping():
            message = "stopped before the start"
            raise StudyError(message)
    return {worker: replies[worker] for worker in names}
