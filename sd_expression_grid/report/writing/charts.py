"""A report's figures as PNG, by matplotlib, which a WebUI has and a bare environment may lack.

Labels are plain text: a dollar sign in them begins no formula.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.report.writing.curves_section import curves_title
from sd_expression_grid.report.writing.heat_map import DARK_ABOVE, HeatMap, heat_map, mark_of, measures_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sd_expression_grid.report.types import CharacterResult, Curve, ExpressionResult, Rate, Report, Success

_DPI = 200
_INK, _SOFT, _RULE, _MARK, _BESIDE = "#1c2430", "#5d6878", "#d8dee6", "#0b5fa5", "#b4540a"
_ROW_HEIGHT, _COLUMN_WIDTH, _LETTER, _TITLE_LETTER = 0.28, 0.42, 0.075, 0.09
"""All lengths are in inches, as matplotlib has them."""
_LONGEST = 40
"""Longer labels are cut in the middle, for at the end stand the numbers that tell columns of one entry apart."""
_FAMILIES = (
    "DejaVu Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "PingFang SC",
    "Hiragino Sans",
)


def write_charts(report: Report, folder: Path) -> list[Path]:
    """Writes the heat maps, the two rankings and the curves; returns the files. StudyError without matplotlib."""
    with _matplotlib().rc_context({"font.family": _fonts()}):
        return _saved(draw_charts(report), folder)


def draw_charts(report: Report) -> dict[str, Any]:
    """The charts as matplotlib's figures, by the names of their files; StudyError without matplotlib."""
    _matplotlib()
    drawn: dict[str, Any] = {}
    for measure, title in measures_of(report).items():
        name = f"heat-map-{_file_name(title)}"
        drawn[name] = _heat_map(heat_map(report, measure), _titled(report, f"{title}: yes of rated cells"))
    characters = [result for result in report.characters if result.is_ranked]
    if characters:
        drawn["characters"] = _characters(characters, _titled(report, "Flexibility of characters"))
    expressions = [result for result in report.expressions if result.is_rated]
    if expressions:
        title = _titled(report, "Difficulty of expressions")
        drawn["expressions"] = _expressions(expressions, report.success, title)
    for title in dict.fromkeys(map(curves_title, report.curves)):
        curves = [curve for curve in report.curves if curves_title(curve) == title]
        drawn[_file_name(title)] = _curves(curves, report.title)
    return drawn


def _file_name(title: str) -> str:
    return title.lower().replace(" ", "-")


def _titled(report: Report, text: str) -> str:
    """A chart's title with the study's before it, since a picture travels without its page."""
    return f"{_cut(report.title)} · {text}" if report.title else text


def _saved(drawn: dict[str, Any], folder: Path) -> list[Path]:
    files = [folder / f"{name}.png" for name in drawn]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, figure in zip(files, drawn.values(), strict=True):
            figure.savefig(file, dpi=_DPI, bbox_inches="tight", facecolor="white")
    except OSError as error:
        raise StudyError([Fault(str(folder), f"the charts cannot be written: {error}")]) from error
    return files


def _matplotlib() -> Any:  # noqa: ANN401
    try:
        import matplotlib  # noqa: PLC0415
    except ImportError as error:
        message = "the charts need matplotlib, which is not installed here: pip install 'sd-expression-grid[report]'"
        raise StudyError(message) from error
    return matplotlib


def _fonts() -> list[str]:
    """The machine's fonts, of those that have most scripts between them; a missing one would be complained of."""
    from matplotlib import font_manager  # noqa: PLC0415

    there = set(font_manager.get_font_names())
    return [name for name in _FAMILIES if name in there]


