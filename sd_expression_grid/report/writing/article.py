"""A draft of an article from a study and its ratings: question, methods, grids row by row, conclusions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, StudyError, nearest, raise_if_any
from sd_expression_grid.grids.grids import grids_of, legend
from sd_expression_grid.ratings.ratings_table import read_table
from sd_expression_grid.report.answers import VERDICT_MEANINGS, caution, success_of
from sd_expression_grid.report.report import reports_on
from sd_expression_grid.report.wording import counted, few, number, percents, singular
from sd_expression_grid.report.writing import markdown
from sd_expression_grid.report.writing.article_pictures import Part, PictureFolder, draw_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sd_expression_grid.grids.grids import StudyGrids
    from sd_expression_grid.report.types import ExpressionResult, Rate, Report, Success, Thresholds
    from sd_expression_grid.store.folder import StudyFolder
    from sd_expression_grid.study.study import Character, Study

ARTICLE_FILE = "article.md"
PICTURES = "pictures"
_HOW_OFTEN = ("In every seed", "In every rated seed", "In some", "In none", "In no rated seed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRequest:
    """What an article is to show: labels of rows and columns, all where there are none; a seed, or the first."""

    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    seed: int | None = None
    success: Success = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What all sections are written from; ``rows`` and ``characters`` are those that are shown."""

    study: Study
    report: Report
    grids: StudyGrids
    seed: int
    rows: tuple[str, ...]
    characters: tuple[Character, ...]
    pictures: PictureFolder

    def picture(self, part: Part) -> str:
        """Draws a part of the study; returns the Markdown that shows it."""
        files = draw_part(self.grids, part, self.seed, self.pictures)
        return "\n\n".join(markdown.picture(f"{PICTURES}/{file}", part.title) for file in files)


def write_article(
    folder: StudyFolder, out: Path, request: ArticleRequest, thresholds: Thresholds | None = None
) -> Path:
    """Writes a draft into the folder ``out``, its pictures below it; returns the draft's file.

    Raises StudyError for a study without ratings, for rows, columns and seeds that it does not have, for the reference
    column alone, and where there is a draft already, which its author may have changed.
    """
    file = out / ARTICLE_FILE
    if file.exists():
        raise StudyError([Fault(str(file), "is there already, and may have been changed; choose another folder")])
    study = folder.existing_study()
    report = reports_on(read_table(folder), thresholds, request.success)[0]
    raise_if_any(_faults(study, request))
    draft = _Draft(
        study=study,
        report=report,
        grids=grids_of(folder),
        seed=study.seeds[0] if request.seed is None else request.seed,
        rows=request.rows or tuple(row.label for row in study.expressions),
        characters=tuple(each for each in study.characters if not request.columns or each.label in request.columns),
        pictures=PictureFolder(path=out / PICTURES),
    )
    try:
        draft.pictures.path.mkdir(parents=True, exist_ok=True)
        file.write_text("\n\n".join(_sections(draft)) + "\n", encoding="utf-8")
    except OSError as error:
        raise StudyError([Fault(str(out), f"the article cannot be written: {error}")]) from error
    return file


def _faults(study: Study, request: ArticleRequest) -> Iterator[Fault]:
    known = {
        "row": (request.rows, [row.label for row in study.expressions]),
        "column": (request.columns, [column.label for column in study.columns]),
        "seed": ([str(request.seed)] if request.seed is not None else [], list(map(str, study.seeds))),
    }
    for name, (asked, there) in known.items():
        for each in asked:
            if each not in there:
                yield Fault(f"--{name}", f"the study has no {name} {each!r}{nearest(each, there)}")
    reference = study.reference_column.label
    if study.reference and set(request.columns) == {reference}:
        yield Fault("--column", f"{reference!r} stands in every grid by itself; name a character besides, or no column")


def _sections(draft: _Draft) -> Iterator[str]:
    yield f"# {markdown.plain(draft.report.title)}"
    yield from _question(draft)
    yield from _methods(draft)
    for group in dict.fromkeys(character.group for character in draft.characters):
        yield from _grid(draft, group)
    yield from _examples(draft)
    yield from _conclusions(draft)


