from typing import Any

from beartype import beartype
from beartype.roar import BeartypeDecorHintPep673Exception


def check(function: Any) -> Any:
    """Check the types and shapes of a function of `model/` whenever it is called.

    A method that returns `Self`, as pydantic's validators do, stays unchecked: jaxtyping hands methods over one by one,
    and beartype knows `Self` only where it is given the whole class.
    """
    try:
        return beartype(function)
    except BeartypeDecorHintPep673Exception:
        return function
