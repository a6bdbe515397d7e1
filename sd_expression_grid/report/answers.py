"""The study's questions, answered in sentences from a report's numbers, and whether the data suffice."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from sd_expression_grid.report.comparisons import OTHERS
from sd_expression_grid.report.more_seeds import MOST_SEEDS
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
    upper_first,
    versus,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sd_expression_grid.report.statistics.intervals import Interval
    from sd_expression_grid.report.types import (
        CharacterResult,
        Comparison,
        GroupResult,
        GroupTrait,
        Rate,
        Report,
        Verdict,
    )
    from sd_expression_grid.study.study import Kind

VERDICT_MEANINGS = {
    "easy candidate": "the base model can, characters mostly can't",
    "hard candidate": "not even the base model can",
    "no LoRA needed": "characters mostly can",
    "undecided": "the ratings do not say",
}

_KINDS: tuple[Kind, ...] = ("embedding", "lora")


def answers_of(report: Report) -> tuple[Answer, ...]:
    """The questions that can be asked of this study, with their answers."""
    questions = {
        _first_question(report): _most_flexible(report),
        "Are embeddings more flexible than LoRAs?": _kinds(report),
        "Which expressions are candidates for a LoRA of their own?": _candidates(report),
    }
    answers = [Answer(question=text, sentences=tuple(answer)) for text, answer in questions.items()]
    if _has_tags(report):
        answers.insert(2, Answer(question=_third_question(report), sentences=tuple(_tags(report))))
    return tuple(answers)


def hints_of(report: Report) -> tuple[str, ...]:
    """What the study's characters would need, so that questions about them could be asked."""
    hints = []
    if not _has_tags(report):
        limits = report.thresholds
        example = f"tags={limits.well_known} and tags={limits.invented}"
        hints.append(f"Whether well-known people are more flexible than invented ones: give the characters {example}.")
    if not any(column.creator for column in report.columns):
        hints.append("Which creators' models are the most flexible: give the characters creator=… .")
    return tuple(hints)


def caution(report: Report) -> str:
    """A warning that too few seeds are rated; empty where there are enough."""
    count = len({cell.key.seed for cell in report.cells if cell.is_rated})
    if not count or count >= report.thresholds.seeds:
        return ""
    return f"From {number(count, 'seed')} only: an impression, not yet a finding."


def success_of(report: Report) -> str:
    """What counts as a success in this report."""
    parts = ["expression reached"]
    if report.judges_likeness and report.success != "expression":
        parts.append("person kept")
    if report.success == "all":
        parts.append("natural")
    return few(parts)


def _first_question(report: Report) -> str:
    question = "Which characters are the most flexible"
    return f"{question}, and which creators' models?" if _groups(report, "creator") else f"{question}?"


def _most_flexible(report: Report) -> Iterator[str]:
    known = [result for result in report.characters if result.is_ranked]
    if not known:
        yield "Cannot be told: no character is rated in a cell whose reference shows the expression."
        return
    leaders, others = _level_with(known[0], known), _apart_from(known[0], known)
    yield _lead(report, leaders, len(known))
    if others:
        yield _following(report, others)
        last = _level_with(known[-1], known)
        are = "is" if len(last) == 1 else "are"
        yield f"The least flexible {are} {_labels(last)}, with {_shares(last)}."
    stiff = [result for result in known if result.fails_nearly_everywhere]
    if stiff:
        fails = "fails" if len(stiff) == 1 else "fail"
        yield f"{_labels(stiff)} {fails} on nearly every row: look whether to exclude."
    yield from _means(report)
    unknown = [result for result in report.characters if not result.is_ranked]
    if unknown:
        yield f"Not rated, and so not ranked: {_labels(unknown)}."


def _level_with(one: CharacterResult, results: Sequence[CharacterResult]) -> list[CharacterResult]:
    return [result for result in results if result.flexibility.share == one.flexibility.share]


def _apart_from(one: CharacterResult, results: Sequence[CharacterResult]) -> list[CharacterResult]:
    return [result for result in results if result.flexibility.share != one.flexibility.share]


def _labels(results: Sequence[CharacterResult]) -> str:
    return few([result.column.label for result in results])


def _lead(report: Report, leaders: Sequence[CharacterResult], known: int) -> str:
    where = "of the cells in which the reference shows the expression" if report.is_corrected else "of all rated cells"
    said = f"{success_of(report)} in {_shares(leaders)} {where}"
    if known == 1:
        return f"{_labels(leaders)}: {said}."
    if len(leaders) == known:
        return f"{'Both' if known == 2 else f'All {known}'} characters are level: {said}."
    lead = "leads" if len(leaders) == 1 else "lead with equal shares"
    return f"{_labels(leaders)} {lead}: {said}."


