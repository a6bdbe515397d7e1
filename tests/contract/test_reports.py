"""The report in the rating tab: of the chosen study alone, with its files, and with ratings from a spreadsheet."""

import html
import json
import re
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from sd_expression_grid.ratings.ratings import add_ratings, read_ratings
from sd_expression_grid.study.study import CellKey
from tests.finished import finished_study
from tests.unit.rated import rating

RATINGS = "expression,character,seed,rater,expression_score,likeness_score\nsad,Noor,1,Ana,yes,partly\n"
BOTH = "expression and person"


@pytest.fixture
def webui(in_process):
    return in_process


@pytest.fixture
def section(webui):
    """The room, which can be imported only in a WebUI."""
    from sd_expression_grid.webui.rating import report_section

    return report_section


@pytest.fixture
def folder(webui, section, request):
    return finished_study(Path(webui.opts.outdir_txt2img_grids), request.node.name).path


def csv_file(tmp_path, text):
    file = tmp_path / "ratings.csv"
    file.write_text(text)
    return SimpleNamespace(name=str(file))


def test_ratings_from_a_file_are_reported_and_offered(section, folder, tmp_path):
    said, page, shown = section.add_ratings(folder.name, csv_file(tmp_path, RATINGS))
    assert "1 rating added." in said
    assert shown == folder.name
    page = html.unescape(page)
    assert "1 rating by 1 rater" in page
    assert f"file={folder.as_posix()}/" in page
    ((place, rating),) = read_ratings(folder).items()
    assert place == ("Ana", CellKey(expression="sad", character="Noor", seed=1))
    assert (rating.expression_score, rating.likeness_score, len(rating.picture)) == (2, 1, 64)
    files = section.offer_files(folder.name)["value"]
    names = {file.removeprefix(f"{folder}/") for file in files}
    assert {"report.html", "report/report.json", "report/report.csv", "report/ratings.csv"} < names
    assert "report/characters.png" in names
    assert json.loads((folder / "report" / "report.json").read_text())["raters"]
    assert '"report": "report.html"' in (folder / "index.html").read_text()


def test_a_file_with_cells_of_another_study_adds_nothing(section, folder, tmp_path):
    lines = "sad,Nobody,1,Ana,no,no\nsad,Noor,7,Ana,no,no\n"
    said, *_ = section.add_ratings(folder.name, csv_file(tmp_path, RATINGS + lines))
    assert read_ratings(folder) == {}
    assert "2 faults, no rating was taken over:" in said
    assert re.findall("has no cell (.*)</li>", said) == ["sad, Nobody, seed 1", "sad, Noor, seed 7"]


def test_the_report_goes_where_another_study_is_chosen(section, folder):
    _, name = section.show_report(folder.name)
    assert name == folder.name
    kept, shown, _, _ = section.clear_other(folder.name, folder.name)
    assert (kept.get("value", "kept"), shown) == ("kept", folder.name)
    assert section.clear_other("another", folder.name)[:2] == ("", None)
    assert [gone["value"] for gone in section.clear_other("another", folder.name)[2:]] == [None, None]


@pytest.mark.parametrize(("name", "said"), [(None, "choose a study first"), ("../<b>up</b>", "has no study named")])
def test_what_is_no_study_has_none(section, name, said):
    page, _ = section.show_report(name)
    assert said in page
    assert "<b>" not in page
    assert section.offer_files(name)["value"] is None