def _figure(width: float, height: float, columns: int = 1) -> tuple[Any, Any]:
    """A figure of its own, which needs no window and leaves pyplot's state alone."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(1, columns, squeeze=False, sharey=True)[0]


def _heat_map(shown: HeatMap, title: str) -> Any:  # noqa: ANN401
    wide, high = _COLUMN_WIDTH * len(shown.columns), _ROW_HEIGHT * len(shown.rows)
    width = max(0.4 + _length(shown.rows) + wide, _length(shown.rows) + _TITLE_LETTER * len(title))
    figure, (axes,) = _figure(width, 0.6 + _length(_heads(shown)) + high)
    axes.set_box_aspect(high / wide)
    axes.set_anchor("NW")  # below the beginning of a title that is wider
    shares = [[_share(shown.rates[row, column]) for column in shown.columns] for row in shown.rows]
    axes.imshow(shares, cmap=_colours(), vmin=0, vmax=1, aspect="auto")
    for y, row in enumerate(shown.rows):
        for x, column in enumerate(shown.columns):
            rate = shown.rates[row, column]
            colour = "white" if (rate.share or 0) > DARK_ABOVE else _INK
            axes.text(x, y, mark_of(rate) or "–", ha="center", va="center", fontsize=7, color=colour)
    _ticks(axes.xaxis, _heads(shown), rotation=90)
    _ticks(axes.yaxis, shown.rows)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    _grid_between(axes, shown)
    axes.set_title(title, loc="left", fontsize=10, color=_INK, parse_math=False)
    return figure


def _heads(shown: HeatMap) -> list[str]:
    return [f"{label} (excluded)" if label in shown.excluded else label for label in shown.columns]


def _cut(label: str) -> str:
    end = _LONGEST // 2
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1 - end]}…{label[-end:]}"


def _length(labels: Sequence[str]) -> float:
    return _LETTER * max((len(_cut(label)) for label in labels), default=0)


def _share(rate: Rate) -> float:
    return float("nan") if rate.share is None else rate.share


def _colours() -> Any:  # noqa: ANN401
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415

    return LinearSegmentedColormap.from_list("shares", ["#eef2f7", "#8fb4d6", "#0b4f8a"]).with_extremes(bad="white")


def _grid_between(axes: Any, shown: HeatMap) -> None:  # noqa: ANN401
    axes.set_xticks([x - 0.5 for x in range(len(shown.columns) + 1)], minor=True)
    axes.set_yticks([y - 0.5 for y in range(len(shown.rows) + 1)], minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)


def _ticks(axis: Any, labels: Sequence[str], rotation: float = 0) -> None:  # noqa: ANN401
    axis.set_ticks(
        range(len(labels)), labels=[_cut(label) for label in labels], rotation=rotation, fontsize=8, parse_math=False
    )


def _characters(results: Sequence[CharacterResult], title: str) -> Any:  # noqa: ANN401
    figure, axes = _ranking([result.column.label for result in results], title)
    _intervals(axes, [result.flexibility for result in results], 0, _MARK, "o")
    return figure


def _expressions(results: Sequence[ExpressionResult], success: Success, title: str) -> Any:  # noqa: ANN401
    figure, axes = _ranking([result.label for result in results], title)
    _intervals(axes, [result.reference for result in results], -0.15, _BESIDE, "D", "reference")
    _intervals(axes, [result.rates[success] for result in results], 0.15, _MARK, "o", "characters")
    if axes.get_lines():
        figure.legend(loc="outside lower right", ncols=2, frameon=False, fontsize=8)
    return figure


def _ranking(labels: Sequence[str], title: str) -> tuple[Any, Any]:
    figure, (axes,) = _figure(5 + _length(labels), 1.1 + _ROW_HEIGHT * len(labels))
    _ticks(axes.yaxis, labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    _percent_axis(axes.xaxis, axes.set_xlim)
    axes.grid(axis="x", color=_RULE, linewidth=0.6)
    axes.tick_params(length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_title(title, loc="left", fontsize=10, color=_INK, parse_math=False)
    axes.set_xlabel("yes of rated cells, with interval", fontsize=8, color=_SOFT)
    return figure, axes


def _percent_axis(axis: Any, limit: Callable[[float, float], Any]) -> None:  # noqa: ANN401
    limit(-0.02, 1.02)
    axis.set_ticks([0, 0.25, 0.5, 0.75, 1], labels=["0", "25", "50", "75", "100%"], fontsize=8)


def _intervals(axes: Any, rates: Sequence[Rate], shift: float, colour: str, marker: str, name: str = "") -> None:  # noqa: ANN401
    known = [(y + shift, rate.share, rate.interval) for y, rate in enumerate(rates) if rate.interval]
    if not known:
        return  # for marks that are nowhere, matplotlib's layout would keep room all the same
    axes.hlines([y for y, *_ in known], *zip(*(i for *_, i in known), strict=True), color=colour)
    places = [share for _, share, _ in known], [y for y, *_ in known]
    face = "white" if marker == "D" else colour
    axes.plot(*places, marker, color=colour, markerfacecolor=face, markersize=4.5, label=name, clip_on=False)


def _curves(curves: Sequence[Curve], title: str) -> Any:  # noqa: ANN401
    figure, all_axes = _figure(2.9 * len(curves) + 0.4, 2.6, len(curves))
    if title:
        figure.suptitle(_cut(title), x=0.01, ha="left", fontsize=10, color=_INK, parse_math=False)
    for axes, curve in zip(all_axes, curves, strict=True):
        for line, colour, marker in zip(curve.lines, (_MARK, _BESIDE), "oD", strict=True):
            _line(axes, curve.numbers, line.rates, colour, marker, line.name)
        best = "not rated" if curve.best is None else f"best at {curve.best:g}"
        axes.set_title(f"{_cut(curve.name)}: {best}", loc="left", fontsize=9, color=_INK, parse_math=False)
        axes.set_xticks(curve.numbers)
        axes.tick_params(labelsize=8, length=0)
        axes.set_xlabel(curve.axis, fontsize=8, color=_SOFT)
        axes.grid(axis="y", color=_RULE, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        _percent_axis(axes.yaxis, axes.set_ylim)
    figure.legend(
        *all_axes[0].get_legend_handles_labels(), loc="outside lower right", ncols=2, frameon=False, fontsize=8
    )
    return figure


def _line(
    axes: Any,  # noqa: ANN401
    numbers: Sequence[float],
    rates: Sequence[Rate],
    colour: str,
    marker: str,
    name: str,
) -> None:
    known = [(number, rate.share, rate.interval) for number, rate in zip(numbers, rates, strict=True) if rate.interval]
    axes.vlines([n for n, *_ in known], *zip(*(i for *_, i in known), strict=True) if known else ((), ()), color=colour)
    face = "white" if marker == "D" else colour
    axes.plot(
        [n for n, *_ in known],
        [s for _, s, _ in known],
        f"-{marker}",
        color=colour,
        mfc=face,
        ms=4.5,
        label=name,
        clip_on=False,
    )
