"""Checks of a study's prompts before the first step."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault
from sd_expression_grid.prompts.network_tags import find_tags, is_name, without_tags
from sd_expression_grid.prompts.prompts import Schedule, decimal, edit_holds, escape_in_edit, unescapable
from sd_expression_grid.study.cell_prompts import PLACES, Templates, edit_of, prompts_by_place, prompts_of, template_of
from sd_expression_grid.study.study import MAX_CELLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.study.study import Character, Study

_PLAIN = re.compile(r"[^\W\d_](?!.*\bAND\b)[^\\()\[\]:|#<>{}\n]*")
_PLAIN_WORD = "x"
UNREADABLE = "the WebUI would not read the prompt edit as composition first, expression then"
_IN_BRACES = re.compile(r"\{[^{}|]*\}")


def size_faults(study: Study, drawn: int) -> list[Fault]:
    """A fault if the study is too large. ``drawn`` is the number of seeds for a study that lists none."""
    count = study.cell_count(drawn)
    if count <= MAX_CELLS:
        return []
    rows, columns = len(study.expressions), len(study.columns)
    seeds = count // (rows * columns)
    sizes = f"{rows:,} expressions × {columns:,} columns × {seeds:,} seed{'s' * (seeds > 1)} are {count:,} cells"
    return [Fault("study", f"{sizes}; at most {MAX_CELLS:,} make one study: divide the lists")]


def prompt_faults(
    study: Study, templates: Templates, total_steps: int, *, comment_signs: Sequence[str] = ("#",)
) -> list[Fault]:
    """Faults of the templates, of the texts that go into them, and of the switch point.

    ``comment_signs`` start comments in the WebUI; the templates, characters' own too, are given without comments.
    """
    return [
        *_template_faults(study, templates),
        *_mistaken_placeholders(study, templates),
        *dict.fromkeys(_tag_faults(study, templates)),
        *_text_faults(study, templates, comment_signs),
        *_switch_faults(study, total_steps),
    ]


def emphasis_faults(study: Study, templates: Templates, mode: str) -> list[Fault]:
    """Texts that the WebUI's emphasis mode would draw otherwise than they are meant.

    In the mode None the backslashes that prompt editing needs are drawn; in None and Ignore weights have no effect.
    The study must have no other faults.
    """
    faults = list(_escape_faults(study, templates)) if mode == "None" else []
    if mode in ("None", "Ignore"):
        faults += [
            Fault(column.place or column.label, f"a weight of an embedding has no effect {_in_mode(mode)}")
            for column in study.characters
            if column.weight is not None and not find_tags(column.text)
        ]
        faults += [
            Fault(row.place or row.label, f"a strength has no effect {_in_mode(mode)}")
            for row in study.expressions
            if row.strength is not None
        ]
    return faults


def _in_mode(mode: str) -> str:
    return f"in the WebUI's emphasis mode '{mode}'; choose another in its settings"


def _escape_faults(study: Study, templates: Templates) -> Iterator[Fault]:
    problem = f"the WebUI would draw the backslashes that it needs {_in_mode('None')}"
    word, plain = escape_in_edit(_PLAIN_WORD), replace(study.reference_column, text=_PLAIN_WORD)

    def made(expression: str, column: Character) -> list[int]:
        escaped = escape_in_edit(expression.replace("\\", ""))
        return [prompt.text.count("\\") for prompt in prompts_of(study, templates, escaped, column)]

    least, *of_the_others = made(word, plain)
    others = sum(of_the_others)
    if least + others > sum(text.count("\\") for text in templates.texts):
        yield Fault("prompt", f"{templates.prompt}: {problem}")
    for row in study.expressions:
        if sum(made(row.text, plain)) > least + others:
            yield Fault(row.place or row.label, problem)
    for column in study.columns:
        bare = replace(column, text=column.text.replace("\\", ""), negative=column.negative.replace("\\", ""))
        of_the_prompt = column.prompt.count("\\") if column.prompt else least
        if sum(made(word, bare)) > of_the_prompt + others:
            yield Fault(column.place or column.label, problem)


def edit_faults(
    study: Study, templates: Templates, schedules: tuple[Schedule, Schedule], total_steps: int
) -> list[Fault]:
    """Our prompt edits that the WebUI would not read as meant. The study must have no other faults.

    ``schedules`` are the WebUI's own parser for prompts and for negative prompts.
    """
    if not edit_of(study):
        return []
    prompts, negatives = cache(schedules[0]), cache(schedules[1])
    return list(_schedule_faults(study, templates, (prompts, negatives), int(study.switch_at * total_steps)))


def _template_faults(study: Study, templates: Templates) -> Iterator[Fault]:
    for placeholder in template_of(study, templates.prompt).missing_placeholders():
        text = "expression" if placeholder == study.expression_placeholder else "character"
        remedy = f"put it where the {text} belongs, or leave the prompt empty for the study's own"
        problem = f"the placeholder '{placeholder}' does not stand in it: {templates.prompt}; {remedy}"
        yield Fault("prompt", problem, missing=placeholder)
    for character in study.characters:
        if not character.prompt:
            continue
        for placeholder in template_of(study, character.prompt).missing_placeholders():
            # A prompt of a character's own may name the character itself.
            if placeholder == study.expression_placeholder or not _names_itself(character):
                yield Fault(character.place, f"the placeholder '{placeholder}' does not stand in its prompt")


def _mistaken_placeholders(study: Study, templates: Templates) -> Iterator[Fault]:
    """What differs from a placeholder in braces by capitals or spaces only, and would be drawn."""
    for place, text in prompts_by_place(study, templates):
        for found in dict.fromkeys(_IN_BRACES.findall(text)):
            meant = re.sub(r"\s", "", found).lower()
            for placeholder in (study.expression_placeholder, study.character_placeholder):
                if meant == placeholder.lower() and found != placeholder:
                    yield Fault(place, f"'{found}' would be drawn as words; write {placeholder}")


def _names_itself(character: Character) -> bool:
    """Whether the prompt of a character's own holds its text as words of their own, or the same networks."""
    text = re.escape(character.text)
    if re.search(rf"(?<!\w){text}(?!\w)", character.prompt):
        return True
    networks = {tag.name for tag in find_tags(character.text)}
    return bool(networks) and networks <= {tag.name for tag in find_tags(character.prompt)}


