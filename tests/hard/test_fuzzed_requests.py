"""Requests made up from the OpenAPI document, right ones and wrong ones: no 5xx, and nothing that is not documented."""

import json
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, strategies
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from server.app import create_app
from server.settings import Settings
from tests.hard.options import SCALE, scaled
from tests.server.reference import WORDS

REQUESTS = scaled(10_000)
SETTINGS = Settings(
    database="sqlite://", max_sessions=30, max_session_bytes=20_000_000, max_commands_per_second=1_000_000_000
)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
APP = create_app(SETTINGS)
# Bytes that are no zip; tests/server/routes/test_import.py damages those that the server has written.
schemathesis.openapi.media_type("application/zip", strategies.binary())
DOCUMENT: Any = schemathesis.openapi.from_dict(APP.openapi())
OPERATIONS = {found.ok().label: found.ok() for found in DOCUMENT.get_all_operations()}
EACH = max(1, REQUESTS // len(OPERATIONS))  # In either mode, since those with little to vary are made fewer times
SENT: Counter[tuple[str, schemathesis.GenerationMode]] = Counter()


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(APP) as client:
        yield client


@pytest.fixture(scope="module")
def session(client: TestClient) -> str:
    """A tiny session, whose every answer is quick."""
    words = client.post("/api/datasets", content="\n".join(WORDS), headers={"content-type": "text/plain"}).json()["id"]
    config = {
        "data": {"dataset": words},
        "model": {"embedding_size": 2, "hidden_sizes": [4]},
        "training": {"batch_size": 4},
    }
    made: str = client.post("/api/sessions", json=config).raise_for_status().json()["id"]
    return made


@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_documented_and_none_is_an_error_of_the_server(
    client: TestClient, session: str, label: str, mode: schemathesis.GenerationMode
) -> None:
    operation = OPERATIONS[label]
    SENT[label, mode] = 0

    @hypothesis.settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        if "session_id" in (case.path_parameters or {}) and case.method != "DELETE":
            case.path_parameters["session_id"] = session
        if label.endswith("/trial") and isinstance(case.body, dict):  # Its steps are real ones, and take their time.
            case.body = {"steps": 2} | case.body
            case.body["steps"] = min(case.body["steps"], 20) if type(case.body["steps"]) is int else case.body["steps"]
        wanted = case.as_transport_kwargs(base_url="http://testserver")
        wanted["content" if isinstance(wanted.get("data"), bytes | str) else "data"] = wanted.pop("data", None)
        if wanted.get("files"):  # As the library of the other client takes them
            wanted["files"] = [(name, written(part)) for name, part in wanted["files"]]
        answer = client.request(**wanted)
        SENT[label, mode] += 1
        answer.request.read()  # The checks tell of it.
        case.validate_response(answer, checks=CHECKS)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of the libraries, about what they make up
        try:
            send()
        except Unsatisfiable:
            assert mode is schemathesis.GenerationMode.NEGATIVE
            pytest.skip("there is nothing in such a request that could be against the document")


def test_as_many_requests_were_made_as_were_wanted() -> None:
    if len(SENT) < len(OPERATIONS) * len(schemathesis.GenerationMode):
        pytest.skip("only some of the operations were asked for")
    print(f"\n{SENT.total():,} requests over {len(OPERATIONS)} operations")
    assert SENT.total() >= REQUESTS


def written(part: Any) -> Any:
    """A part of a form, whatever was made up for a file's content, as text or bytes."""
    if isinstance(part, tuple):
        return (part[0], written(part[1]), *part[2:])
    return part if isinstance(part, bytes | str) else json.dumps(part)


EDGES: list[Any] = [
    *(
        2**63,
        -(2**63) - 1,
        2**64,
        10**400,
        1e308,
        5e-324,
        -0.0,
        "NaN",
        "Infinity",
        "-Infinity",
        float("inf"),
        float("nan"),
    ),
    *("", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "é" * 300, "💥", "..", "../../etc/passwd", "%00", "a" * 100_000),
    *(None, True, [], {}, [[]], [None], {"": None}, {"\x00": 1}),
]
NESTED = '{"a":' * 50_000 + "1" + "}" * 50_000
FIELDS = {
    "/api/sessions": ["name", "data", "model", "init", "training"],
    "/api/sessions/{id}/advance": ["unit", "count"],
    "/api/sessions/{id}/seek": ["step", "op"],
    "/api/sessions/{id}/run": ["until_step", "steps_per_second", "until"],
    "/api/sessions/{id}/branch": ["name", "step", "training"],
    "/api/sessions/{id}/evaluate": ["splits", "statistics"],
    "/api/sessions/{id}/samples": ["count", "seed", "prompt"],
    "/api/sessions/{id}/surgery": ["cuts", "show"],
    "/api/sessions/{id}/outliers/trial": ["count", "seed", "steps", "loss_threshold"],
    "/api/sessions/{id}/hunt/answer": ["op", "mistake"],
}


@pytest.mark.parametrize("path", FIELDS)
def test_values_at_the_edges_are_taken_or_refused_in_good_order(client: TestClient, session: str, path: str) -> None:
    url = path.format(id=session)
    quick = {"steps": 1} if path.endswith("/trial") else {}
    for number, field in enumerate(FIELDS[path]):
        for value in EDGES if SCALE >= 1 else EDGES[number % 3 :: 3]:
            # As Python writes it: with NaN and half characters, which JSON does not have.
            body = json.dumps({**quick, field: value}).encode()
            answer = client.post(url, content=body, headers={"content-type": "application/json"})
            assert answer.status_code < 500, (path, field, str(value)[:80], answer.text[:200])
            client.post(f"/api/sessions/{session}/pause")


@pytest.mark.parametrize("path", FIELDS)
def test_a_body_nested_too_deeply_is_refused(client: TestClient, session: str, path: str) -> None:
    answer = client.post(path.format(id=session), content=NESTED, headers={"content-type": "application/json"})
    assert answer.status_code == 422, answer.text[:200]


@pytest.mark.parametrize("name", ["\x00", "%00", "a%2Fb", "%ff", "dlogits%0a", "é", "💥", "." * 300, "a" * 5000])
def test_a_name_in_the_path_may_be_anything(client: TestClient, session: str, name: str) -> None:
    for path in (f"/api/sessions/{name}", f"/api/sessions/{session}/tensors/{name}", f"/api/lessons/{name}"):
        answer = client.get(path.replace("\x00", "%00"))
        assert answer.status_code in (404, 422), (path[:80], answer.status_code)
