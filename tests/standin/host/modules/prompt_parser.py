"""Prompt editing `[before:after:when]`, alternation `[a|b]`, attention `(a:1.2)` and AND.

Gives what the WebUI's grammar gives, by recursive descent: see tests/contract/test_standin_prompts.py.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

NUMBER = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*")
PLAIN = re.compile(r"(?:[^\\\[\]():|]|\\.)+")
CLOSING = {"(": ")", "[": "]"}


class _LiteralError(Exception):
    """The text does not fit the grammar, so the WebUI takes the whole prompt as it stands."""


class _MismatchError(Exception):
    """This bracket opens nothing; it stands for itself."""


class _Scheduled(NamedTuple):
    before: list
    after: list
    when: str


class _Alternate(NamedTuple):
    options: list


def _parse(prompt):
    """Parse a whole prompt into texts, `_Scheduled` and `_Alternate`."""
    nodes, position = [], 0
    while position < len(prompt):
        character = prompt[position]
        try:
            found, position = _parse_item(prompt, position)
            nodes += found
        except _MismatchError:
            if character in "|\\":
                raise _LiteralError from None
            nodes.append(character)
            position += 1
    return nodes


def _parse_item(text, position):
    """Parse plain text or one bracketed group at `position` into (nodes, the position after it)."""
    plain = PLAIN.match(text, position)
    if plain:
        return [plain[0]], plain.end()
    if text[position] not in CLOSING:
        raise _MismatchError
    opening, start = text[position], position + 1
    parts, marks, starts, position = [[]], "", [start], start
    while True:
        if position >= len(text):
            raise _MismatchError
        character = text[position]
        if character == CLOSING[opening]:
            break
        if character in ":|":
            marks += character
            parts.append([])
            position += 1
            starts.append(position)
        else:
            found, position = _parse_item(text, position)
            parts[-1] += found
    return _group(opening, marks, parts, text[starts[-1] : position]), position + 1


def _group(opening, marks, parts, last):
    """Say what a group of brackets is, by the marks in it and the text after the last of them."""
    if not marks:
        return [opening, *parts[0], CLOSING[opening]]
    if opening == "(":
        if marks == ":":
            return ["(", *parts[0], ":", *parts[1], ")"]
        raise _MismatchError
    if set(marks) == {"|"}:
        return [_Alternate(parts)]
    number = NUMBER.fullmatch(last)
    if marks in {":", "::"} and number:
        return [_Scheduled(parts[0] if len(parts) == 3 else [], parts[-2], number[1])]
    raise _MismatchError


def _last_step(when, steps, offsets, *, old):
    """The last step (from 1) of the text before the edit; below 1: there is none."""
    value = float(when)
    if old:
        value = value * steps if value < 1 else value
    elif "." in when:
        value = (value - offsets[1]) * steps
    else:
        value -= offsets[0]
    return min(steps, int(value))


def _ends(nodes, steps, last_step):
    """All steps at which the text may change."""
    for node in nodes:
        if isinstance(node, _Scheduled):
            yield last_step(node.when)
            yield from _ends([*node.before, *node.after], steps, last_step)
        elif isinstance(node, _Alternate):
            yield from range(1, steps + 1)
            for option in node.options:
                yield from _ends(option, steps, last_step)


def _text_at(nodes, step, last_step):
    text = ""
    for node in nodes:
        if isinstance(node, _Scheduled):
            text += _text_at(node.before if step <= last_step(node.when) else node.after, step, last_step)
        elif isinstance(node, _Alternate):
            text += _text_at(node.options[(step - 1) % len(node.options)], step, last_step)
        else:
            text += node
    return text


def get_learned_conditioning_prompt_schedules(prompts, base_steps, hires_steps=None, use_old_scheduling=False):
    """Return for each prompt [[last step, text], …], in the order of the steps."""
    first_pass = hires_steps is None or use_old_scheduling
    steps = base_steps if first_pass else hires_steps
    offsets = (0, 0) if first_pass else (base_steps, 1.0)

    def last_step(when):
        return _last_step(when, steps, offsets, old=use_old_scheduling)

    def schedule(prompt):
        try:
            nodes = _parse(prompt)
        except _LiteralError:
            return [[steps, prompt]]
        ends = {end for end in _ends(nodes, steps, last_step) if end >= 1} | {steps}
        return [[end, _text_at(nodes, end, last_step)] for end in sorted(ends)]

    return [schedule(prompt) for prompt in prompts]


class SdConditioning(list):
    """Prompts, and what else the text encoder wants to know."""

    def __init__(self, prompts, is_negative_prompt=False, width=None, height=None, copy_from=None):
        super().__init__(prompts)
        source = prompts if copy_from is None else copy_from
        self.is_negative_prompt = is_negative_prompt or getattr(source, "is_negative_prompt", False)
        self.width = width or getattr(source, "width", None)
        self.height = height or getattr(source, "height", None)


class ScheduledPromptConditioning(NamedTuple):
    end_at_step: int
    cond: np.ndarray


class ComposableScheduledPromptConditioning:
    def __init__(self, schedules, weight=1.0):
        self.schedules, self.weight = schedules, weight


class MulticondLearnedConditioning:
    def __init__(self, shape, batch):
        self.shape, self.batch = shape, batch


def get_learned_conditioning(model, prompts, steps, hires_steps=None, use_old_scheduling=False):
    """Encode each prompt's schedule; the texts of one schedule are encoded together."""
    schedules = get_learned_conditioning_prompt_schedules(prompts, steps, hires_steps, use_old_scheduling)
    known = {}
    for prompt, schedule in zip(prompts, schedules, strict=True):
        if prompt not in known:
            conds = model.get_learned_conditioning(SdConditioning([text for _, text in schedule], copy_from=prompts))
            ends = [end for end, _ in schedule]
            known[prompt] = [ScheduledPromptConditioning(*pair) for pair in zip(ends, conds, strict=True)]
    return [known[prompt] for prompt in prompts]


