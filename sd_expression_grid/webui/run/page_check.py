"""What of the page's settings the WebUI would silently make otherwise, or fail at in every cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modules import sd_models, sd_samplers, sd_schedulers, shared

from sd_expression_grid.base.errors import Fault, nearest
from sd_expression_grid.store.random_seeds import is_random
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.networks import lora_files
from sd_expression_grid.webui.host.processing import hires_target

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from sd_expression_grid.study.study import Study
    from sd_expression_grid.webui.host.processing import Processing


def page_faults(page: Processing) -> Iterator[Fault]:
    """Names that the WebUI would silently take others for, or fail at in every cell.

    ``page`` is the processing object as the page made it; the API replaces a sampler before a script sees it.
    """
    yield from _schedule_faults("schedule type", page.scheduler)
    for style in page.styles:
        if style not in (shared.prompt_styles.no_style.name, *shared.prompt_styles.styles):
            yield Fault("styles", f"the WebUI has no style '{style}'{nearest(style, shared.prompt_styles.styles)}")
    yield from _override_faults(page.override_settings)
    if page.enable_hr:
        yield from _hires_faults(page)
    if page.refiner_checkpoint not in (None, "", "None", "none"):
        yield from _checkpoint_faults("refiner checkpoint", str(page.refiner_checkpoint))


def seed_faults(study: Study, page: Processing) -> Iterator[Fault]:
    """Seeds counted from the page's that cannot be made: of -1, the WebUI makes a random one."""
    listed = study.scout.seeds if study.scout else study.seeds
    count = listed if isinstance(listed, int) else page.n_iter * page.batch_size
    if page.n_iter * page.batch_size < 1:
        yield Fault("batch count and batch size", "each has to be at least 1")
    elif not is_random(page.seed) and (isinstance(listed, int) or not listed):
        seeds = range(int(page.seed), int(page.seed) + count)
        if -1 in seeds:
            yield Fault("seed", f"{count} seeds from {page.seed} hold -1, for which the WebUI draws a random seed")


def _override_faults(overrides: Mapping[str, object]) -> Iterator[Fault]:
    """Names in override settings, which the WebUI leaves out where it does not know them."""
    known: dict[str, tuple[str, Callable[[], Collection[str] | None]]] = {
        "sd_model_checkpoint": ("checkpoint", lambda: sd_models.checkpoint_aliases),
        "sd_vae": ("VAE", HOST.vaes),
        "sd_lora": ("LoRA", lambda: ("None", *lora_files())),
        "sd_hypernetwork": ("hypernetwork", lambda: ("None", *HOST.hypernetworks())),
    }
    for setting, (kind, names_known) in known.items():
        name = overrides.get(setting)
        names = names_known() if name else None
        if names is not None and name not in names:
            yield Fault(f"override setting {setting}", f"the WebUI has no {kind} '{name}'{nearest(str(name), names)}")
    if HOST.vaes() is None and overrides.get("sd_vae") not in (None, "", "Automatic", "None"):
        how = "this WebUI takes a VAE from the setting forge_additional_modules, 'VAE / Text Encoder' on the page"
        yield Fault("override setting sd_vae", how)
    yield from _module_faults(overrides.get("forge_additional_modules"))


def _module_faults(wanted: object) -> Iterator[Fault]:
    """Files beside the checkpoint, by name or path: Forge leaves out what it does not know."""
    known = HOST.known_modules() if isinstance(wanted, list) and wanted else ()
    for name in map(str, wanted if isinstance(wanted, list) else ()):
        if Path(name).name not in known:
            why = f"the WebUI has no VAE or text encoder '{name}'{nearest(name, known)}"
            yield Fault("override setting forge_additional_modules", why)


def _hires_faults(page: Processing) -> Iterator[Fault]:
    upscalers = [*shared.latent_upscale_modes, *(upscaler.name for upscaler in shared.sd_upscalers)]
    samplers = [sampler.name for sampler in sd_samplers.all_samplers]
    for kind, name, names in (("upscaler", page.hr_upscaler, upscalers), ("sampler", page.hr_sampler_name, samplers)):
        if name and name not in names:
            yield Fault(f"hires {kind}", f"the WebUI has no {kind} '{name}'; it has {', '.join(names)}")
    yield from _schedule_faults("hires schedule type", page.hr_scheduler)
    if page.hr_checkpoint_name and page.hr_checkpoint_name != "Use same checkpoint":
        yield from _checkpoint_faults("hires checkpoint", page.hr_checkpoint_name)


def _schedule_faults(place: str, name: str | None) -> Iterator[Fault]:
    if name and name not in sd_schedulers.schedulers_map:
        known = ", ".join(scheduler.label for scheduler in sd_schedulers.schedulers)
        yield Fault(place, f"the WebUI has no schedule type '{name}'; it has {known}")


def _checkpoint_faults(place: str, name: str) -> Iterator[Fault]:
    if sd_models.get_closet_checkpoint_match(name) is None:
        known = ", ".join(sd_models.checkpoint_tiles(use_short=True))
        yield Fault(place, f"the WebUI has no checkpoint '{name}'; it has {known}")


def page_notes(p: Processing, page: Processing) -> Iterator[str]:
    """What is made otherwise than the page says, though it can be made; ``page`` has what the WebUI will take of it."""
    size = HOST.picture_size(p.width, p.height)
    if size != (p.width, p.height):
        yield f"the WebUI makes pictures of {p.width}×{p.height} as {size[0]}×{size[1]}"
    if page.enable_hr:
        target = hires_target(page)
        made = HOST.hires_size(*target)
        if made != target:
            yield f"the WebUI makes hires pictures of {target[0]}×{target[1]} as {made[0]}×{made[1]}"
    for upscaler in shared.sd_upscalers if page.enable_hr else ():
        if upscaler.name == p.hr_upscaler and HOST.is_to_be_downloaded(upscaler):
            yield (
                f"hires upscaler: there is no file of '{upscaler.name}' yet; "
                "the WebUI will load it from the internet, or enlarge without it where it cannot"
            )
