"""The parts of a report as HTML; every text of the study's is escaped, every number opens the cells behind it."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from sd_expression_grid.report.answers import VERDICT_MEANINGS
from sd_expression_grid.report.wording import (
    MEASURES,
    number,
    p_value,
    percent,
    percents,
    point_range,
    points,
    singular,
    units,
    versus,
)
from sd_expression_grid.report.writing.figures import difference_figure, rate_figure, weights_figure
from sd_expression_grid.report.writing.heat_map import heat_map, mark_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sd_expression_grid.report.types import (
        CharacterResult,
        Comparison,
        ExpressionResult,
        Measure,
        Rate,
        Report,
        Weighing,
    )


def cells_button(text: str, cells: Sequence[int], title: str, style: str = "") -> str:
    """A number that opens the cells behind it; ``title`` says what they are."""
    if not cells:
        return f"<span{style}>{text}</span>"
    return f'<button type="button" data-cells="{_ranges(cells)}" data-title="{escape(title)}"{style}>{text}</button>'


def _ranges(cells: Sequence[int]) -> str:
    runs = [[place for _, place in run] for _, run in groupby(enumerate(cells), key=lambda item: item[1] - item[0])]
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def rate_button(rate: Rate, title: str) -> str:
    """A share and the cells behind it, in a table's field."""
    text = "–" if rate.share is None else percent(rate.share)
    return cells_button(text, rate.cells, title)


def table(head: Iterable[str], lines: Iterable[Iterable[str]], kind: str = "") -> str:
    """A table of HTML fields; the first field of a line names it."""
    heads = "".join(f'<th scope="col">{field}</th>' for field in head)
    rows = "".join(_row(list(line)) for line in lines)
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(fields: Sequence[str]) -> str:
    return f'<tr><th scope="row">{fields[0]}</th>{"".join(f"<td>{field}</td>" for field in fields[1:])}</tr>'


def answers_section(report: Report) -> str:
    """The four questions, answered."""
    items = "".join(
        f"<li><h3>{escape(answer.question)}</h3><p>{escape(' '.join(answer.sentences))}</p></li>"
        for answer in report.answers
    )
    return f'<ol class="answers">{items}</ol>'


def heat_map_section(report: Report) -> str:
    """The matrix, a heat map for each measure, of which the buttons show one; on paper all."""
    measures = MEASURES if report.judges_likeness else {"both": MEASURES["expression"]}
    parts = []
    for place, (measure, title) in enumerate(measures.items()):
        choice = f'<input type="radio" name="measure" id="measure-{measure}"{" checked" if not place else ""}>'
        parts.append(f'{choice}<label for="measure-{measure}">{title}</label>')
    maps = "".join(_heat_table(report, measure, title) for measure, title in measures.items())  # type: ignore[arg-type]
    return f'<div class="maps">{"".join(parts)}{maps}</div>{_KEY}'


_KEY = (
    '<p class="note key"><span class="ramp"></span> share of <em>yes</em>, from none to all. 3/4: three of four rated '
    "cells; ● yes, ◐ partly, ○ no where one cell is rated; hatched: none is. Struck out: excluded.</p>"
)


def _heat_table(report: Report, measure: Measure, title: str) -> str:
    shown = heat_map(report, measure)
    heads = "".join(
        f'<th scope="col"{_excluded(label in shown.excluded)}><span>{escape(label)}</span></th>'
        for label in shown.columns
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(row)}</th>'
        + "".join(f"<td>{_square(shown.rates[row, label], f'{label}, {row}')}</td>" for label in shown.columns)
        + "</tr>"
        for row in shown.rows
    )
    head = f"<caption>{title}</caption><thead><tr><th></th>{heads}</tr></thead>"
    style = f'class="map" style="--columns: {len(shown.columns)}"'
    return f'<div class="scroll map-{measure}"><table {style}>{head}<tbody>{rows}</tbody></table></div>'


def _excluded(is_excluded: bool) -> str:  # noqa: FBT001
    return ' class="excluded"' if is_excluded else ""


def _square(rate: Rate, title: str) -> str:
    if rate.share is None:
        return '<span class="square none"></span>'
    dark = " dark" if rate.share > 0.55 else ""
    style = f' class="square{dark}" style="--share:{100 * rate.share:.0f}%"'
    return cells_button(mark_of(rate), rate.cells, title, style)


def characters_section(report: Report) -> str:
    """The ranking of characters."""
    head = ("Character", "Kind", "Flexibility", "", "95% interval", "Cells", "Partly", "Expression", "Person", "Both")
    titles = [field.replace("95", f"{100 * report.thresholds.confidence:g}") for field in head]
    return table(titles, (_character(result) for result in report.characters), "ranking")


def _character(result: CharacterResult) -> Iterable[str]:
    label, rate = result.column.label, result.flexibility
    stiff = ' <em class="flag">fails on nearly every row</em>' if result.fails_nearly_everywhere else ""
    yield f"{escape(label)}{stiff}"
    yield singular(result.column.kind)
    yield rate_figure([(rate, "both")])
    yield rate_button(rate, f"{label}: cells in which the reference shows the expression")
    yield percents(rate.interval)
    yield f"{rate.successes}/{rate.count}"
    yield str(rate.partly)
    for measure, title in (("expression", "Expression"), ("likeness", "Person"), ("both", "Expression and person")):
        yield rate_button(result.rates[measure], f"{label}: {title}")  # type: ignore[index]


