"""The `report` command: what it prints, the files that it writes, and what it says where it cannot."""

import codecs
import json
import sys
from pathlib import Path

import pytest

from sd_expression_grid.__main__ import main
from sd_expression_grid.evidence.measurements import EVIDENCE_FILE
from sd_expression_grid.ratings.ratings import add_ratings
from sd_expression_grid.ratings.ratings_csv import write_ratings
from tests.study_folders import study_folder
from tests.unit.rated import REFERENCE, columns, rating, table

ANSWERS = """\
From 1 seed only: an impression, not yet a finding.

Which characters are the most flexible?
  - Noor: expression reached and person kept in 100% (1 of 1; 21 to 100%) of the cells in which the reference shows \
the expression.

Are embeddings more flexible than LoRAs?
  - Cannot be told: no embeddings and no LoRAs with ratings that count.

Which expressions are candidates for a LoRA of their own?
  - No LoRA needed (characters mostly can): sad.
  - All verdicts are provisional: fewer than 4 seeds are rated.
  - Not rated: neutral.

Not asked of this study:
  - Whether well-known people are more flexible than invented ones: give the characters tags=well-known and \
tags=invented.
  - Which creators' models are the most flexible: give the characters creator=… .
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A study in a WebUI without landmarks: a colour for each cell."""
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    path = study_folder(tmp_path / "of #mine", expressions="neutral\nsad", characters="Noor").path
    add_ratings(path, [rating("sad", label, 7, "yy") for label in ("reference", "Noor")])
    return path


def test_without_a_file_to_write_the_answers_are_printed(folder, capsys):
    assert main(["report", str(folder)]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (ANSWERS, "")
    assert not (folder / EVIDENCE_FILE).exists()


def test_the_pictures_are_looked_at_when_asked_and_once(folder, capsys):
    assert main(["report", str(folder), "--evidence"]) == 0
    printed = capsys.readouterr()
    assert printed.err == (
        "mediapipe, which finds landmarks of faces, is not installed; pictures are compared by their pixels instead\n"
        + "".join(f"{done} of 4 pictures looked at\n" for done in range(5))
    )
    assert printed.out.startswith(ANSWERS)
    answers, title, method, *findings = printed.out.removeprefix(ANSWERS).split("\n", 3)
    assert (answers, title) == ("", "What the pictures say, of which nothing above is reckoned:")
    assert method.startswith("  - By pixels alone, without landmarks of faces: ")
    assert findings == ["  - No visible change: 0 cells of 4 measured.\n"]
    assert main(["report", str(folder), "--evidence"]) == 0
    assert capsys.readouterr().err.endswith("instead\nall pictures are looked at\n")
    assert len((folder / EVIDENCE_FILE).read_text().splitlines()) == 4


def test_what_is_asked_for_is_written_and_named(folder, tmp_path, capsys):
    files = {option: tmp_path / f"out/{option}.{option}" for option in ("html", "json", "csv")}
    files["ratings-csv"] = tmp_path / "out/ratings.CSV.csv"
    (tmp_path / "out").mkdir()
    arguments = [part for option, file in files.items() for part in (f"--{option}", str(file))]
    assert main(["report", str(folder), *arguments, "--charts", str(tmp_path / "charts")]) == 0
    charts = ["heat-map-expression-and-person", "heat-map-expression", "heat-map-person", "characters"]
    named = [*files.values(), *(tmp_path / f"charts/{name}.png" for name in (*charts, "expressions"))]
    assert capsys.readouterr().out.splitlines() == list(map(str, named))
    assert all(file.is_file() for file in named)
    with_mark = [option for option, file in files.items() if file.read_bytes().startswith(codecs.BOM_UTF8)]
    assert with_mark == ["csv", "ratings-csv"]  # Excel needs it, and no other program likes it
    report = json.loads(files["json"].read_text(encoding="utf-8"))
    assert report["characters"][0]["column"]["label"] == "Noor"
    assert '"../of%20%23mine/study/cells/Noor/sad' in files["html"].read_text(encoding="utf-8")
    assert files["csv"].read_text(encoding="utf-8-sig").startswith("of,name,")
    assert main(["report", "--ratings", str(files["ratings-csv"])]) == 0
    assert capsys.readouterr().out == ANSWERS  # the table knows of no kinds or tags, as the study does not


def test_letters_of_all_scripts_stay_readable_in_json(tmp_path):
    source, out = tmp_path / "ratings.csv", tmp_path / "report.json"
    source.write_text(write_ratings(table(columns("Ñoor 顔"), {"sad": "y"})), encoding="utf-8")
    main(["report", "--ratings", str(source), "--json", str(out)])
    assert '"Ñoor 顔"' in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("report.html", '"cells/Noor/sad'),
        ("cells/a.html", '"../cells/Noor/sad'),
        ("../a.html", '"study/cells/Noor/sad'),
    ],
)
def test_the_page_leads_to_the_pictures_from_where_it_is(folder, capsys, page, address):
    main(["report", str(folder), "--html", str(folder / page)])
    assert capsys.readouterr().out == f"{folder / page}\n"
    assert address in (folder / page).read_text(encoding="utf-8")


