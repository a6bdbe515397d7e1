"""A WebUI's prompt-editing parser, the stand-in's unless told otherwise, for judging prompts without a WebUI."""

import importlib.util
import os
from functools import cache
from pathlib import Path

from sd_expression_grid.prompts.network_tags import without_tags
from sd_expression_grid.prompts.prompts import edit_holds

STEPS = 20
WEBUI = os.environ.get("PARSER_OF", Path(__file__).parents[1] / "standin" / "host")


@cache
def _parser():
    file = Path(WEBUI) / "modules" / "prompt_parser.py"
    spec = importlib.util.spec_from_file_location("standin_prompt_parser", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def schedule(prompt, steps=STEPS):
    """The text of each step, for each part between ANDs."""
    indexes, parts, _ = _parser().get_multicond_prompt_list([without_tags(prompt)])
    return tuple(_texts(parts[index], steps) for index, _ in indexes[0])


def parts_and_weights(prompt):
    """The parts between ANDs, each with its weight."""
    indexes, parts, _ = _parser().get_multicond_prompt_list([without_tags(prompt)])
    return [(parts[index], weight) for index, weight in indexes[0]]


def negative_schedule(prompt, steps=STEPS):
    """The same for a negative prompt, which knows no AND."""
    return (_texts(prompt, steps),)


def _texts(prompt, steps):
    texts = []
    for end_at_step, text in _parser().get_learned_conditioning_prompt_schedules([prompt], steps)[0]:
        texts += [text] * (end_at_step - len(texts))
    return tuple(texts)


def holds(prompt, switch_step=4):
    return edit_holds(prompt, schedule, switch_step)
