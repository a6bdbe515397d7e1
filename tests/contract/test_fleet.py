"""The sweep command over stand-ins that are processes of their own: as from the panel, whatever happens to them."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
import requests
from PIL import Image

from sd_expression_grid.__main__ import main
from sd_expression_grid.fleet import client, roster
from sd_expression_grid.store.folder import StudyFolder
from tests import hosts

STUDY = {
    "expressions": "neutral\nsmile\nsad",
    "characters": "Noor | <lora:Noor:1>\nmei | <lora:mei:1>\n[Embeddings]\nEmber | ember_nobody",
    "switch_at": 0.34,
    "seeds": [7, 8],
    "name": "story",
}
CELLS = 24
SETTINGS = ["--steps", "6", "--width", "64", "--height", "64", "--sampler", "Euler a"]
KILLS = int(os.environ.get("EXPRESSION_GRID_KILLS") or 2)


SECONDS_PER_STEP = 0.01
"""So slowly that something can happen meanwhile."""


@pytest.fixture(scope="module")
def webuis(tmp_path_factory):
    """The first has a page, the others are the API alone: what they make must be the same."""
    with (
        hosts.standins(tmp_path_factory.mktemp("whole"), 1) as whole,
        hosts.standins(tmp_path_factory.mktemp("fleet"), 2, "--api-only") as others,
    ):
        yield [*whole, *others]


@pytest.fixture
def slow_webuis(webuis):
    set_speed(webuis, SECONDS_PER_STEP)
    yield webuis
    set_speed(webuis, 0)


def set_speed(webuis, seconds):
    for webui in webuis:
        webui.post("/standin/speed", {"seconds_per_step": seconds})


@pytest.fixture
def victim(tmp_path):
    """A WebUI that a test may kill or stop."""
    with victim_in(tmp_path / "victim", "--seconds-per-step", str(SECONDS_PER_STEP)) as started:
        yield started


@contextmanager
def victim_in(data_dir, *options, port=None):
    data_dir.mkdir()
    with hosts.standin(data_dir, "--api-only", *options, port=port) as started:
        yield started


@pytest.fixture(scope="module")
def by_panel(webuis):
    """The same study from one WebUI, through its own API."""
    return StudyFolder(webuis[0].study(STUDY, sampler_name="Euler a").folder)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(client, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(client, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(roster, "FIRST_BACK_OFF", 0.1)
    monkeypatch.setattr(roster, "STARTUP_DELAY", 0.1)
    monkeypatch.delenv("SD_WEBUI_AUTH", raising=False)


@pytest.fixture
def sweep(tmp_path, capsys):
    """Runs the command; returns its exit code, what it printed, and the folder."""

    def run(urls, *options, study=STUDY, out=tmp_path / "story"):
        file = tmp_path / "study.json"
        file.write_text(json.dumps(study))
        at = [word for url in urls for word in ("--webui", url)]
        code = main(["sweep", str(file), "--out", str(out), *SETTINGS, *at, *options])
        printed = capsys.readouterr()
        return code, printed.out + printed.err, StudyFolder(out)

    return run


def urls_of(webuis):
    return [webui.url for webui in webuis]


def pixels(folder):
    return {
        key: np.asarray(Image.open(folder.path / outcome.file)).tobytes()
        for key, outcome in folder.read_record().items()
    }


def files(folder):
    return sorted((folder.path / "cells").rglob("*.png"))


def calls_made(webuis):
    return sum(webui.get("/standin/rows")["calls"] for webui in webuis)


@contextmanager
def when(webui, calls, action):
    """Does something when a WebUI has made so many denoiser calls more."""
    webui.post("/standin/reset")
    over = threading.Event()

    def watch():
        while not over.wait(0.02):
            if webui.get("/standin/rows")["calls"] >= calls:
                action()
                return

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        try:
            yield
        finally:
            over.set()
            watching.result()


@pytest.mark.parametrize("count", [1, 3])
def test_the_folder_is_the_same_as_from_the_panel(webuis, by_panel, sweep, count):
    code, printed, folder = sweep(urls_of(webuis[:count]))
    assert code == 0, printed
    assert folder.read_record() == by_panel.read_record()
    assert (folder.path / "study.json").read_text() == (by_panel.path / "study.json").read_text()


@pytest.mark.parametrize("stops", [False, True])
def test_seeds_are_scouted_as_from_the_panel(webuis, sweep, tmp_path, stops):
    scout = {**STUDY, "scout": {"expression": "sad", "seeds": 5, "stop_at_switch": stops}, "name": f"stops {stops}"}
    by_panel = StudyFolder(webuis[0].study(scout, sampler_name="Euler a").folder)
    code, printed, folder = sweep(urls_of(webuis), "--seed", "7", study=scout)
    assert code == 0, printed
    assert len(folder.read_record()) == 5
    assert folder.read_record() == by_panel.read_record()
    code, printed, _ = sweep(urls_of(webuis))
    assert code == 2
    assert "holds scouted seeds; name another folder" in printed


def test_with_nothing_to_do_nothing_is_made(webuis, sweep):
    sweep(urls_of(webuis))
    before = calls_made(webuis)
    code, printed, folder = sweep(urls_of(webuis))
    assert (code, calls_made(webuis)) == (0, before)
    assert f"{CELLS} cells, 0 of them to be made" in printed
    assert len(files(folder)) == CELLS


@pytest.fixture
def panel_writes_here(webuis, tmp_path):
    before = webuis[0].get("/sdapi/v1/options")["outdir_txt2img_grids"]
    webuis[0].post("/sdapi/v1/options", {"outdir_txt2img_grids": str(tmp_path)})
    yield
    webuis[0].post("/sdapi/v1/options", {"outdir_txt2img_grids": before})


@pytest.mark.slow
@pytest.mark.usefixtures("panel_writes_here")
def test_a_panels_study_goes_on_and_the_panel_goes_on_with_ours(webuis, sweep, tmp_path):
    few = {**STUDY, "expressions": "neutral\nsmile", "seeds": [7]}
    made_by_panel = webuis[0].study(few, sampler_name="Euler a")
    assert made_by_panel.folder == tmp_path / "story"
    code, printed, folder = sweep(urls_of(webuis))
    assert code == 0
    assert f"{CELLS} cells, {CELLS - 8} of them to be made" in printed
    assert len(files(folder)) == CELLS
    before = calls_made(webuis)
    assert len(webuis[0].study(STUDY, sampler_name="Euler a").cells) == CELLS
    assert calls_made(webuis) == before


@pytest.mark.slow
@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_webui_costs_only_its_unit(slow_webuis, by_panel, victim, sweep, number):
    point = random.Random(number).randrange(1, 20)  # each makes at least two units of twelve calls
    with when(victim, point, victim.process.kill):
        code, printed, folder = sweep([*urls_of(slow_webuis[:2]), victim.url])
    assert victim.process.poll() == -signal.SIGKILL, printed
    assert code == 0
    assert f"{victim.url} cannot be reached, or broke the connection off" in printed
    assert folder.read_record() == by_panel.read_record()
    assert len(files(folder)) == CELLS


@pytest.mark.slow
def test_a_webui_that_was_restarted_is_used_again(by_panel, sweep, tmp_path):
    port = hosts.free_port()
    with victim_in(tmp_path / "one", "--seconds-per-step", "0.05", port=port) as first, ThreadPoolExecutor(1) as pool:
        restarted = []

        def restart():
            first.process.kill()
            first.process.wait()
            again = victim_in(tmp_path / "two", port=port)
            restarted.append(again)
            return again.__enter__()

        with when(first, 20, lambda: pool.submit(restart)):
            code, printed, folder = sweep([first.url])
        restarted[0].__exit__(None, None, None)
    assert code == 0
    assert printed.count(f"{first.url} is ready") == 2
    assert folder.read_record() == by_panel.read_record()


@pytest.mark.slow
def test_a_webui_that_hangs_is_given_up(slow_webuis, by_panel, victim, sweep):
    with when(victim, 9, lambda: victim.process.send_signal(signal.SIGSTOP)):
        code, printed, folder = sweep([slow_webuis[0].url, victim.url], "--patience", "1")
    assert code == 0
    assert f"{victim.url} showed no progress for 1 seconds" in printed
    assert folder.read_record() == by_panel.read_record()


@pytest.mark.slow
def test_when_none_is_left_what_is_done_is_kept(victim, sweep):
    with when(victim, 40, victim.process.kill):
        code, printed, folder = sweep([victim.url], "--patience", "1")
    assert code == 2
    assert "no WebUI is left; what is made is kept, and the same command goes on with the rest" in printed
    assert 0 < len(folder.read_record()) < CELLS


class Nonsense(BaseHTTPRequestHandler):
    """A server that is no WebUI."""

    answer = b"<html>hello</html>"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_):
        pass


def test_nonsense_is_no_answer(sweep):
    with HTTPServer(("127.0.0.1", 0), Nonsense) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        code, printed, folder = sweep([f"http://127.0.0.1:{server.server_port}"])
        server.shutdown()
    assert code == 2
    assert "answered something that is not JSON" in printed
    assert not folder.path.exists()


@pytest.fixture
def other_lora(webuis):
    folder = hosts_data(webuis[2])
    file, other = folder / "models/Lora/Noor.safetensors", folder / "models/Lora/aria_v2.safetensors"
    before = file.read_bytes()
    file.write_bytes(other.read_bytes())
    yield
    file.write_bytes(before)


def hosts_data(webui):
    arguments = webui.process.args
    return type(hosts.ROOT)(arguments[arguments.index("--data") + 1])


@pytest.mark.usefixtures("other_lora")
def test_other_pixels_are_refused_with_the_difference_named(webuis, sweep):
    code, printed, folder = sweep(urls_of(webuis))
    assert code == 2
    assert f"{webuis[2].url}: would give other pixels: LoRA Noor is" in printed
    assert not folder.path.exists()


@pytest.mark.slow
@pytest.mark.usefixtures("other_lora")
def test_allowed_differences_are_warned_of_in_the_record(webuis, by_panel, sweep):
    code, _, folder = sweep([webuis[0].url, webuis[2].url], "--allow-differences")
    assert code == 0
    warnings = {outcome.warning[:23] for outcome in folder.read_record().values()}
    assert warnings == {"", "made where LoRA Noor is"}
    again = sweep([webuis[0].url, webuis[2].url], "--allow-differences")[1]
    assert f"{CELLS} cells, 0 of them to be made" in again
    assert set(pixels(folder)) == set(by_panel.read_record())


def test_a_setting_that_changes_pictures_is_a_difference(webuis, sweep):
    webuis[1].post("/sdapi/v1/options", {"CLIP_stop_at_last_layers": 2})
    try:
        code, printed, _ = sweep(urls_of(webuis))
    finally:
        webuis[1].post("/sdapi/v1/options", {"CLIP_stop_at_last_layers": 1})
    assert code == 2
    assert f"{webuis[1].url}: would give other pixels: the setting CLIP_stop_at_last_layers is 2, not 1" in printed


def test_a_sampler_that_the_webuis_would_replace_is_refused(webuis, sweep):
    code, printed, folder = sweep(urls_of(webuis), "--sampler", "DPM2 z")
    assert code == 2
    for webui in webuis:
        assert f"{webui.url}: would give other pixels: sampler_name is " in printed
    assert ", not DPM2 z" in printed
    assert not folder.path.exists()


def test_faults_of_the_study_are_told_once(webuis, sweep):
    code, printed, folder = sweep(urls_of(webuis), study={**STUDY, "characters": "Noor | <lora:Nor:1>"})
    assert code == 2
    assert printed.count("there is no LoRA named 'Nor'; the nearest: Noor") == 1
    assert not folder.path.exists()


def test_failed_cells_are_recorded_and_tried_again(webuis, sweep):
    study = {**STUDY, "expressions": "neutral\nsmile\nsad | standin-oom", "seeds": [7]}
    code, printed, folder = sweep(urls_of(webuis), study=study)
    assert code == 2
    assert "4 cells are missing; the same command tries them again" in printed
    failed = [outcome for outcome in folder.read_record().values() if outcome.status == "failed"]
    assert {outcome.error[:32] for outcome in failed} == {"RuntimeError: CUDA out of memory"}
    assert "4 of them to be made" in sweep(urls_of(webuis), study=study)[1]


def test_random_seeds_are_drawn_once_and_kept(webuis, sweep):
    study = {**STUDY, "seeds": []}
    _, _, folder = sweep(urls_of(webuis), "--seed", "-1", "--set", "subseed_strength=0.2", study=study)
    assert len({key.seed for key in folder.read_record()}) == 1
    again = sweep(urls_of(webuis), "--seed", "-1", "--set", "subseed_strength=0.2", study=study)[1]
    assert "12 cells, 0 of them to be made" in again


def test_settings_come_from_a_picture(webuis, sweep, tmp_path):
    picture = webuis[0].txt2img(prompt="a cat", seed=5, steps=4, sampler_name="Euler", cfg_scale=3.5).pictures[0]
    picture.save(tmp_path / "like.webp", exif=exif_of(picture.info["parameters"]))
    study = {**STUDY, "seeds": []}
    code, _, folder = sweep(urls_of(webuis), "--like", str(tmp_path / "like.webp"), study=study)
    infotexts = [outcome.infotext for outcome in folder.read_record().values()]
    assert (code, len(infotexts)) == (0, 12)
    assert all("Steps: 6, Sampler: Euler a" in text for text in infotexts)  # the options go before the picture
    assert all("CFG scale: 3.5, Seed: 5," in text for text in infotexts)


@pytest.mark.slow
def test_a_picture_with_a_mask_is_drawn_as_from_the_panel(webuis, sweep, tmp_path):
    webuis[0].txt2img(prompt="1girl", seed=5).pictures[0].convert("RGB").save(tmp_path / "start.png")
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (20, 16, 44, 44))
    mask.save(tmp_path / "mask.png")
    files = ["--picture", str(tmp_path / "start.png"), "--mask", str(tmp_path / "mask.png")]
    code, printed, folder = sweep(urls_of(webuis), *files, "--denoising-strength", "0.6")
    assert (code, len(pixels(folder))) == (0, CELLS), printed
    body = {"denoising_strength": 0.6, "save_images": True, "seed": -1}
    asked = {"script_name": hosts.TITLE, "script_args": [json.dumps(STUDY)]}
    answer = webuis[0].img2img(Image.open(tmp_path / "start.png"), mask, **body, **asked)
    panel = StudyFolder(answer.folder)
    assert pixels(panel) == pixels(folder)
    assert {name.name for name in panel.path.glob("*-*.png") if "grid" not in name.name} == {
        name.name for name in folder.path.glob("*-*.png") if "grid" not in name.name
    }
    assert sweep(urls_of(webuis), *files[:2], "--denoising-strength", "0.6")[0] == 0  # without the mask: new cells
    assert len(list(folder.path.glob("cells/*/*.png"))) == 2 * CELLS


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--mask", "x.png"], "--mask: needs a picture: give --picture as well"),
        (["--picture", "nothere.png"], "--picture: nothere.png cannot be read as a picture"),
    ],
)
def test_a_picture_that_is_none_is_refused(webuis, sweep, options, message):
    code, printed, folder = sweep(urls_of(webuis), *options)
    assert (code, folder.path.exists()) == (2, False)
    assert message in printed


def exif_of(infotext):
    exif = Image.Exif()
    exif[0x8769] = {0x9286: b"UNICODE\0" + infotext.encode("utf-16-be")}
    return exif


@pytest.mark.slow
def test_user_and_password_come_from_the_environment_and_stay_there(sweep, tmp_path, monkeypatch):
    with victim_in(tmp_path / "locked", "--api-auth", "ann:s3cr3t") as locked:
        code, printed, folder = sweep([locked.url])
        assert code == 2
        assert f"{locked.url}: asks for a user and password; set SD_WEBUI_AUTH" in printed
        monkeypatch.setenv("SD_WEBUI_AUTH", "ann:s3cr3t")
        code, printed, folder = sweep([locked.url])
        assert code == 0
    written = [file.read_bytes() for file in folder.path.rglob("*") if file.is_file()]
    assert not any(
        b"s3cr3t" in data for data in [printed.encode(), *written, (tmp_path / "locked/server.log").read_bytes()]
    )


@pytest.mark.slow
def test_ctrl_c_ends_cleanly_and_the_same_command_goes_on(slow_webuis, by_panel, sweep, tmp_path):
    study, out = tmp_path / "study.json", tmp_path / "story"
    study.write_text(json.dumps(STUDY))
    command = [sys.executable, "-m", "sd_expression_grid", "sweep", str(study), "--out", str(out), *SETTINGS]
    command += [word for webui in slow_webuis[:2] for word in ("--webui", webui.url)]
    process = subprocess.Popen(command, cwd=hosts.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = iter(process.stdout.readline, "")
    assert any(" of 3 cells" in line for line in lines)
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=60)[0]
    assert process.returncode == 2
    assert "Stopping" in rest
    assert "the same command" in rest
    assert not any(webui.get("/sdapi/v1/progress")["state"]["job_count"] for webui in slow_webuis)
    folder = StudyFolder(out)
    made = len(folder.read_record())
    assert 0 < made < CELLS
    assert f"{CELLS - made} of them to be made" in sweep(urls_of(slow_webuis))[1]
    assert folder.read_record() == by_panel.read_record()
    assert len(files(folder)) == CELLS


@pytest.mark.slow
def test_a_second_ctrl_c_ends_at_once(tmp_path):
    study, out = tmp_path / "study.json", tmp_path / "story"
    study.write_text(json.dumps(STUDY))
    command = [sys.executable, "-m", "sd_expression_grid", "sweep", str(study), "--out", str(out), *SETTINGS]
    with victim_in(tmp_path / "victim", "--seconds-per-step", "0.05") as victim:
        process = subprocess.Popen(
            [*command, "--webui", victim.url],
            cwd=hosts.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines = iter(process.stdout.readline, "")
        assert any(" of 3 cells" in line for line in lines)
        victim.process.send_signal(signal.SIGSTOP)  # so that it cannot bring what it has
        process.send_signal(signal.SIGINT)
        assert any("Press Ctrl-C again to end at once" in line for line in lines)
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[0]
    assert process.returncode == 2
    assert "Ended at once: what was kept is there" in rest
    assert "Traceback" not in rest
    assert {outcome.status for outcome in StudyFolder(out).read_record().values()} == {"done"}


@pytest.mark.slow
def test_a_dask_cluster_that_is_there_is_used(webuis, by_panel, sweep, tmp_path):
    with dask_cluster(tmp_path, urls_of(webuis[:2])) as scheduler:
        code, printed, folder = sweep([], "--scheduler", scheduler)
    assert code == 0, printed
    assert folder.read_record() == by_panel.read_record()


@contextmanager
def dask_cluster(tmp_path, urls):
    address, file = f"tcp://127.0.0.1:{hosts.free_port()}", tmp_path / "scheduler.json"
    where = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0", "--no-dashboard"]
    command = ["scheduler", *where, "--port", address.rpartition(":")[2], "--scheduler-file", str(file)]
    processes = [start_dask(command, "http://none", tmp_path)]
    worker = ["worker", address, "--no-nanny", "--nthreads", "1", "--resources", "webui=1", "--host", "127.0.0.1"]
    worker += ["--dashboard-address", "127.0.0.1:0", "--no-dashboard", "--local-directory", str(tmp_path)]
    processes += [start_dask(worker, url, tmp_path) for url in urls]
    try:
        wait_for_workers(address, len(urls))
        yield address
    finally:
        for process in processes:
            process.terminate()
            process.wait(30)


def start_dask(command, url, folder):
    environment = {**os.environ, "SD_WEBUI_URL": url, "PYTHONPATH": str(hosts.ROOT)}
    log = (folder / f"dask {command[0]} {url[-4:]}.log").open("w")
    return subprocess.Popen([sys.executable, "-m", "distributed.cli." + f"dask_{command[0]}", *command[1:]],
                            env=environment, cwd=hosts.ROOT, stdout=log, stderr=log)  # fmt: skip


def wait_for_workers(address, count):
    from distributed import Client

    with Client(address, timeout=60) as connected:
        connected.wait_for_workers(count, timeout=60)


def test_a_scheduler_that_is_not_there_is_an_error(sweep, monkeypatch):
    from sd_expression_grid.fleet import dask_pool

    monkeypatch.setattr(dask_pool, "CONNECT_SECONDS", 0.5)
    address = f"tcp://127.0.0.1:{hosts.free_port()}"
    code, printed, _ = sweep([], "--scheduler", address)
    assert code == 2
    assert f"there is no Dask scheduler at {address}" in printed


def test_a_folder_with_other_things_is_left_alone(webuis, sweep, tmp_path):
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "beach.jpg").write_text("")
    code, printed, _ = sweep(urls_of(webuis), out=tmp_path / "holiday")
    assert code == 2
    assert "holds other things than a study" in printed


def test_a_webui_without_the_api_or_the_extension_is_told(sweep):
    class Without(Nonsense):
        def send_response(self, _code):
            super().send_response(404)

        answer = b'{"detail": "Not Found"}'

    with HTTPServer(("127.0.0.1", 0), Without) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        code, printed, _ = sweep([f"http://127.0.0.1:{server.server_port}"])
        server.shutdown()
    assert code == 2
    assert "has no API; start the WebUI with --api" in printed


def test_nothing_is_written_on_the_webuis(webuis, sweep):
    before = [sorted((hosts_data(webui) / "outputs").rglob("*")) for webui in webuis]
    sweep(urls_of(webuis))
    assert [sorted((hosts_data(webui) / "outputs").rglob("*")) for webui in webuis] == before
    assert requests.get(f"{webuis[0].url}/sdapi/v1/progress", timeout=10).json()["state"]["job_count"] == 0


@pytest.mark.host
def test_two_real_webuis_make_what_one_makes_from_its_panel(sweep, tmp_path):
    if not os.environ.get("A1111_DIR"):
        pytest.skip("$A1111_DIR names no AUTOMATIC1111 WebUI")
    with hosts.reals(tmp_path, 2) as webuis:
        code, printed, folder = sweep(urls_of(webuis))
        assert code == 0, printed
        assert all(f" cells, {webui.url}" in printed for webui in webuis)
        alone = sweep(urls_of(webuis[:1]), out=tmp_path / "alone")[2]
        by_panel = StudyFolder(webuis[0].study(STUDY, sampler_name="Euler a").folder)
    assert folder.read_record() == alone.read_record() == by_panel.read_record()
    assert (folder.path / "study.json").read_text() == (by_panel.path / "study.json").read_text()
