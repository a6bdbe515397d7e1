"""Dynamic Prompts, where it is on: draws variants and wildcards of a text, and is told to leave our pictures alone."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.webui.host.host import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sd_expression_grid.webui.host.processing import Processing

_REFUSED = (
    "Combinatorial generation",
    "Magic prompt",
    "I'm feeling lucky",
    "Attention grabber",
    "Don't generate images",
)
"""Its switches that make other or more prompts of one than drawn variants, by their labels."""


class DynamicPrompts:
    """Draws by the extension's own script, with the switches and settings that the page has of it."""

    def __init__(self, p: Processing, script: Any) -> None:
        self._p, self._script = p, script
        self._values = list(p.script_args[script.args_from : script.args_to])
        self._signs = (
            HOST.option("dp_parser_variant_start", "{"), HOST.option("dp_parser_wildcard_wrap", "__"), "$", "%",
        )  # fmt: skip

    def has_variants(self, text: str) -> bool:
        """Whether a text may have something to be drawn."""
        return any(sign in text for sign in self._signs)

    def drawn(self, text: str, seed: int) -> str:
        """The text with what the extension draws for this seed; a text without its signs stays as it is.

        Raises StudyError where the extension cannot read it.
        """
        if not self.has_variants(text):
            return text
        page = copy(self._p)
        page.prompt, page.negative_prompt, page.seed = text, "", seed
        page.all_prompts, page.all_negative_prompts, page.all_seeds, page.all_subseeds = [text], [""], [seed], [seed]
        page.n_iter = page.batch_size = 1
        page.enable_hr, page.extra_generation_params, page.subseed_strength = False, {}, 0
        try:
            self._script.process(page, *self._values)
        except Exception as error:
            raise StudyError([Fault(text, f"Dynamic Prompts cannot read it: {error}")]) from error
        return str(page.all_prompts[0])

    def faults(self) -> Iterator[Fault]:
        """What is switched on in it that makes no study."""
        for control, value in zip(self._script.controls, self._values, strict=True):
            if control.label in _REFUSED and value:
                problem = f"with its '{control.label}' no row would be made as it is written; switch that off"
                yield Fault("Dynamic Prompts", problem)

    def switched_off(self) -> list[Any]:
        """The page's script arguments with the extension off: what it would draw is drawn already."""
        arguments = list(self._p.script_args)
        arguments[self._script.args_from] = False
        return arguments


def dynamic_prompts(p: Processing) -> DynamicPrompts | None:
    """Dynamic Prompts, where it is there and on: its first value is its switch."""
    for script in p.scripts.alwayson_scripts if p.scripts else ():
        if script.title().startswith("Dynamic Prompts") and p.script_args[script.args_from] is True:
            return DynamicPrompts(p, script)
    return None
