"""Each limit holds at its boundary: what is as much as allowed goes through, one more is refused with a hint."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from server.app import create_app
from server.settings import Settings
from tests.server.driving import PageDriver, SessionDriver, view


@contextlib.contextmanager
def served(**settings: Any) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database="sqlite://", **settings))) as client:
        yield client


def first(client: TestClient) -> SessionDriver:
    return SessionDriver(client, client.get("/api/sessions").json()[0]["id"])


# ── Bodies ──


def padded(size: int) -> bytes:
    """A command of so many bytes."""
    return json.dumps({"unit": "op", "count": -1}).encode().ljust(size)


def in_chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), 100):
        yield content[start : start + 100]


@pytest.mark.parametrize("size", [999, 1000, 1001])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_command_may_be_so_long_in_one_piece_and_in_chunks(size: int, chunked: bool) -> None:
    with served(max_json_bytes=1000) as client:
        content: Any = in_chunks(padded(size)) if chunked else padded(size)
        headers = {"content-type": "application/json"}
        answer = first(client).request("POST", "/advance", content=content, headers=headers)
        assert answer.status_code == (200 if size <= 1000 else 413), answer.text
        if size > 1000:
            assert "more than 1,000 bytes" in answer.json()["detail"]
            assert first(client).info()["position"]["op"] == first(client).info()["position"]["ops"]


def test_a_length_that_is_announced_is_refused_before_anything_is_read() -> None:
    with served(max_json_bytes=1000) as client:
        headers = {"content-type": "application/json", "content-length": "2000000000"}
        assert first(client).request("POST", "/advance", content=b"{}", headers=headers).status_code == 413


def test_words_parameters_and_files_have_limits_of_their_own() -> None:
    with served(max_json_bytes=1000, max_body_bytes=5000) as client:
        words = "\n".join(f"word{chr(97 + i % 26)}" for i in range(500))
        headers = {"content-type": "text/plain"}
        assert client.post("/api/datasets", content=words, headers=headers).status_code == 201
        values = json.dumps([[0.0] * 27])
        json_type = {"content-type": "application/json"}
        assert (
            first(client).request("PUT", "/tensors/b2", content=values[1:-1].ljust(3000), headers=json_type).is_success
        )


# ── Commands ──


def test_so_many_commands_a_second_and_reading_is_free() -> None:
    with served(max_commands_per_second=5) as client:
        session = first(client)
        answers = [session.request("POST", "/pause") for _ in range(20)]
        codes = [answer.status_code for answer in answers]
        assert 5 <= codes.count(200) <= 10  # Of one second, or of two where one began meanwhile.
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.headers["retry-after"] == "1"
        assert "more than 5 commands in a second" in refused.json()["detail"]
        assert all(session.request("GET").is_success for _ in range(20))


# ── Sessions ──


def test_so_many_sessions_are_kept_and_a_deleted_one_makes_room() -> None:
    with served(max_sessions=3) as client:  # One is there from the start.
        made = [client.post("/api/sessions", json={}) for _ in range(3)]
        assert [answer.status_code for answer in made] == [201, 201, 429]
        assert "DELETE /api/sessions" in made[2].json()["detail"]
        session = first(client)
        assert session.request("POST", "/branch", json={}).status_code == 429
        exported = session.request("GET", "/export").content
        assert client.post("/api/sessions/import", content=exported).status_code == 429
        assert len(client.get("/api/sessions").json()) == 3
        session.request("DELETE")
        assert client.post("/api/sessions", json={}).status_code == 201


def test_one_client_may_have_so_many_of_them() -> None:
    app = create_app(Settings(database="sqlite://", max_sessions_of_a_client=2))
    with TestClient(app) as one:
        other = TestClient(app, client=("192.168.1.7", 1234))
        made = [one.post("/api/sessions", json={}) for _ in range(3)]
        assert [answer.status_code for answer in made] == [201, 201, 429]
        assert "2 of the sessions were made from here" in made[2].json()["detail"]
        assert other.post("/api/sessions", json={}).status_code == 201
        one.delete(f"/api/sessions/{made[0].json()['id']}")
        assert one.post("/api/sessions", json={}).status_code == 201


# ── Streams ──


def test_so_many_pages_show_one_session_and_one_that_goes_makes_room() -> None:
    with served(max_streams_of_a_session=2) as client:
        session = first(client)
        with session.stream() as one:
            assert one.next_frame().info["session"] == session.id
            with session.stream() as two:
                two.next_frame()
                with session.stream() as three:
                    error = three.error()
                    assert error["code"] == "too_many_streams"
                    assert "2 streams" in error["detail"]
                    with pytest.raises(WebSocketDisconnect) as closed:
                        three.socket.receive_bytes()
                    assert closed.value.code == 4429
            with session.stream() as again:
                assert again.next_frame().info["session"] == session.id


@pytest.mark.parametrize("cells", [1000, 1001])
def test_a_frame_has_so_many_numbers_of_all_views_together(cells: int) -> None:
    with served(max_view_cells=1000) as client, first(client).stream() as page:
        views = [view("a", "logits", max_cells=864), view("b", "W1", max_cells=cells - 864)]  # 32 × 27, and 30 × 64
        page.show(*views)
        if cells == 1000:
            assert set(page.next_frame().arrays) == {"a", "b"}
            return
        error = page.error()
        assert error["code"] == "too_many_cells"
        assert "1,001 numbers together, 1,000 are the most" in error["detail"]
        still(page)


def still(page: PageDriver) -> None:
    """The stream goes on, with what was shown before."""
    assert page.next_frame().arrays == {}