def test_the_pictures_are_looked_at_when_asked(section, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    add_ratings(folder, [rating("sad", "Noor", 1, "yy")])
    *steps, page = (text for text, _ in section.look_at_pictures(folder.name))
    assert "0 of 8 pictures looked at" in steps[0]
    assert "8 of 8 pictures looked at" in steps[-1]
    assert all("mediapipe, which finds landmarks of faces, is not installed" in step for step in steps)
    assert "By pixels alone" in html.unescape(page)
    again = [text for text, _ in section.look_at_pictures(folder.name)]
    assert "all pictures are looked at" in again[0]
    assert again[-1] == page


@pytest.mark.parametrize("name", [None, "../up"])
def test_what_is_no_study_has_no_pictures(section, name):
    ((said, _),) = section.look_at_pictures(name)
    assert "expression-grid-error" in said


def test_what_was_measured_is_not_kept_through_a_link(section, folder, tmp_path):
    (folder / "evidence.jsonl").symlink_to(tmp_path / "elsewhere")
    ((said, _),) = section.look_at_pictures(folder.name)
    assert "is a link that leads out" in said
    assert list(tmp_path.iterdir()) == []


def test_without_ratings_there_is_no_report(section, folder):
    assert "no cell is rated yet; rate some first" in section.show_report(folder.name)[0]
    assert section.offer_files(folder.name)["value"] is None
    assert not (folder / "report.html").exists()


def test_an_article_is_drafted_and_a_draft_never_written_over(section, folder):
    said, files, _ = section.draft_article(folder.name, BOTH)
    assert "no cell is rated yet" in said
    add_ratings(folder, [rating("sad", "reference", 1, "y"), rating("sad", "Noor", 1, "yy")])
    said, files, shown = section.draft_article(folder.name, BOTH)
    assert f"The draft is {folder / 'article/article.md'}" in html.unescape(said)
    assert (files["value"], shown) == ([str(folder / "article.zip")], folder.name)
    with zipfile.ZipFile(folder / "article.zip") as archive:
        assert {"article.md", "pictures/grid.jpg"} <= set(archive.namelist())
    (folder / "article/article.md").write_text("mine")
    said, files, _ = section.draft_article(folder.name, BOTH)
    assert files["value"] == [str(folder / "article (2).zip")]
    assert (folder / "article/article.md").read_text() == "mine"
    assert "choose a study first" in section.draft_article(None, BOTH)[0]


def test_an_article_counts_as_a_success_what_its_author_chooses(section, folder):
    add_ratings(folder, [rating("sad", "reference", 1, "y"), rating("sad", "Noor", 1, "yn")])
    for number, (chosen, said) in enumerate(
        {BOTH: "expression reached and person kept", "expression alone": "expression reached"}.items(), 1
    ):
        section.draft_article(folder.name, chosen)
        out = folder / ("article" if number == 1 else f"article ({number})")
        assert f"A success is: {said}." in (out / "article.md").read_text(encoding="utf-8")
    assert "natural" in section.draft_article(folder.name, "expression, person and natural")[0]


def test_the_previews_of_networks_are_given_to_the_page(webui, folder):
    from sd_expression_grid.webui.rating import rating_tab

    files = {"Noor": "models/Lora/Noor.preview.png", "ember": "embeddings/ember_nobody.jpg"}
    made = {label: (webui.data_dir / file).resolve() for label, file in files.items()}
    for file in made.values():
        Image.new("RGB", (4, 4)).save(file)
    try:
        data = json.loads(html.unescape(re.search(">(.*)<", rating_tab.open_session(folder.name, "Ana"))[1]))
    finally:
        for file in made.values():
            file.unlink()
    shown = {label: parse_qs(urlsplit(address).query)["filename"] for label, address in data["previews"].items()}
    assert shown == {label: [str(file)] for label, file in made.items()}
    assert all(address.startswith("./sd_extra_networks/thumb?") for address in data["previews"].values())
    again = json.loads(html.unescape(re.search(">(.*)<", rating_tab.open_session(folder.name, "Ana"))[1]))
    assert again["previews"] == {}


def test_a_report_is_not_written_through_a_link(section, folder, tmp_path):
    (folder / "report").symlink_to(tmp_path, target_is_directory=True)
    assert "is a link that leads out" in section.show_report(folder.name)[0]
    assert section.offer_files(folder.name)["value"] is None
    assert list(tmp_path.iterdir()) == []
