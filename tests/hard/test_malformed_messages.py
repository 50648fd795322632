"""Messages on the stream that are none: a typed error or a documented close, and other sessions do not notice."""

import json
import random
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.settings import Settings
from tests.hard.options import scaled
from tests.server.driving import SessionDriver, view

MESSAGES = scaled(10_000)
GOOD: list[dict[str, Any]] = [
    {"type": "ready"},
    {"type": "show", "views": []},
    {"type": "show", "views": [{"id": "a", "tensor": "h", "as": "values", "max_cells": 100}]},
    {"type": "show", "views": [{"id": "a", "tensor": "dh", "as": "histogram", "bins": 10}]},
    {"type": "show", "views": [{"id": "n", "as": "norms", "tensors": ["h", "dh"]}]},
]
ODD: list[Any] = [
    *(
        None,
        True,
        -1,
        0,
        2**63,
        1e308,
        "",
        "\x00",
        "h",
        "__metadata__",
        "ready",
        [],
        {},
        [[]],
        {"id": "a"},
        "x" * 10_000,
    ),
]
CODES = {"malformed_message", "unknown_tensor", "too_many_cells"}


def malformed(chance: random.Random) -> str | bytes:
    """A message with something changed at any place, broken text, or bytes."""
    kind = chance.randrange(4)
    if kind == 0:
        return chance.randbytes(chance.randrange(200))
    message = json.loads(json.dumps(chance.choice(GOOD)))
    target = message
    while isinstance(target, dict | list) and target:
        keys = list(target) if isinstance(target, dict) else list(range(len(target)))
        key = chance.choice(keys)
        if not isinstance(target[key], dict | list) or not target[key] or chance.random() < 0.4:
            target[key] = chance.choice(ODD)
            break
        target = target[key]
    text = json.dumps(message)
    if kind == 1:
        start = chance.randrange(len(text))
        text = (
            text[:start] + chance.choice(("", "{", '"', "\\", "]", "NaN", "\x00")) + text[start + chance.randrange(9) :]
        )
    return text


def say(socket: Any, message: str | bytes) -> None:
    if isinstance(message, bytes):
        socket.send_bytes(message)
    else:
        socket.send_text(message)


@pytest.mark.timeout(900)
def test_whatever_is_said_is_answered_in_good_order_and_other_sessions_stay_as_they_are() -> None:
    chance = random.Random(3)
    with TestClient(create_app(Settings(database="sqlite://"))) as client:
        config = {"model": {"embedding_size": 2, "hidden_sizes": [4]}, "training": {"batch_size": 4, "engine": "tape"}}
        one, other = (
            SessionDriver(client, client.post("/api/sessions", json=config).raise_for_status().json()["id"])
            for _ in range(2)
        )
        before = other.state()
        with one.stream() as page:
            for number in range(MESSAGES):
                message = malformed(chance)
                say(page.socket, message)
                # Messages keep their order: all that comes before the answer to this one is the other's.
                fence = f"fence-{number}"
                page.show(view("f", fence))
                while fence not in (error := page.error_after_frames())["detail"]:
                    assert error["code"] in CODES, (number, message, error)
        assert other.state() == before
        with one.stream() as page:
            assert page.next_frame().info["session"] == one.id
