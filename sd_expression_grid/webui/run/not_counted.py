"""Why cells that are on disk do not count for a study: what their infotexts tell of other settings or prompts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from modules import shared

from sd_expression_grid.prompts.infotext_text import prompts_in, settings_in
from sd_expression_grid.webui.run.as_requested import is_same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.store.folder import Outcome
    from sd_expression_grid.webui.run.prepared import Prepared


def not_counted(study: Prepared) -> tuple[str, ...]:
    """A line for the user for each reason, with the number of finished cells in the study's folder that have it."""
    reasons = Counter(_reasons(study))
    return tuple(f"{count} on disk {'has' if count == 1 else 'have'} {reason}" for reason, count in reasons.items())


def _reasons(study: Prepared) -> Iterator[str]:
    """For each finished cell of the study's rows and columns that does not count, how it differs."""
    cells = {cell.key: cell for cell in study.cells}
    pairs = {(key.expression, key.character) for key in cells}
    for key, outcome in study.made.record.items():
        if outcome.status != "done" or key in study.made.outcomes:
            continue
        if key in cells and outcome.identity != study.identities.by_key[key]:
            yield _difference(study, cells[key], outcome)
        elif key not in cells and (key.expression, key.character) in pairs and not study.made.outcomes:
            yield f"seed {key.seed}"


def _difference(study: Prepared, cell: Cell, outcome: Outcome) -> str:
    """The first setting that is another one, else the prompt, else what no infotext tells."""
    said, page = settings_in(outcome.infotext), study.page
    wanted: dict[str, object] = {
        "Model hash": shared.sd_model.sd_model_hash,
        "Sampler": page.sampler_name,
        "Steps": page.steps,
        "CFG scale": page.cfg_scale if cell.cfg_scale is None else cell.cfg_scale,
        "Size": f"{page.width}x{page.height}",
    }
    for name, value in wanted.items():
        if name in said and value is not None and not is_same(said[name], value):
            return f"{name} {said[name].removesuffix('.0')}"
    prompt, negative = prompts_in(outcome.infotext)
    if prompt.strip() != study.reader.styled(cell.prompt).strip():
        return "another prompt"
    if negative.strip() != study.reader.styled_negative(cell.negative_prompt).strip():
        return "another negative prompt"
    return "another mode, setting or network file"
