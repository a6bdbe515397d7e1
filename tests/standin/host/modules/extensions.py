"""The extension folders that this start was given."""

from pathlib import Path
from types import SimpleNamespace

from modules import shared

extensions: list[SimpleNamespace] = []


def use(folders):
    """Make these folders the installed extensions."""
    extensions[:] = [
        SimpleNamespace(
            name=folder.name, canonical_name=folder.name.lower(), path=str(folder), enabled=True, is_builtin=False
        )
        for folder in sorted(map(Path, folders), key=lambda folder: folder.name.lower())
    ]


def active():
    return [each for each in extensions if each.name not in shared.opts.disabled_extensions]


def find_extension(filename):
    parents = Path(filename).resolve().parents
    return next((each for each in extensions if Path(each.path).resolve() in parents), None)
