"""The golden report's page, parsed back: every table field by field, every figure coordinate by coordinate."""

import json
import re
from dataclasses import replace

import pytest

from sd_expression_grid.report.report import report_on
from sd_expression_grid.report.statistics.intervals import Interval
from sd_expression_grid.report.writing.report_html import report_html
from tests.unit.markup import parsed
from tests.unit.rated import columns, table
from tests.unit.report import golden
from tests.unit.report.golden import places

TOLERANCE = 0.051  # coordinates have one digit behind the point


@pytest.fixture(scope="module")
def report():
    return golden.golden_report()


@pytest.fixture(scope="module")
def page(report):
    return parsed(report_html(report))


def section(page, title):
    return next(part for part in page.all("section") if part.one("h2").text == title)


def percent(share):
    return f"{100 * share:.0f}%"


def between(interval):
    low, high = interval
    return f"{100 * low:.0f} to {100 * high:.0f}%"


def cells_of(button):
    """The places that a button opens: ``2-4,7`` are 2, 3, 4 and 7."""
    ranges = [list(map(int, part.split("-"))) for part in button["data-cells"].split(",")]
    return [place for part in ranges for place in range(part[0], part[-1] + 1)]


def opened(element):
    """What the buttons in an element say that open cells, and which."""
    buttons = [button for button in element.all("button") if "data-cells" in button.attributes]
    return [(button.text, button["data-title"], cells_of(button)) for button in buttons]


def share_at(x):
    """The share at a coordinate of a line of 200 pixels, 6 of which are left free at each end."""
    return (float(x) - 6) / 188


def marks(figure):
    """The marks on a line from 0 to 100%: class, shape, height, share, low and high."""
    assert [figure[name] for name in ("width", "height", "viewbox")] == ["200", "20", "0 0 200 20"]
    found = []
    for group in figure.all("g"):
        shape = group.children[-1]
        x, y = centre(shape)
        ends = ()
        if group.all("line"):
            reach = group.one("line", "reach")
            assert reach["y1"] == reach["y2"] == y
            ends = share_at(reach["x1"]), share_at(reach["x2"])
        found.append((group["class"], shape.tag, float(y), (share_at(x), *ends)))
    return found


def centre(shape):
    """Where a circle, or a diamond 9 wide and high, is."""
    if shape.tag == "circle":
        return shape["cx"], shape["cy"]
    return re.fullmatch(r"M([\d.]+) ([\d.]+)m-4\.5 0l4\.5 -4\.5l4\.5 4\.5l-4\.5 4\.5z", shape["d"]).groups()


def near(*numbers):
    return pytest.approx(numbers, abs=TOLERANCE / 188)


def test_the_head_says_what_was_rated(page):
    assert page.one("title").text == "Five lines: report"
    header = page.one("header")
    assert header.one("h1").text == "Five lines"
    assert [line.text for line in header.all("p")] == [
        "5 rows × 6 columns × 2 seeds · 58 of 60 cells rated · 61 ratings by 2 raters",
        "From 2 seeds only: an impression, not yet a finding.",
    ]


BEST, WORST = (between(golden.character_interval(label)) for label in ("Noor TI", "Tomas"))
ANSWERS = {
    "Which characters are the most flexible?": [
        f"Noor TI leads: expression reached and person kept in 86% (6 of 7; {BEST}) of the cells in which the "
        "reference shows the expression.",
        "Nobody else is clearly behind, so that the order may be chance.",
        f"The least flexible is Tomas, with 29% (2 of 7; {WORST}).",
        "Tomas fails on nearly every row: look whether to exclude.",
        "By kind and tag: embeddings 57% (2 models), well-known 57% (2 models), LoRAs 29% (1 model), invented 29% (1 "
        "model).",
    ],
    "Are embeddings more flexible than LoRAs?": [
        "Too few to tell for embeddings against LoRAs: 86% against 29%, but only 1 person is there as both, and 6 are "
        "needed.",
        "Too few to tell for embeddings against LoRAs: 57% against 29%, but of 2 and 1 characters; 4 of each are "
        "enough.",
        "They are not the same persons, so that a difference may be one between persons.",
    ],
    "Are well-known people more flexible than invented ones?": [
        "Too few to tell for well-known against invented (embeddings only): 86% against 29%, but of 1 and 1 "
        "characters; 4 of each are enough.",
    ],
    "Which expressions are candidates for a LoRA of their own?": [
        "Easy candidates (the base model can, characters mostly can't): smiling and laughing.",
        "Hard candidate (not even the base model can): bored.",
        "Undecided (the ratings do not say): sad.",
        "1 cell of the undecided rows is not rated yet.",
        "Too near the line to be decided by 64 more seeds: sad.",
        "All verdicts are provisional: fewer than 4 seeds are rated.",
        "The ratings hardly tell apart: smiling and laughing. Look whether the pictures do.",
    ],
}


