"""The golden report's charts, read back from matplotlib's figures: what is where, and what it is called."""

from dataclasses import replace

import numpy as np
import pytest

from sd_expression_grid.report.report import report_on
from sd_expression_grid.report.types import Rate
from sd_expression_grid.report.writing.charts import draw_charts
from tests.unit.rated import columns, table
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
        "heat map, expression and person", "heat map, expression", "heat map, person", "characters", "expressions",
        "weights",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "measure", "title"),
    [
        ("heat map, expression and person", "both", "Expression and person: yes of rated cells"),
        ("heat map, expression", "expression", "Expression: yes of rated cells"),
        ("heat map, person", "likeness", "Person: yes of rated cells"),
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
    assert axes.get_title(loc="left") == "Flexibility of characters"
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
    assert axes.get_title(loc="left") == "Difficulty of expressions"
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
    (legend,) = charts["weights"].legends
    assert [text.get_text() for text in legend.get_texts()] == ["flexibility", "person kept"]


def test_what_is_not_rated_has_no_mark():
    report = golden.golden_report()
    nothing = Rate(share=None, interval=None, successes=0, partly=0, count=0, ratings=0, cells=())
    first, *others = report.characters
    chart = draw_charts(replace(report, characters=(replace(first, flexibility=nothing), *others)))["characters"]
    (axes,) = chart.axes
    assert labels(axes.yaxis) == list(golden.CHARACTERS)
    assert [y for y, _ in points(axes.get_lines()[0], 0)] == [y for y, *_ in intervals(axes, 0)] == [1, 2, 3]


def test_long_labels_are_cut_and_dollars_begin_no_formula():
    label = "$x^2$" * 9
    (axes,) = draw_charts(report_on(table(columns(label), {"sad": "y"})))["characters"].axes
    (tick, *_) = axes.yaxis.get_ticklabels()
    assert (tick.get_text(), tick.get_parse_math()) == (f"{label[:39]}…", False)
