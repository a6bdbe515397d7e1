"""The golden report's charts, read back from matplotlib's figures: what is where, and what it is called."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from matplotlib import font_manager, rcParams
from matplotlib.colors import to_hex

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.report.report import report_on
from sd_expression_grid.report.types import Rate
from sd_expression_grid.report.writing import charts as charts_module
from sd_expression_grid.report.writing.charts import draw_charts, write_charts
from tests.unit.rated import REFERENCE, columns, table
from tests.unit.report import golden


@pytest.fixture(scope="module")
def charts():
    return draw_charts(golden.golden_report())


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def intervals(axes, along):
    """The lines of intervals: where each stands, and its two ends; ``along`` is the axis that the shares are on."""
    segments = [np.array(part) for lines in axes.collections for part in lines.get_segments()]
    across = 1 - along
    assert all(part[0][across] == part[1][across] for part in segments)
    return [(part[0][across], *part[:, along]) for part in segments]


def points(line, along):
    """The marks of a line: where each stands, and its share."""
    return [(point[1 - along], point[along]) for point in line.get_xydata()]


def test_every_chart_is_there(charts):
    assert list(charts) == [
        "heat-map-expression-and-person", "heat-map-expression", "heat-map-person", "characters", "expressions",
        "weights",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "measure", "title"),
    [
        ("heat-map-expression-and-person", "both", "Five lines · Expression and person: yes of rated cells"),
        ("heat-map-expression", "expression", "Five lines · Expression: yes of rated cells"),
        ("heat-map-person", "likeness", "Five lines · Person: yes of rated cells"),
    ],
)
def test_the_heat_maps(charts, name, measure, title):
    (axes,) = charts[name].axes
    (image,) = axes.get_images()
    columns = [*(["reference"] if measure != "likeness" else []), *golden.CHARACTERS, "Worn"]
    rows = list(reversed(golden.EXPRESSIONS))
    assert axes.get_title(loc="left") == title
    assert labels(axes.xaxis) == [*columns[:-1], "Worn (excluded)"]
    assert labels(axes.yaxis) == rows
    assert axes.get_ylim() == (4.5, -0.5)  # the first row is at the top
    assert (image.norm.vmin, image.norm.vmax) == (0, 1)
    counts = [[golden.counts(row, column, measure) for column in columns] for row in rows]
    shares = [[wins / cells if cells else np.nan for wins, _, cells, _ in line] for line in counts]
    assert np.ma.filled(image.get_array(), np.nan) == pytest.approx(np.array(shares), nan_ok=True)
    empty, full = image.cmap(0.0), image.cmap(1.0)
    assert sum(empty[:3]) > sum(full[:3])  # more is darker
    marks = {text.get_position(): text.get_text() for text in axes.texts}
    colours = {text.get_position(): text.get_color() for text in axes.texts}
    assert marks == {(x, y): mark(*numbers) for y, line in enumerate(counts) for x, numbers in enumerate(line)}
    assert {place for place, colour in colours.items() if colour == "white"} == {
        (x, y) for y, line in enumerate(shares) for x, share in enumerate(line) if share == 1
    }


def mark(wins, partly, cells, _):
    if cells == 1:
        return "●" if wins else "◐" if partly else "○"
    return f"{wins}/{cells}" if cells else "–"


def test_the_flexibility_of_characters(charts):
    (axes,) = charts["characters"].axes
    assert axes.get_title(loc="left") == "Five lines · Flexibility of characters"
    assert labels(axes.yaxis) == list(golden.CHARACTERS)
    assert axes.get_ylim() == (3.5, -0.5)
    check_percent(axes.xaxis, axes.get_xlim())
    flexible = [golden.FLEXIBILITY[label] for label in golden.CHARACTERS]
    (line,) = axes.get_lines()
    assert points(line, 0) == [(y, pytest.approx(wins / cells)) for y, (wins, _, cells, _) in enumerate(flexible)]
    ends = [golden.character_interval(label) for label in golden.CHARACTERS]
    assert intervals(axes, 0) == [(y, *map(pytest.approx, pair)) for y, pair in enumerate(ends)]


def check_percent(axis, limits):
    assert limits == (-0.02, 1.02)
    assert list(axis.get_ticklocs()) == [0, 0.25, 0.5, 0.75, 1]
    assert labels(axis) == ["0", "25", "50", "75", "100%"]


def test_the_difficulty_of_expressions(charts):
    (axes,) = charts["expressions"].axes
    assert axes.get_title(loc="left") == "Five lines · Difficulty of expressions"
    assert labels(axes.yaxis) == list(golden.EXPRESSIONS)
    assert axes.get_ylim() == (4.5, -0.5)
    check_percent(axes.xaxis, axes.get_xlim())
    assert axes.get_xlabel() == "yes of rated cells, with interval"
    reference, characters = axes.get_lines()
    assert [(line.get_label(), line.get_marker()) for line in (reference, characters)] == [
        ("reference", "D"), ("characters", "o")
    ]  # fmt: skip
    (legend,) = charts["expressions"].legends
    assert [text.get_text() for text in legend.get_texts()] == ["reference", "characters"]
    rates = [golden.OF_REFERENCE[label] for label in golden.EXPRESSIONS]
    assert points(reference, 0) == [(y - 0.15, pytest.approx(rate[0] / rate[2])) for y, rate in enumerate(rates)]
    rates = [golden.OF_EXPRESSIONS[label]["both"] for label in golden.EXPRESSIONS]
    assert points(characters, 0) == [(y + 0.15, pytest.approx(rate[0] / rate[2])) for y, rate in enumerate(rates)]
    ends = [(-0.15, golden.expression_interval(label)) for label in golden.EXPRESSIONS]
    ends += [(0.15, golden.expression_interval(label, "both")) for label in golden.EXPRESSIONS]
    assert intervals(axes, 0) == [
        (place % 5 + shift, *(pytest.approx(end, abs=1e-12) for end in pair))
        for place, (shift, pair) in enumerate(ends)
    ]


def test_the_weights(charts):
    (axes,) = charts["weights"].axes
    assert axes.get_title(loc="left") == "Noor · LoRA: best at 1"
    assert axes.get_xlabel() == "weight"
    assert list(axes.get_xticks()) == [0.5, 1]
    check_percent(axes.yaxis, axes.get_ylim())
    flexible, kept = axes.get_lines()
    assert [(line.get_label(), line.get_marker()) for line in (flexible, kept)] == [
        ("flexibility", "o"), ("person kept", "D")
    ]  # fmt: skip
    assert points(flexible, 1) == [(0.5, pytest.approx(3 / 7)), (1, pytest.approx(5 / 7))]
    assert points(kept, 1) == [(0.5, 1), (1, 0.9)]
    ends = [golden.character_interval(label) for label in ("Noor 0.5", "Noor 1")]
    ends += [golden.character_interval(label, "likeness") for label in ("Noor 0.5", "Noor 1")]
    assert intervals(axes, 1) == [
        (weight, *map(pytest.approx, pair)) for weight, pair in zip((0.5, 1, 0.5, 1), ends, strict=True)
    ]
    assert charts["weights"].get_suptitle() == "Five lines"
    (legend,) = charts["weights"].legends
    assert [text.get_text() for text in legend.get_texts()] == ["flexibility", "person kept"]


def test_what_is_not_rated_has_no_line():
    report = golden.golden_report()
    nothing = Rate(share=None, interval=None, successes=0, partly=0, count=0, ratings=0, cells=())
    first, *others = report.characters
    chart = draw_charts(replace(report, characters=(replace(first, flexibility=nothing), *others)))["characters"]
    (axes,) = chart.axes
    assert labels(axes.yaxis) == list(golden.CHARACTERS[1:])
    assert [y for y, _ in points(axes.get_lines()[0], 0)] == [y for y, *_ in intervals(axes, 0)] == [0, 1, 2]


@pytest.mark.parametrize(("length", "shown"), [(40, "$x^2" * 10), (41, f"{'$x^2' * 4}$x^…{'x^2$' * 5}")])
def test_long_labels_are_cut_and_dollars_begin_no_formula(length, shown):
    label = ("$x^2" * 11)[:length]
    drawn = draw_charts(report_on(table(columns(label), {label: "y"})))
    ticks = [drawn[name].axes[0].yaxis.get_ticklabels()[0] for name in ("characters", "expressions")]
    ticks += [axis.get_ticklabels()[0] for axis in (drawn["heat-map-expression"].axes[0].xaxis,
                                                    drawn["heat-map-expression"].axes[0].yaxis)]  # fmt: skip
    assert [(tick.get_text(), tick.get_parse_math()) for tick in ticks] == [(shown, False)] * 4


def test_long_labels_that_end_in_other_weights_stay_apart():
    low, high, worn = (f"Commander_Noor_al_Rashid_v2_photoreal {weight}" for weight in (0.6, 0.8, 1.1))
    drawn = draw_charts(report_on(table([*columns(low, high), *columns(worn, exclude=True)], {"sad": "y y y"})))
    cut = ["Commander_Noor_al_R…hid_v2_photoreal 0.6", "Commander_Noor_al_R…hid_v2_photoreal 0.8"]
    assert labels(drawn["characters"].axes[0].yaxis) == cut
    assert labels(drawn["heat-map-expression"].axes[0].xaxis) == [*cut, "Commander_Noor_al_R…oreal 1.1 (excluded)"]


INK, SOFT, FLEXIBLE, REFERENCE_COLOUR = "#1c2430", "#5d6878", "#0b5fa5", "#b4540a"


def test_letters_can_be_read_and_titles_stand_out(charts):
    for name, figure in charts.items():
        for axes in figure.axes:
            title = axes.title if axes.get_title() else axes._left_title
            assert (title.get_size(), title.get_color()) == ((9 if name == "weights" else 10), INK), name
            ticks = [*axes.xaxis.get_ticklabels(), *axes.yaxis.get_ticklabels()]
            assert {tick.get_size() for tick in ticks} == {8}, name
            assert {mark.get_size() for mark in axes.texts} <= {7}, name
            assert (axes.xaxis.label.get_size(), axes.xaxis.label.get_color()) == (8, SOFT) or "heat" in name, name
        assert {text.get_size() for legend in figure.legends for text in legend.get_texts()} <= {8}, name


@pytest.mark.parametrize(
    ("name", "styles"),
    [
        ("characters", [(FLEXIBLE, FLEXIBLE)]),
        ("expressions", [(REFERENCE_COLOUR, "white"), (FLEXIBLE, FLEXIBLE)]),
        ("weights", [(FLEXIBLE, FLEXIBLE), (REFERENCE_COLOUR, "white")]),
    ],
)
def test_the_references_diamonds_are_empty_and_have_another_colour(charts, name, styles):
    (axes,) = charts[name].axes
    assert [(line.get_color(), line.get_markerfacecolor()) for line in axes.get_lines()] == styles
    assert [to_hex(lines.get_colors()[0]) for lines in axes.collections] == [colour for colour, _ in styles]
    assert {line.get_markersize() for line in axes.get_lines()} == {4.5}
    assert {line.get_clip_on() for line in axes.get_lines()} == {False}  # so that those at 100% are whole
    assert {line.get_linestyle() for line in axes.get_lines()} == {"-" if name == "weights" else "None"}


def test_white_lines_stand_between_the_squares(charts):
    (axes,) = charts["heat-map-person"].axes
    for axis, count in ((axes.xaxis, 5), (axes.yaxis, 5)):
        assert list(axis.get_minorticklocs()) == [place - 0.5 for place in range(count + 1)]
        lines = [tick.gridline for tick in axis.get_minor_ticks()]
        assert {(line.get_visible(), line.get_color(), line.get_linewidth()) for line in lines} == {
            (True, "white", 1.5)
        }
    assert axes.xaxis.get_ticks_position() == "top"
    assert not any(spine.get_visible() for spine in axes.spines.values())


def test_lines_that_only_guide_the_eye_are_few(charts):
    shown = {
        name: [side for side, spine in charts[name].axes[0].spines.items() if spine.get_visible()]
        for name in ("characters", "expressions", "weights")
    }
    assert shown == {"characters": ["bottom"], "expressions": ["bottom"], "weights": ["left", "bottom"]}
    for name, along, across in (("characters", "xaxis", "yaxis"), ("weights", "yaxis", "xaxis")):
        axes = charts[name].axes[0]
        grid = [tick.gridline for tick in getattr(axes, along).get_major_ticks()]
        assert {(line.get_visible(), line.get_color(), line.get_linewidth()) for line in grid} == {
            (True, "#d8dee6", 0.6)
        }
        assert not any(tick.gridline.get_visible() for tick in getattr(axes, across).get_major_ticks())


@pytest.mark.parametrize(("letters", "count"), [(1, 2), (40, 5)])
def test_rows_and_columns_are_as_far_apart_as_letters_need_however_many_and_long(letters, count):
    names = ["abcde"[n] * letters for n in range(count)]
    report = report_on(table(columns(*names), {name: " ".join("y" * count) for name in names}))
    inches = {name: room(figure) for name, figure in draw_charts(report).items()}
    width, height = inches["heat-map-expression"]
    assert 0.35 * count < width < 0.42 * count + 0.8
    assert 0.2 * count < height < 0.3 * count + 0.4
    for name in ("characters", "expressions"):
        width, height = inches[name]
        assert 4 < width < 5.4
        assert 0.2 * count < height < 0.3 * count + 0.5


@pytest.mark.parametrize(
    ("columns_there", "cells", "shown"), [(columns("a"), "yy", ["characters"]), ([REFERENCE], "y", ["reference"])]
)
def test_where_only_one_side_is_rated_the_other_takes_no_room(columns_there, cells, shown):
    figure = draw_charts(report_on(table(columns_there, dict.fromkeys("abc", cells))))["expressions"]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == shown
    assert room(figure)[1] > 0.28 * 3


def test_the_cells_of_a_heat_map_are_as_wide_however_long_its_title_is():
    report = report_on(table(columns("a", "b"), {"sad": "yy ny", "glad": "yn yy"}))
    long = draw_charts(replace(report, title="W" * 40))
    short = draw_charts(replace(report, title=""))
    for name in ("heat-map-expression", "heat-map-expression-and-person"):
        assert room(long[name]) == pytest.approx(room(short[name]), rel=0.1)
        assert room(long[name])[0] >= 0.42 * 2


def room(figure):
    """The inches between the axes of a figure's first chart, when it is drawn."""
    figure.draw_without_rendering()
    return figure.axes[0].get_window_extent().transformed(figure.dpi_scale_trans.inverted()).size


