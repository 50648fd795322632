"""Nobody comes in under a foreign name, from a foreign page, or without the token where one is wanted."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from server.app import create_app
from server.guard import Doors, Guard, InvalidOrigin, origin_of, own_origins
from server.settings import Settings

OWN = "http://127.0.0.1:8000"
ELSEWHERE = "https://lab.example.org"
PRESENT, WATCH = "the-token-of-who-presents", "the-token-of-who-watches"
OPEN = Doors(frozenset({*own_origins("127.0.0.1", 8000), ELSEWHERE}), {})
LOCKED = Doors(OPEN.origins, {"present": PRESENT.encode(), "watch": WATCH.encode()}, cookie="gradient_flow_8000")

HOSTS = [
    *("evil.com", "evil.com:8000", "localhost", "127.0.0.1", "localhost:99999", "localhost:8001", "127.0.0.1:80"),
    *("localhost:8000.evil.com", "evil.com#localhost:8000", "localhost:8000@evil.com", "user@localhost:8000"),
    *(
        "localhost.:8000",
        "127.0.0.1.nip.io:8000",
        "127.1:8000",
        "0.0.0.0:8000",
        "[::]:8000",
        "[::1]",
        "2130706433:8000",
    ),
    *(
        "localhost:8000,evil.com",
        "localhost :8000",
        "lab.example.org:443",
        "lab.example.org:8000",
        "sub.lab.example.org",
    ),
    *("", "*", "localhost:8000/", "LAB.EXAMPLE.ORG."),
]
ORIGINS = [
    *(
        "http://evil.com",
        "https://evil.com",
        "null",
        "",
        "http://localhost",
        "https://localhost:8000",
        "http://localhost:8001",
    ),
    *(
        "http://localhost:8000.evil.com",
        "http://localhost:8000/",
        "http://127.0.0.1:80",
        "file://",
        "http://lab.example.org",
    ),
    *("https://lab.example.org:8443", "https://sub.lab.example.org", "http://user@localhost:8000", "*"),
    "HTTP://LOCALHOST:8000",
]


@pytest.fixture(scope="module")
def app() -> Iterator[FastAPI]:
    app = create_app(Settings(database="sqlite://"))
    with TestClient(app):
        yield app


def client(app: FastAPI, doors: Doors, base_url: str = OWN) -> TestClient:
    return TestClient(Guard(app, doors), base_url=base_url)


def routes_of(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Method and path of every route, sockets and files too."""
    for route in routes:
        included = getattr(route, "original_router", None)
        path = re.sub(r"\{[^}]*\}", "x", getattr(route, "path", ""))
        if included is not None:
            yield from routes_of(included.routes)
        elif isinstance(route, APIWebSocketRoute):
            yield "WEBSOCKET", path
        elif isinstance(route, Mount):
            yield "GET", f"{path}/file"
        else:
            assert isinstance(route, Route | APIRoute), route
            yield from ((method, path) for method in sorted(route.methods or ()))


ROUTES = sorted(set(routes_of(create_app(Settings(database="sqlite://")).routes)))
CHANGING = [(method, path) for method, path in ROUTES if method not in ("GET", "HEAD")]


def knock(door: TestClient, method: str, path: str, **headers: str) -> int:
    """The status of the answer; of a socket 101 where it is accepted, else what its handshake is answered with."""
    if method != "WEBSOCKET":
        return door.request(method, path, headers=headers, follow_redirects=False).status_code
    with contextlib.suppress(WebSocketDisconnect), door.websocket_connect(f"ws{OWN[4:]}{path}", headers=headers):
        return 101
    return 403


def test_there_are_routes_that_change_something_and_a_socket_among_those_that_are_tried() -> None:
    assert len(CHANGING) >= 20
    assert ("WEBSOCKET", "/api/sessions/x/stream") in ROUTES
    assert ("GET", "/page-x/file") in ROUTES


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "localhost:8000", "LocalHost:8000", "[::1]:8000", "lab.example.org"]
)
def test_under_its_own_names_the_server_is_reached(app: FastAPI, host: str) -> None:
    door = client(app, OPEN)
    assert knock(door, "GET", "/api/health", host=host) == 200
    session = door.get("/api/sessions").json()[0]["id"]
    assert knock(door, "WEBSOCKET", f"/api/sessions/{session}/stream", host=host) == 101


@pytest.mark.parametrize("host", HOSTS)
def test_under_any_other_name_nobody_is_let_in(app: FastAPI, host: str) -> None:
    door = client(app, OPEN)
    session = door.get("/api/sessions").json()[0]["id"]
    for method, path in (("GET", "/"), ("GET", "/api/health"), ("WEBSOCKET", f"/api/sessions/{session}/stream")):
        assert knock(door, method, path, host=host) == 403, path


@pytest.mark.parametrize("origin", ORIGINS)
def test_no_page_of_another_origin_changes_anything_or_opens_a_socket(app: FastAPI, origin: str) -> None:
    door = client(app, OPEN)
    before = door.get("/api/sessions").json()
    for method, path in CHANGING:
        assert knock(door, method, path, origin=origin) == 403, (method, path)
    assert door.get("/api/sessions").json() == before


