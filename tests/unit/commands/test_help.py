"""The whole help of each command, and what a command line must have: what people read before they begin."""

import argparse
import textwrap

import pytest

from sd_expression_grid.__main__ import COMMANDS, main

GRID = """
draw the grids of a study as PNG files; nothing is written over

positional arguments:
  folder                the study's folder, which holds study.json

options:
  -h, --help            show this help message and exit
  --out OUT             where the grids go; the study's folder by default
  --ground {light,dark} the colour behind the cells
  --margin MARGIN       pixels between the cells
  --no-legend           no settings below
"""

PAGE = """
write index.html, the page of a study, into its folder

positional arguments:
  folder      the study's folder, which holds study.json

options:
  -h, --help  show this help message and exit
"""

REPORT = """
answer the four questions from a study's ratings, or from a table of ratings

positional arguments:
  FOLDER                    a study's folder, with its ratings

options:
  -h, --help                show this help message and exit
  --ratings FILE.csv        a table of ratings; no pictures are needed
  --html OUT                one page that needs no network
  --json OUT                all numbers, each with the cells behind it
  --csv OUT                 all numbers as a table
  --ratings-csv OUT         the ratings, as --ratings reads them
  --charts DIR              heat map and rankings as PNG
  --success {both,expression,all}
                            what counts: expression and person (both, the default), the expression alone, or also
                            looking natural (all)
  --evidence                look at the pictures of FOLDER as well, as a second opinion;
                            what was looked at once is kept there

thresholds:
  --confidence SHARE        default: 0.95
  --significance SHARE      default: 0.05
  --reference-can SHARE     default: 0.5
  --characters-can SHARE    default: 0.5
  --seeds NUMBER            default: 4
  --probable SHARE          default: 0.9
  --stiff SHARE             default: 0.8
  --alike SHARE             default: 0.8
  --well-known TAG          default: well-known
  --invented TAG            default: invented
  --moved SHARE             default: 0.02
  --differs SHARE           default: 0.005
"""

EXPORT = """
write a character's faces as files for SillyTavern, Ren'Py or any other program

positional arguments:
  folder                the study's folder, which holds study.json

options:
  -h, --help            show this help message and exit
  --character NAME      a column, or a character with all its columns
  --for PROGRAM         sillytavern, renpy, plain
  --out DIR             a new folder; one in the study's exports by default
  --name LINE           what a row is called: 'ROW = NAME, NAME'; 'ROW =' leaves it out; may be repeated
  --names FILE          a text file with such lines
  --called NAME         the character's name in the program
  --crop LEFT,TOP,WIDTH,HEIGHT
                        cut out of each picture, in pixels
  --height PIXELS       of all pictures; as they are by default
  --format {png,webp}   default: png
  --infotext            keep the prompts in the pictures
  --transparent         remove the background, where rembg or mediapipe is installed
  --outfit NAME         SillyTavern: the outfit that the faces are for
  --side PIXELS         Ren'Py: height of the side images, 0 for none; default: 240
"""

SWEEP = """
make a study with one WebUI or several, through their API; press Ctrl-C to end, the same command goes on

positional arguments:
  STUDY.json            the study, in the form of the API

options:
  -h, --help            show this help message and exit
  --out FOLDER          the study's folder, new or begun
  --webui URL           a WebUI with --api; may be repeated
  --scheduler ADDRESS   a Dask cluster, with a worker beside each WebUI
  --allow-differences   also where WebUIs give different pixels
  --patience SECONDS    of no progress, before a WebUI hangs

txt2img's settings:
  --like PICTURE        a picture of a WebUI, whose settings to take
  --picture PICTURE     the picture that img2img is to start from
  --mask PICTURE        what is to be drawn anew of it, in white
  --seed NUMBER         the first seed, -1 for a random one; the study's own seeds come before it
  --steps NUMBER        sampling steps; 20 without --like
  --sampler NAME        the sampler's name, such as 'Euler a'
  --schedule-type NAME  the schedule type, such as Karras
  --width NUMBER        pixels
  --height NUMBER       pixels
  --cfg-scale NUMBER    CFG scale
  --denoising-strength NUMBER
                        img2img's, 0.75 without it
  --count NUMBER        so many seeds, one after the other, where the study lists none
  --set FIELD=JSON      any other field of /sdapi/v1/txt2img
"""

ARTICLE = """
draft an article about a rated study, as Markdown with its pictures

positional arguments:
  FOLDER                a study's folder, with its ratings

options:
  -h, --help            show this help message and exit
  --out DIR             where article.md and pictures/ go
  --row LABEL           a row to show, all by default; may be repeated
  --column LABEL        a column to show, all by default; may be repeated
  --seed NUMBER         the seed of the pictures; default: the first
  --success {both,expression,all}
                        what counts: expression and person (both, the default), the expression alone, or also looking
                        natural (all)
"""

HELPS = {"grid": GRID, "page": PAGE, "report": REPORT, "article": ARTICLE, "export": EXPORT, "sweep": SWEEP}


@pytest.fixture
def parsers():
    subparsers = argparse.ArgumentParser(prog="grid").add_subparsers()
    for command in COMMANDS:
        command.add_to(subparsers)
    return subparsers


@pytest.mark.parametrize("name", HELPS)
def test_the_help_of_a_command(parsers, name):
    """Below the usage, whose line breaks depend on the version of Python, as all others here do."""
    _usage, text = parsers.choices[name].format_help().split("\n\n", 1)
    assert text.split() == HELPS[name].split()


def test_the_commands_that_there_are(parsers, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    lines = {name: textwrap.dedent(text).strip().splitlines()[0] for name, text in HELPS.items()}
    said = " ".join(capsys.readouterr().out.split())
    assert said == (
        "usage: python -m sd_expression_grid [-h] command ... Makes and shows studies. positional arguments: command "
        + " ".join(f"{name} {line}" for name, line in lines.items())
        + " options: -h, --help show this help message and exit"
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "the following arguments are required: command"),
        ("grid", "the following arguments are required: folder"),
        ("page", "the following arguments are required: folder"),
        ("report", "one of the arguments FOLDER --ratings is required"),
        ("report here --ratings a.csv", "argument --ratings: not allowed with argument FOLDER"),
        ("report here --seeds 2.5", "argument --seeds: invalid int value: '2.5'"),
        ("report here --stiff all", "argument --stiff: invalid float value: 'all'"),
        ("export here --for plain", "the following arguments are required: --character"),
        ("export here --character Noor", "the following arguments are required: --for"),
        ("sweep --out o --webui u", "the following arguments are required: STUDY.json"),
        ("sweep s.json --webui u", "the following arguments are required: --out"),
        ("sweep s.json --out o", "one of the arguments --webui --scheduler is required"),
        ("sweep s.json --out o --webui u --scheduler a", "argument --scheduler: not allowed with argument --webui"),
        ("sweep s.json --out o --webui u --steps 2.5", "argument --steps: invalid int value: '2.5'"),
    ],
)
def test_what_a_command_line_lacks_is_said(line, problem, capsys):
    with pytest.raises(SystemExit) as ended:
        main(line.split())
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"error: {problem}\n")
