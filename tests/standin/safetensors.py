"""Reads and writes the safetensors format, as far as tiny test files need it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

TYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64}


def write(path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    header: dict = {"__metadata__": metadata} if metadata else {}
    offset = 0
    for name, array in tensors.items():
        end = offset + array.nbytes
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    head = json.dumps(header).encode()
    body = b"".join(array.astype("<f4").tobytes() for array in tensors.values())
    Path(path).write_bytes(len(head).to_bytes(8, "little") + head + body)


def read(path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the tensors and the metadata; ValueError if the file is none of its kind."""
    content = Path(path).read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    body = memoryview(content)[8 + length :]
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(body[start:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata
