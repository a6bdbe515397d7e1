"""The hashes of networks' files, read anew each time."""

import hashlib
from pathlib import Path


def sha256(filename, title, use_addnet_hash=False):
    """Of a whole file, or with `use_addnet_hash` of what follows the header of a safetensors file."""
    content = Path(filename).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little") if use_addnet_hash else 0
    return hashlib.sha256(content[start:]).hexdigest()
