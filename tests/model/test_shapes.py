import pytest

from model.ops import OPS
from model.shapes import ShapeMismatch, output_shape


def test_the_output_has_the_sizes_of_the_letters() -> None:
    assert output_shape(OPS["linear"], ((32, 30), (30, 64), (64,))) == (32, 64)


def test_a_product_of_letters_is_multiplied() -> None:
    assert output_shape(OPS["flatten"], ((32, 3, 10),)) == (32, 30)


def test_nothing_is_a_scalar() -> None:
    assert output_shape(OPS["cross_entropy"], ((32, 27), (32,))) == ()


def test_a_letter_with_two_sizes_is_refused() -> None:
    with pytest.raises(ShapeMismatch, match=r"Linear layer: W, I O, needs I = 30, got \(31, 64\)"):
        output_shape(OPS["linear"], ((32, 30), (31, 64), (64,)))


def test_a_missing_dimension_is_refused() -> None:
    with pytest.raises(ShapeMismatch, match=r"b must be O, got \(1, 64\)"):
        output_shape(OPS["linear"], ((32, 30), (30, 64), (1, 64)))


def test_a_broadcast_dimension_is_one() -> None:
    with pytest.raises(ShapeMismatch, match="needs 1 = 1"):
        output_shape(OPS["subtract_row"], ((32, 64), (32, 64)))