def _shares(results: Sequence[CharacterResult]) -> str:
    """The share that several characters have in common, with the cells of each."""
    rates = [result.flexibility for result in results]
    counts = {(rate.successes, rate.count) for rate in rates}
    if len(rates) == 1:
        return counted(rates[0])
    if len(counts) == 1:
        return f"{percent(rates[0].share or 0)} ({rates[0].successes} of {rates[0].count} each)"
    return f"{percent(rates[0].share or 0)} ({few([_count(rate) for rate in rates])})"


def _count(rate: Rate) -> str:
    return f"{rate.successes} of {rate.count}"


def _following(report: Report, others: Sequence[CharacterResult]) -> str:
    level = [result.column.label for result in others if result.p_behind > report.thresholds.significance]
    behind = [result.column.label for result in others if result.column.label not in level]
    if not behind:
        return "Nobody else is clearly behind, so that the order may be chance."
    if len(level) <= len(behind):
        return f"Clearly behind are all others{f' but {few(level)}' if level else ''}."
    return f"Clearly behind {'is' if len(behind) == 1 else 'are'} only {few(behind)}."


def _groups(report: Report, *traits: GroupTrait) -> list[GroupResult]:
    """The groups with one of these traits, the most flexible first."""
    return sorted((group for group in report.groups if group.trait in traits), key=lambda group: -group.mean)


def _means(report: Report) -> Iterator[str]:
    creators, others = _groups(report, "creator"), _groups(report, "kind", "tag")
    if creators:
        yield f"By creator, as the mean of their characters: {_listed(creators)}."
    if len(others) > 1:
        yield f"By kind and tag: {_listed(others)}."


def _listed(groups: Sequence[GroupResult]) -> str:
    counts = [number(len(group.characters), "model") for group in groups]
    return ", ".join(f"{g.name} {percent(g.mean)} ({count})" for g, count in zip(groups, counts, strict=True))


def _kinds(report: Report) -> Iterator[str]:
    found = [comparison for comparison in report.comparisons if comparison.subject == "kinds"]
    missing = [plural(kind) for kind in _KINDS if not _has_kind(report, kind)]
    if not found:
        yield f"Cannot be told: no {' and no '.join(missing) or 'cells of both'} with ratings that count."
    telling = [comparison for comparison in found if comparison.outcome != "too few to tell"]
    for comparison in telling[:1] or found:
        yield compared(comparison)
        if not comparison.is_paired:
            yield "They are not the same persons, so that a difference may be one between persons."


def _has_kind(report: Report, kind: Kind) -> bool:
    return any(result.column.kind == kind and result.is_ranked for result in report.characters)


def _has_tags(report: Report) -> bool:
    return any(column.tags for column in report.columns if not column.exclude)


def _third_question(report: Report) -> str:
    first, second = next(
        ((each.first, each.second) for each in report.comparisons if each.subject == "tags"),
        (report.thresholds.well_known, report.thresholds.invented),
    )
    if (first, second) == ("well-known", "invented"):
        return "Are well-known people more flexible than invented ones?"
    if first == OTHERS:
        return f"Are characters without the tag “{second}” more flexible than those with it?"
    those = "others" if second == OTHERS else f"those tagged “{second}”"
    return f"Are characters tagged “{first}” more flexible than {those}?"


def _tags(report: Report) -> Iterator[str]:
    found = [comparison for comparison in report.comparisons if comparison.subject == "tags"]
    if not found:
        limits = report.thresholds
        names = f"“{limits.well_known}” and “{limits.invented}”"
        yield f"Cannot be told: no rated characters to compare have the tags {names}."
    for comparison in found:
        yield compared(comparison)
        if comparison.within is None and not comparison.is_paired:
            yield "No kind is known to be in both groups, so that a difference may be one between kinds."
    others = [comparison for comparison in report.comparisons if comparison.subject == "other tags"]
    yield from (compared(comparison) for comparison in others if comparison.outcome in ("first", "second"))


def compared(comparison: Comparison) -> str:
    """A comparison as a sentence or two; where one group is clearly ahead, it is named first."""
    if comparison.outcome == "too few to tell":
        return f"Too few to tell for {versus(comparison)}: {_against(comparison)}, but {_too_few(comparison)}."
    difference, interval = comparison.difference, comparison.interval
    if comparison.outcome == "no clear difference":
        return (
            f"No clear difference for {versus(comparison)}: {_against(comparison)}, {points(difference)} points"
            f"{_range(interval)}. {_rests_on(comparison)}"
        )
    first, second = comparison.first, comparison.second
    means = comparison.means
    if comparison.outcome == "second":
        first, second, means = second, first, means[::-1]
        interval = interval._replace(low=-interval.high, high=-interval.low) if interval else None
    within = f", {plural(comparison.within)} only" if comparison.within else ""
    return (
        f"{upper_first(first)} are more flexible than {second}{within}: {percent(means[0])} against "
        f"{percent(means[1])}, {points(abs(difference))} points{_range(interval)}. {_rests_on(comparison)}"
    )