def test_the_answers_are_lists_of_sentences(page):
    items = [item for item in page.one("ol", "answers").children if item.tag == "li"]
    assert {item.one("h2").text: [line.text for line in item.one("ul").all("li")] for item in items} == ANSWERS
    hints = page.one("details", "note")
    assert hints.one("summary").text == "Not asked of this study"
    assert [hint.text for hint in hints.all("li")] == [
        "Which creators' models are the most flexible: give the characters creator=… ."
    ]


@pytest.mark.parametrize(
    ("measure", "title"), [("both", "Expression and person"), ("expression", "Expression"), ("likeness", "Person")]
)
def test_the_heat_maps(page, measure, title):
    room = section(page, "The matrix").one("div", f"map-{measure}")
    shown = room.one("table")
    labels = [*(["reference"] if measure != "likeness" else []), *golden.CHARACTERS, "Worn"]
    assert room.one("caption").text == title
    assert shown.heads() == ["", *labels]
    assert shown["style"] == f"--columns: {len(labels)}"
    assert [head.text for head in shown.all("th", "excluded")] == ["Worn"]
    rows = shown.one("tbody").all("tr")
    assert [row.one("th").text for row in rows] == list(reversed(golden.EXPRESSIONS))
    for row in rows:
        for label, field in zip(labels, row.all("td"), strict=True):
            check_square(field.children[0], row.one("th").text, label, measure)


def check_square(square, row, label, measure):
    """A square of the heat map: its mark, its shade of 0 to 100%, dark ones with light letters, and its cells."""
    successes, partly, cells, _ = golden.counts(row, label, measure)
    if not cells:
        assert (square.tag, square.text, square.classes) == ("span", "", ["square", "none"])
        return
    one = "●" if successes else "◐" if partly else "○"
    assert square.text == (one if cells == 1 else f"{successes}/{cells}")
    assert square["style"] == f"--share:{100 * successes // cells}%"
    assert square.classes == (["square", "dark"] if successes == cells else ["square"])
    scores = golden.scores_of(row, label)
    rated = [seed for seed in golden.SEEDS if scores[seed][golden.MEASURES.index(measure)] != "-"]
    assert opened_by(square) == (f"{label}, {row}", places(*((label, row, seed) for seed in rated)))


def opened_by(button):
    return button["data-title"], cells_of(button)


def test_one_map_is_chosen_at_first(page):
    maps = section(page, "The matrix").one("div", "maps")
    choices = [(choice["id"], "checked" in choice.attributes) for choice in maps.all("input")]
    assert choices == [("measure-both", True), ("measure-expression", False), ("measure-likeness", False)]
    assert [(label["for"], label.text) for label in maps.all("label")] == [
        ("measure-both", "Expression and person"), ("measure-expression", "Expression"), ("measure-likeness", "Person")
    ]  # fmt: skip


KINDS = {"Noor TI": "embedding", "Noor 1": "LoRA", "Noor 0.5": "LoRA", "Tomas": "embedding"}


