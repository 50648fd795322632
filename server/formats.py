"""Tensors as bytes: written as JSON, npy, safetensors or CSV, whole or sliced; read from JSON or npy."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from pydantic import JsonValue
from pydantic_core import from_json, to_json

from server.errors import Invalid
from server.matrices import Array, as_matrix
from server.schemas.tensors import TensorFormat


@dataclass(frozen=True)
class Encoded:
    """A tensor written in some format."""

    content: bytes
    media_type: str


def _json(name: str, tensor: Array) -> bytes:
    return to_json(tensor.tolist(), inf_nan_mode="null")


def _npy(name: str, tensor: Array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, tensor, allow_pickle=False)
    return buffer.getvalue()


def _safetensors(name: str, tensor: Array) -> bytes:
    return safetensors.numpy.save({name: np.asarray(tensor, order="C")})


def _csv(name: str, tensor: Array) -> bytes:
    buffer = io.BytesIO()
    # Nine digits tell every float32 from its neighbours.
    np.savetxt(buffer, as_matrix(tensor), delimiter=",", fmt="%d" if tensor.dtype.kind == "i" else "%.9g")
    return buffer.getvalue()


WRITERS: dict[TensorFormat, tuple[Callable[[str, Array], bytes], str]] = {
    "json": (_json, "application/json"),
    "npy": (_npy, "application/x-npy"),
    "safetensors": (_safetensors, "application/x-safetensors"),
    "csv": (_csv, "text/csv"),
}


def encode(name: str, tensor: Array, tensor_format: TensorFormat, slices: str | None) -> Encoded:
    """Write a tensor, or the part of it that `slices` names. Raises Invalid for a slice outside it."""
    write, media_type = WRITERS[tensor_format]
    part = tensor if slices is None else tensor[parse_slices(slices, tensor.shape)]
    return Encoded(write(name, np.asarray(part)), media_type)


def parse_slices(text: str, shape: tuple[int, ...]) -> tuple[int | slice, ...]:
    """Read `0:8,:` as numpy would: an index or start:stop:step for each dimension, all within the shape.

    Raises Invalid where it cannot be read or reaches outside.
    """
    terms = text.split(",")
    if len(terms) > len(shape):
        raise Invalid(f"slice {text!r} has {len(terms)} dimensions, the tensor has {len(shape)}: shape {list(shape)}")
    return tuple(_parse_term(term.strip(), size, text) for term, size in zip(terms, shape, strict=False))


def _parse_term(term: str, size: int, text: str) -> int | slice:
    found = re.fullmatch(r"(-?\d{1,18})|(-?\d{1,18})?:(-?\d{1,18})?(?::(\d{1,18}))?", term)
    if found is None:
        raise Invalid(f"slice {text!r}: {term!r} is neither an index nor start:stop or start:stop:step")
    index, start, stop, step = (None if group is None else int(group) for group in found.groups())
    if step == 0:
        raise Invalid(f"slice {text!r}: the step of {term!r} must be 1 or more")
    if index is not None and not -size <= index < size:
        raise Invalid(f"slice {text!r}: index {index} is outside this dimension of size {size}")
    for bound in (start, stop):
        if bound is not None and not -size <= bound <= size:
            raise Invalid(f"slice {text!r}: {bound} is outside this dimension of size {size}")
    return slice(start, stop, step) if index is None else index


def decode_npy(content: bytes) -> NDArray[np.float64]:
    """Read an npy file of numbers. Raises Invalid where it is none, or is not what its header says."""
    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except Exception:  # noqa: BLE001 (on bytes that are no npy file numpy raises nearly anything, BadZipFile included)
        raise Invalid("the body is no npy file, or is cut off, or holds no numbers: write it by numpy.save") from None
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
        raise Invalid("the body must be an npy file of one array of real numbers: write it by numpy.save")
    with np.errstate(all="ignore"):  # Whoever sets a parameter refuses what is not finite, in words.
        return array.astype(np.float64)


def decode_json(content: bytes) -> NDArray[np.float64]:
    """Read nested lists of numbers. Raises Invalid where they are ragged or hold anything else."""
    try:
        value: JsonValue = from_json(content)
        array = np.array(value)
        numbers = array.dtype.kind in "fiu"
    except ValueError:
        numbers = False
    if not numbers:
        raise Invalid("the body must be JSON nested lists of numbers of equal length; null is not a number")
    return array.astype(np.float64)