def test_the_page_of_a_table_of_ratings_has_no_pictures(folder, tmp_path):
    source, out = tmp_path / "ratings.csv", tmp_path / "report.html"
    main(["report", str(folder), "--ratings-csv", str(source)])
    main(["report", "--ratings", str(source), "--html", str(out)])
    assert "cells/" not in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{}/none"], "{}/none: is no study's folder: it has no study.json"),
        (["--ratings", "{}/none.csv"], "{}/none.csv: cannot be read: No such file or directory"),
        (["{}", "--html", "{}/none/a.html"], "{}/none/a.html: cannot be written: No such file or directory"),
        (["{}", "--confidence", "95"], "--confidence: must be above 0 and below 1, is 95"),
        (["{}", "--differs", "1"], "--differs: must be above 0 and below 1, is 1"),
        (["{}", "--reference-can", "0", "--stiff=-0.5"],
         "--reference-can: must be above 0 and below 1, is 0\n--stiff: must be above 0 and below 1, is -0.5"),
        (["--ratings", "any.csv", "--evidence"], "--evidence: needs a study's folder, whose pictures it looks at"),
        (["{}/none", "--evidence"], "{}/none: holds no study: there is no study.json in it"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(folder, capsys, arguments, said):
    assert main(["report", *(argument.format(folder) for argument in arguments)]) == 2
    lines = capsys.readouterr().err.removeprefix(NO_LANDMARKS)
    assert lines == f"{said.format(*[folder] * said.count('{}'))}\n"


NO_LANDMARKS = (
    "mediapipe, which finds landmarks of faces, is not installed; pictures are compared by their pixels instead\n"
)


def test_measurements_that_cannot_be_read_are_said(folder, capsys):
    (folder / EVIDENCE_FILE).mkdir()
    assert main(["report", str(folder), "--evidence"]) == 2
    assert f"{EVIDENCE_FILE}: cannot be read: Is a directory" in capsys.readouterr().err


def test_a_page_needs_jinja2_and_that_is_said(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert main(["report", str(folder), "--html", str(tmp_path / "report.html")]) == 2
    assert "HTML needs jinja2, which is not installed here: pip install jinja2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "without", "with_it"),
    [
        (
            "--seeds=1",
            "All verdicts are provisional: fewer than 4 seeds are rated.\n",
            "  - Undecided (the ratings do not",
        ),
        (
            "--well-known=star",
            "characters tags=well-known and tags=invented.",
            "characters tags=star and tags=invented.",
        ),
        ("--confidence=0.5", "100% (1 of 1; 21 to 100%)", "100% (1 of 1; 69 to 100%)"),  # 1 / (1 + 0.674²)
    ],
)
def test_thresholds_of_the_command_line_hold(tmp_path, capsys, option, without, with_it):
    file = Path(tmp_path / "ratings.csv")
    file.write_text(write_ratings(table([REFERENCE, *columns("a")], {"sad": "y yy"})), encoding="utf-8")
    printed = []
    for options in ([], [option]):
        main(["report", "--ratings", str(file), *options])
        printed.append(capsys.readouterr().out)
    assert [without in text for text in printed] == [True, False]
    assert [with_it in text for text in printed] == [False, True]
