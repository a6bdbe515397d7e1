"""Counts what a piece of code asks of the disk and the processor: files opened, pictures encoded, bytes hashed."""

import hashlib
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

_counting: list[Counter] = []
"""Counters that are under way; an audit hook cannot be taken away again."""


@contextmanager
def counted():
    """A counter of what is done meanwhile, in all threads.

    ``open NAME`` has the times that a file of that name was opened for reading, all cells' pictures under ``open
    cells``; ``encode`` and ``decode`` count pictures, ``hash`` and ``hashed bytes`` what goes into SHA-256.
    """
    counter = Counter()
    save, load, sha256 = Image.Image.save, Image.open, hashlib.sha256

    def saved(*args, **kwargs):
        counter["encode"] += 1
        return save(*args, **kwargs)

    def opened(*args, **kwargs):
        counter["decode"] += 1
        return load(*args, **kwargs)

    def hashed(data=b"", **kwargs):
        counter["hash"] += 1
        counter["hashed bytes"] += len(data)
        return sha256(data, **kwargs)

    Image.Image.save, Image.open, hashlib.sha256 = saved, opened, hashed
    _counting.append(counter)
    try:
        yield counter
    finally:
        _counting.remove(counter)
        Image.Image.save, Image.open, hashlib.sha256 = save, load, sha256


def _note(event, arguments):
    if not _counting or event != "open" or not isinstance(arguments[0], str):
        return
    name, mode, _ = arguments
    if mode is not None and "r" in mode:
        file = Path(name)
        kind = "cells" if "cells" in file.parts[:-1] else file.name
        for counter in _counting:
            counter[f"open {kind}"] += 1


sys.addaudithook(_note)
