"""What the server does is counted, as Prometheus's own reader reads it."""

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from server.app import create_app
from server.settings import Settings
from tests.server.driving import SessionDriver, view


def counted(client: TestClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by its name and labels."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value for family in families for each in family.samples
    }


def grown(client: TestClient, before: dict[Any, float], name: str, **labels: Any) -> float:
    key = (name, tuple(sorted((label, str(value)) for label, value in labels.items())))
    return counted(client).get(key, 0.0) - before.get(key, 0.0)


def test_requests_are_counted_by_route_and_not_by_what_somebody_asks_for(session: SessionDriver) -> None:
    client, before = session.client, counted(session.client)
    route = "/api/sessions/{session_id}/advance"
    session.advance("step", 3)
    session.request("POST", "/advance", json={"unit": "epoch"})
    client.get("/api/made-up-by-somebody")
    assert grown(client, before, "gradient_flow_requests_total", method="POST", route=route, status=200) == 1
    assert grown(client, before, "gradient_flow_requests_total", method="POST", route=route, status=422) == 1
    assert grown(client, before, "gradient_flow_request_seconds_count", method="POST", route=route) == 2
    assert grown(client, before, "gradient_flow_refusals_total", status=422) == 1
    assert "made-up" not in client.get("/metrics").text
    assert session.id not in client.get("/metrics").text


def test_steps_frames_and_streams_are_counted(session: SessionDriver) -> None:
    client, before = session.client, counted(session.client)
    session.advance("step", 7)
    with session.stream() as page:
        page.show(view("h", "h"))
        page.next_frame()
        assert grown(client, before, "gradient_flow_streams") == 1
    assert grown(client, before, "gradient_flow_steps_total") == 7
    assert grown(client, before, "gradient_flow_frames_total") >= 1
    assert grown(client, before, "gradient_flow_frame_bytes_total") > 100


def test_sessions_are_counted_awake_and_at_rest() -> None:
    with TestClient(create_app(Settings(database="sqlite://"))) as client:
        client.post("/api/sessions", json={})
        found = counted(client)
    assert found["gradient_flow_sessions", (("state", "awake"),)] == 2
    assert found["gradient_flow_sessions", (("state", "resting"),)] == 0


def test_it_is_ready_while_the_store_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(Settings(database="sqlite://"))
    with TestClient(app) as client:
        assert client.get("/api/health/ready").json() == client.get("/api/health").json()

        def broken(*_: Any, **__: Any) -> Any:
            raise OperationalError("select 1", {}, Exception("disk I/O error"))

        with monkeypatch.context() as patched:
            patched.setattr(app.state.host._store._database._engine, "begin", broken)
            patched.setattr(app.state.host._store._database._engine, "connect", broken)
            refused = client.get("/api/health/ready")
            assert refused.status_code == 503
            assert client.get("/api/health").status_code == 200
