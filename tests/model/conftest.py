from collections.abc import Iterator

import jaxtyping
import pytest

from model.dataset import Dataset, load_names


@pytest.fixture(autouse=True)
def _shapes_are_checked(request: pytest.FixtureRequest) -> Iterator[None]:
    """At every call of the model, but in tests that take so many steps that the first ones tell all of it."""
    jaxtyping.config.update("jaxtyping_disable", request.node.get_closest_marker("many_steps") is not None)
    yield
    jaxtyping.config.update("jaxtyping_disable", True)


@pytest.fixture(scope="session")
def names() -> Dataset:
    return load_names()