def test_the_ranking_of_characters(page):
    shown = section(page, "Characters by flexibility")
    assert shown.one("p", "note").text == (
        "Expression reached and person kept, as a share of the cells in which the reference shows the expression. "
        "Every number opens the cells behind it."
    )
    head = ["Character", "Kind", "Flexibility", "", "90% interval", "Cells", "Partly", "Expression", "Person", "Both"]
    assert shown.one("table").heads() == head
    for label, line in zip(golden.CHARACTERS, shown.one("tbody").all("tr"), strict=True):
        wins, partly, cells, _ = golden.FLEXIBILITY[label]
        name, kind, figure, *fields = line.children
        assert name.text == (f"{label} fails on nearly every row" if label == "Tomas" else label)
        assert [flag.text for flag in name.all("em", "flag")] == ["fails on nearly every row"] * (label == "Tomas")
        rates = [golden.OF_CHARACTERS[label][measure] for measure in golden.MEASURES]
        shares = [percent(rate[0] / rate[2]) for rate in rates]
        ends = golden.character_interval(label)
        assert kind.text == KINDS[label]
        assert [field.text for field in fields] == [
            percent(wins / cells), between(ends), f"{wins}/{cells}", f"{partly}", *shares
        ]  # fmt: skip
        assert marks(figure.one("svg")) == [("both", "circle", 10, near(wins / cells, *ends))]
        flexible, *others = opened(line)
        title = f"{label}: cells in which the reference shows the expression"
        assert flexible == (percent(wins / cells), title, golden.eligible(label))
        titles = [f"{label}: {title}" for title in ("Expression", "Person", "Expression and person")]
        assert [(title, len(found)) for _, title, found in others] == [
            (title, rate[2]) for title, rate in zip(titles, rates, strict=True)
        ]


def test_a_line_from_0_to_100_percent_has_ticks_at_the_quarters(page):
    figure = section(page, "Characters by flexibility").all("svg")[0]
    ticks = [line for line in figure.children if line.tag == "line"]
    assert (
        [share_at(line["x1"]) for line in ticks] == [share_at(line["x2"]) for line in ticks] == [0, 0.25, 0.5, 0.75, 1]
    )
    assert {(line["y1"], line["y2"]) for line in ticks} == {("0", "20")}
    assert [line["class"] for line in ticks] == ["tick", "tick", "zero", "tick", "tick"]


def test_the_ranking_of_expressions(page, report):
    shown = section(page, "Expressions by difficulty")
    assert shown.one("table").heads() == [
        "Expression", "Reference ◇ and characters ●", "Reference", "Cells", "Characters", "90% interval", "Cells",
        "Partly", "Expression", "Person", "Verdict", "Estimate",
    ]  # fmt: skip
    estimates = {result.label: result.estimate for result in report.expressions}
    for label, line in zip(golden.EXPRESSIONS, shown.one("tbody").all("tr"), strict=True):
        wins, _, cells, _ = golden.OF_REFERENCE[label]
        both, partly, count, _ = golden.OF_EXPRESSIONS[label]["both"]
        scores = [golden.OF_EXPRESSIONS[label][measure] for measure in ("expression", "likeness")]
        rest = golden.expression_interval(label, "both")
        name, figure, *fields, verdict, estimate = line.children
        assert name.text == label
        assert [field.text for field in fields] == [
            percent(wins / cells), f"{wins}/{cells}", percent(both / count), between(rest), f"{both}/{count}",
            f"{partly}", *(percent(score[0] / score[2]) for score in scores),
        ]  # fmt: skip
        assert marks(figure.one("svg")) == [
            ("reference", "path", 6, near(wins / cells, *golden.expression_interval(label))),
            ("beside", "circle", 14, near(both / count, *rest)),
        ]
        check_verdict(verdict, label)
        check_estimate(estimate, estimates[label])
        rated = [seed for seed in golden.SEEDS if golden.scores_of(label, "reference")[seed][0] != "-"]
        assert [(title, found) for _, title, found in opened(line)] == [
            (f"{label}: reference", places(*(("reference", label, seed) for seed in rated))),
            (f"{label}: characters", golden.judged(label)),
            (f"{label}: Expression", golden.judged(label, "expression")),
            (f"{label}: Person", golden.judged(label, "likeness")),
        ]


MEANINGS = {
    "easy candidate": "the base model can, characters mostly can't",
    "hard candidate": "not even the base model can",
    "no LoRA needed": "characters mostly can",
    "undecided": "the ratings do not say",
}