TRAILING_WEIGHT = re.compile(r"\s*:\s*([-+]?(?:\d*\.\d+|\d+\.?))\s*\Z")


def _split_weight(part):
    weight = TRAILING_WEIGHT.search(part)
    return (part[: weight.start()], float(weight[1])) if weight else (part.rstrip(), 1.0)


def get_multicond_prompt_list(prompts):
    flat = SdConditioning([], copy_from=prompts)
    indexes: dict[str, int] = {}
    result = []
    for prompt in prompts:
        pairs = [_split_weight(part) for part in re.split(r"\bAND\b", prompt)]
        for text, _ in pairs:
            if text not in indexes:
                indexes[text] = len(flat)
                flat.append(text)
        result.append([(indexes[text], weight) for text, weight in pairs])
    return result, flat, indexes


def get_multicond_learned_conditioning(model, prompts, steps, hires_steps=None, use_old_scheduling=False):
    indexes, flat, _ = get_multicond_prompt_list(prompts)
    learned = get_learned_conditioning(model, flat, steps, hires_steps, use_old_scheduling)
    batch = [[ComposableScheduledPromptConditioning(learned[i], weight) for i, weight in row] for row in indexes]
    return MulticondLearnedConditioning(shape=(len(prompts),), batch=batch)


def _at(schedule, current_step):
    """The conditioning at a denoiser call counted from 0: hence the well-known off-by-one."""
    return next((entry.cond for entry in schedule if current_step <= entry.end_at_step), schedule[0].cond)


def stack_conds(conds):
    """Stack rows of unequal length; a shorter one is prolonged by its last vector."""
    length = max(len(cond) for cond in conds)
    return np.stack([np.concatenate([cond, np.repeat(cond[-1:], length - len(cond), axis=0)]) for cond in conds])


def reconstruct_cond_batch(c, current_step):
    return stack_conds([_at(schedule, current_step) for schedule in c])


def reconstruct_multicond_batch(c, current_step):
    conds_list, conds = [], []
    for parts in c.batch:
        conds_list.append([(len(conds) + i, part.weight) for i, part in enumerate(parts)])
        conds += [_at(part.schedules, current_step) for part in parts]
    return conds_list, stack_conds(conds)


ATTENTION = re.compile(
    r"(?P<escape>\\[()\[\]\\]?)|(?P<open>[(\[])|(?P<weighted>:\s*(?P<weight>[+-]?[.\d]+)\s*\))"
    r"|(?P<close>[)\]])|(?P<text>[^\\()\[\]:]+|:)"
)
STRENGTH = {"(": 1.1, "[": 1 / 1.1}
BREAK = re.compile(r"\s*\bBREAK\b\s*")


def parse_prompt_attention(text):
    """Return [[text, weight], …]; BREAK is an entry of its own with weight -1."""
    result: list[list] = []
    opened: dict[str, list[int]] = {"(": [], "[": []}
    for token in ATTENTION.finditer(text):
        found = token[0]
        bracket = "[" if found == "]" else "("
        if token["escape"]:
            result.append([found[1:], 1.0])
        elif token["open"]:
            opened[found].append(len(result))
        elif (token["weighted"] or token["close"]) and opened[bracket]:
            factor = float(token["weight"]) if token["weighted"] else STRENGTH[bracket]
            _multiply(result[opened[bracket].pop() :], factor)
        else:
            result += _cut_at_breaks(found)
    for bracket, starts in opened.items():
        for start in starts:
            _multiply(result[start:], STRENGTH[bracket])
    return _merged(result) or [["", 1.0]]


def _multiply(entries, factor):
    for entry in entries:
        entry[1] *= factor


def _cut_at_breaks(text):
    first, *others = BREAK.split(text)
    return [[first, 1.0], *(entry for part in others for entry in (["BREAK", -1], [part, 1.0]))]


def _merged(entries):
    merged: list[list] = []
    for text, weight in entries:
        if merged and merged[-1][1] == weight:
            merged[-1][0] += text
        else:
            merged.append([text, weight])
    return merged
