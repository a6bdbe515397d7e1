"""WebUIs to hold the contract against, as servers: the stand-in, and the real ones that the environment names.

$A1111_DIR, $NEO_DIR, $FORGE_DIR and $REFORGE_DIR are their folders; $A1111_PYTHON the Python, if that is not in the
folder's ``venv``, and $A1111_FLAGS further flags for the command line, such as --data-dir; and so on.
"""

import base64
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from PIL import Image

ROOT = Path(__file__).parents[1]
TITLE = "Expression grid"
FLAGS_OF_ALL = """
    --skip-prepare-environment --skip-torch-cuda-test --skip-version-check --skip-python-version-check --api
"""
OLDER_FLAGS = """
    --no-download-sd-model --do-not-download-clip --skip-load-model-at-start --use-cpu all --no-half --precision full
"""
REAL_FLAGS = {
    "a1111": OLDER_FLAGS,
    "neo": "--cpu --force-fp32 --disable-console-progressbars",
    "forge": f"{OLDER_FLAGS} --always-cpu",
    "reforge": f"{OLDER_FLAGS} --always-cpu",
}
"""The real WebUIs that are known, with what a start without a GPU needs beside the flags of all."""

OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False"}
OFFLINE |= {"SD_WEBUI_RESTARTING": "1"}  # else Forge and Neo open a browser
START_SECONDS = 300
SETTINGS = {"steps": 6, "width": 64, "height": 64, "seed": 7, "sampler_name": "Euler a"}
SETTINGS_OF = {name: {"hr_additional_modules": ["Use same choices"]} for name in ("forge", "neo")}
"""Without it, a hires pass through Forge's API fails."""


LACKS = {"neo": {"Latent": "None", "DPM++ 2S a": "DPM++ SDE", "DPM2 a": "DPM++ SDE"}}
"""What a WebUI lacks of the names that the contract uses, and what it has instead."""

FOLDERS = {
    "neo": {"lora": "models/Lora", "embeddings": "models/embeddings"},
    "forge": {"lora": "models/Lora", "embeddings": "embeddings"},
}
"""Those of the WebUIs whose API tells none of their flags."""


@dataclass(frozen=True)
class Answer:
    """What the API says to a txt2img request."""

    status: int
    body: dict

    @property
    def info(self):
        return json.loads(self.body["info"])

    @property
    def pictures(self):
        return [Image.open(io.BytesIO(base64.b64decode(data))) for data in self.body["images"]]

    @property
    def message(self):
        return self.body["detail"] or self.body["errors"]

    @property
    def folder(self):
        return Path(self.info["extra_generation_params"]["Study folder"])

    @property
    def grids(self):
        return self.pictures[: self.info["index_of_first_image"]]

    @property
    def cells(self):
        """(picture, infotext) of every cell; there are some."""
        first = self.info["index_of_first_image"]
        cells = list(zip(self.pictures[first:], self.info["infotexts"][first:], strict=True))
        assert cells
        return cells


@dataclass(frozen=True)
class Host:
    """A running WebUI; ``process`` is None where others need it too."""

    url: str
    name: str
    process: subprocess.Popen | None = None

    @property
    def grid_format(self):
        """The format of grids by default."""
        return "jpg" if self.name == "neo" else "png"

    def post(self, path, body=None):
        return requests.post(f"{self.url}{path}", json=body or {}, timeout=1800)

    def get(self, path):
        return requests.get(f"{self.url}{path}", timeout=60).json()

    def folder(self, kind):
        """Where the files of ``lora`` or ``embeddings`` are."""
        if self.name in FOLDERS:
            return Path(folder_of(self.name), FOLDERS[self.name][kind])
        return Path(self.get("/sdapi/v1/cmd-flags")[f"{kind}_dir"])

    def txt2img(self, **body):
        lacks = LACKS.get(self.name, {})
        body = {name: lacks.get(value, value) if isinstance(value, str) else value for name, value in body.items()}
        response = self.post("/sdapi/v1/txt2img", {**SETTINGS, **SETTINGS_OF.get(self.name, {}), **body})
        return Answer(response.status_code, response.json())

    def img2img(self, picture, mask=None, **body):
        files = {"init_images": [_base64(picture)], **({"mask": _base64(mask)} if mask else {})}
        response = self.post("/sdapi/v1/img2img", {**SETTINGS, **files, **body})
        return Answer(response.status_code, response.json())

    def study(self, study, **body):
        return self.txt2img(script_name=TITLE, script_args=[json.dumps(study)], **{"save_images": True, **body})

    def again(self, infotext, **body):
        """The picture that a cell's infotext describes, as a plain txt2img picture, with its own infotext."""
        prompt, negative, parameters = re.fullmatch(
            r"(.*?)(?:\nNegative prompt: (.*?))?\n(Steps: .*)", infotext, re.DOTALL
        ).groups()
        fields = {"seed": ("Seed", int), "cfg_scale": ("CFG scale", float), "subseed": ("Variation seed", int)}
        fields |= {"hr_prompt": ("Hires prompt", str), "hr_negative_prompt": ("Hires negative prompt", str)}
        read = {key: _field(parameters, label, cast) for key, (label, cast) in fields.items()}
        read = {key: value for key, value in read.items() if value is not None}
        answer = self.txt2img(**{"hr_prompt": "", **body, "prompt": prompt, "negative_prompt": negative or "", **read})
        return answer.pictures[0], answer.info["infotexts"][0]