def check_estimate(field, estimate):
    """The likeliest verdict with its probability, which opens all that is known."""
    if estimate is None:
        assert field.text == ""
        return
    likeliest, share = max(estimate.probabilities.items(), key=lambda item: item[1])
    short = {"easy candidate": "easy", "hard candidate": "hard", "no LoRA needed": "no need"}
    assert field.text == f"{short[likeliest]} {percent(share)}"
    names = ("easy candidate", "hard candidate", "no LoRA needed")
    assert field.one("button")["data-says"] == (
        f"{', '.join(f'{name} {percent(estimate.probabilities[name])}' for name in names)}; the reference's chance is "
        f"{between(estimate.reference)}, a character's {between(estimate.characters)}"
    )


def check_verdict(field, label):
    verdict = golden.VERDICTS[label]
    if verdict is None:
        assert field.text == ""
        return
    badge = field.one("button", "verdict")
    assert field.text == f"{verdict} (provisional)"
    assert badge.text == verdict
    assert badge.classes == ["verdict", verdict.replace(" ", "-").lower()]
    said = {}
    for who, ends, (wins, _, cells, _) in (
        ("it", golden.expression_interval(label), golden.OF_REFERENCE[label]),
        ("all", golden.expression_interval(label, "both"), golden.OF_EXPRESSIONS[label]["both"]),
    ):
        said[who] = f"{percent(wins / cells)} ({wins} of {cells}; {between(ends)})"
    assert badge["data-title"] == f"{label}: {verdict}"
    assert badge["data-says"] == (
        f"{MEANINGS[verdict]}; the reference shows it in {said['it']}, the characters in {said['all']}"
    )


def test_comparisons_and_groups(page):
    shown = section(page, "Groups of characters")
    compared, groups = shown.all("table")
    assert compared.heads() == [
        "Comparison", "Difference", "Points", "Interval", "First", "Second", "Units", "p", "Outcome"
    ]  # fmt: skip
    lots = ["–", "too few to tell; 4 of each needed"]
    kinds, tags = "embeddings against LoRAs", "well-known against invented (embeddings only)"
    assert compared.rows() == [
        [kinds, "", "+57", "–", "86%", "29%", "1 person as both", "–", "too few to tell; 6 persons needed"],
        [kinds, "", "+29", "–", "57%", "29%", "2 and 1 characters", *lots],
        [tags, "", "+57", "–", "86%", "29%", "1 and 1 characters", *lots],
    ]
    assert [len(found) for *_, found in opened(compared)] == [14, 21, 14]
    assert [figure.all("g")[0]["class"] for figure in compared.all("svg")] == ["both"] * 3
    points = [difference_at(centre(figure.one("g").children[-1])[0]) for figure in compared.all("svg")]
    assert points == pytest.approx([4 / 7, 2 / 7, 4 / 7], abs=TOLERANCE / 94)
    assert groups.heads() == ["Group", "", "Mean flexibility", "Characters"]
    assert groups.rows() == [
        ["embeddings", "kind", "57%", "Noor TI, Tomas (2)"],
        ["LoRAs", "kind", "29%", "Noor (1)"],
        ["well-known", "tag", "57%", "Noor TI, Noor (2)"],
        ["invented", "tag", "29%", "Tomas (1)"],
    ]
    assert [(title, len(found)) for _, title, found in opened(groups)] == [
        ("embeddings", 14), ("LoRAs", 7), ("well-known", 14), ("invented", 7)
    ]  # fmt: skip


def difference_at(x):
    """The difference at a coordinate of a line from -1 to 1."""
    return 2 * share_at(x) - 1


def test_a_comparison_that_tells(report):
    made = replace(
        report.comparisons[0],
        difference=-0.25, interval=Interval(-0.75, 0.125), means=(0.25, 0.5), p=0.03125, outcome="second", units=(6, 6),
    )  # fmt: skip
    others = (
        replace(made, p=0.0001, outcome="first", difference=1.0, interval=Interval(0.5, 1.5)),
        replace(made, outcome="no clear difference", p=0.5),
    )
    shown = section(parsed(report_html(replace(report, comparisons=(made, *others)))), "Groups of characters")
    lines = shown.all("table")[0].rows()
    assert lines[0][2:] == ["−25", "−75 to +12", "25%", "50%", "6 persons as both", "0.031", "LoRAs more flexible"]
    assert [lines[1][place] for place in (2, 3, 7, 8)] == ["+100", "+50 to +150", "< 0.001", "embeddings more flexible"]
    assert lines[2][7:] == ["0.500", "no clear difference"]
    reach, clipped, _ = (figure.one("g").one("line", "reach") for figure in shown.all("svg"))
    assert [difference_at(reach[end]) for end in ("x1", "x2")] == pytest.approx([-0.75, 0.125], abs=TOLERANCE / 94)
    assert [difference_at(clipped[end]) for end in ("x1", "x2")] == pytest.approx([0.5, 1], abs=TOLERANCE / 94)
    ticks = [line for line in shown.all("svg")[0].children if line.tag == "line"]
    assert [difference_at(line["x1"]) for line in ticks] == [-1, -0.5, 0, 0.5, 1]
    assert [line["class"] for line in ticks].index("zero") == 2


