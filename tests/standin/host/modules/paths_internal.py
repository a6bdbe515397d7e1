"""Where things are; `tests.standin.webui` points these at the data folder it was given."""

import importlib.util
import os
from pathlib import Path

script_path = str(Path(__file__).resolve().parents[1])
data_path = script_path
models_path = str(Path(data_path, "models"))
extensions_dir = str(Path(data_path, "extensions"))
default_output_dir = str(Path(data_path, "outputs"))


def find_font() -> str:
    """Return a plain TrueType font; the real WebUI brings Roboto along."""
    folders = [Path("/usr/share/fonts/truetype/dejavu"), Path(os.environ.get("WINDIR", "C:/Windows"), "Fonts")]
    if matplotlib := importlib.util.find_spec("matplotlib"):
        folders.insert(0, Path(matplotlib.origin).with_name("mpl-data") / "fonts/ttf")
    candidates = [folder / name for folder in folders for name in ("DejaVuSans.ttf", "arial.ttf")]
    return next((str(path) for path in candidates if path.is_file()), "DejaVuSans.ttf")


roboto_ttf_file = find_font()
