"""What is logged: a line each, with the id that the answer carried, and never a token."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from server.logs import Format, Identified, Level, set_up_logs

TOKEN = "a-token-that-is-nobodys-business"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def logged(log_format: Format, level: Level = "info", path: str = f"/hello?token={TOKEN}") -> tuple[str, str]:
    """What is logged of one request, and its id."""
    app, said = FastAPI(), io.StringIO()

    @app.get("/hello")
    def hello() -> str:
        logging.getLogger("somewhere").warning("said on the way")
        return "hello"

    set_up_logs(level, log_format, said)
    logging.getLogger("httpx2").setLevel("WARNING")  # The test's own client
    answer = TestClient(Identified(app)).get(path)
    return said.getvalue(), answer.headers["X-Request-ID"]


def test_a_line_for_each_event_has_the_requests_id() -> None:
    text, request_id = logged("text")
    on_the_way, answered = (line for line in text.splitlines() if request_id in line)
    assert on_the_way.endswith(f"WARNING {request_id} said on the way")
    assert "INFO" in answered
    assert f"{request_id} GET '/hello' 200 " in answered


def test_as_json_each_line_is_an_object_with_the_same_and_numbers() -> None:
    text, request_id = logged("json")
    events = [json.loads(line) for line in text.splitlines()]
    answered = next(event for event in events if event.get("status"))
    assert (answered["request_id"], answered["method"], answered["path"]) == (request_id, "GET", "/hello")
    assert (answered["status"], answered["levelname"], answered["name"]) == (200, "INFO", "server.logs")
    assert answered["milliseconds"] >= 0


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_token_in_an_address_is_not_logged(log_format: Format) -> None:
    text, _ = logged(log_format, "debug")
    assert "/hello" in text
    assert TOKEN not in text


def test_a_line_stays_one_line_whatever_somebody_asks_for() -> None:
    text, request_id = logged("text", path="/a%0ab%1b[31m")
    assert [line for line in text.splitlines() if request_id in line] == [
        line for line in text.splitlines() if "404" in line
    ]
    assert "\x1b" not in text


def test_requests_are_not_told_of_unless_it_is_wanted() -> None:
    text, request_id = logged("text", "warning")
    assert text.count(request_id) == 1
    assert "200" not in text