def test_curves_over_the_weight(page):
    shown = section(page, "Weights")
    assert shown.one("p", "note").text == "Flexibility ● and person kept ◇, in percent."
    assert [(part["class"], part.text) for part in shown.one("p", "note").all("span")] == [
        ("both", "●"), ("reference", "◇")
    ]  # fmt: skip
    assert shown.one("figcaption").text == "Noor · LoRA: best at 1, not clearly better than the next"
    assert shown.one("table").heads() == ["Weight", "Flexibility", "Person kept"]
    assert shown.one("table").rows() == [["0.5", "43%", "100%"], ["1", "71%", "90%"]]
    assert [(title, len(found)) for _, title, found in opened(shown)] == [
        ("Noor 0.5: flexibility", 7), ("Noor 0.5: person kept", 10),
        ("Noor 1: flexibility", 7), ("Noor 1: person kept", 10),
    ]  # fmt: skip
    flexible = [(3 / 7, *golden.character_interval("Noor 0.5")), (5 / 7, *golden.character_interval("Noor 1"))]
    kept = [(label, golden.character_interval(label, "likeness")) for label in ("Noor 0.5", "Noor 1")]
    check_curve(shown.one("g", "both"), "circle", flexible)
    check_curve(shown.one("g", "reference"), "path", [(1.0, *kept[0][1]), (0.9, *kept[1][1])])


def check_curve(curve, shape, rates):
    """A curve over the weights 0.5 and 1: x from 40 to 290 pixels, 100% at y = 14 and 0 at y = 144."""
    line = [tuple(map(float, point.split(","))) for point in curve.one("polyline")["points"].split()]
    ends = [[float(reach[name]) for name in ("x1", "x2", "y1", "y2")] for reach in curve.all("line", "reach")]
    centres = [tuple(map(float, centre(mark))) for mark in curve.all(shape)]
    assert [x for x, _ in line] == [40, 290]
    assert centres == line
    assert [shares_up(y) for _, y in line] == pytest.approx([share for share, *_ in rates], abs=TOLERANCE / 130)
    for (x1, x2, low, high), x, (_, *expected) in zip(ends, (40, 290), rates, strict=True):
        assert (x1, x2) == (x, x)
        assert [shares_up(low), shares_up(high)] == pytest.approx(expected, abs=TOLERANCE / 130)


def shares_up(y):
    return 1 - (float(y) - 14) / 130


def test_the_axes_of_the_curves(page):
    figure = section(page, "Weights").one("svg", "curve")
    levels = [line for line in figure.children if line.tag == "line"]
    texts = [text for text in figure.children if text.tag == "text"]
    assert [shares_up(line["y1"]) for line in levels] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert all(line["y1"] == line["y2"] and (line["x1"], line["x2"]) == ("32", "298") for line in levels)
    assert [text.text for text in texts] == ["0", "25", "50", "75", "100", "0.5", "1", "weight"]
    assert [float(text["y"]) - 4 for text in texts[:5]] == [float(line["y1"]) for line in levels]
    assert [float(text["x"]) for text in texts[5:]] == [40, 290, 165]
    assert [float(text["y"]) for text in texts[5:]] == [162, 162, 182]  # below the plot, which ends at 144


