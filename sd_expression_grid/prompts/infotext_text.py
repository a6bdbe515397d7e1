"""The text that the WebUI keeps with a picture: prompt, negative prompt, and a last line of named settings."""

from __future__ import annotations

import json
import re

SCOUT_FIELD = "Scout"
"""The setting of a picture that was stopped at the switch point."""

_SETTING = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')  # the WebUI's own grammar


def prompts_in(infotext: str) -> tuple[str, str]:
    """The prompt and the negative prompt; without a prompt, the text begins with the negative one."""
    prompts = infotext.rpartition("\nSteps: ")[0]
    prompt, _, negative = f"\n{prompts}".partition("\nNegative prompt: ")
    return prompt[1:], negative


def settings_in(infotext: str) -> dict[str, str]:
    """The settings of the last line, from ``Steps`` on, by their names; none in a text without such a line."""
    _, begins, line = infotext.rpartition("Steps: ")
    return {name: _unquoted(value.strip()) for name, value in _SETTING.findall(begins + line) if begins}


def _unquoted(value: str) -> str:
    try:
        text = json.loads(value) if value.startswith('"') else value
    except ValueError:
        return value
    return str(text)