def _tag_faults(study: Study, templates: Templates) -> Iterator[Fault]:
    """Placeholders within network tags of the templates: a character's takes a plain name, an expression's nothing."""
    texts = [("prompt", templates.prompt, study.characters), ("hires prompt", templates.hires_prompt, study.characters)]
    texts += [(character.place or character.label, character.prompt, (character,)) for character in study.characters]
    if find_tags(templates.hires_negative_prompt):
        yield Fault("hires negative prompt", "network tags have no effect in a negative prompt")
    for place, text, characters in texts:
        template = template_of(study, text)
        for tag in template.expression_tags:
            yield Fault(place, f"an expression cannot stand in the network tag {tag}; write a tag in the row's text")
        for character in characters if template.character_tags else ():
            if not is_name(character.text):
                problem = _problem_in_tag(study, character, template.character_tags[0])
                yield Fault(character.place or character.label, problem)


def _problem_in_tag(study: Study, character: Character, tag: str) -> str:
    in_prompt = f"{study.character_placeholder} in the prompt"
    if character.weight is not None and not find_tags(character.text):
        whole = f"write the whole tag here, with weights, and {in_prompt}"
        return f"weights do not fit here, for its text stands in the tag {tag} of the prompt, which has one; {whole}"
    problem = f"its text stands in the tag {tag} of the prompt, where only a LoRA's name can stand"
    return f"{problem}; write the name alone, or the whole tag here and {in_prompt}"


