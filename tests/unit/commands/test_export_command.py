import zipfile
from pathlib import Path

import pytest

from sd_expression_grid.__main__ import main
from sd_expression_grid.export.export import Export, ExportRequest
from sd_expression_grid.store.folder import StudyFolder
from tests.study_folders import study_folder


@pytest.fixture
def folder(tmp_path):
    return study_folder(tmp_path, size=(48, 64)).path


def export(folder, *more, program="plain", character="Noor"):
    return main(["export", str(folder), "--character", character, "--for", program, *more])


def test_it_says_what_to_do_and_where_the_faces_are(folder, tmp_path, capsys):
    out = tmp_path / "for me"
    assert export(folder, "--out", str(out), program="sillytavern") == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "Nobody has picked for Noor yet; what is proposed is taken: the first cell of each row."
    assert printed[-1] == str(out)
    assert (out / "notes.txt").read_text(encoding="utf-8").splitlines() == printed[:-1]
    assert zipfile.ZipFile(out / "Noor.zip").namelist() == ["neutral.png", "joy.png", "sadness.png"]


def test_names_come_from_a_file_and_from_the_line(folder, tmp_path):
    file = tmp_path / "names.txt"
    file.write_text("\ufeff# for the game\nsmile = laugh, grin\n", encoding="utf-8")
    assert export(folder, "--out", str(tmp_path / "out"), "--names", str(file), "--name", "sad =") == 0
    assert {face.name for face in (tmp_path / "out/faces").iterdir()} == {"neutral.png", "laugh.png", "grin.png"}


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What the command asks for, as folder, request and place, instead of having it written."""
    calls = []

    def export_faces(*call):
        calls.append(call)
        return Export(folder=tmp_path / "made", count=3, notes=("One.", "Two."))

    monkeypatch.setattr("sd_expression_grid.commands.export.export_faces", export_faces)
    return calls


def test_what_is_not_said_has_defaults(folder, asked, tmp_path, capsys):
    assert export(folder) == 0
    [(study, request, out)] = asked
    assert (study, out) == (StudyFolder(folder), None)
    assert request == ExportRequest(
        character="Noor", program="plain", names=(), called="", crop="", height=0, image_format="png", infotext=False,
        transparent=False, outfit="", side_height=240,
    )  # fmt: skip
    assert request == ExportRequest(character="Noor", program="plain")
    assert capsys.readouterr().out == f"One.\nTwo.\n{tmp_path / 'made'}\n"


def test_all_that_is_said_is_asked_for(folder, asked, tmp_path):
    (tmp_path / "names.txt").write_text("smile = joy\nsad =", encoding="utf-8")
    options = [
        "--out", "there", "--name", "a = b", "--names", str(tmp_path / "names.txt"), "--name", "c =", "--called", "Eva",
        "--crop", "0,0,24,32", "--height", "64", "--format", "webp", "--infotext", "--transparent",
        "--outfit", "school", "--side", "0",
    ]  # fmt: skip
    assert export(folder, *options, program="renpy", character="mei") == 0
    [(study, request, out)] = asked
    assert (study, out) == (StudyFolder(folder), Path("there"))
    assert request == ExportRequest(
        character="mei", program="renpy", names=("smile = joy", "sad =", "a = b", "c ="), called="Eva",
        crop="0,0,24,32", height=64, image_format="webp", infotext=True, transparent=True, outfit="school",
        side_height=0,
    )  # fmt: skip


def test_every_option_reaches_the_files(folder, tmp_path):
    options = ["--called", "Eva", "--crop", "0,0,24,32", "--height", "64", "--format", "webp", "--infotext"]
    assert export(folder, "--out", str(tmp_path / "out"), *options, "--side", "0", program="renpy") == 0
    files = sorted(file.name for file in (tmp_path / "out/images/eva").iterdir())
    assert files == ["eva neutral.webp", "eva sad.webp", "eva smile.webp"]
    assert b"UNICODE" in (tmp_path / "out/images/eva/eva sad.webp").read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"character": "Nobody"}, "--character: the study has no character 'Nobody'; the nearest: ember_nobody, Noor"),
        ({"program": "unity"}, "--for: 'unity' is no program that faces are made for; choose one of "
                               "sillytavern, renpy, plain"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line(folder, options, said, capsys):
    assert export(folder, **options) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"{said}\n")
    assert not (folder / "exports").exists()


def test_a_file_of_names_that_cannot_be_read_is_said(folder, tmp_path, capsys):
    assert export(folder, "--names", str(tmp_path / "none.txt")) == 2
    file = tmp_path / "none.txt"
    why = f"[Errno 2] No such file or directory: {str(file)!r}"
    assert capsys.readouterr().err == f"{file}: cannot be read as lines of names: {why}\n"


def test_a_folder_without_study_is_said(tmp_path, capsys):
    assert export(tmp_path) == 2
    assert capsys.readouterr().err == f"{tmp_path}: holds no study: there is no study.json in it\n"
