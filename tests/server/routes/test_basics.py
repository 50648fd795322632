from starlette.testclient import TestClient

import server
from model.ops import OPS
from tests.server.driving import SessionDriver


def test_health_says_ok_and_the_version(client: TestClient) -> None:
    assert client.get("/api/health").json() == {"status": "ok", "version": server.__version__}


def test_health_answers_while_training_goes_on(session: SessionDriver) -> None:
    session.run()
    step = session.info()["position"]["step"]
    for _ in range(5):
        assert session.client.get("/api/health").is_success
        assert session.info()["running"]
    while session.info()["position"]["step"] == step:
        assert session.client.get("/api/health").is_success


def test_the_op_table_is_served_whole(client: TestClient) -> None:
    ops = client.get("/api/ops").json()
    assert [op["name"] for op in ops] == list(OPS)
    assert ops[0]["forward"]["formula"].keys() == {"latex", "mathml"}


def test_a_session_is_there_from_the_start(client: TestClient) -> None:
    first = client.get("/api/sessions").json()[0]
    assert first["config"]["data"]["dataset"] == "names"


def test_an_unknown_route_is_answered_in_json(client: TestClient) -> None:
    answer = client.get("/api/nothing")
    assert answer.status_code == 404
    assert answer.json() == {"detail": "Not Found"}