def _question(draft: _Draft) -> Iterator[str]:
    count = len({each.column.own_label for each in draft.report.characters})
    do, characters, rows = "does" if count == 1 else "do", number(count, "character"), len(draft.report.rows)
    yield "## The question"
    yield f"How well {do} {characters} show {number(rows, 'expression')}? {_what_was_judged(draft.report)}"
    yield markdown.bullets(answer.question for answer in draft.report.answers)


def _what_was_judged(report: Report) -> str:
    judged = ["whether the face shows the expression"]
    if report.judges_likeness:
        judged.append("whether it is still that person")
    if report.judges_natural:
        judged.append("whether the picture looks natural")
    said = f"Each picture was judged by eye: {few(judged)}."
    if report.judges_likeness:
        said += " Both expression and person matter: an expression that costs the likeness is no success."
    return said


def _methods(draft: _Draft) -> Iterator[str]:
    study, report = draft.study, draft.report
    yield "## How it was made"
    facts = dict(legend(study, draft.seed, draft.grids.settings))
    prompts = [(name, facts.pop(name)) for name in ("Prompt", "Negative prompt") if name in facts]
    for name, text in prompts:
        yield f"{name}:\n\n{markdown.code(text)}"
    facts["Seed"] = ", ".join(map(str, study.seeds))
    yield markdown.bullets(f"{name}: {value}" for name, value in facts.items())
    yield _how_columns_differ(study)
    yield "The rows, with their words (say here how they were chosen):"
    yield markdown.table(("Row", "Words"), [(row.label, row.text) for row in study.expressions])
    yield "The characters:"
    yield markdown.table(
        ("Character", "Kind", "Creator", "Tags", "Words"),
        [(c.label, singular(c.kind), c.creator, ", ".join(c.tags), c.text) for c in study.characters],
    )
    yield " ".join(_how_rated(report))


def _how_columns_differ(study: Study) -> str:
    said = "All cells share settings, and all cells of a grid the seed."
    if study.picture:
        where = " within its mask" if study.picture.mask else ""
        said += f" Each is the same picture drawn anew{where} (img2img); it stands in the corner of each grid."
    if study.reference:
        said += f" The first column is the reference: “{markdown.plain(study.reference)}” instead of a character."
    if study.composition:
        said += (
            f" The first {100 * study.switch_at:g}% of the steps draw “{markdown.plain(study.composition)}”, the "
            "others the expression, so that the rows of a column share their composition."
        )
    return said


def _how_rated(report: Report) -> Iterator[str]:
    rated = sum(cell.is_rated for cell in report.cells)
    raters = number(len(report.raters), "rater")
    yield f"{raters} judged {rated:,} of {number(len(report.cells), 'cell')}. A success is: {success_of(report)}."
    if report.left_out.excluded:
        yield f"Left out of the analysis: {markdown.plain(few(report.left_out.excluded, 20))}."
    if caution(report):
        yield caution(report)


def _grid(draft: _Draft, group: str) -> Iterator[str]:
    members = tuple(character.label for character in draft.characters if character.group == group)
    title = group or "The grid"
    yield f"## {markdown.plain(title)}"
    yield draft.picture(Part(name=f"grid {group}", title=title, rows=draft.rows, columns=members))
    if len(draft.study.seeds) > 1:
        yield f"The picture shows seed {draft.seed}; what follows is of all {len(draft.study.seeds)} seeds."
    excluded = draft.report.left_out.excluded
    counting = [label for label in members if label not in excluded]
    for result in sorted(draft.report.expressions, key=lambda result: draft.report.rows.index(result.label)):
        if result.label in draft.rows:
            yield f"### {markdown.plain(result.label)}"
            yield "\n\n".join(_row(draft, result, counting))