def test_rows_that_the_ratings_do_not_tell_apart(page):
    """Nine of ten pairs are the same; by chance 0.2·0.2 + 0.1·0.2 + 0.7·0.6 = 0.48 would be: κ = 0.42 / 0.52."""
    (item,) = section(page, "Rows that the ratings do not tell apart").all("li")
    assert item.text == "smiling and laughing: the same score in 9 of 10 pairs of cells (κ = 0.81)"
    ((_, title, found),) = opened(item)
    cells = [(label, row, seed) for row in ("smiling", "laughing") for label in golden.LABELS[:-1] for seed in (0, 1)]
    assert (title, found) == ("smiling and laughing", places(*cells))


def test_raters_and_how_far_they_agree(page):
    """Ana says yes to 30 of 58 expressions and to 44 of 48 persons."""
    shown = section(page, "Raters")
    assert shown.one("table").heads() == ["Rater", "Cells", "Expression: yes", "Person: yes"]
    assert shown.one("table").rows() == [["Ana", "58", "52%", "92%"], ["Bo", "3", "33%", "100%"]]
    low, high = golden.ALPHA_INTERVAL
    said = f"Krippendorff's α = 0.78 ({low:.2f} to {high:.2f}), from 3 cells with two raters or more: tentative."
    assert [item.text for item in shown.all("li")] == [
        f"Expression and person: {said}",
        f"Expression: {said}",
        "Person: all scores are the same, so that agreement cannot be told from chance.",
    ]


def test_what_the_pictures_say(page):
    shown = section(page, "What the pictures say")
    assert [item.text for item in shown.one("ul").all("li")] == [
        "No visible change: 2 cells of 4 measured.",
        "Rated yes, though without visible change: 1 cell; look again.",
        "No face found: 1 cell, of which nothing is known.",
        "No face found in the neutral cell: 1 cell, of which nothing is known.",
        "Not measured: 33 cells (made since, not readable, or without a neutral cell).",
        "Characters without visible change in nearly every cell: Noor TI.",
    ]
    still, fine = ("Noor TI", "sad", 0), ("Tomas", "sad", 0)
    faceless = places(("Noor 1", "sad", 0)), places(("Noor 0.5", "sad", 0))
    expected = [places(still, fine), places(still), *faceless]
    assert [found for *_, found in opened(shown.one("ul"))[:4]] == expected
    scores, rows, characters = shown.all("table")
    assert scores.heads() == ["Expression rated", "No visible change", "Changed"]
    assert scores.rows() == [["yes", "1", "1"], ["no", "1", "1"]]
    assert [found for *_, found in opened(scores)] == [
        places(still), places(("reference", "sad", 0)), places(fine), places(("Tomas", "smiling", 0))
    ]  # fmt: skip
    assert rows.heads() == ["Row", "No visible change", "Brows", "Mouth"]
    assert rows.rows() == [["smiling", "0 of 1", "0.4%", "3.0%"], ["sad", "2 of 3", "0.4%", "1.9%"]]
    assert characters.heads() == ["Character", "No visible change", "Brows", "Mouth"]
    assert characters.rows() == [
        ["reference", "0 of 1", "0.4%", "10.0%"],
        ["Noor TI no visible change", "1 of 1", "0.4%", "1.9%"],
        ["Tomas", "1 of 2", "0.4%", "1.6%"],  # the median of 0.1% and 3.0% is 1.55%
    ]
    assert [flag.text for flag in characters.all("em", "flag")] == ["no visible change"]
    assert shown.all("p", "note")[-1].text.startswith("By landmarks of the face, which mediapipe found")
    assert "Below 2.0% nothing counts as changed" in shown.all("p", "note")[-1].text


def test_what_does_not_count_is_named(page):
    shown = section(page, "What does not count")
    assert shown.one("p").text == "Excluded characters: Worn."
    half = "Rated by half, so that the two scores together are not known"
    assert [[part.text for part in (d.one("summary"), d.one("dt"), d.one("dd"))] for d in shown.all("details")] == [
        ["Not rated: 1 cell", "Tomas", "sad (1)"],
        [f"{half}: 1 cell", "Tomas", "bored (1)"],
        ["Without a picture: 1 cell", "reference", "bored (1)"],
        ["Rated before the picture was made anew: 1 cell", "Noor 1", "smiling (0)"],
        ["Rated, but not in this study: 1 cell", "Zoe", "winking (9)"],
    ]


