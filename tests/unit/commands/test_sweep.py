"""What `sweep` asks the fleet for, and what it prints. The fleet is played; `tests/unit/fleet` has the real one."""

import io
import json
import os
import signal
import sys
from base64 import b64encode
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image, PngImagePlugin

from sd_expression_grid.__main__ import main
from sd_expression_grid.commands import sweep
from sd_expression_grid.commands.sweep import Printer
from sd_expression_grid.store.folder import StudyFolder
from tests.study_folders import SETTINGS, study_folder

URL, OTHER = "http://127.0.0.1:7860", "http://127.0.0.1:7861"
STUDY = {"expressions": "sad", "characters": "Noor"}


@pytest.fixture
def fleet(monkeypatch):
    """Takes the fleet's place: keeps what it is asked for, and says that ``missing`` cells are missing."""
    played = SimpleNamespace(missing=0, meanwhile=lambda reporter: None)

    @contextmanager
    def open_pool(urls, scheduler):
        played.pool = (urls, scheduler)
        yield "the pool"

    def run_fleet(pool, options, reporter):
        played.options = vars(options)
        played.given = pool
        played.meanwhile(reporter)
        return played.missing

    modules = {
        "run_fleet": SimpleNamespace(FleetOptions=SimpleNamespace, Reporter=SimpleNamespace, run_fleet=run_fleet),
        "dask_pool": SimpleNamespace(open_pool=open_pool),
    }
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, f"sd_expression_grid.fleet.{name}", module)
    return played


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("study.json").write_text(json.dumps(STUDY), encoding="utf-8")
    infotext = PngImagePlugin.PngInfo()
    infotext.add_text("parameters", f"a face\n{SETTINGS}")
    Image.new("RGB", (8, 8)).save("like.png", pnginfo=infotext)

    def run(*arguments, at=("--webui", URL)):
        return main(["sweep", "study.json", "--out", "made", *at, *arguments])

    return run


def test_what_is_not_said_has_defaults(command, fleet):
    assert command() == 0
    assert fleet.options == {
        "study": STUDY,
        "settings": {"steps": 20},
        "out": Path("made"),
        "allow_differences": False,
        "patience": 300,
    }
    assert (fleet.pool, fleet.given) == (([URL], None), "the pool")


def test_a_cluster_is_named_by_its_address(command, fleet):
    assert command(at=("--scheduler", "tcp://far:8786")) == 0
    assert fleet.pool == ([], "tcp://far:8786")


def test_all_that_is_said_reaches_the_fleet(command, fleet):
    arguments = (
        "--webui", f"{OTHER}/", "--allow-differences", "--patience", "9.5", "--seed", "-1", "--steps", "31",
        "--sampler", "Euler a", "--schedule-type", "Karras", "--width", "640", "--height", "704", "--cfg-scale", "4.5",
        "--count", "3", "--set", "eta=0.5", "--set", " styles =[\"a\"]", "--set", "hr_upscaler=Latent = fine",
    )  # fmt: skip
    assert command(*arguments) == 0
    assert fleet.pool == ([URL, OTHER], None)
    assert (fleet.options["allow_differences"], fleet.options["patience"]) == (True, 9.5)
    assert fleet.options["settings"] == {
        "seed": -1, "steps": 31, "sampler_name": "Euler a", "scheduler": "Karras", "width": 640, "height": 704,
        "cfg_scale": 4.5, "n_iter": 3, "eta": 0.5, "styles": ["a"], "hr_upscaler": "Latent = fine",
    }  # fmt: skip


def test_a_pictures_settings_hold_where_none_are_given(command, fleet):
    assert command("--like", "like.png", "--cfg-scale", "5") == 0
    assert fleet.options["settings"] == {"cfg_scale": 5, "infotext": f"a face\n{SETTINGS}"}


def test_a_picture_and_its_mask_reach_the_fleet_beside_the_settings(command, fleet):
    Image.new("L", (8, 8), 255).save("mask.png")
    picture, mask = (b64encode(Path(name).read_bytes()).decode() for name in ("like.png", "mask.png"))
    assert command("--picture", "like.png", "--denoising-strength", "0.4") == 0
    assert fleet.options["settings"] == {"steps": 20, "denoising_strength": 0.4, "init_images": [picture]}
    assert command("--picture", "like.png", "--mask", "mask.png", "--like", "like.png") == 0
    assert fleet.options["settings"] == {
        "infotext": f"a face\n{SETTINGS}", "init_images": [picture], "mask": mask,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--mask", "like.png"), "--mask: needs a picture: give --picture as well\n"),
        (("--picture", "study.json"), "--picture: study.json cannot be read as a picture: "),
        (("--picture", "like.png", "--mask", "none.png"), "--mask: none.png cannot be read as a picture: "),
        (("--set", "eta"), "--set: must be FIELD=JSON, is 'eta'\n"),
        (("--webui", f"{URL}/"), "--webui: names a WebUI twice\n"),
        (("--webui", "7861"), "--webui: must be an address such as http://127.0.0.1:7860, is '7861'\n"),
        (("--like", "none.png"), "none.png: cannot be read as a picture: "),
    ],
)
def test_what_is_said_wrongly_starts_nothing(command, fleet, capsys, arguments, said):
    assert command(*arguments) == 2
    assert capsys.readouterr().err.startswith(said)
    assert not hasattr(fleet, "options")


