"""Exported sessions, taken apart and put together again: as they were, or with something else in them."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

Parts = Mapping[str, bytes]
MANIFEST = "manifest.json"


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def sealed(parts: Parts) -> bytes:
    """Packed with digests that are right, whatever the parts are."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items() if name != MANIFEST}
    return packed({**parts, MANIFEST: json.dumps({"format": 1, "digests": digests}).encode()})


def with_json(parts: Parts, name: str, change: Callable[[Any], Any]) -> dict[str, bytes]:
    """One of the JSON parts replaced by what `change` makes of it."""
    return {**parts, name: json.dumps(change(json.loads(parts[name]))).encode()}


def with_tensor(
    parts: Parts, name: str, tensor: str, change: Callable[[NDArray[Any]], NDArray[Any]]
) -> dict[str, bytes]:
    """One tensor of one of the safetensors parts replaced by what `change` makes of it."""
    tensors = dict(safetensors.numpy.load(parts[name]))
    tensors[tensor] = np.ascontiguousarray(change(tensors[tensor].copy()))
    return {**parts, name: safetensors.numpy.save(tensors, _metadata(parts[name]))}


def _metadata(content: bytes) -> dict[str, str]:
    length = int.from_bytes(content[:8], "little")
    metadata: dict[str, str] = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    return metadata