@pytest.mark.parametrize("origin", [OWN, "http://localhost:8000", "http://[::1]:8000", ELSEWHERE])
def test_pages_of_its_own_origins_are_let_in(app: FastAPI, origin: str) -> None:
    door = client(app, OPEN)
    assert knock(door, "POST", "/api/sessions/x/pause", origin=origin) == 404
    session = door.get("/api/sessions").json()[0]["id"]
    assert knock(door, "WEBSOCKET", f"/api/sessions/{session}/stream", origin=origin) == 101


def test_a_form_of_another_site_does_not_reach_a_body_that_is_read_raw(app: FastAPI) -> None:
    door = client(app, OPEN)
    headers = {"origin": "http://evil.com", "content-type": "text/plain"}
    assert door.post("/api/datasets", content="evil\nwords\n", headers=headers).status_code == 403
    assert [dataset["name"] for dataset in door.get("/api/datasets").json()] == ["names"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_the_token_no_route_is_open_but_those_that_say_that_it_lives(
    app: FastAPI, method: str, path: str
) -> None:
    door = client(app, LOCKED)
    refused = 403 if method == "WEBSOCKET" else 401
    if path.startswith("/api/health"):
        assert knock(door, method, path) == 200
    else:
        assert knock(door, method, path) == refused
        assert knock(door, method, path, authorization="Bearer something-else-altogether") == refused


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_who_watches_changes_nothing(app: FastAPI, method: str, path: str) -> None:
    door = client(app, LOCKED)
    session = door.get("/api/sessions", headers={"authorization": f"Bearer {WATCH}"}).json()[0]["id"]
    allowed = 101 if method == "WEBSOCKET" else 403
    assert knock(door, method, path.replace("/x", f"/{session}", 1), authorization=f"Bearer {WATCH}") == allowed


def test_who_presents_does_everything_and_who_watches_reads(app: FastAPI) -> None:
    door = client(app, LOCKED)
    present, watch = ({"authorization": f"Bearer {token}"} for token in (PRESENT, WATCH))
    session = door.post("/api/sessions", json={}, headers=present).json()["id"]
    for headers in (present, watch):
        assert door.get(f"/api/sessions/{session}/tensors/logits", headers=headers).status_code == 200
    assert 'data-role="watch"' in door.get("/", headers=watch).text
    assert 'data-role="present"' in door.get("/", headers=present).text
    assert door.delete(f"/api/sessions/{session}", headers=watch).status_code == 403
    assert door.delete(f"/api/sessions/{session}", headers=present).status_code == 204


@pytest.mark.parametrize("token", [PRESENT, WATCH])
def test_a_token_in_the_address_becomes_a_cookie_and_leaves_the_address(app: FastAPI, token: str) -> None:
    door = client(app, LOCKED)
    answer = door.get(f"/?panels=forces&token={token}&at=1%3A2")
    assert 'url=/?panels=forces&amp;at=1%3A2"' in answer.text
    assert token not in answer.text
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"gradient_flow_8000={token}; ")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert answer.headers["cache-control"] == "no-store"
    assert door.get("/api/sessions").status_code == 200  # The cookie is sent along from now on.


def test_a_socket_takes_the_cookie_too(app: FastAPI) -> None:
    door = client(app, LOCKED)
    door.get(f"/?token={WATCH}")
    session = door.get("/api/sessions").json()[0]["id"]
    assert knock(door, "WEBSOCKET", f"/api/sessions/{session}/stream") == 101


@pytest.mark.parametrize(
    "wrong",
    [
        *("", " ", "Bearer", "Basic dGhl", f"Bearer {PRESENT}x", f"Bearer {PRESENT[:-1]}", f"Token {PRESENT}"),
        *(PRESENT, f"Bearer {PRESENT} {WATCH}", "Bearer ÿþ"),
    ],
)
def test_a_token_that_is_not_quite_right_opens_nothing(app: FastAPI, wrong: str) -> None:
    headers: Any = {"authorization": wrong.encode("latin-1")}
    answer = client(app, LOCKED).get("/api/sessions", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert PRESENT not in answer.text


@pytest.mark.parametrize("cookie", ['gradient_flow_8000="', "gradient_flow_8000=\x00", "=;;;=", "gradient_flow=x"])
def test_a_cookie_that_cannot_be_read_opens_nothing_and_breaks_nothing(app: FastAPI, cookie: str) -> None:
    assert client(app, LOCKED).get("/api/sessions", headers={"cookie": cookie}).status_code == 401


# ── Origins ──


def test_a_server_is_reached_by_the_loopback_names_and_its_own_address() -> None:
    assert own_origins("127.0.0.1", 8000) == {OWN, "http://localhost:8000", "http://[::1]:8000"}
    assert own_origins("192.168.1.5", 80) == {
        "http://127.0.0.1",
        "http://localhost",
        "http://[::1]",
        "http://192.168.1.5",
    }
    assert own_origins("0.0.0.0", 8000) == own_origins("127.0.0.1", 8000)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("http://lab.example.org:8000", "http://lab.example.org:8000"),
        (" HTTPS://Lab.Example.Org:443/ ", "https://lab.example.org"),
        ("http://[FD00::1]:80", "http://[fd00::1]"),
    ],
)
def test_an_origin_is_written_as_a_browser_does(text: str, origin: str) -> None:
    assert origin_of(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        *("lab.example.org", "ftp://lab", "http://", "http://*.example.org", "http://lab/page", "http://lab:99999"),
        *("http://lab?x", "http://user@lab", "null", "*"),
    ],
)
def test_what_is_no_origin_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(InvalidOrigin, match="write it as http"):
        origin_of(text)
