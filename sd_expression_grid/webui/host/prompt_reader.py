"""How the WebUI will read a prompt: by its own styles, comments, network tags, AND and prompt-editing parser."""

from __future__ import annotations

from copy import copy
from functools import cache, cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING

from modules import extra_networks, prompt_parser, sd_samplers, shared

from sd_expression_grid.plan.style_check import Style
from sd_expression_grid.prompts.prompt_shape import shape_of, with_words
from sd_expression_grid.webui.host.host import HOST
from sd_expression_grid.webui.host.prompt_fusion import is_interpolated, mixed_texts

if TYPE_CHECKING:
    from sd_expression_grid.plan.plan import Cell
    from sd_expression_grid.prompts.prompts import Schedule
    from sd_expression_grid.webui.host.processing import Processing


class PromptReader:
    """Reads prompts as they will be read for a processing object ``p``; each once, since the parser takes its time."""

    def __init__(self, p: Processing) -> None:
        self._p = p
        self._parts_of = cache(self._read_parts)
        self._negative_schedule = cache(self._read_negative)
        self._steps = cache(self._read_steps)
        self._steps_of_shape = cache(self._parsed)
        self._places = cache(HOST.token_places)
        sampler = sd_samplers.find_sampler_config(p.sampler_name)
        self.total_steps: int = sampler.total_steps(p.steps) if sampler else p.steps

    def styled(self, prompt: str) -> str:
        """The prompt with the page's styles."""
        return str(shared.prompt_styles.apply_styles_to_prompt(prompt, self._p.styles))

    def styled_negative(self, prompt: str) -> str:
        """The negative prompt with the page's styles."""
        return str(shared.prompt_styles.apply_negative_styles_to_prompt(prompt, self._p.styles))

    def prompts_told(self, cell: Cell) -> tuple[str, str]:
        """A cell's prompt and negative prompt as the infotext has them: with styles, without comments."""
        prompt, negative = self.styled(cell.prompt), self.styled_negative(cell.negative_prompt)
        return self.without_comments(prompt), self.without_comments(negative)

    @cached_property
    def styles(self) -> list[Style]:
        """The page's styles."""
        return [self._style(name) for name in dict.fromkeys(self._p.styles or ())]

    def _style(self, name: str) -> Style:
        page = copy(self._p)
        page.styles = [name]
        (prompt,) = shared.prompt_styles.get_style_prompts([name])
        (negative,) = shared.prompt_styles.get_negative_style_prompts([name])
        return Style(
            name=name, prompt=prompt or "", negative_prompt=negative or "", schedules=PromptReader(page).schedules
        )

    @property
    def schedules(self) -> tuple[Schedule, Schedule]:
        """The schedule of a prompt, and of a negative prompt, where AND and network tags are plain text."""
        return self._prompt_schedule, self._negative_schedule

    def conditioning_shape(self, cell: Cell) -> tuple[tuple[int, ...], ...]:
        """The numbers of 75-token chunks of a cell's prompts, by AND part."""
        schedules = self._schedules_of(cell)
        return tuple(tuple(max(map(self._places, set(texts))) for texts in schedule) for schedule in schedules)

    def weights_of_parts(self, cell: Cell) -> tuple[tuple[float, ...], ...]:
        """The weights of what stands between the ANDs of a cell's prompts."""
        prompts = (cell.prompt, cell.hires_prompt)
        return tuple(tuple(weight for _, weight in self._parts_of(prompt)) for prompt in prompts)

    def tells_emphasis(self, cell: Cell) -> bool:
        """Whether the WebUI writes its emphasis mode into a cell's infotext."""
        if not HOST.tells_emphasis():
            return False
        texts = (text for schedule in self._schedules_of(cell) for part in schedule for text in part)
        return any("(" in text or "[" in text for text in texts)

    def _schedules_of(self, cell: Cell) -> list[tuple[tuple[str, ...], ...]]:
        """The texts of the steps of all four prompts, by AND part."""
        prompts = (cell.prompt, cell.hires_prompt)
        negatives = (cell.negative_prompt, cell.hires_negative_prompt)
        return [*map(self._prompt_schedule, prompts), *map(self._negative_schedule, negatives)]

    def encoder_texts(self, cell: Cell) -> list[str]:
        """All texts that reach the text encoders for a cell, each once."""
        texts = (text for schedule in self._schedules_of(cell) for part in schedule for text in part)
        return list(dict.fromkeys(texts))

    def steps_of(self, cell: Cell) -> list[tuple[str, ...]]:
        """All texts that the denoiser gets for a cell, step by step from step 1."""
        parts = (*self._prompt_schedule(cell.prompt), *self._negative_schedule(cell.negative_prompt))
        return list(zip(*parts, strict=True))

    def texts_of(self, cell: Cell) -> list[str]:
        """The text of a cell's prompt, step by step from step 1."""
        return [" AND ".join(parts) for parts in zip(*self._prompt_schedule(cell.prompt), strict=True)]

    def _prompt_schedule(self, prompt: str) -> tuple[tuple[str, ...], ...]:
        return tuple(self._steps(part) for part, _ in self._parts_of(prompt))

    def _read_parts(self, prompt: str) -> tuple[tuple[str, float], ...]:
        """What stands between the ANDs of a prompt, with the weights."""
        text, _ = extra_networks.parse_prompt(self.without_comments(self.styled(prompt)))
        indexes, parts, _ = prompt_parser.get_multicond_prompt_list([text])
        return tuple((parts[index], weight) for index, weight in indexes[0])

    def _read_negative(self, prompt: str) -> tuple[tuple[str, ...], ...]:
        return (self._steps(self.without_comments(self.styled_negative(prompt))),)

    def _read_steps(self, prompt: str) -> tuple[str, ...]:
        if is_interpolated(prompt):
            return mixed_texts(prompt, self.total_steps, self._parsed)
        shape, words = shape_of(prompt) if _parser_is_the_webuis() else (prompt, [])
        steps = self._steps_of_shape(shape)
        texts = {text: with_words(text, words) for text in set(steps)}
        return tuple(texts[text] for text in steps)

    def _parsed(self, prompt: str) -> tuple[str, ...]:
        texts: list[str] = []
        for end_at_step, text in HOST.schedule(prompt, self.total_steps):
            texts += [text] * (end_at_step - len(texts))
        return tuple(texts)

    @property
    def comment_signs(self) -> tuple[str, ...]:
        """What starts a comment in a prompt: ``#``, and on some WebUIs ``//`` and ``/*``."""
        return tuple(sign for sign in ("#", "//", "/*") if "b" not in self.without_comments(f"a{sign}b*/"))

    def without_comments(self, prompt: str) -> str:
        """What the WebUI's own always-on script leaves of a prompt; it is no module that could be imported."""
        for script in self._p.scripts.alwayson_scripts if self._p.scripts else ():
            if script.title() == "Comments":
                stripped = SimpleNamespace(
                    all_prompts=[prompt], all_negative_prompts=[""], main_prompt="", main_negative_prompt=""
                )
                script.process(stripped)
                return str(stripped.all_prompts[0])
        return HOST.without_comments_of_styles(prompt)


def _parser_is_the_webuis() -> bool:
    """To another extension's parser, words may be more than words."""
    return prompt_parser.get_learned_conditioning_prompt_schedules.__module__ == "modules.prompt_parser"
