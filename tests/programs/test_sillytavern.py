"""The ZIP in a real SillyTavern, of npm or of $SILLYTAVERN_DIR: it takes all faces, and its page shows them."""

import os
import re
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
import requests

from sd_expression_grid.export.export import ExportRequest, export_faces
from sd_expression_grid.export.sillytavern import EXPRESSIONS
from sd_expression_grid.store.folder import StudyFolder
from tests import hosts

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

VERSION = "1.19.0"
START_SECONDS = 300


def installed(folder):
    """SillyTavern's folder; the test is skipped where it cannot be had."""
    if "SILLYTAVERN_DIR" in os.environ:
        return Path(os.environ["SILLYTAVERN_DIR"])
    if not shutil.which("npm"):
        pytest.skip("SillyTavern needs npm and Node 20, which are not here")
    if int(re.match(r"v(\d+)", subprocess.check_output(["node", "--version"], text=True))[1]) < 20:
        pytest.skip("SillyTavern needs Node 20")
    command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", folder, f"sillytavern@{VERSION}"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"SillyTavern could not be installed: {done.stderr.strip()[-300:]}")
    return folder / "node_modules/sillytavern"


class Tavern:
    """A running SillyTavern, and a session with it."""

    def __init__(self, url):
        self.url = url
        self.session = requests.Session()
        self.session.headers["X-CSRF-Token"] = self.session.get(f"{url}/csrf-token", timeout=60).json()["token"]

    def post(self, path, **request):
        response = self.session.post(f"{self.url}{path}", timeout=120, **request)
        response.raise_for_status()
        return response

    def sprites(self, name):
        found = self.session.get(f"{self.url}/api/sprites/get", params={"name": name}, timeout=60).json()
        return [(sprite["label"], sprite["path"].split("?")[0]) for sprite in found]

    def upload(self, name, file):
        with file.open("rb") as opened:
            answer = self.post("/api/sprites/upload-zip", data={"name": name}, files={"avatar": opened})
        return answer.json()


@pytest.fixture(scope="module")
def tavern(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sillytavern")
    program, data, port = installed(folder), folder / "data", hosts.free_port()
    data.mkdir()
    flags = [
        "--port",
        port,
        "--dataRoot",
        data,
        "--configPath",
        data / "config.yaml",
        "--browserLaunchEnabled",
        "false",
    ]
    with (folder / "log").open("w", encoding="utf-8") as log:
        command = list(map(str, ["node", "server.js", *flags]))
        process = subprocess.Popen(command, cwd=program, stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_SECONDS
        while "is listening" not in (log_text := (folder / "log").read_text(encoding="utf-8")):
            assert process.poll() is None, log_text
            assert time.monotonic() < deadline, log_text
            time.sleep(0.2)
        yield Tavern(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def noor(tavern, study):
    """The character, with all faces uploaded."""
    tavern.post("/api/characters/create", data={"ch_name": "Noor", "first_mes": "Hello."})
    made = export_faces(StudyFolder(study), ExportRequest(character="Noor", program="sillytavern"))
    assert tavern.upload("Noor", made.folder / "Noor.zip") == {"ok": True, "count": 28}
    return made.folder / "Noor.zip"


def test_all_28_labels_are_there_with_our_pictures(tavern, noor):
    sprites = dict(tavern.sprites("Noor"))
    assert set(sprites) == set(EXPRESSIONS)
    with zipfile.ZipFile(noor) as archive:
        assert tavern.session.get(f"{tavern.url}{sprites['joy']}", timeout=60).content == archive.read("joy.png")


def test_names_of_ours_are_its_labels_and_an_outfit_has_a_folder(tavern, study, noor, tmp_path):
    lines = ("joy = smile-open", "anger = joyful", *(f"{row} =" for row in EXPRESSIONS if row not in ("joy", "anger")))
    request = ExportRequest(character="Noor", program="sillytavern", names=lines, outfit="school", image_format="webp")
    made = export_faces(StudyFolder(study), request, tmp_path / "out")
    assert tavern.upload("Noor/school", made.folder / "Noor - school.zip") == {"ok": True, "count": 2}
    assert {label for label, _ in tavern.sprites("Noor/school")} == {"smile_open", "face_joyful"}


def test_its_page_shows_the_faces(tavern, noor, chrome, photographs):
    page = chrome.new_page(viewport={"width": 1280, "height": 900})
    page.goto(tavern.url)
    page.wait_for_selector("dialog[open] .popup-button-ok", timeout=60_000)
    page.locator("dialog[open] input[type=text], dialog[open] textarea").first.fill("Ana")
    page.locator("dialog[open] .popup-button-ok").first.click()
    page.wait_for_selector("dialog[open]", state="detached")
    page.wait_for_function("() => SillyTavern.getContext().characters.some((one) => one.name === 'Noor')")
    page.evaluate("""() => {
        const tavern = SillyTavern.getContext();
        return tavern.selectCharacterById(tavern.characters.findIndex((one) => one.name === "Noor"));
    }""")
    page.wait_for_selector("#chat .mes:has-text('Hello.')")
    for face in ("joy", "anger", "sadness"):
        page.evaluate(f"() => SillyTavern.getContext().executeSlashCommandsWithOptions('/expression-set {face}')")
        page.wait_for_function(f"""() => {{
            const shown = [...document.querySelectorAll("#expression-image")];
            return shown.length === 1 && shown[0].src.includes("/Noor/{face}.png") && shown[0].naturalWidth === 192;
        }}""")
        page.screenshot(path=photographs / f"sillytavern-{face}.png")
    page.click("#extensions-settings-button .drawer-toggle")
    page.locator("#extensions_settings b", has_text="Character Expressions").click()
    page.wait_for_selector("#image_list .expression_list_item img[src*='/Noor/surprise.png']")
    listed = page.locator("#image_list .expression_list_item img[src*='/characters/Noor/']")
    # When two of its own events meet, it fills its list twice.
    assert len(set(listed.evaluate_all("all => all.map((one) => one.src)"))) == 28
    page.locator("#image_list").scroll_into_view_if_needed()
    page.screenshot(path=photographs / "sillytavern-faces.png")
    page.close()