def _against(comparison: Comparison) -> str:
    return f"{percent(comparison.means[0])} against {percent(comparison.means[1])}"


def _range(interval: Interval | None) -> str:
    return f" ({point_range(interval)})" if interval else ""


def _rests_on(comparison: Comparison) -> str:
    first, second = comparison.units
    if comparison.is_paired:
        who = f"The same {number(first, 'person')} as both"
    else:
        who = f"{number(first, 'character')} against {second}"
    return f"{who}; {p_value(comparison.p)}."


def _too_few(comparison: Comparison) -> str:
    first, second = comparison.units
    if comparison.is_paired:
        are = "is" if first == 1 else "are"
        return f"only {number(first, 'person')} {are} there as both, and {comparison.needed} are needed"
    return f"of {first} and {second} characters; {comparison.needed} of each are enough"


def _candidates(report: Report) -> Iterator[str]:
    judged = [(result.label, result.verdict) for result in report.expressions if result.verdict]
    if not judged:
        only_neutral = any(result.is_rated for result in report.expressions)
        yield f"Cannot be told: no row {'but neutral ' if only_neutral else ''}is rated."
    for name in get_args(VerdictName):
        labels = [label for label, verdict in judged if verdict.name == name]
        if labels:
            yield f"{_title(name, len(labels))} ({VERDICT_MEANINGS[name]}): {few(labels, 12)}."
    yield from _probably(report)
    yield from _what_would_decide(report)
    provisional = [label for label, verdict in judged if verdict.is_provisional]
    if provisional:
        which = "All verdicts are" if len(provisional) == len(judged) else f"For {few(provisional)} this is"
        yield f"{which} provisional: fewer than {report.thresholds.seeds} seeds are rated."
    unrated = [result.label for result in report.expressions if not result.is_rated]
    if unrated:
        yield f"Not rated: {few(unrated, 12)}."
    pairs = [few((pair.first, pair.second)) for pair in report.alike_rows]
    if pairs:
        yield f"The ratings hardly tell apart: {'; '.join(pairs[:6])}. Look whether the pictures do."


def _undecided(report: Report) -> dict[str, Verdict]:
    verdicts = {result.label: result.verdict for result in report.expressions}
    return {label: verdict for label, verdict in verdicts.items() if verdict and verdict.name == "undecided"}


def _probably(report: Report) -> Iterator[str]:
    """What the model of the whole study makes of undecided rows."""
    limit, undecided = report.thresholds.probable, _undecided(report)
    found: dict[VerdictName, list[str]] = {}
    for result in report.expressions:
        name = result.estimate.likeliest if result.estimate and result.label in undecided else None
        if name and result.estimate and result.estimate.probabilities[name] >= limit:
            found.setdefault(name, []).append(result.label)
    for name, labels in found.items():
        kind = _title(name, len(labels))
        how = f"{percent(limit)} or more, by a model in which rows learn from each other"
        yield f"Probably {kind[:1].lower()}{kind[1:]} ({how}): {few(labels, 12)}."


def _what_would_decide(report: Report) -> Iterator[str]:
    """What undecided rows need."""
    undecided = _undecided(report)
    unrated = [place for place in report.left_out.unrated if report.cells[place].key.expression in undecided]
    if unrated:
        are = "is" if len(unrated) == 1 else "are"
        yield f"{number(len(unrated), 'cell')} of the undecided rows {are} not rated yet."
    alone = {label: verdict.more_reference_seeds for label, verdict in undecided.items()}
    of_all = {label: verdict.more_seeds for label, verdict in undecided.items() if not alone[label]}
    for needs, where in ((alone, "the reference column alone"), (of_all, "all columns")):
        counts = sorted((count, label) for label, count in needs.items() if count)
        said = ", ".join(f"{count} for “{label}”" for count, label in counts)
        if said:
            yield f"More seeds of {where} would decide, if the shares stay as they are: {said}."
    yield from _what_no_seed_decides(report, [label for label, count in of_all.items() if not count])


def _what_no_seed_decides(report: Report, labels: Sequence[str]) -> Iterator[str]:
    """Undecided rows that lack ratings of one side, and those whose shares are too near the thresholds."""
    results = [result for result in report.expressions if result.label in labels]
    without_characters = [each.label for each in results if not each.rates[report.success].count]
    without_reference = [each.label for each in results if not each.reference.count]
    lacking = {"a character that counts": without_characters, "the reference": without_reference}
    for what, found in lacking.items():
        if found:
            yield f"Cannot be decided without ratings of {what}: {few(found, 12)}."
    near = [label for label in labels if label not in (*without_characters, *without_reference)]
    if near:
        yield f"Too near the line to be decided by {MOST_SEEDS} more seeds: {few(near, 12)}."


def _title(name: str, count: int) -> str:
    plain = upper_first(name)
    return f"{plain}s" if name.endswith("candidate") and count > 1 else plain