def test_how_the_numbers_are_made_has_the_thresholds(page):
    said = " ".join(item.text for item in section(page, "How the numbers are made").all("li"))
    for part in (
        "Intervals of shares: Wilson's, 90% (",
        "Clear means p ≤ 0.05 throughout",
        "the characters' interval lies above 50%",
        "the reference's lies below 50%",
        "With fewer than 4 rated seeds",
        "succeed in 75% of the rows or more",
        "from Cohen's κ = 0.8 on",
    ):
        assert part in said


def test_the_cells_behind_the_numbers(page):
    cells = json.loads(page.one("script", "report-cells").raw)
    assert len(cells) == 60
    assert [tuple(cell[:3]) for cell in cells] == [
        (row, label, seed) for label in golden.LABELS for row in golden.ROWS for seed in golden.SEEDS
    ]
    scores = {"y": 2, "p": 1, "n": 0, "-": None}
    for row, label, seed, file, given, _ in cells:
        shown, kept, _ = golden.scores_of(row, label)[seed]
        ana = [["Ana", scores[shown], scores[kept], None, ""]] if shown != "-" else []
        seconds = [rating for rating in golden.SECOND_RATER if rating.key == golden.key(row, label, seed)]
        assert given == ana + [["Bo", rating.expression_score, rating.likeness_score, None, ""] for rating in seconds]
        is_missing = (row, label, seed) == ("bored", "reference", 1)
        assert file == ("" if is_missing else f"cells/{label.replace(' ', '%20')}/{row}%20%23{seed}.png")
    assert {(label, row, seed): seen for row, label, seed, _, _, seen in cells if seen} == {
        ("reference", "sad", 0): "changed: brows 0.4%, mouth 10.0%",
        ("Noor TI", "sad", 0): "no visible change: brows 0.4%, mouth 1.9%",
        ("Tomas", "sad", 0): "no visible change: brows 0.4%, mouth 0.1%",
        ("Tomas", "smiling", 0): "changed: brows 0.4%, mouth 3.0%",
        ("Noor 1", "sad", 0): "no face found",
        ("Noor 0.5", "sad", 0): "no face found in the neutral cell",
    }


def test_sections_come_in_the_order_of_the_questions(page):
    assert [part.one("h2").text for part in page.all("section")] == [
        "The matrix", "Characters by flexibility", "Expressions by difficulty", "Groups of characters", "Weights",
        "Rows that the ratings do not tell apart", "Raters", "What the pictures say", "What does not count",
        "How the numbers are made",
    ]  # fmt: skip


def test_nothing_that_is_not_there_is_shown():
    """One character, one row, one rater: no reference, no groups, no weights, no pictures, nothing left out."""
    page = parsed(report_html(report_on(table(columns("a"), {"sad": "y"}))))
    assert page.one("h1").text == "Report"
    assert [line.text for line in page.one("header").all("p")] == [
        "1 row × 1 column × 1 seed · 1 of 1 cell rated · 1 rating by 1 rater",
        "From 1 seed only: an impression, not yet a finding.",
    ]
    assert [part.one("h2").text for part in page.all("section")] == [
        "The matrix", "Characters by flexibility", "Expressions by difficulty", "Groups of characters", "Raters",
        "What does not count", "How the numbers are made",
    ]  # fmt: skip
    lead = section(page, "Characters by flexibility").one("p", "note").text
    assert lead.startswith("Expression reached, as a share of all rated cells.")
    notes = [note.text for note in section(page, "Groups of characters").all("p", "note")]
    assert notes == ["Flexibility, by character.", "No two groups of characters to compare."]
    assert section(page, "Raters").one("ul").text == "No cell has two raters, so that their agreement is not known."
    assert section(page, "What does not count").one("p").text == "Nothing: all cells are rated, and count."
    assert [label.text for label in section(page, "The matrix").all("label")] == ["Expression"]
    said = section(page, "How the numbers are made").text
    assert "Nobody judged the person" in said
    assert "No reference is rated" in said
    rows = section(page, "Expressions by difficulty").one("table").rows()
    assert rows == [["sad", "", "–", "0/0", "100%", "21 to 100%", "1/1", "0", "100%", "no LoRA needed (provisional)"]]