@pytest.mark.parametrize("content", [None, "[1]", "{", "\udcff"])
def test_a_file_that_is_no_study_is_said(command, fleet, capsys, content):
    Path("study.json").unlink()
    if content is not None:
        Path("study.json").write_text(content, encoding="utf-8", errors="surrogateescape")
    assert command() == 2
    printed = capsys.readouterr().err
    assert printed.startswith("study.json: cannot be read as a study: ")
    assert len(printed) > len("study.json: cannot be read as a study: \n")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (1, "1 cell is missing; the same command tries it again\n"),
        (2, "2 cells are missing; the same command tries them again\n"),
        (1200, "1,200 cells are missing; the same command tries them again\n"),
    ],
)
def test_cells_that_are_missing_are_counted(command, fleet, capsys, missing, said):
    fleet.missing = missing
    assert command() == 2
    assert capsys.readouterr().err == said


def test_what_the_fleet_needs_and_is_not_there_is_named(command, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "sd_expression_grid.fleet.run_fleet", None)
    with pytest.raises(ModuleNotFoundError):  # a fault of ours is no missing package
        command()

    def without_dask(name):
        raise ModuleNotFoundError(name="distributed")

    monkeypatch.setattr(sweep, "import_module", without_dask)
    assert command() == 2
    assert capsys.readouterr().err == (
        "distributed is missing; install it with: pip install 'sd-expression-grid[fleet]'\n"
    )


def test_the_first_ctrl_c_stops_and_the_second_ends(command, fleet, capsys, monkeypatch):
    ended, before = [], signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(os, "_exit", ended.append)

    def twice(reporter):
        assert not reporter.stopping()
        signal.raise_signal(signal.SIGINT)
        assert (reporter.stopping(), ended) == (True, [])
        signal.raise_signal(signal.SIGINT)

    fleet.meanwhile = twice
    command()
    assert ended == [2]
    assert signal.getsignal(signal.SIGINT) is before
    assert capsys.readouterr().out == (
        "Stopping: what the WebUIs have made is kept. Press Ctrl-C again to end at once.\n"
        "Ended at once: what was kept is there, and the same command goes on with the rest.\n"
    )


def test_a_file_of_lines_has_the_status_every_half_a_minute(command, fleet, capsys, monkeypatch):
    clock = SimpleNamespace(monotonic=lambda: clock.now, now=1000.0)
    monkeypatch.setattr(sweep, "time", clock)

    def work(reporter):
        for second in (0, 29, 30, 31, 59, 60):
            clock.now = 1000.0 + second
            reporter.status(f"after {second}")
            if second == 31:
                reporter.say("a WebUI came")

    fleet.meanwhile = work
    command()
    assert capsys.readouterr().out == "after 30\na WebUI came\nafter 60\n"


def test_on_a_terminal_the_status_stands_below_the_lines(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "11")
    printer = Printer()
    printer.status("1 of 4 cells")
    printer.status("2 of 4")
    printer.say("a WebUI came")
    printer.say("another")
    wiped, shorter = f"\r{' ' * 10}\r", f"\r{' ' * 6}\r"
    assert capsys.readouterr().out == f"1 of 4 cel{wiped}2 of 4{shorter}a WebUI came\nanother\n"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_what_is_printed_is_there_at_once(monkeypatch, is_terminal):
    """Where the output is a pipe or a file, Python would keep the lines back."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="utf-8"))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    monkeypatch.setattr(sweep, "STATUS_SECONDS", 0)
    printer = Printer()
    printer.say("a WebUI came")
    assert written.getvalue().split() == [b"a", b"WebUI", b"came"]
    printer.status("half")
    assert written.getvalue().split()[3:] == [b"half"]


def test_what_is_made_so_far_is_shown(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    folder = study_folder(tmp_path, expressions="sad", characters="Noor", seeds=[7])
    printer = Printer()
    printer.status("half")
    printer.show(StudyFolder(folder.path))
    grid, page = folder.path / "grid.png", folder.path / "index.html"
    assert capsys.readouterr().out == f"half\r    \r{grid}\n{page}\n"
    assert grid.is_file()
    assert page.is_file()
