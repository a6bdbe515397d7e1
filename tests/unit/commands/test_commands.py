import subprocess
import sys

import pytest
from PIL import Image

from sd_expression_grid.__main__ import main
from tests.study_folders import study_folder


@pytest.fixture
def folder(tmp_path):
    return study_folder(tmp_path).path


def test_grid_draws_all_grids_and_prints_where_they_are(folder, capsys):
    assert main(["grid", str(folder)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed == [
        str(folder / f"grid - {group} - seed {seed}.png") for group in ("LoRAs", "Embeddings") for seed in (7, 8)
    ]
    for file in printed:
        with Image.open(file) as grid:
            grid.load()


def test_grid_never_writes_over_a_file(folder, capsys):
    main(["grid", str(folder)])
    first = {file: file.read_bytes() for file in folder.glob("grid*")}
    main(["grid", str(folder), "--ground", "dark"])
    printed = capsys.readouterr().out.splitlines()
    assert printed[4:] == [file.replace(".png", " (2).png") for file in printed[:4]]
    assert all(file.read_bytes() == data for file, data in first.items())
    assert not list(folder.glob("*.tmp"))


def test_grid_takes_ground_margin_legend_and_another_folder(folder, tmp_path, capsys):
    out = tmp_path / "new" / "out"
    assert main(["grid", str(folder), "--out", str(out), "--ground", "dark", "--margin", "0", "--no-legend"]) == 0
    assert sorted(file.name for file in folder.iterdir()) == ["cells", "cells.jsonl", "study.json"]
    file = capsys.readouterr().out.splitlines()[0]
    assert file.startswith(str(out))
    with Image.open(file) as grid:
        assert grid.getpixel((0, 0)) == (24, 25, 27)


@pytest.mark.parametrize("margin", ["-1", "501", "much"])
def test_a_margin_that_will_not_do_is_said(folder, margin, capsys):
    with pytest.raises(SystemExit):
        main(["grid", str(folder), f"--margin={margin}"])
    assert f"must be a whole number from 0 to 500, is {margin}" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["grid", "page"])
def test_a_folder_without_study_is_said(command, tmp_path, capsys):
    assert main([command, str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"{tmp_path}: holds no study: there is no study.json in it\n")


def test_a_study_without_cells_has_no_grid(folder, capsys):
    (folder / "cells.jsonl").unlink()
    assert main(["grid", str(folder)]) == 2
    assert capsys.readouterr().err == f"{folder}: has no cells yet, so there is no grid to draw\n"


@pytest.mark.parametrize(
    ("command", "place", "words"),
    [
        ("grid", "taken", "the grid cannot be written: [Errno 17] File exists: "),
        ("page", "index.html", "cannot be written: [Errno 21] Is a directory: "),
    ],
)
def test_a_place_that_cannot_be_written_is_said(folder, command, place, words, capsys):
    (folder / "taken").write_text("")
    (folder / "index.tmp").mkdir()
    assert main([command, str(folder), *(["--out", str(folder / "taken")] if command == "grid" else [])]) == 2
    assert capsys.readouterr().err.startswith(f"{folder / place}: {words}")


def test_the_command_line_needs_no_webui(folder):
    command = [sys.executable, "-m", "sd_expression_grid", "page", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout == f"{folder / 'index.html'}\n"
