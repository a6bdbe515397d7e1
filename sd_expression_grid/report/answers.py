"""The study's four questions, answered in sentences from a report's numbers, and whether the data suffice."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from sd_expression_grid.report.comparisons import OTHERS
from sd_expression_grid.report.types import Answer, VerdictName
from sd_expression_grid.report.wording import (
    counted,
    few,
    number,
    p_value,
    percent,
    plural,
    point_range,
    points,
    units,
    versus,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sd_expression_grid.report.types import CharacterResult, Comparison, Report
    from sd_expression_grid.study.study import Kind

VERDICT_MEANINGS = {
    "easy candidate": "the base model can, characters mostly can't",
    "hard candidate": "not even the base model can",
    "no LoRA needed": "characters mostly can",
    "undecided": "the ratings do not say",
}


def answers_of(report: Report) -> tuple[Answer, ...]:
    """The four questions with their answers."""
    questions: dict[str, Callable[[Report], Iterator[str]]] = {
        "Which characters are the most flexible?": _most_flexible,
        "Are embeddings more flexible than LoRAs?": _kinds,
        "Are well-known people more flexible than invented ones?": _tags,
        "Which expressions are candidates for a LoRA of their own?": _candidates,
    }
    return tuple(Answer(question=text, sentences=tuple(answer(report))) for text, answer in questions.items())


def caution(report: Report) -> str:
    """A warning that too few seeds are rated; empty where there are enough."""
    count = len({cell.key.seed for cell in report.cells if cell.scores})
    if not count or count >= report.thresholds.seeds:
        return ""
    return f"From {number(count, 'seed')} only: an impression, not yet a finding."


def success_of(report: Report) -> str:
    """What counts as a success in this report."""
    return "expression reached and person kept" if report.judges_likeness else "expression reached"


def _most_flexible(report: Report) -> Iterator[str]:
    known = [result for result in report.characters if result.flexibility.count]
    if not known:
        yield "Cannot be told: no character is rated in a cell whose reference shows the expression."
        return
    where = "of the cells in which the reference shows the expression" if report.is_corrected else "of all rated cells"
    first, last = known[0], known[-1]
    yield f"{first.column.label}: {success_of(report)} in {counted(first.flexibility)} {where}."
    if len(known) > 1:
        yield _following(report, known[1:])
        yield f"The least flexible is {last.column.label}, with {counted(last.flexibility)}."
    stiff = [result.column.label for result in known if result.fails_nearly_everywhere]
    if stiff:
        yield f"{few(stiff)} {'fails' if len(stiff) == 1 else 'fail'} on nearly every row: look whether to exclude."
    yield from _means(report)
    yield from filter(None, [caution(report)])


def _following(report: Report, others: Sequence[CharacterResult]) -> str:
    level = [result.column.label for result in others if result.p_behind > report.thresholds.significance]
    behind = [result.column.label for result in others if result.column.label not in level]
    if not behind:
        return "Nobody else is clearly behind, so that the order may be chance."
    if len(level) <= len(behind):
        return f"Clearly behind are all others{f' but {few(level)}' if level else ''}."
    return f"Clearly behind {'is' if len(behind) == 1 else 'are'} only {few(behind)}."


def _means(report: Report) -> Iterator[str]:
    groups = [group for group in report.groups if group.mean is not None]
    means = [f"{group.name} {percent(group.mean or 0)} ({len(group.characters)})" for group in groups]
    if len(means) > 1:
        yield f"Means by kind and tag, with the number of characters: {', '.join(means)}."


def _kinds(report: Report) -> Iterator[str]:
    names = plural("embedding"), plural("lora")
    found = [comparison for comparison in report.comparisons if (comparison.first, comparison.second) == names]
    kinds: tuple[Kind, ...] = ("embedding", "lora")
    missing = [plural(kind) for kind in kinds if not _has_kind(report, kind)]
    if not found:
        yield f"Cannot be told: no {' and no '.join(missing) or 'cells of both'} with ratings that count."
    telling = [comparison for comparison in found if comparison.outcome != "too few to tell"]
    for comparison in telling[:1] or found:
        yield compared(comparison)
        if not comparison.is_paired:
            yield "They are not the same persons, so that a difference may be one between persons."


def _has_kind(report: Report, kind: Kind) -> bool:
    return any(result.column.kind == kind and result.flexibility.count for result in report.characters)


def _tags(report: Report) -> Iterator[str]:
    known, invented = report.thresholds.well_known, report.thresholds.invented
    found = [comparison for comparison in report.comparisons if _is_of_third_question(report, comparison)]
    if not found:
        yield f"Cannot be told: no rated characters to compare have the tags '{known}' and '{invented}'."
    for comparison in found:
        yield compared(comparison)
        if comparison.within is None and not comparison.is_paired:
            yield "No kind is known to be in both groups, so that a difference may be one between kinds."
    others = [c for c in report.comparisons if c not in found and c.first != plural("embedding")]
    clear = [compared(comparison) for comparison in others if comparison.outcome in ("first", "second")]
    yield from clear


def _is_of_third_question(report: Report, comparison: Comparison) -> bool:
    known, invented = report.thresholds.well_known, report.thresholds.invented
    has_tag = comparison.first == known or comparison.second == invented
    return has_tag and {comparison.first, comparison.second} <= {known, invented, OTHERS}


def compared(comparison: Comparison) -> str:
    """A comparison as a sentence."""
    first, second = (percent(mean) for mean in comparison.means)
    if comparison.outcome == "too few to tell":
        return (
            f"Too few to tell for {versus(comparison)}: {units(comparison)}, with {first} against {second}. "
            f"Had all gone the same way, p could still not be below {comparison.smallest_p:.3f}."
        )
    interval = f" ({point_range(comparison.interval)})" if comparison.interval else ""
    numbers = (
        f"{first} against {second}, {points(comparison.difference)} points{interval}, "
        f"{p_value(comparison.p)}, {units(comparison)}."
    )
    if comparison.outcome == "no clear difference":
        return f"No clear difference for {versus(comparison)}: {numbers}"
    more = "more" if comparison.outcome == "first" else "less"
    within = f", {plural(comparison.within)} only" if comparison.within else ""
    name = comparison.first[:1].upper() + comparison.first[1:]
    return f"{name} are {more} flexible than {comparison.second}{within}: {numbers}"


def _candidates(report: Report) -> Iterator[str]:
    for name in get_args(VerdictName):
        results = [result for result in report.expressions if result.verdict.name == name]
        if results:
            labels = few([result.label for result in results], 12)
            yield f"{_title(name, len(results))} ({VERDICT_MEANINGS[name]}): {labels}."
    provisional = [result.label for result in report.expressions if result.verdict.is_provisional]
    if provisional:
        which = "All verdicts are" if len(provisional) == len(report.expressions) else f"For {few(provisional)} this is"
        yield f"{which} provisional: fewer than {report.thresholds.seeds} seeds are rated."
    pairs = [f"{pair.first} and {pair.second}" for pair in report.alike_rows]
    if pairs:
        yield f"The ratings hardly tell apart: {'; '.join(pairs[:6])}. Look whether the pictures do."


def _title(name: str, count: int) -> str:
    plain = name[:1].upper() + name[1:]
    return f"{plain}s" if name.endswith("candidate") and count > 1 else plain
