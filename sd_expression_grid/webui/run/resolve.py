"""Completes a study with what it leaves to the page, and refuses what cannot be made."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modules import sd_samplers

from sd_expression_grid.base.errors import raise_if_any
from sd_expression_grid.plan.network_check import network_faults, network_notes, with_kinds
from sd_expression_grid.plan.own_edit_check import own_edit_faults
from sd_expression_grid.plan.prompt_check import edit_faults, emphasis_faults, prompt_faults, size_faults
from sd_expression_grid.plan.style_check import style_edit_faults, style_faults
from sd_expression_grid.plan.weight_check import weight_faults
from sd_expression_grid.prompts.infotext_text import SCOUT_FIELD
from sd_expression_grid.study.cell_prompts import Templates, template_of, templates_of
from sd_expression_grid.study.schema import list_notes, read_study
from sd_expression_grid.webui.denoiser.stop_early import calls_until_switch, stop_text, way_of_making
from sd_expression_grid.webui.host.dynamic_prompts import dynamic_prompts
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.lacking import lacking
from sd_expression_grid.webui.host.networks import InstalledNetworks
from sd_expression_grid.webui.host.picture import (
    is_img2img,
    picture_faults,
    picture_files,
    strength_faults,
    strength_notes,
)
from sd_expression_grid.webui.host.prompt_reader import PromptReader
from sd_expression_grid.webui.host.settings import draws_a_column
from sd_expression_grid.webui.run.page_check import page_faults, page_notes, seed_faults
from sd_expression_grid.webui.run.script_texts import ScriptTexts
from sd_expression_grid.webui.run.variants import Variants

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sd_expression_grid.base.errors import Fault
    from sd_expression_grid.plan.network_check import Catalog
    from sd_expression_grid.study.study import Study
    from sd_expression_grid.webui.host.dynamic_prompts import DynamicPrompts
    from sd_expression_grid.webui.host.processing import Processing


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A study with its characters' kinds, and the page's settings for it; ``variants`` has its templates.

    ``request`` is what was asked for, in the schema's form. ``page`` is the run's own copy of the page's processing
    object. ``notes`` are lines for the user. ``stop_after`` is the denoiser call after which a picture is left as it
    is, None for finished pictures.
    """

    request: Mapping[str, object]
    page: Processing
    reader: PromptReader
    variants: Variants
    script_texts: ScriptTexts
    networks: InstalledNetworks
    study: Study
    notes: tuple[str, ...]
    stop_after: int | None

    @property
    def way(self) -> str:
        """The way of making the cells, which decides their pixels and their speed."""
        return way_of_making(self.study.mode, self.stop_after)


def resolve(p: Processing, request: Mapping[str, object]) -> Resolved:
    """What is to be made with the settings of ``p``, which stays as it is.

    Raises StudyError with all that is wrong.
    """
    if is_img2img(p):
        request = {"composition": "", **request}  # the picture holds the composition
    requested, faults = read_study(request)
    study = requested.scouted().with_templates(p.prompt, p.negative_prompt)
    study = replace(study, picture=picture_files(p))
    draw = dynamic_prompts(p)
    page = _page_for(study, p, draw)
    reader = PromptReader(page)
    hires = (page.hr_prompt, page.hr_negative_prompt) if page.enable_hr else ("", "")
    variants = Variants(study, templates_of(study, *hires), draw, a_column=draws_a_column())
    networks = InstalledNetworks()
    catalog = networks.catalog()
    seed = study.seeds[0] if study.seeds else max(int(page.seed), 0)
    raise_if_any(variants.faults(reader.styles))
    drawn, templates = next(variants.pairs((seed,)))
    of_page = (*picture_faults(p, study), *page_faults(p), *seed_faults(study, p))
    raise_if_any([*faults, *of_page, *_faults(drawn, templates, page, reader, catalog)])
    raise_if_any(strength_faults(page, study, reader.total_steps))
    raise_if_any(own_edit_faults(drawn, templates, reader.schedules))
    raise_if_any(style_edit_faults(drawn, templates, reader.styles, reader.total_steps) if study.composition else ())
    raise_if_any(edit_faults(drawn, templates, reader.schedules, reader.total_steps))
    raise_if_any(emphasis_faults(drawn, templates, HOST.emphasis()))
    stop_after = calls_until_switch(drawn, templates, reader)
    if stop_after is not None:
        page.extra_generation_params[SCOUT_FIELD] = stop_text(stop_after, page.steps, reader.total_steps)
    return Resolved(
        request=request,
        page=page,
        reader=reader,
        variants=variants,
        script_texts=ScriptTexts(page, variants),
        networks=networks,
        study=with_kinds(study, catalog),
        notes=(
            *lacking(),
            *page_notes(p, page),
            *strength_notes(page, study, reader.total_steps),
            *list_notes(request),
            *network_notes(drawn, _read_texts(drawn, templates, reader), catalog),
        ),
        stop_after=stop_after,
    )


def _page_for(study: Study, p: Processing, draw: DynamicPrompts | None) -> Processing:
    """A copy with the sampler and the size that the WebUI will take, and without Dynamic Prompts.

    Pictures that are stopped at the switch point get no hires pass.
    """
    page = copy(p)
    if draw:
        page.script_args = draw.switched_off()
    page.extra_generation_params = dict(p.extra_generation_params)
    page.enable_hr = p.enable_hr and not (study.scout and study.scout.stop_at_switch)
    page.width, page.height = HOST.made_size(p.width, p.height)
    sd_samplers.fix_p_invalid_sampler_and_scheduler(page)
    return page


def _faults(
    study: Study, templates: Templates, page: Processing, reader: PromptReader, catalog: Catalog
) -> Sequence[Fault]:
    def uncommented(prompt: str) -> str:
        return template_of(study, prompt).changed_around(reader.without_comments)

    columns = tuple(replace(column, prompt=uncommented(column.prompt)) for column in study.characters)
    seen_study, seen = replace(study, characters=columns), replace(templates, prompt=uncommented(templates.prompt))
    return [
        *size_faults(study, page.n_iter * page.batch_size),
        *prompt_faults(seen_study, seen, reader.total_steps, comment_signs=reader.comment_signs),
        *weight_faults(seen_study, seen),
        *style_faults(study, reader.styles, reader.without_comments),
        *network_faults(seen_study, _read_texts(study, templates, reader), catalog),
    ]


def _read_texts(study: Study, templates: Templates, reader: PromptReader) -> dict[str, str]:
    """The prompts and the styles without comments, by their places."""
    texts = {"prompt": templates.prompt, "hires prompt": templates.hires_prompt}
    texts |= {style.place: style.prompt for style in reader.styles}
    return {place: template_of(study, text).changed_around(reader.without_comments) for place, text in texts.items()}
