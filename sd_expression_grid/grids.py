"""The grids of a study, one for each group and seed, drawn from its cells wherever these are kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sd_expression_grid.drawing.compose import Figure, Page, Style, compose_pages, page_sizes
from sd_expression_grid.file_names import file_stem, same_file_key
from sd_expression_grid.folder import read_picture
from sd_expression_grid.infotexts import settings_in
from sd_expression_grid.plan import edit_of, template_of
from sd_expression_grid.study import CellKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from PIL import Image

    from sd_expression_grid.drawing.layout import Size
    from sd_expression_grid.folder import Outcome, StudyFolder
    from sd_expression_grid.study import GridOptions, Study

NOT_MADE = "not made"
"""What stands in a cell that nothing is known of."""

_GROUP_BYTES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Names one grid of a study."""

    group: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyGrids:
    """All that the grids of a study show.

    ``outcomes`` may lack cells. ``open_cell`` gives a finished cell's picture. ``settings`` are those of the legend, as
    ``settings_in`` reads them from an infotext. ``cell_size`` counts in a grid without any finished cell.
    """

    study: Study
    outcomes: Mapping[CellKey, Outcome]
    open_cell: Callable[[Outcome], Image.Image]
    settings: Mapping[str, str] = field(default_factory=dict)
    style: Style = field(default_factory=Style)
    cell_size: tuple[int, int] = (512, 512)

    @property
    def all(self) -> tuple[Grid, ...]:
        """The grids of the finished study."""
        return tuple(Grid(group=group, seed=seed) for group in self.study.groups for seed in self.study.seeds)

    @property
    def begun(self) -> tuple[Grid, ...]:
        """The grids with more to show than cells that were never begun, and the first grid's reference."""
        return tuple(grid for grid in self.all if self._is_begun(grid))

    def pages(self, grid: Grid) -> Iterator[Page]:
        """Draws a grid page by page; let go of each before the next, for a page may have 170 megapixels."""
        figure = self._figure(grid)
        return compose_pages(figure, self._opener(figure, grid.seed), self.cell_size_of(grid), self.style)

    def page_sizes(self) -> tuple[Size, ...]:
        """The sizes of all pages in pixels, once all cells are there."""
        pages = (page_sizes(self._figure(grid), self.cell_size_of(grid), self.style) for grid in self.all)
        return tuple(size for sizes in pages for size in sizes)

    def cell_size_of(self, grid: Grid) -> tuple[int, int]:
        """The size of the first finished cell that can be read."""
        for outcome in self._outcomes_of(grid):
            if outcome.status == "done":
                try:
                    return self.open_cell(outcome).size
                except (OSError, SyntaxError, ValueError):  # it is drawn as a note, which says why
                    continue
        return self.cell_size

    def name(self, grid: Grid, page: Page) -> str:
        """A page's file name, without ending; no two are alike, also where two groups are one to a file system."""
        number = f"page {page.number} of {page.of}" if page.of > 1 else ""
        return " - ".join(filter(None, ("grid", self._group_name(grid.group), self._seed_title(grid.seed), number)))

    def places(self, grid: Grid, page: Page) -> dict[str, object]:
        """Where the cells of a page are, as JSON values: seed, size, and labels with their pixels from and to."""
        figure = self._figure(grid)
        rows = {cell.row: (cell.box.top, cell.box.bottom) for cell in page.cells}
        columns = {cell.column: (cell.box.left, cell.box.right) for cell in page.cells}
        return {
            "seed": grid.seed,
            "size": list(page.image.size),
            "rows": [[figure.rows[row], *pixels] for row, pixels in rows.items()],
            "columns": [[figure.columns[column], *pixels] for column, pixels in columns.items()],
        }

    def _group_name(self, group: str) -> str:
        alike = [same_file_key(title, _GROUP_BYTES) for title in self.study.groups]
        place = self.study.groups.index(group)
        title = file_stem(group, _GROUP_BYTES) if group else ""
        return f"{place + 1} {title}" if alike.count(alike[place]) > 1 else title

    def _seed_title(self, seed: int) -> str:
        return f"seed {seed}" if len(self.study.seeds) > 1 else ""

    def _is_begun(self, grid: Grid) -> bool:
        is_first = grid.group == self.study.groups[0]
        own = [column.label for column in self.study.characters if column.group == grid.group]
        outcomes = self._outcomes_of(grid)
        return any(o.status != "interrupted" for o in outcomes if is_first or o.key.character in own)

    def _outcomes_of(self, grid: Grid) -> list[Outcome]:
        rows, columns = self.study.expressions, self.study.columns_of(grid.group)
        found = (self._outcome(row.label, column.label, grid.seed) for column in columns for row in rows)
        return [outcome for outcome in found if outcome]

    def _outcome(self, row: str, column: str, seed: int) -> Outcome | None:
        return self.outcomes.get(CellKey(expression=row, character=column, seed=seed))

    def _figure(self, grid: Grid) -> Figure:
        return Figure(
            title=" · ".join(filter(None, (grid.group, self._seed_title(grid.seed)))),
            columns=tuple(column.label for column in self.study.columns_of(grid.group)),
            rows=tuple(row.label for row in self.study.expressions),
            has_reference=bool(self.study.reference),
            legend=legend(self.study, grid.seed, self.settings) if self.study.grid.legend else (),
        )

    def _opener(self, figure: Figure, seed: int) -> Callable[[int, int], Image.Image | str]:
        def open_one(row: int, column: int) -> Image.Image | str:
            outcome = self._outcome(figure.rows[row], figure.columns[column], seed)
            if outcome is None or outcome.status != "done":
                return what_became_of(outcome)
            try:
                return self.open_cell(outcome)
            except FileNotFoundError:
                return f"missing: {outcome.file}"

        return open_one


