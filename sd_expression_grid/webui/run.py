"""Runs a study in the WebUI: settles and checks it, makes its cells, and returns what the page and the API show."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from copy import copy
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modules import processing, sd_samplers, shared

from sd_expression_grid.check import edit_faults, prompt_faults
from sd_expression_grid.errors import raise_if_any
from sd_expression_grid.file_names import file_stem
from sd_expression_grid.folder import create_folder
from sd_expression_grid.keeping import Kept, KeptInFolder, KeptInMemory
from sd_expression_grid.networks import network_faults, with_kinds
from sd_expression_grid.plan import Batch, Cell, Templates, plan_batches, plan_cells, templates_of
from sd_expression_grid.schema import read_study
from sd_expression_grid.sweep import sweep
from sd_expression_grid.webui.gallery import ApiPictures, Entry, gallery_pictures
from sd_expression_grid.webui.generate import During, Generator, stop_requested
from sd_expression_grid.webui.grids import Finished
from sd_expression_grid.webui.networks import read_catalog
from sd_expression_grid.webui.overrides import overrides_in_force
from sd_expression_grid.webui.progress import Progress
from sd_expression_grid.webui.schedules import PromptReader
from sd_expression_grid.webui.settings import shares_steps
from sd_expression_grid.webui.shared_steps import SharedSteps, why_not_shared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PIL import Image

    from sd_expression_grid.errors import Fault
    from sd_expression_grid.folder import Outcome
    from sd_expression_grid.study import CellKey, Study


def run_study(p: Any, asked: Mapping[str, object]) -> Any:
    """Makes the study that ``asked`` describes with the settings of the processing object ``p``.

    Returns the WebUI's Processed, grids first. Raises StudyError before anything is generated when the study cannot
    be made as asked.
    """
    study, faults = read_study(asked)
    with overrides_in_force(p):
        sd_samplers.fix_p_invalid_sampler_and_scheduler(p)
        study, templates = _settled(p, study)
        reader = PromptReader(p)
        study = _checked(study, faults, templates, reader)
        cells = plan_cells(study, templates, study.seeds)
        batches = plan_batches(cells, _rows_per_call(p, study), reader.conditioning_shape)
        kept = _place_for(p, study)
        generator = Generator(p, _while_sampling(p, study, cells, reader))
        outcomes = _sweep(p, study, batches, generator, kept)
        finished = Finished(p=generator.finished or p, asked=asked, study=study, kept=kept, outcomes=outcomes)
        return _processed(p, finished)


def _settled(p: Any, study: Study) -> tuple[Study, Templates]:
    """The study with the page's templates and seeds; seed and variation seed are drawn once for all cells."""
    study = study.with_templates(p.prompt, p.negative_prompt)
    p.subseed = processing.get_fixed_seed(p.subseed)
    if not study.seeds:
        first = int(processing.get_fixed_seed(p.seed))
        study = replace(study, seeds=tuple(first + number for number in range(p.n_iter * p.batch_size)))
    hires = (p.hr_prompt, p.hr_negative_prompt) if p.enable_hr else ("", "")
    return study, templates_of(study, *hires)


def _checked(study: Study, faults: Sequence[Fault], templates: Templates, reader: PromptReader) -> Study:
    """The study with its characters' kinds; raises StudyError with all that is wrong, ``faults`` included."""
    catalog = read_catalog()
    prompts = [reader.styled(templates.prompt), templates.hires_prompt]
    raise_if_any(
        [
            *faults,
            *prompt_faults(study, templates, reader.total_steps),
            *network_faults(study, prompts, catalog),
        ]
    )
    raise_if_any(edit_faults(study, templates, reader.schedules, reader.total_steps))
    return with_kinds(study, catalog)


def _rows_per_call(p: Any, study: Study) -> int:
    """One in exact mode, and wherever the pictures of a batch would change each other."""
    if study.mode == "exact":
        return 1
    reason = _why_not_batched(p)
    if reason:
        p.comment(f"Rows were made one by one: {reason}")
        return 1
    return study.rows_per_batch


def _why_not_batched(p: Any) -> str:
    samplers = (p.sampler_name, p.hr_sampler_name if p.enable_hr else None)
    if "DPM adaptive" in samplers:
        return "DPM adaptive chooses its steps by the whole batch."
    if p.enable_hr and p.hr_upscaler and p.hr_upscaler not in shared.latent_upscale_modes:
        # The upscaled pictures are encoded one after the other, each with the next noise of one generator.
        return f"the upscaler {p.hr_upscaler} gives the pictures of a batch other noise than single ones."
    return ""


def _while_sampling(p: Any, study: Study, cells: Sequence[Cell], reader: PromptReader) -> During:
    """Shares the composition steps of a column's rows, unless the user or another extension is against it."""
    reason = why_not_shared(p)
    if reason and shares_steps():
        p.comment(f"Composition steps were not shared: {reason}.")
    if reason or not shares_steps():
        return lambda _: nullcontext()
    return SharedSteps(cells, reader.steps_of, exact=study.mode == "exact").during


def _place_for(p: Any, study: Study) -> Kept:
    """The study's folder, or memory where the API asks that nothing be saved."""
    if p.do_not_save_samples or p.do_not_save_grid:
        return KeptInMemory()
    now = datetime.now().astimezone()
    size = f"{len(study.expressions)}x{len(study.columns)}"
    name = study.name or file_stem(f"{now:%Y-%m-%d %H%M%S} {size} {p.sampler_name} {p.steps} steps")
    folder = create_folder(Path(p.outpath_grids).absolute(), name)
    folder.write_study(study)
    return KeptInFolder(folder)


def _sweep(p: Any, study: Study, batches: Sequence[Batch], generator: Generator, kept: Kept) -> dict[CellKey, Outcome]:
    progress = Progress(study, batches, p)
    outcomes = {}

    def generate(batch: Batch) -> Any:
        progress.begin(batch)
        return generator(batch)

    with progress.live_preview():
        for outcome in sweep(batches, generate, kept.keep, stop_requested):
            kept.record(outcome)
            outcomes[outcome.key] = outcome
            if outcome.status == "done":
                progress.show(outcome.key, kept.open(outcome))
    shared.state.textinfo = "drawing the grids"
    return outcomes


def _processed(p: Any, finished: Finished) -> Any:
    grids, cells = list(finished.grids()), list(finished.cells())
    entries = [*grids, *cells] or [Entry(Path(), "", finished.study.seeds[0])]
    _tell(p, finished)
    base = copy(finished.p)
    base.n_iter = base.batch_size = 1
    base.extra_generation_params = {**p.extra_generation_params, **_folder_of(finished)}
    return processing.Processed(
        base,
        _pictures(p, [*grids, *cells]),
        seed=entries[0].seed,
        info=entries[0].infotext,
        subseed=p.subseed,
        all_prompts=[_prompt_line(entry) for entry in entries],
        all_negative_prompts=[finished.study.negative_prompt] * len(entries),
        all_seeds=[entry.seed for entry in entries],
        all_subseeds=[p.subseed] * len(entries),
        index_of_first_image=len(grids),
        infotexts=[entry.infotext for entry in entries],
    )


def _pictures(p: Any, entries: Sequence[Entry]) -> Sequence[Image.Image]:
    return ApiPictures(entries) if p.is_api else gallery_pictures(entries)


def _tell(p: Any, finished: Finished) -> None:
    counts = Counter(outcome.status for outcome in finished.outcomes.values())
    p.comment(
        f"{len(finished.outcomes)} cells: " + ", ".join(f"{number} {status}" for status, number in counts.items())
    )
    for outcome in finished.outcomes.values():
        if outcome.status == "failed":
            p.comment(f"{outcome.key.character}, {outcome.key.expression}: {outcome.error}")
    for folder in _folder_of(finished).values():
        p.comment(f"Saved in {folder}")


def _folder_of(finished: Finished) -> dict[str, str]:
    return {"Study folder": str(finished.kept.folder.path)} if isinstance(finished.kept, KeptInFolder) else {}


def _prompt_line(entry: Entry) -> str:
    return entry.infotext.split("\nNegative prompt:")[0].split("\nSteps:")[0]
