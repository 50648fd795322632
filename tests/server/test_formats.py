import csv
import io
from typing import get_args

import numpy as np
import pytest
import safetensors.numpy

from server.errors import Invalid
from server.formats import WRITERS, decode_json, decode_npy, encode, parse_slices
from server.schemas.tensors import TensorFormat
from tests.server.driving import Array, strict_json, to_npy

RANDOM = np.random.default_rng(3)
EXTREMES = np.array([[np.nan, np.inf, -np.inf], [3.4e38, 1e-45, -0.0]], np.float32)
TENSORS: dict[str, Array] = {
    "scalar": np.array(1 / 3, np.float32),
    "row": RANDOM.normal(size=(1, 6)).astype(np.float32),
    "vector": RANDOM.normal(size=7).astype(np.float32),
    "matrix": RANDOM.normal(size=(4, 5)).astype(np.float32),
    "three dimensions": RANDOM.normal(size=(4, 3, 2)).astype(np.float32),
    "integers": RANDOM.integers(0, 27, (4, 3)),
    "not in memory's order": RANDOM.normal(size=(4, 5)).astype(np.float32).T,
    "one number for all": np.broadcast_to(np.float32(0.1), (4, 5)),
    "extremes": EXTREMES,
}


def written(tensor: Array, tensor_format: TensorFormat, slices: str | None = None) -> bytes:
    return encode("X", tensor, tensor_format, slices).content


def test_every_format_has_a_writer() -> None:
    assert set(WRITERS) == set(get_args(TensorFormat))


@pytest.mark.parametrize("tensor", TENSORS.values(), ids=TENSORS)
def test_npy_is_the_tensor_bit_for_bit(tensor: Array) -> None:
    read = np.load(io.BytesIO(written(tensor, "npy")), allow_pickle=False)
    assert (read.dtype, read.shape, read.tobytes()) == (tensor.dtype, tensor.shape, tensor.tobytes())


@pytest.mark.parametrize("tensor", TENSORS.values(), ids=TENSORS)
def test_safetensors_is_the_tensor_bit_for_bit_under_its_name(tensor: Array) -> None:
    read = safetensors.numpy.load(written(tensor, "safetensors"))["X"]
    assert (read.dtype, read.shape, read.tobytes()) == (tensor.dtype, tensor.shape, tensor.tobytes())


@pytest.mark.parametrize("tensor", TENSORS.values(), ids=TENSORS)
def test_json_is_nested_lists_with_null_for_what_is_not_finite(tensor: Array) -> None:
    read = np.array(strict_json(written(tensor, "json").decode()), dtype=np.float64).astype(tensor.dtype)
    expected = np.where(np.isfinite(tensor), tensor, np.nan).astype(tensor.dtype)
    np.testing.assert_array_equal(read, expected, strict=True)


@pytest.mark.parametrize("tensor", TENSORS.values(), ids=TENSORS)
def test_csv_is_rows_and_columns_that_read_back_to_the_same_numbers(tensor: Array) -> None:
    rows = list(csv.reader(io.StringIO(written(tensor, "csv").decode())))
    assert len(rows) == (len(tensor) if tensor.ndim > 1 else 1)
    np.testing.assert_array_equal(np.array(rows, dtype=np.float64).astype(tensor.dtype).ravel(), tensor.ravel())


@pytest.mark.parametrize("text", ["0:8,:", ":", "3", "-1", "::3", "1:-1:2,-2", "-5:,0", ":,:,1", "12:12", " 0:2 , 1 "])
@pytest.mark.parametrize("tensor_format", WRITERS)
def test_a_slice_is_what_numpy_takes(text: str, tensor_format: TensorFormat) -> None:
    tensor = RANDOM.normal(size=(12, 10, 3)).astype(np.float32)
    index = eval(f"np.s_[{text}]", {"np": np})  # noqa: S307 (numpy itself says what the text means)
    assert written(tensor, tensor_format, text) == written(tensor[index], tensor_format)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12", "index 12 is outside this dimension of size 12"),
        ("-13", "index -13 is outside"),
        ("0:13", "13 is outside this dimension of size 12"),
        ("0,11:", "11 is outside this dimension of size 10"),
        (":,:,:", "has 3 dimensions, the tensor has 2"),
        ("::0", "must be 1 or more"),
        ("::-1", "neither an index nor"),
        ("", "neither an index nor"),
        ("a", "neither an index nor"),
        ("1.5", "neither an index nor"),
        ("...", "neither an index nor"),
        ("0:1;", "neither an index nor"),
        ("9" * 30, "neither an index nor"),
    ],
)
def test_a_slice_outside_the_tensor_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        parse_slices(text, (12, 10))


SIGNALLING = np.array([0x7F800001], np.uint32).view(np.float32)  # A NaN that is to be complained of


@pytest.mark.parametrize("number", [SIGNALLING, np.array([np.longdouble("1e4000")])], ids=["NaN", "large"])
def test_what_float64_does_not_hold_is_read_without_a_warning_as_what_is_not_finite(number: Array) -> None:
    assert not np.isfinite(decode_npy(to_npy(number))).any()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int8, np.uint16, np.int64, ">f4", ">f8"])
def test_npy_of_any_real_numbers_is_read(dtype: str) -> None:
    array = np.arange(6).reshape(2, 3).astype(dtype)
    np.testing.assert_array_equal(decode_npy(to_npy(array)), array.astype(np.float64), strict=True)


def npy_with(header: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()


def npy_of(descr: str, shape: str) -> bytes:
    return npy_with(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}\n")


NO_NPY = {
    "nothing": b"",
    "text": b"hello",
    "zip": b"PK\x03\x04 and no more",
    "only magic": b"\x93NUMPY",
    "cut off": to_npy(np.ones(9))[:-1],
    "header no Python": npy_with("{'descr': '<f4', ("),
    "header too nested": npy_with("(" * 9000),
    "shape of text": npy_of("'<f4'", "('a',)"),
    "negative shape": npy_of("'<f4'", "(-4,)"),
    "shape beyond all memory": npy_of("'<f4'", f"({10**14},)"),
    "shape beyond 64 bits": npy_of("'<f4'", f"({10**30},)"),
    "objects": npy_of("'|O'", "(1,)"),
    "text array": to_npy(np.array(["a"])),
    "booleans": to_npy(np.array([True])),
    "complex": to_npy(np.array([1j])),
    "records": to_npy(np.zeros(2, [("a", "f4")])),
}


@pytest.mark.parametrize("content", NO_NPY.values(), ids=NO_NPY)
def test_what_is_no_npy_of_numbers_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match=r"numpy\.save"):
        decode_npy(content)


@pytest.mark.parametrize(("text", "shape"), [("1.5", ()), ("[]", (0,)), ("[1, 2.5]", (2,)), ("[[1], [2]]", (2, 1))])
def test_json_of_numbers_is_read(text: str, shape: tuple[int, ...]) -> None:
    array = decode_json(text.encode())
    assert array.shape == shape
    assert array.dtype == np.float64


TOO_NESTED = "[" * 100 + "1" + "]" * 100
TOO_LARGE = f"[{10**400}]"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1,",
        "[[1, 2], [3]]",
        "[1, null]",
        '[1, "2"]',
        '"a"',
        "{}",
        "true",
        "null",
        "[" * 5000,
        TOO_NESTED,
        TOO_LARGE,
    ],
)
def test_json_of_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="nested lists of numbers"):
        decode_json(text.encode())
