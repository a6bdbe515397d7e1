"""The faces in a real Ren'Py, as Debian packages it: its lint accepts them, and a scene shows them."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from sd_expression_grid.export.export import ExportRequest, export_faces
from sd_expression_grid.store.folder import StudyFolder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

RUN_SECONDS = 150
LIBRARY, PYTHON = Path("/usr/share/games/renpy"), "/usr/bin/python3"
FACES = """\
label main_menu:
    return

label start:
    jump noor_faces
"""
SCENE = """\
define config.screen_width = 1280
define config.screen_height = 720

screen say(who, what):
    window:
        yalign 1.0
        ysize 180
        left_padding 260
        vbox:
            text who id "who"
            text what id "what"
    add SideImage() xalign 0.0 yalign 1.0
    timer 1.0 action [Function(renpy.screenshot, {file!r}), Quit(confirm=False)]

label main_menu:
    return

label start:
    scene expression "#345"
    show noor joy as first at left
    show noor anger as second at center
    show noor sadness as third at right
    noor surprise "Three faces, and one beside the words."
    return
"""
LOCATIONS = """\
    for part in ast.walk(expr):
        if hasattr(part, "lineno"):
            part.end_lineno, part.end_col_offset = part.lineno, part.col_offset
"""
"""What Python 3.11 wants of Ren'Py 8.0.3: ends of nodes that are not before their beginnings."""


@pytest.fixture(scope="module")
def renpy(tmp_path_factory):
    """The command that runs Ren'Py on a game."""
    if not LIBRARY.is_dir() or not shutil.which("xvfb-run"):
        pytest.skip("Debian's renpy and xvfb are not installed")
    library = tmp_path_factory.mktemp("renpy") / "renpy"
    shutil.copytree(LIBRARY, library, symlinks=True)
    file = library / "renpy/sl2/slast.py"
    source = file.read_text(encoding="utf-8")
    before = "    ast.fix_missing_locations(expr)\n"
    assert before in source
    file.write_text(source.replace(before, before + LOCATIONS, 1), encoding="utf-8")
    return [PYTHON, str(library / "renpy.py")]


def game_with(folder, study, story, **options):
    """A game with the exported faces in it, as the notes say."""
    made = export_faces(StudyFolder(study), ExportRequest(character="Noor", program="renpy", **options), folder / "out")
    game = folder / "story/game"
    shutil.copytree(made.folder / "images", game / "images")
    for script in made.folder.glob("*.rpy"):
        shutil.copy(script, game)
    (game / "script.rpy").write_text(story, encoding="utf-8")
    return game


def run(renpy, game, *command):
    """Runs Ren'Py on a game; returns what it says."""
    quiet = {"SDL_AUDIODRIVER": "dummy", "LIBGL_ALWAYS_SOFTWARE": "1"}
    screen = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24"]
    started = subprocess.Popen(
        [*screen, *renpy, str(game.parent), *command],
        env={**os.environ, **quiet},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = started.communicate(timeout=RUN_SECONDS)
    finally:
        with suppress(ProcessLookupError):  # an error of the game waits in a window
            os.killpg(started.pid, signal.SIGKILL)
    assert started.returncode == 0, said
    return said


def complaints(said):
    """The lines of lint that are about a place in a script."""
    return [line for line in said.splitlines() if line.startswith("game/") or "is not an image" in line]


def test_lint_accepts_the_script_that_shows_each_face(renpy, study, tmp_path):
    said = run(renpy, game_with(tmp_path, study, FACES), "lint")
    assert "contains 28 dialogue blocks" in said
    assert complaints(said) == []


def test_lint_accepts_names_that_it_would_not_take_as_they_are(renpy, study, tmp_path):
    lines = ["joy = with", "anger = 笑顔", "fear = 2faced", "love = -don't", "grief = smile open", "pride = at (9)"]
    story = FACES.replace("noor", "class_5_a_x_y")
    said = run(
        renpy, game_with(tmp_path, study, story, names=tuple(lines), called="Class 5.A [x] {y", side_height=0), "lint"
    )
    assert "contains 28 dialogue blocks" in said
    assert complaints(said) == []


def test_lint_names_a_face_that_is_not_there(renpy, study, tmp_path):
    """So it would have said what is wrong with ours."""
    said = run(renpy, game_with(tmp_path, study, FACES, names=("joy = happy",)), "lint")
    assert complaints(said) == []
    story = FACES.replace("jump noor_faces", "show noor joy\n    jump noor_faces")
    (tmp_path / "story/game/script.rpy").write_text(story, encoding="utf-8")
    assert any("'noor joy' is not an image" in line for line in complaints(run(renpy, tmp_path / "story/game", "lint")))


def test_a_scene_shows_three_faces_and_a_side_image(renpy, study, tmp_path, photographs):
    file = photographs.resolve() / "renpy-scene.png"
    game = game_with(tmp_path, study, SCENE.format(file=str(file)), height=400, side_height=160)
    run(renpy, game)
    with Image.open(file) as scene:
        shown = scene.convert("RGB")
    assert shown.size == (1280, 720)
    folder = game / "images/noor"
    faces = [f"noor {name}" for name in ("joy", "anger", "sadness")]
    for number, face in enumerate(faces):
        differences = {other: differs_by(shown, folder / f"{other}.png", (440 * number, 320), 200) for other in faces}
        own = differences.pop(face)
        assert 3 * own < min(differences.values()), face
    sides = [differs_by(shown, folder / f"side noor {name}.png", (0, 560), 160) for name in ("surprise", "joy")]
    assert 1.5 * sides[0] < sides[1]


def differs_by(shown, file, place, height):
    """How far the upper part of an image, of a height, is on average from what a scene shows at a place."""
    with Image.open(file) as face:
        part = face.convert("RGB").crop((0, 0, face.width, height))
    left, top = place
    difference = ImageChops.difference(shown.crop((left, top, left + part.width, top + part.height)), part)
    return sum(ImageStat.Stat(difference).mean)
