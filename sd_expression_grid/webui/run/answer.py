"""Answers what the command asks that runs a study over several WebUIs. Nothing is written here."""

from __future__ import annotations

from copy import copy
from itertools import chain
from typing import TYPE_CHECKING, Any

from modules import processing, sd_samplers

from sd_expression_grid.fleet.protocol import (
    ANSWER_FIELD,
    Look,
    MadeCell,
    ask_from_dict,
    cell_to_dict,
    look_to_dict,
)
from sd_expression_grid.plan.sweep import Generate, Interrupted, Result, sweep_to_the_end
from sd_expression_grid.store.folder import png_of
from sd_expression_grid.store.random_seeds import is_random
from sd_expression_grid.study.schema import read_study
from sd_expression_grid.webui.denoiser.stop_early import way_of_making
from sd_expression_grid.webui.host.fingerprint import equipment_of
from sd_expression_grid.webui.host.identity import Identities
from sd_expression_grid.webui.host.overrides import overrides_in_force
from sd_expression_grid.webui.host.prompt_reader import PromptReader
from sd_expression_grid.webui.run.begin import Begun, begin
from sd_expression_grid.webui.run.cost import cost_of
from sd_expression_grid.webui.run.make import make_missing
from sd_expression_grid.webui.run.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sd_expression_grid.plan.plan import Batch
    from sd_expression_grid.store.folder import Outcome


def answer(p: Any, asked: Mapping[str, object]) -> Any:
    """The answer to an ask as the WebUI's Processed, without pictures: they would come in the format of samples.

    Raises StudyError when the ask is none, or the study cannot be made as asked.
    """
    ask = ask_from_dict(asked)
    p.do_not_save_samples = p.do_not_save_grid = True
    p.seed = ask.seed if is_random(p.seed) else p.seed
    p.subseed = ask.variation_seed if is_random(p.subseed) else p.subseed
    with overrides_in_force(p):
        sd_samplers.fix_p_invalid_sampler_and_scheduler(p)
        reader = PromptReader(p)
        study, templates = settle(p, *read_study(ask.study), reader)
        begun = begin(p, study, templates, reader)
        data = _look(p, begun, reader) if ask.ask == "look" else _made(p, begun, reader, ask.title)
    base = copy(p)
    base.n_iter = base.batch_size = 1
    base.extra_generation_params = {ANSWER_FIELD: data}
    seed = begun.study.seeds[0]
    prompts = {"all_prompts": [""], "all_negative_prompts": [""], "all_seeds": [seed], "all_subseeds": [p.subseed]}
    return processing.Processed(base, [], seed=seed, subseed=p.subseed, infotexts=[], **prompts)


def _look(p: Any, begun: Begun, reader: PromptReader) -> dict[str, object]:
    tell = Identities(p, reader, way_of_making(begun.study.mode, begun.stop_after))
    look = Look(
        study=begun.study,
        identities={cell.key: tell.of(cell) for cell in begun.cells},
        cost=cost_of(p, begun, reader),
        equipment=equipment_of(p, begun.cells, tell),
    )
    return look_to_dict(look)


def _made(p: Any, begun: Begun, reader: PromptReader, title: str) -> list[dict[str, object]]:
    tell = Identities(p, reader, way_of_making(begun.study.mode, begun.stop_after))
    identities = {cell.key: tell.of(cell) for cell in begun.cells}
    outcomes = make_missing(p, begun, reader, _to_the_end, title).outcomes
    return [cell_to_dict(_cell(begun, outcomes[key], identity)) for key, identity in identities.items()]


def _to_the_end(batches: Sequence[Batch], generate: Generate, interrupted: Interrupted) -> Iterator[Result]:
    return chain.from_iterable(sweep_to_the_end(batches, generate, interrupted))


def _cell(begun: Begun, outcome: Outcome, identity: str) -> MadeCell:
    return MadeCell(
        key=outcome.key,
        status=outcome.status,
        identity=identity,
        infotext=outcome.infotext,
        error=outcome.error,
        png=png_of(begun.kept.open(outcome)) if outcome.status == "done" else b"",
    )