def test_curves_have_room_beside_each_other(charts):
    curve = golden.golden_report().curves[0]
    unrated = replace(curve, name="W" * 41, best=None)
    small = report_on(table(columns("a"), {"sad": "y"}))
    figure = draw_charts(replace(small, curves=(curve, unrated)))["weights"]
    assert figure.axes[1].get_title(loc="left") == f"{'W' * 19}…{'W' * 20}: not rated"
    for shown in (charts["weights"], figure):
        width, height = room(shown)
        assert 1.8 < width < 3
        assert 1.2 < height < 2.2


def test_only_fonts_that_the_machine_has_are_asked_for(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(font_manager, "get_font_names", lambda: ["Malgun Gothic", "Arial", "DejaVu Sans"])
    monkeypatch.setattr(charts_module, "draw_charts", lambda _: asked.append(rcParams["font.family"]) or {})
    assert write_charts(golden.golden_report(), tmp_path) == []
    assert asked == [["DejaVu Sans", "Malgun Gothic"]]


def test_charts_need_matplotlib_and_that_is_said(monkeypatch, tmp_path):
    report = golden.golden_report()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    message = "the charts need matplotlib, which is not installed here: pip install 'sd-expression-grid[report]'"
    for needs_it in (lambda: draw_charts(report), lambda: write_charts(report, tmp_path)):
        with pytest.raises(StudyError) as raised:
            needs_it()
        assert str(raised.value) == message


def test_a_folder_that_cannot_be_written_is_said(monkeypatch, tmp_path):
    (tmp_path / "taken").write_text("")
    monkeypatch.setattr(charts_module, "draw_charts", lambda _: {})
    with pytest.raises(StudyError) as raised:
        write_charts(golden.golden_report(), tmp_path / "taken")
    assert str(raised.value).startswith(f"{tmp_path / 'taken'}: the charts cannot be written: [Errno 17] File exists")