def _text_faults(study: Study, templates: Templates, comment_signs: Sequence[str]) -> Iterator[Fault]:
    texts = [(row.place or f"expressions, '{row.label}'", row.text, True) for row in study.expressions]
    texts.append(("composition", study.composition, True))
    prompts = (templates.prompt, templates.hires_prompt)
    is_in_edit = any(template_of(study, text).character_is_in_edit for text in prompts)
    texts.append(("reference", study.reference, is_in_edit))
    for column in study.characters:
        place = column.place or f"characters, '{column.label}'"
        own = template_of(study, column.prompt)
        texts.append((place, column.text, own.character_is_in_edit or is_in_edit))
        texts.append((place, column.negative, False))
    for place, text, in_edit in texts:
        problem = unescapable(text, in_edit=in_edit, comment_signs=comment_signs)
        if problem:
            yield Fault(place, problem)
    yield from _literal_placeholders(study)


def _literal_placeholders(study: Study) -> Iterator[Fault]:
    """Placeholders in texts that are put in themselves, where they would be drawn. Plain words may stand there."""
    texts = [(row.place or row.label, row.text) for row in study.expressions]
    texts += [("composition", study.composition), ("reference", study.reference)]
    texts += [(column.place or column.label, f"{column.text} {column.negative}") for column in study.characters]
    placeholders = (study.expression_placeholder, study.character_placeholder)
    for place, text in texts:
        for placeholder in placeholders:
            if placeholder in text and not placeholder.replace(" ", "").isalnum():
                yield Fault(place, f"the placeholder '{placeholder}' means something in the prompt only, not here")


def _switch_faults(study: Study, total_steps: int) -> Iterator[Fault]:
    if not study.composition or study.switch_at <= 0 or int(study.switch_at * total_steps) >= 1:
        return
    if total_steps < 2:
        yield Fault("composition", "needs a step of its own before the expression's; use more steps, or leave it empty")
    else:
        least = -(-1000 // total_steps) / 1000
        yield Fault(
            "switch_at",
            f"{decimal(study.switch_at)} of {total_steps} steps is before the first step; use at least {least:g}",
        )


def _schedule_faults(
    study: Study, templates: Templates, schedules: tuple[Schedule, Schedule], switch_step: int
) -> Iterator[Fault]:
    """Checks every final prompt. All plain words are checked as one word, since the parser treats them alike."""
    plain_column = replace(study.reference_column, text=_PLAIN_WORD)
    rows: dict[str, list[str]] = {}
    for row in study.expressions:
        rows.setdefault(_judged(row.text), []).append(row.place or row.label)
    columns: dict[tuple[str, str, str], list[Character]] = {}
    for column in study.columns:
        columns.setdefault((_judged(column.text), column.negative, column.prompt), []).append(column)

    def broken(text: str, column: Character) -> list[int]:
        """The numbers of the prompts whose edit does not hold."""
        prompts = prompts_of(study, templates, escape_in_edit(text), column)
        judges = enumerate(zip(prompts, schedules * 2, strict=True))
        return [
            number
            for number, (prompt, schedule) in judges
            if prompt.is_edited and not edit_holds(prompt, schedule, switch_step)
        ]

    def holds(text: str, column: Character) -> bool:
        return not broken(text, column)

    for number in broken(_PLAIN_WORD, plain_column)[:1]:
        where = f"look for a stray bracket, bar or colon in it: {templates.texts[number]}"
        yield Fault(PLACES[number], f"{UNREADABLE}; {where}")
        return
    good_rows = [text for text in rows if holds(text, plain_column)]
    yield from (Fault(place, UNREADABLE) for text in rows if text not in good_rows for place in rows[text])
    for alike in columns.values():
        judged = replace(alike[0], text=_judged(alike[0].text))
        bad = next((text for text in (_PLAIN_WORD, *good_rows) if not holds(text, judged)), None)
        if bad is not None:
            beside = "" if bad == _PLAIN_WORD else f" in the row of {rows[bad][0]}"
            yield from (Fault(column.place or column.label, f"{UNREADABLE}{beside}") for column in alike)


def _judged(text: str) -> str:
    words = without_tags(text).strip()
    return _PLAIN_WORD if not words or _PLAIN.fullmatch(words) else words