def draw_grids(folder: StudyFolder, options: GridOptions | None = None) -> Iterator[tuple[str, Page]]:
    """Draws the grids of a study again from its folder: file names without ending, and pages, one at a time.

    Without ``options`` they look as the study says. Raises StudyError for a folder without study, or with a record
    that cannot be read; a cell that cannot is drawn as a note.
    """
    grids = grids_of(folder, options)
    for grid in grids.begun:
        for page in grids.pages(grid):
            name = grids.name(grid, page)
            yield name, page
            del page  # else it would live on while the next one is drawn


def grids_of(folder: StudyFolder, options: GridOptions | None = None) -> StudyGrids:
    """The grids of the study in a folder; StudyError as for ``draw_grids``."""
    study = folder.existing_study()
    study = replace(study, grid=options or study.grid)
    outcomes = folder.read_record()
    return StudyGrids(
        study=study,
        outcomes=outcomes,
        open_cell=lambda outcome: read_picture(folder.path / outcome.file),
        settings=settings_of(study, outcomes),
        style=Style(ground=study.grid.ground, margin=study.grid.margin),
    )


def settings_of(study: Study, outcomes: Mapping[CellKey, Outcome]) -> dict[str, str]:
    """The settings that a study's finished cells tell; CFG scale only where a column has none of its own."""
    own = {column.label for column in study.columns if column.cfg_scale is not None}
    done = [outcome for outcome in outcomes.values() if outcome.status == "done"]
    chosen = min(done, key=lambda outcome: outcome.key.character in own, default=None)
    if chosen is None:
        return {}
    settings = settings_in(chosen.infotext)
    return {name: value for name, value in settings.items() if name != "CFG scale" or chosen.key.character not in own}


def legend(study: Study, seed: int, settings: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What was drawn and how, as names and values; ``settings`` are those that an infotext tells."""
    template = template_of(study, study.prompt or "")
    shown = template.fill(study.expression_placeholder, study.character_placeholder, edit_of(study))
    schedule = settings.get("Schedule type", "Automatic")
    values = {
        "Prompt": shown.text,
        "Negative prompt": study.negative_prompt or "",
        "Checkpoint": settings.get("Model", ""),
        "Sampler": " ".join([settings.get("Sampler", ""), *([schedule] if schedule != "Automatic" else [])]),
        "Steps": settings.get("Steps", ""),
        "CFG scale": ", ".join(filter(None, [_plain(settings.get("CFG scale", "")), *_own_cfg_scales(study)])),
        "Size": settings.get("Size", "").replace("x", "×"),
        "Seed": str(seed),
    }
    return tuple((name, value) for name, value in values.items() if value)


def what_became_of(outcome: Outcome | None) -> str:
    """The words for a cell without picture: ``failed: out of memory``, ``skipped``."""
    if outcome is None:
        return NOT_MADE
    return f"{outcome.status}: {outcome.error}" if outcome.error else outcome.status


def _own_cfg_scales(study: Study) -> list[str]:
    return [f"{column.cfg_scale:g} for {column.label}" for column in study.characters if column.cfg_scale is not None]


def _plain(number: str) -> str:
    """A number as people write it: 7 for 7.0."""
    try:
        return f"{float(number):g}"
    except ValueError:
        return number
