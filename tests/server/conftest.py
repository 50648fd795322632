import contextlib
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.settings import Settings
from tests.server.driving import SessionDriver
from tests.server.reference import WORDS

TINY_MODEL = {"embedding_size": 3, "hidden_sizes": [6]}
TINY_BATCH = 8


class NewSession(Protocol):
    """Makes a session from a config, in which only what differs from a tiny one is said."""

    def __call__(self, **sections: dict[str, Any]) -> SessionDriver: ...


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """One server for all tests: each makes sessions of its own."""
    with TestClient(create_app(Settings())) as client:
        yield client


@pytest.fixture(scope="session")
def dataset(client: TestClient) -> str:
    """The id of a small data set: `reference.WORDS`."""
    answer = client.post("/api/datasets", content="\n".join(WORDS), headers={"content-type": "text/plain"})
    dataset_id: str = answer.json()["id"]
    return dataset_id


@pytest.fixture
def new_session(client: TestClient, dataset: str) -> Iterator[NewSession]:
    with contextlib.ExitStack() as stack:

        def create(**sections: dict[str, Any]) -> SessionDriver:
            config = {
                "data": {"dataset": dataset} | sections.get("data", {}),
                "model": TINY_MODEL | sections.get("model", {}),
                "init": sections.get("init", {}),
                "training": {"batch_size": TINY_BATCH} | sections.get("training", {}),
            }
            answer = client.post("/api/sessions", json=config)
            assert answer.status_code == 201, answer.text
            session = SessionDriver(client, answer.json()["id"])
            stack.callback(session.request, "DELETE")
            return session

        yield create


@pytest.fixture
def session(new_session: NewSession) -> SessionDriver:
    """A tiny session at step 0 with all gradients known."""
    return new_session()


@pytest.fixture
def diverged(new_session: NewSession) -> SessionDriver:
    """A session whose logits are no longer finite."""
    session = new_session(model={"batch_norm": "none"}, training={"learning_rate": [{"from_step": 0, "value": 1000.0}]})
    for _ in range(100):
        session.advance()
        if not np.isfinite(session.tensor("logits")).all():
            return session
    raise AssertionError("it does not diverge")
