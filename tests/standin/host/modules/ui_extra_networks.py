"""The cards of networks, as far as their preview pictures, which the page fetches from a route of its own."""

import urllib.parse
from pathlib import Path

from fastapi import HTTPException
from fastapi.responses import FileResponse

from modules import shared

EXTENSIONS = ("png", "jpg", "jpeg", "webp", "gif")
fetched: list[str] = []  # what the route was asked for


class ExtraNetworksPage:
    def __init__(self, title):
        self.title = title

    def find_preview(self, path):
        candidates = (f"{path}{kind}.{ending}" for ending in EXTENSIONS for kind in ("", ".preview"))
        found = next((file for file in candidates if Path(file).is_file()), None)
        return found and self.link_preview(found)

    def link_preview(self, filename):
        mtime = Path(filename).stat().st_mtime
        return f"./sd_extra_networks/thumb?filename={urllib.parse.quote(filename)}&mtime={mtime}"


def fetch_file(filename: str = ""):
    file, flags = Path(filename).absolute(), shared.cmd_opts
    if not file.is_file():
        raise HTTPException(status_code=404, detail="File not found")
    if not any(Path(folder).absolute() in file.parents for folder in (flags.lora_dir, flags.embeddings_dir)):
        raise ValueError(f"File cannot be fetched: {filename}.")
    fetched.append(filename)
    return FileResponse(filename)


def add_pages_to_demo(app):
    app.add_api_route("/sd_extra_networks/thumb", fetch_file, methods=["GET"])
