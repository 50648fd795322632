"""Files of tensors, damaged in any way: taken as they are or refused in good order, and no pickle is ever loaded."""

import pickle
import random
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np
import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.settings import Settings
from tests.hard.options import SCALE, scaled
from tests.server.archives import sealed, unpacked
from tests.server.driving import SessionDriver, to_npy
from tests.server.reference import WORDS

NPY_FILES = scaled(40_000)
ARCHIVES = scaled(10_000) if SCALE >= 1 else 40
EVIL = pickle.dumps(np.array([object()], dtype=object))
SPLICES = [b"\x80\x04\x95", EVIL, b"|O", b"'descr': '|O8'", b"\x00" * 9, b"\xff" * 9, b"{", b"9" * 30, b"NaN", b"-1"]


@pytest.fixture
def session() -> Iterator[SessionDriver]:
    settings = Settings(database="sqlite://", max_commands_per_second=1_000_000_000, max_sessions_of_a_client=1_000_000)
    with TestClient(create_app(settings)) as client:
        headers = {"content-type": "text/plain"}
        words = client.post("/api/datasets", content="\n".join(WORDS), headers=headers).raise_for_status().json()["id"]
        # So few words that most of an upload's time is its tensors'
        config = {
            "data": {"dataset": words},
            "model": {"embedding_size": 2, "hidden_sizes": [4]},
            "training": {"batch_size": 4, "engine": "tape"},
        }
        made = client.post("/api/sessions", json=config).raise_for_status().json()
        yield SessionDriver(client, made["id"])


@pytest.fixture(autouse=True)
def no_pickle(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a pickle was loaded")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, cut out, doubled, or others put in their place."""
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5))):
        start = chance.randrange(len(damaged) + 1)
        # Headers come first, and are where most can go wrong.
        start = min(start, chance.randrange(130)) if chance.random() < 0.6 else start
        end = min(len(damaged), start + chance.choice((0, 1, 1, 4, 40)))
        match chance.randrange(4):
            case 0:
                damaged[start:end] = chance.randbytes(end - start)
            case 1:
                del damaged[start : end or start + 1]
            case 2:
                damaged[start:start] = damaged[start:end]
            case _:
                damaged[start:end] = chance.choice(SPLICES)
        if not damaged:
            break
    return bytes(damaged)


@pytest.mark.timeout(900)
def test_a_damaged_npy_file_sets_a_parameter_or_is_refused(session: SessionDriver) -> None:
    chance, whole = random.Random(1), to_npy(np.zeros((1, 4), np.float32))
    answers: dict[int, int] = {}
    for number in range(NPY_FILES):
        content = mutated(whole, chance)
        headers = {"content-type": "application/x-npy"}
        answer = session.request("PUT", "/tensors/bngain", content=content, headers=headers)
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
        assert answer.status_code in (200, 422), (number, content, answer.text)
    assert np.isfinite(session.tensor("bngain")).all()
    assert answers[422] > answers.get(200, 0)


@pytest.mark.timeout(1800)
def test_a_damaged_file_in_an_archive_is_refused_whole_or_makes_a_session_that_lives(session: SessionDriver) -> None:
    chance = random.Random(2)
    session.put("b1", np.ones(4, np.float32))
    session.advance("step", 3)
    parts = unpacked(session.request("GET", "/export").raise_for_status().content)
    names = sorted(name for name in parts if name.endswith(".safetensors"))
    before = {each["id"] for each in session.client.get("/api/sessions").json()}
    assert names
    for number in range(ARCHIVES):
        name = chance.choice(names)
        content = sealed({**parts, name: mutated(parts[name], chance)})
        answer = session.client.post("/api/sessions/import", content=content)
        assert answer.status_code in (201, 422), (number, name, answer.text)
        if answer.status_code == 201:
            made = SessionDriver(session.client, answer.json()["id"])
            made.advance("step", 1)
            made.request("DELETE").raise_for_status()
    assert {each["id"] for each in session.client.get("/api/sessions").json()} == before
