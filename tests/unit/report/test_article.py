"""The draft of an article: all that its author would have to say anyway, with its pictures."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image

from sd_expression_grid.__main__ import main
from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.ratings.ratings import add_ratings
from sd_expression_grid.report.writing.article import ArticleRequest, write_article
from sd_expression_grid.report.writing.article_pictures import PictureFolder
from sd_expression_grid.study.study import PictureFiles
from tests.finished import finished_study
from tests.unit.rated import rating

STUDY = {
    "expressions": "neutral | neutral face\nsad | sad crying\nflirty | teasing *flirty*",
    "characters": "[Celebrity LoRAs]\nNoor | <lora:Noor:1> | kind=lora | person=N | tags=celebrity | creator=mirka\n"
    "Bela | <lora:Bela:0.8> | kind=lora | tags=celebrity | creator=tobit\n"
    "[Nobodies]\nember | ember_nobody | kind=embedding | tags=invented\nworn | words | exclude",
    "seeds": [7, 8],
}
SCORES = {
    "reference": ("y,y", "y,y", "y,n"), "Noor": ("yy,yy", "yy,yy", "yy,yy"), "Bela": ("yy,yy", "yy,ny", "ny,ny"),
    "ember": ("yy,yy", "ny,ny", "ny,ny"), "worn": ("ny,ny", "ny,ny", "ny,ny"),
}  # fmt: skip
PICTURE = "picture-0123456789ab.png"
NOTED = rating("flirty", "ember", 8, "ny", note="an eye | broken")


@pytest.fixture
def folder(tmp_path):
    made = finished_study(tmp_path, "faces", size=48, **STUDY)
    for label, rows in SCORES.items():
        for row, cells in zip(("neutral", "sad", "flirty"), rows, strict=True):
            for seed, scores in zip((7, 8), cells.split(","), strict=True):
                add_ratings(made.path, [rating(row, label, seed, scores)])
    add_ratings(made.path, [NOTED])
    return made


def sections(text, level=2):
    """The texts below the headings of a level, by heading; what comes before the first is below ''."""
    parts = re.split(rf"^{'#' * level} (.+)$", text, flags=re.MULTILINE)
    return {"": parts[0]} | dict(zip(parts[1::2], map(str.strip, parts[2::2]), strict=True))


@pytest.fixture
def draft(folder, tmp_path):
    return write_article(folder, tmp_path / "out", ArticleRequest())


@pytest.fixture
def parts(draft):
    return sections(draft.read_text(encoding="utf-8"))


def test_an_article_has_question_methods_a_section_a_grid_and_conclusions(draft, parts):
    assert draft.read_text(encoding="utf-8").startswith("# faces\n\n## The question\n")
    assert list(parts)[1:] == [
        "The question", "How it was made", "Celebrity LoRAs", "Nobodies", "The best and the worst", "Conclusions"
    ]  # fmt: skip
    assert "How well do 3 characters show 3 expressions?" in parts["The question"]


@pytest.mark.parametrize(
    ("scores", "judged"),
    [
        ("y", "whether the face shows the expression."),
        (
            "yy",
            "whether the face shows the expression and whether it is still that person. Both expression and person ",
        ),
        ("y-y", "whether the face shows the expression and whether the picture looks natural."),
    ],
)
def test_the_question_is_of_what_was_judged_and_counts_a_character_at_two_weights_once(tmp_path, scores, judged):
    made = finished_study(tmp_path, size=48, expressions="sad", characters="Noor | <lora:Noor:1> | weights=0.5,1")
    add_ratings(made.path, [rating("sad", "Noor 1", 1, scores)])
    text = write_article(made, tmp_path / "out", ArticleRequest()).read_text(encoding="utf-8")
    asked = sections(text)["The question"].splitlines()[0]
    assert asked.startswith(f"How well does 1 character show 1 expression? Each picture was judged by eye: {judged}")


@pytest.mark.parametrize(("mask", "where"), [("", ""), ("mask-0123456789ab.png", " within its mask")])
def test_the_methods_of_img2img_say_what_the_cells_start_from(tmp_path, mask, where):
    made = finished_study(tmp_path, size=48, **STUDY)
    for name in filter(None, (PICTURE, mask)):
        made.write_picture(name, Image.new("L", (48, 48), 255))
    files = PictureFiles(picture=PICTURE, mask=mask)
    made.write_study(replace(made.existing_study(), picture=files))
    add_ratings(made.path, [NOTED])
    methods = sections(write_article(made, tmp_path / "out", ArticleRequest()).read_text(encoding="utf-8"))
    assert (
        f" Each is the same picture drawn anew{where} (img2img); it stands in the corner" in methods["How it was made"]
    )


def test_the_methods_say_with_what_and_how(parts):
    methods = parts["How it was made"]
    assert "Prompt:\n\n```\na " in methods
    assert "- Seed: 7, 8" in methods
    assert "The first column is the reference: “1girl” instead of a character." in methods
    assert "The first 20% of the steps draw “hair, neck, eyes, lips”, the others the expression" in methods
    assert "| flirty | teasing \\*flirty\\* |" in methods
    assert "| Noor | LoRA | mirka | celebrity | \\<lora:Noor:1\\> |" in methods
    assert "1 rater judged 30 of 30 cells. A success is: expression reached and person kept." in methods
    assert "Left out of the analysis: worn. From 2 seeds only: an impression, not yet a finding." in methods


def test_every_row_of_a_grid_is_a_section_with_its_cells_named(parts):
    rows = sections(parts["Celebrity LoRAs"], 3)
    assert list(rows)[1:] == ["neutral", "sad", "flirty"]
    assert "![Celebrity LoRAs](pictures/grid-Celebrity-LoRAs.jpg)" in rows[""]
    assert "The picture shows seed 7; what follows is of all 2 seeds." in rows[""]
    assert rows["sad"] == ("The reference shows it in 2 of 2.\n\n- In every seed: Noor.\n- In some: Bela (1 of 2).")
    nobodies = sections(parts["Nobodies"], 3)
    assert nobodies["flirty"] == (
        "The reference shows it in 1 of 2.\n\n- In none: ember.\n\nNoted: ember, seed 8: an eye \\| broken."
    )


def test_the_answers_and_the_numbers_are_the_conclusions(parts):
    conclusions = sections(parts["Conclusions"], 3)
    assert list(conclusions)[1] == "Which characters are the most flexible, and which creators' models?"
    assert "- Noor leads: expression reached and person kept in 100% (5 of 5" in "".join(conclusions.values())
    assert "| Noor | LoRA | 100% | 57 to 100% | 5 of 5 |" in conclusions["The numbers"]
    assert re.search(
        r"\| flirty \| 1 of 2 \| 33% \| .* \| 2 of 6 \| undecided \(provisional\) \|", "".join(conclusions.values())
    )


def test_every_picture_is_there_and_shows_what_it_says(draft, parts):
    named = re.findall(r"\]\((pictures/[^)\s]+)\)", draft.read_text(encoding="utf-8"))
    there = sorted(str(file.relative_to(draft.parent)) for file in (draft.parent / "pictures").iterdir())
    assert sorted(named) == there
    assert [Path(name).stem for name in named] == ["grid-Celebrity-LoRAs", "grid-Nobodies", "best-and-worst"]
    with Image.open(draft.parent / "pictures/grid-Celebrity-LoRAs.jpg") as grid:
        wide = grid.size
    with Image.open(draft.parent / "pictures/grid-Nobodies.jpg") as grid:
        assert grid.size == wide  # reference and two columns each
    assert "Noor: 100% (5 of 5" in parts["The best and the worst"]
    assert "ember: 40% (2 of 5" in parts["The best and the worst"]


def titled(tmp_path, *titles):
    """A draft of a study with a group of each title, and the files of its grids by the headings."""
    groups = "\n".join(f"[{title}]\nperson {number} | x" for number, title in enumerate(titles))
    made = finished_study(tmp_path, size=24, expressions="sad", characters=groups, seeds=[7])
    add_ratings(made.path, [rating("sad", "person 0", 7, "yy")])
    draft = write_article(made, tmp_path / "out", ArticleRequest())
    parts = sections(draft.read_text(encoding="utf-8")).items()
    return draft, {title: unquote(re.search(r"\]\((.+)\)", text)[1]) for title, text in parts if "![" in text}


def test_groups_whose_titles_are_the_same_name_of_a_file_have_a_picture_each(tmp_path):
    draft, files = titled(tmp_path, "Set A/B", "Set A:B", "set a_b", "Set C")
    assert [Path(file).name for file in files.values()] == [
        "grid-Set-A_B.jpg", "grid-Set-A_B-2.jpg", "grid-set-a_b-3.jpg", "grid-Set-C.jpg"
    ]  # fmt: skip
    assert all((draft.parent / file).is_file() for file in files.values())


def test_a_page_of_a_group_and_a_group_with_a_number_have_a_picture_each(tmp_path):
    folder, picture = PictureFolder(path=tmp_path), Image.new("RGB", (8, 8))
    names = [folder.save(picture, stem) for stem in ("Set-1", "Set-2", "Set-1", "SET-1", "Set-1-2")]
    assert names == ["Set-1.jpg", "Set-2.jpg", "Set-1-2.jpg", "SET-1-3.jpg", "Set-1-2-2.jpg"]
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names)


def test_the_link_to_a_picture_leads_to_it_whatever_its_group_is_called(tmp_path):
    draft, files = titled(tmp_path, "Set #1", "50%25 off", "顔 & Co")
    assert "](pictures/grid-Set-%231.jpg)" in draft.read_text(encoding="utf-8")
    assert [Path(file).stem for file in files.values()] == ["grid-Set-#1", "grid-50%25-off", "grid-顔-&-Co"]
    assert all((draft.parent / file).is_file() for file in files.values())


def test_of_a_column_with_fewer_rated_seeds_than_the_study_has_the_article_says_how_many(tmp_path):
    labels = ("Noor", "Bela", "Cora", "Dora", "Eve")
    made = finished_study(tmp_path, size=24, expressions="sad", characters="\n".join(labels), seeds=[1, 2])
    for label, scores in zip(labels, ("yy", "ny", "yy,yy", "ny,ny", "yy,ny"), strict=True):
        add_ratings(made.path, [rating("sad", label, seed, each) for seed, each in enumerate(scores.split(","), 1)])
    text = write_article(made, tmp_path / "out", ArticleRequest()).read_text(encoding="utf-8")
    assert sections(sections(text)["The grid"], 3)["sad"].splitlines() == [
        "- In every seed: Cora.",
        "- In every rated seed: Noor (1 of 1).",
        "- In some: Eve (1 of 2).",
        "- In none: Dora.",
        "- In no rated seed: Bela (0 of 1).",
    ]


def test_who_only_wrote_a_note_judged_nothing(folder, tmp_path):
    add_ratings(folder.path, [rating("sad", "Noor", 7, "-", rater="Bo", note="look at the eyes")])
    text = write_article(folder, tmp_path / "out", ArticleRequest()).read_text(encoding="utf-8")
    assert "1 rater judged 30 of 30 cells." in text
    assert "Noted: Noor, seed 7: look at the eyes." in text


def test_candidates_have_grids_of_the_rows_that_are_shown(tmp_path):
    seeds = range(1, 7)
    study = {"expressions": "neutral\nsad\nbored\nangry", "characters": "Noor\nBela\nember", "seeds": list(seeds)}
    made = finished_study(tmp_path, "faces", size=24, **study)
    can = {"reference": {"neutral", "sad", "bored"}, "Noor": {"neutral"}, "Bela": {"neutral"}, "ember": set()}
    marks = {True: "y", False: "n"}
    for label, rows in can.items():
        for row in ("neutral", "sad", "bored", "angry"):
            scores = marks[row in rows] if label == "reference" else f"{marks[row in rows]}y"
            add_ratings(made.path, [rating(row, label, seed, scores) for seed in seeds])
    out = write_article(made, tmp_path / "out", ArticleRequest(rows=("neutral", "bored", "angry")))
    ends = sections(out.read_text(encoding="utf-8"))["The best and the worst"]
    assert re.findall(r"^(\w+) candidates \((.+)\): (.+)\.$", ends, flags=re.MULTILINE) == [
        ("Easy", "the base model can, characters mostly can't", "bored"),
        ("Hard", "not even the base model can", "angry"),
    ]
    named = re.findall(r"!\[(.+)\]\(pictures/(.+)\.\w+\)", ends)
    assert named == [
        ("Noor and ember", "best-and-worst"),
        ("Easy candidates", "easy-candidates"),
        ("Hard candidates", "hard-candidates"),
    ]


def test_chosen_rows_and_columns_are_shown_and_all_count(folder, tmp_path, capsys):
    out = tmp_path / "chosen"
    arguments = ["--row", "sad", "--column", "Noor", "--column", "ember", "--seed", "8", "--success", "expression"]
    assert main(["article", str(folder.path), "--out", str(out), *arguments]) == 0
    assert capsys.readouterr().out == f"{out / 'article.md'}\n"
    parts = sections((out / "article.md").read_text(encoding="utf-8"))
    assert list(sections(parts["Celebrity LoRAs"], 3))[1:] == ["sad"]
    assert "Bela" not in parts["Celebrity LoRAs"]
    assert "The picture shows seed 8;" in parts["Celebrity LoRAs"]
    assert "A success is: expression reached." in parts["How it was made"]
    assert "| Bela | LoRA |" in parts["Conclusions"]


def test_of_characters_that_are_level_none_is_the_best_and_none_the_worst(tmp_path):
    made = finished_study(tmp_path, size=48, expressions="sad", characters="Noor | <lora:Noor:1>\nBela | b", seeds=[7])
    add_ratings(made.path, [rating("sad", label, 7, "yy") for label in ("Noor", "Bela")])
    text = write_article(made, tmp_path / "out", ArticleRequest()).read_text(encoding="utf-8")
    assert list(sections(text))[-2:] == ["The grid", "Conclusions"]
    assert "Both characters are level" in text


def test_a_draft_that_is_there_is_not_written_over(folder, draft):
    draft.write_text("mine")
    with pytest.raises(StudyError, match="is there already, and may have been changed; choose another folder"):
        write_article(folder, draft.parent, ArticleRequest())
    assert draft.read_text() == "mine"


def test_what_the_study_has_not_is_named_with_what_is_near(folder, tmp_path, capsys):
    out = tmp_path / "none"
    arguments = ["--row", "sadd", "--column", "Noor", "--column", "Bella", "--seed", "9"]
    assert main(["article", str(folder.path), "--out", str(out), *arguments]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "--row: the study has no row 'sadd'; the nearest: sad",
        "--column: the study has no column 'Bella'; the nearest: Bela",
        "--seed: the study has no seed '9'",
    ]
    assert not out.exists()


def test_the_reference_alone_is_no_article_and_beside_a_character_it_may_be_named(folder, tmp_path):
    with pytest.raises(StudyError) as raised:
        write_article(folder, tmp_path / "none", ArticleRequest(columns=("reference",)))
    said = "'reference' stands in every grid by itself; name a character besides, or no column"
    assert str(raised.value) == f"--column: {said}"
    assert not (tmp_path / "none").exists()
    text = write_article(folder, tmp_path / "both", ArticleRequest(columns=("reference", "Noor"))).read_text("utf-8")
    assert "![Celebrity LoRAs](pictures/grid-Celebrity-LoRAs.jpg)" in text


def test_where_it_cannot_be_written_is_said(folder, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="the article cannot be written"):
        write_article(folder, tmp_path / "file", ArticleRequest())
