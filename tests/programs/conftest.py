"""A study of SillyTavern's 28 expressions, made with the stand-in, and a browser to look at it in programs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import hosts

FACES = {
    "admiration": "smiling, looking up", "amusement": "laughing hysterically", "anger": "angry",
    "annoyance": "annoyed", "approval": "smiling with open mouth", "caring": "closed smiling", "confusion": "confused",
    "curiosity": "skeptical",
    "desire": "flirty seductive", "disappointment": "frowning disappointed", "disapproval": "suspicious frowning",
    "disgust": "disgusted", "embarrassment": "embarrassed blushing looking down", "excitement": "excited",
    "fear": "scared", "gratitude": "smiling, eyes closed", "grief": "sad crying eyes closed", "joy": "happy smile",
    "love": "kissing", "nervousness": "biting lip, looking away", "optimism": "grin, looking up", "pride": "smirk",
    "realization": "surprised", "relief": "smile, tired", "remorse": "sad, looking down", "sadness": "sad crying",
    "surprise": "shocked gasping", "neutral": "neutral",
}  # fmt: skip
STUDY = {
    "name": "Story",
    "expressions": "\n".join(f"{label} | {text}" for label, text in FACES.items()),
    "characters": "Noor | <lora:Noor:0.8>",
    "reference": "",
    "seeds": [4, 5],
    "mode": "batched",
}


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """The study's folder: $STORY_DIR, made by a real WebUI with Noor at 192 x 192, or one of the stand-in."""
    if "STORY_DIR" in os.environ:
        return shutil.copytree(os.environ["STORY_DIR"], tmp_path_factory.mktemp("story") / "made")
    folder = tmp_path_factory.mktemp("story")
    file = folder / "study.json"
    file.write_text(json.dumps(STUDY), encoding="utf-8")
    command = [sys.executable, "-m", "tests.standin", "--data", str(folder / "data"), "--study", str(file)]
    done = subprocess.run(command, cwd=hosts.ROOT, capture_output=True, text=True, check=True)
    return Path(done.stdout.splitlines()[-1].removeprefix("cells: ")).parent


@pytest.fixture(scope="session")
def photographs(tmp_path_factory):
    """The folder $SCREENSHOTS, to look at them, else one that is forgotten."""
    return Path(os.environ.get("SCREENSHOTS") or tmp_path_factory.mktemp("photographs"))