def _row(draft: _Draft, result: ExpressionResult, members: Sequence[str]) -> Iterator[str]:
    """What the cells of a row say: who shows it always, sometimes and never, and what raters noted."""
    rates = {
        square.character: square.rates[draft.report.success]
        for square in draft.report.squares
        if square.expression == result.label and square.character in members
    }
    rated = {label: rate for label, rate in rates.items() if rate.count}
    if result.reference.count:
        yield f"The reference shows it in {_of(result.reference)}."
    if not rated:
        yield "No cell is rated."
        return
    yield markdown.bullets(_how_often(rated, len(draft.report.seeds)))
    notes = [
        f"{cell.key.character}, seed {cell.key.seed}: {score.note}"
        for cell in draft.report.cells
        if cell.key.expression == result.label and cell.key.character in members
        for score in cell.scores
        if score.note
    ]
    if notes:
        yield f"Noted: {markdown.plain('; '.join(notes))}."


def _how_often(rates: Mapping[str, Rate], seeds: int) -> Iterator[str]:
    """Who shows a row always, sometimes and never; of so many seeds, with the numbers where fewer are rated."""
    said: dict[str, list[str]] = {name: [] for name in _HOW_OFTEN}
    for label, rate in rates.items():
        name = _name_of(rate, seeds)
        said[name].append(label if name in ("In every seed", "In none") else f"{label} ({_of(rate)})")
    return (f"{name}: {', '.join(labels)}." for name, labels in said.items() if labels)


def _name_of(rate: Rate, seeds: int) -> str:
    if 0 < rate.successes < rate.count:
        return "In some"
    if rate.successes:
        return "In every seed" if rate.count == seeds else "In every rated seed"
    return "In none" if rate.count == seeds else "In no rated seed"


def _of(rate: Rate) -> str:
    return f"{rate.successes} of {rate.count}"


def _examples(draft: _Draft) -> Iterator[str]:
    """The most and the least flexible character side by side, in all rows, and in those that a LoRA would be for."""
    shown = {character.label for character in draft.characters}
    ranked = [result for result in draft.report.characters if result.is_ranked and result.column.label in shown]
    if not ranked or ranked[0].flexibility.share == ranked[-1].flexibility.share:
        return
    ends = ranked[0].column.label, ranked[-1].column.label
    yield "## The best and the worst"
    yield (
        f"{markdown.plain(ends[0])}: {counted(ranked[0].flexibility)}. "
        f"{markdown.plain(ends[1])}: {counted(ranked[-1].flexibility)}."
    )
    title = f"{ends[0]} and {ends[1]}"
    yield draft.picture(Part(name="best and worst", title=title, rows=draft.rows, columns=ends))
    for name in ("easy candidate", "hard candidate"):
        rows = [r.label for r in draft.report.expressions if r.verdict and r.verdict.name == name]
        rows = [row for row in rows if row in draft.rows]
        if rows:
            yield f"{name.capitalize()}s ({VERDICT_MEANINGS[name]}): {markdown.plain(few(rows, 20))}."
            yield draft.picture(Part(name=f"{name}s", title=f"{name.capitalize()}s", rows=tuple(rows), columns=ends))


def _conclusions(draft: _Draft) -> Iterator[str]:
    yield "## Conclusions"
    for answer in draft.report.answers:
        yield f"### {markdown.plain(answer.question)}"
        yield markdown.bullets(answer.sentences)
    yield "### The numbers"
    yield markdown.table(
        ("Character", "Kind", "Flexibility", "Interval", "Cells"),
        [
            (each.column.label, singular(each.column.kind), *_numbers(each.flexibility))
            for each in draft.report.characters
            if each.is_ranked
        ],
    )
    yield markdown.table(
        ("Expression", "Reference", "Characters", "Interval", "Cells", "Verdict"),
        [
            (each.label, _of(each.reference), *_numbers(each.rates[draft.report.success]), _verdict(each))
            for each in draft.report.expressions
            if each.is_rated
        ],
    )


def _numbers(rate: Rate) -> tuple[str, str, str]:
    return ("–" if rate.share is None else f"{100 * rate.share:.0f}%"), percents(rate.interval), _of(rate)


def _verdict(result: ExpressionResult) -> str:
    if result.verdict is None:
        return ""
    return f"{result.verdict.name}{' (provisional)' if result.verdict.is_provisional else ''}"