def _base64(picture):
    data = io.BytesIO()
    picture.save(data, format="PNG")
    return base64.b64encode(data.getvalue()).decode()


def _field(parameters, label, cast):
    found = re.search(rf'(?:^|, ){label}: ("(?:\\.|[^"\\])*"|[^,]*)', parameters)
    if not found:
        return None
    return cast(json.loads(found[1])) if found[1].startswith('"') else cast(found[1])


@contextmanager
def standin(data_dir, *options, port=None):
    process, url = start_standin(data_dir, *options, port=port)
    with _ending(process):
        yield Host(url, "standin", process)


def start_standin(data_dir, *options, port=None):
    """(the process, its address); it does not end by itself."""
    port = port or free_port()
    command = [sys.executable, "-m", "tests.standin", "--serve", "--port", str(port), "--data", str(data_dir), *options]
    log = data_dir / "server.log"
    return _start(command, ROOT, port, log, lambda _: "listening on" in log.read_text())


def folder_of(name):
    """The folder of a real WebUI; None where the environment names none."""
    return os.environ.get(f"{name.upper()}_DIR")


@contextmanager
def standins(folder, count, *options):
    """Several, each a process of its own; they start together."""
    folders = [folder / f"webui {number}" for number in range(count)]
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        for data_dir in folders:
            data_dir.mkdir()
        entered = [pool.submit(stack.enter_context, standin(data_dir, *options)) for data_dir in folders]
        yield [future.result() for future in entered]


@contextmanager
def real(log, name="a1111", *options):
    folder, prefix = Path(folder_of(name)), name.upper()
    python = os.environ.get(f"{prefix}_PYTHON", folder / "venv" / "bin" / "python")
    port = free_port()
    own = os.environ.get(f"{prefix}_FLAGS", "")
    flags = [*f"{FLAGS_OF_ALL} {REAL_FLAGS[name]} {own}".split(), *options]
    command = [str(python), "launch.py", *flags, "--port", str(port)]
    # A request before the start is over makes the WebUI fail to start; and scripts can be called only when their
    # default arguments are known, which this answer tells.
    ready = "/sd_extra_networks/metadata?page=lora&item=x"
    process, url = _start(command, folder, port, log, lambda url: _started(log) and _answers(f"{url}{ready}"))
    with _ending(process):
        yield Host(url, name, process)


@contextmanager
def reals(folder, count):
    """Several on one machine, with this repository's extension and $A1111_DIR's models, and all else their own."""
    models = Path(os.environ["A1111_DIR"])
    with ExitStack() as stack:
        started = []
        for number in range(count):
            data_dir = folder / f"real {number}"
            (data_dir / "extensions").mkdir(parents=True)
            (data_dir / "extensions" / ROOT.name).symlink_to(ROOT)
            for name in ("models", "embeddings"):
                (data_dir / name).symlink_to(models / name)
            started.append(stack.enter_context(real(data_dir / "server.log", "a1111", "--data-dir", str(data_dir))))
        yield started


def _start(command, folder, port, log, is_ready):
    environment = {**os.environ, **OFFLINE}
    url = f"http://127.0.0.1:{port}"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=environment)
    try:
        _wait(process, lambda: is_ready(url), log)
    except BaseException:
        process.kill()
        raise
    return process, url


@contextmanager
def _ending(process):
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)  # a stopped one would not hear of its end
        process.terminate()
        process.wait(30)


def _wait(process, is_ready, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if is_ready():
            return
        time.sleep(0.2)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-3000:]}")


def _started(log):
    return "Startup time:" in log.read_text()


def _answers(url):
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
