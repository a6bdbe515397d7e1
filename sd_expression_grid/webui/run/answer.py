"""Answers what the command asks that runs a study over several WebUIs. Nothing is written here."""

from __future__ import annotations

from copy import copy
from itertools import chain
from typing import TYPE_CHECKING, Any

from modules import processing

from sd_expression_grid.fleet.protocol import (
    ANSWER_FIELD,
    Inspection,
    MadeCell,
    cell_to_dict,
    inspection_to_dict,
    request_from_dict,
)
from sd_expression_grid.plan.run_batches import CellResult, Generate, Interrupted, run_every_batch
from sd_expression_grid.store.folder import png_of
from sd_expression_grid.store.random_seeds import is_random
from sd_expression_grid.webui.host.fingerprint import fingerprint_of
from sd_expression_grid.webui.run.begin import begin
from sd_expression_grid.webui.run.cost import cost_of
from sd_expression_grid.webui.run.make import make_missing
from sd_expression_grid.webui.run.prepare import prepared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sd_expression_grid.fleet.protocol import Request
    from sd_expression_grid.plan.plan import Batch
    from sd_expression_grid.store.folder import Outcome
    from sd_expression_grid.store.saver import CellStore
    from sd_expression_grid.webui.host.processing import Processing
    from sd_expression_grid.webui.run.prepared import Prepared


def answer(p: Processing, data: Mapping[str, object]) -> Any:
    """The answer to another machine's request as the WebUI's Processed.

    It has no pictures, which would come in the format of samples: they are in the answer. Raises StudyError when
    ``data`` is no such request, or the study cannot be made as requested.
    """
    request = request_from_dict(data)
    with prepared(_unsaved(p, request), request.study) as study:
        answered = _inspected(study) if request.kind == "look" else _made(study, request.title)
        return _processed(study, answered)


def _unsaved(p: Processing, request: Request) -> Processing:
    """A copy of the page with the request's seeds in place of random ones; nothing is written here."""
    page = copy(p)
    page.do_not_save_samples = page.do_not_save_grid = True
    page.seed = request.seed if is_random(p.seed) else p.seed
    page.subseed = request.variation_seed if is_random(p.subseed) else p.subseed
    return page


def _processed(study: Prepared, answered: object) -> Any:
    base = copy(study.page)
    base.n_iter = base.batch_size = 1
    base.extra_generation_params = {ANSWER_FIELD: answered}
    seed, subseed = study.study.seeds[0], study.page.subseed
    prompts = {"all_prompts": [""], "all_negative_prompts": [""], "all_seeds": [seed], "all_subseeds": [subseed]}
    return processing.Processed(base, [], seed=seed, subseed=subseed, infotexts=[], **prompts)


def _inspected(study: Prepared) -> dict[str, object]:
    inspection = Inspection(
        study=study.study,
        identities=study.identities.by_key,
        cost=cost_of(study),
        fingerprint=fingerprint_of(study.page, study.cells, study.identities),
    )
    return inspection_to_dict(inspection)


def _made(study: Prepared, title: str) -> list[dict[str, object]]:
    store = begin(study)
    outcomes = make_missing(study, store, _to_the_end, title).outcomes
    identities = study.identities.by_key
    return [cell_to_dict(_cell(store, outcomes[key], identity)) for key, identity in identities.items()]


def _to_the_end(batches: Sequence[Batch], generate: Generate, interrupted: Interrupted) -> Iterator[CellResult]:
    return chain.from_iterable(run_every_batch(batches, generate, interrupted))


def _cell(store: CellStore, outcome: Outcome, identity: str) -> MadeCell:
    return MadeCell(
        key=outcome.key,
        status=outcome.status,
        identity=identity,
        infotext=outcome.infotext,
        error=outcome.error,
        warning=outcome.warning,
        png=png_of(store.open(outcome)) if outcome.status == "done" else b"",
    )
