import pytest

from model.dataset import Dataset, load_names


@pytest.fixture(scope="session")
def names() -> Dataset:
    return load_names()
