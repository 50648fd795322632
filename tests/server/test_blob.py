import json

import numpy as np
import pytest
import safetensors.numpy

from server.blob import to_blob
from tests.server.driving import Array

RANDOM = np.random.default_rng(3)
ARRAYS: dict[str, Array] = {
    "matrix": RANDOM.normal(size=(3, 5)).astype(np.float32),
    "counts": RANDOM.integers(0, 9, 7).astype(np.int32),
    "long": RANDOM.integers(0, 9, (2, 3)),
    "double": RANDOM.normal(size=9),
    "scalar": np.array(2.5, np.float32),
    "empty": np.zeros((0, 4), np.float32),
    "by columns": np.asfortranarray(RANDOM.normal(size=(4, 3)).astype(np.float32)),
    "transposed": RANDOM.normal(size=(4, 3)).astype(np.float32).T,
    "every other": RANDOM.normal(size=20).astype(np.float32)[::2],
    "broadcast": np.broadcast_to(np.float32(1.5), (3, 3)),
    "not finite": np.array([np.nan, np.inf, -np.inf, -0.0], np.float32),
}


def header_of(blob: bytes) -> tuple[int, dict[str, dict[str, object]]]:
    length = int.from_bytes(blob[:8], "little")
    return length, json.loads(blob[8 : 8 + length])


@pytest.mark.parametrize(
    "names", [[], ["counts"], list(ARRAYS), list(reversed(ARRAYS))], ids=["none", "one", "all", "backwards"]
)
def test_the_public_library_reads_what_was_written(names: list[str]) -> None:
    read = safetensors.numpy.load(to_blob({name: ARRAYS[name] for name in names}, {}))
    assert read.keys() == set(names)
    for name in names:
        assert read[name].dtype == ARRAYS[name].dtype
        assert read[name].shape == ARRAYS[name].shape
        assert read[name].tobytes() == ARRAYS[name].tobytes()


@pytest.mark.parametrize("text", ["", '{"a": "b"}', 'zwölf\n"Boxkämpfer"', "x" * 1001])
def test_a_text_comes_back_as_it_was(text: str) -> None:
    _, header = header_of(to_blob(ARRAYS, {"frame": text}))
    assert header["__metadata__"] == {"frame": text}


def test_every_array_lies_where_a_page_can_read_it_in_place() -> None:
    length, header = header_of(to_blob(ARRAYS, {"frame": "x"}))
    assert (8 + length) % 8 == 0
    for name, entry in header.items():
        if name != "__metadata__":
            offsets = entry["data_offsets"]
            assert isinstance(offsets, list)
            assert offsets[0] % ARRAYS[name].itemsize == 0


def test_it_is_as_long_as_the_librarys() -> None:
    arrays = {name: np.ascontiguousarray(array) for name, array in ARRAYS.items()}
    assert len(to_blob(arrays, {"frame": "x"})) == len(safetensors.numpy.save(arrays, {"frame": "x"}))