def expressions_section(report: Report) -> str:
    """The ranking of expressions, with verdicts."""
    head = ("Expression", "Reference ◇ and characters ●", "Reference", "Cells", "Characters", "", "Cells", "Partly")
    return table((*head, "Expression", "Person", "Verdict"), (_expression(r) for r in report.expressions), "ranking")


def _expression(result: ExpressionResult) -> Iterable[str]:
    label, both = result.label, result.rates["both"]
    yield escape(label)
    yield rate_figure([(result.reference, "reference"), (both, "beside")])
    yield rate_button(result.reference, f"{label}: reference")
    yield f"{result.reference.successes}/{result.reference.count}"
    yield rate_button(both, f"{label}: characters")
    yield percents(both.interval)
    yield f"{both.successes}/{both.count}"
    yield str(both.partly)
    yield rate_button(result.rates["expression"], f"{label}: Expression")
    yield rate_button(result.rates["likeness"], f"{label}: Person")
    name = result.verdict.name
    provisional = " <em>(provisional)</em>" if result.verdict.is_provisional else ""
    title = escape(f"{VERDICT_MEANINGS[name]}; {result.verdict.reason}")
    yield f'<span class="verdict {name.replace(" ", "-").lower()}" title="{title}">{name}</span>{provisional}'


def comparisons_section(report: Report) -> str:
    """The comparisons of kinds and tags, and the groups' means."""
    head = ("Comparison", "Difference", "Points", "Interval", "First", "Second", "Units", "p", "Outcome")
    lines = table(head, (_comparison(comparison) for comparison in report.comparisons), "ranking")
    groups = (
        (
            escape(group.name),
            "–" if group.mean is None else cells_button(percent(group.mean), group.cells, group.name),
            escape(", ".join(group.characters)),
        )
        for group in report.groups
    )
    means = table(("Group", "Mean flexibility", "Characters"), groups, "plain") if report.groups else ""
    nothing = '<p class="note">No two groups of characters to compare.</p>'
    return f"{lines if report.comparisons else nothing}{means}"


def _comparison(comparison: Comparison) -> Iterable[str]:
    name = versus(comparison)
    yield escape(name)
    yield difference_figure(comparison.difference, comparison.interval)
    yield cells_button(points(comparison.difference), comparison.cells, name)
    yield point_range(comparison.interval) or "–"
    yield percent(comparison.means[0])
    yield percent(comparison.means[1])
    yield units(comparison)
    too_few = comparison.outcome == "too few to tell"
    p = p_value(comparison.p).removeprefix("p ").removeprefix("= ")
    yield f"{p} (at best {comparison.smallest_p:.3f})" if too_few else p
    outcomes = {"first": f"{comparison.first} more flexible", "second": f"{comparison.second} more flexible"}
    yield escape(outcomes.get(comparison.outcome, comparison.outcome))


def weights_section(report: Report) -> str:
    """Flexibility and likeness against the weight."""
    return f'<div class="weighings">{"".join(_weighing(weighing) for weighing in report.weighings)}</div>'


def _weighing(weighing: Weighing) -> str:
    best = "no weight is rated" if weighing.best is None else f"best at {weighing.best:g}"
    clear = "" if weighing.is_clear or weighing.best is None else ", not clearly better than the next"
    numbers = table(
        ("Weight", "Flexibility", "Person"),
        (
            (
                f"{weight:g}",
                rate_button(result.flexibility, f"{result.column.label}: flexibility"),
                rate_button(result.rates["likeness"], f"{result.column.label}: Person"),
            )
            for weight, result in weighing.weights
        ),
        "plain",
    )
    caption = f"<figcaption><strong>{escape(weighing.name)}</strong>: {best}{clear}</figcaption>"
    return f"<figure>{caption}{weights_figure(weighing)}{numbers}</figure>"


def raters_section(report: Report) -> str:
    """Who rated, and how far they agree."""
    raters = (
        (escape(rater.name or "(no name)"), str(rater.cells), _share(rater.expression_yes), _share(rater.likeness_yes))
        for rater in report.raters
    )
    lines = table(("Rater", "Cells", "Expression: yes", "Person: yes"), raters, "plain")
    return f"{lines}<ul>{''.join(f'<li>{sentence}</li>' for sentence in _agreements(report))}</ul>"


def _share(share: float | None) -> str:
    return "–" if share is None else percent(share)


def _agreements(report: Report) -> Iterable[str]:
    for measure, title in MEASURES.items():
        found = report.agreement[measure]  # type: ignore[index]
        if found.alpha is not None and found.interval:
            interval = f"{found.interval.low:.2f} to {found.interval.high:.2f}"
            word = "good" if found.alpha >= 0.8 else "tentative" if found.alpha >= 0.667 else "poor"
            cells = number(found.cells, "cell")
            alpha = f"Krippendorff's α = {found.alpha:.2f} ({interval})"
            yield f"{title}: {alpha}, from {cells} with two raters or more: {word}."
        elif found.cells:
            yield f"{title}: all scores are the same, so that agreement cannot be told from chance."
    if not any(found.cells for found in report.agreement.values()):
        yield "No cell has two raters, so that their agreement is not known."
