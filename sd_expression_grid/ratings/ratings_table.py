"""A table of ratings, from a study's folder or a spreadsheet: rows, columns, seeds and ratings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.evidence.measurements import Evidence, read_evidence
from sd_expression_grid.ratings.ratings import Rating, read_ratings
from sd_expression_grid.store.folder import STUDY_FILE, Outcome, StudyFolder
from sd_expression_grid.study.list_keys import keys_of
from sd_expression_grid.study.study import CellKey, CharacterTraits, ExpressionTraits, Study

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sd_expression_grid.study.study import Character, Expression


TRAITS = keys_of(CharacterTraits)
ROW_TRAITS = keys_of(ExpressionTraits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(CharacterTraits):
    """A rated column: the traits of its character, and whether it is the reference."""

    is_reference: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsTable:
    """Rows × columns × seeds, and the ratings of their cells.

    ``row_traits`` are what is known of rows that have any traits, by their labels.
    ``stale`` are ratings of pictures that were made again since, ``strange`` those of cells that the study does not
    have; neither counts. ``not_drawn`` are cells without picture. ``files`` are the pictures, relative to the study's
    folder, ``evidence`` what was measured in them.
    """

    rows: tuple[str, ...]
    columns: tuple[Column, ...]
    seeds: tuple[int, ...]
    ratings: tuple[Rating, ...]
    title: str = ""
    row_traits: Mapping[str, ExpressionTraits] = field(default_factory=dict)
    stale: tuple[Rating, ...] = ()
    strange: tuple[Rating, ...] = ()
    not_drawn: tuple[CellKey, ...] = ()
    files: Mapping[CellKey, str] = field(default_factory=dict)
    evidence: Evidence | None = None

    def cell_keys(self) -> Iterable[CellKey]:
        """All cells, column after column, row after row."""
        return (
            CellKey(expression=row, character=column.label, seed=seed)
            for column in self.columns
            for row in self.rows
            for seed in self.seeds
        )


def read_table(folder: StudyFolder) -> RatingsTable:
    """The table of a study's folder; StudyError if it has no study or cannot be read."""
    study = folder.read_study()
    if study is None:
        raise StudyError([Fault(str(folder.path), f"is no study's folder: it has no {STUDY_FILE}")])
    record = folder.read_record()
    table = table_of(study, record, read_ratings(folder.path).values(), folder.path.resolve().name)
    return replace(table, evidence=read_evidence(folder.path, table.rows, record))


def table_of(
    study: Study, record: Mapping[CellKey, Outcome], ratings: Collection[Rating], title: str = ""
) -> RatingsTable:
    """The table of a study. A rating counts if its cell's picture is still the rated one."""
    drawn = {key: outcome for key, outcome in record.items() if outcome.status == "done"}
    empty = RatingsTable(
        rows=tuple(row.label for row in study.expressions),
        columns=_columns(study),
        seeds=study.seeds or tuple(sorted({key.seed for key in record})),
        ratings=(),
    )
    cells = set(empty.cell_keys())
    known = [rating for rating in ratings if rating.key in cells]
    return RatingsTable(
        rows=empty.rows,
        row_traits={row.label: _row(row) for row in study.expressions if row.strength is not None},
        columns=empty.columns,
        seeds=empty.seeds,
        title=title,
        ratings=tuple(rating for rating in known if _is_of(rating, drawn)),
        stale=tuple(rating for rating in known if not _is_of(rating, drawn)),
        strange=tuple(rating for rating in ratings if rating.key not in cells),
        not_drawn=tuple(key for key in empty.cell_keys() if key not in drawn),
        files={key: outcome.file for key, outcome in drawn.items() if key in cells},
    )


def _row(expression: Expression) -> ExpressionTraits:
    traits: dict[str, Any] = {trait.name: getattr(expression, trait.name) for trait in ROW_TRAITS}
    return ExpressionTraits(label=expression.label, **traits)


def _columns(study: Study) -> tuple[Column, ...]:
    reference = (_column(study.reference_column, is_reference=True),) if study.reference else ()
    return (*reference, *(_column(character, is_reference=False) for character in study.characters))


def _column(character: Character, *, is_reference: bool) -> Column:
    traits: dict[str, Any] = {trait.name: getattr(character, trait.name) for trait in TRAITS}
    return Column(label=character.label, is_reference=is_reference, **traits)


def _is_of(rating: Rating, drawn: Mapping[CellKey, Outcome]) -> bool:
    if not rating.picture:
        return True
    outcome = drawn.get(rating.key)
    return outcome is not None and outcome.sha256 == rating.picture
