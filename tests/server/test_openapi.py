import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.settings import Settings

SCHEMA = create_app(Settings()).openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
}
MODELS: dict[str, Any] = SCHEMA["components"]["schemas"]
CONTRACT = {
    "GET /api/health",
    "GET /api/ops",
    "GET /api/datasets",
    "POST /api/datasets",
    "GET /api/sessions",
    "POST /api/sessions",
    "GET /api/sessions/{session_id}",
    "DELETE /api/sessions/{session_id}",
    "POST /api/sessions/{session_id}/advance",
    "POST /api/sessions/{session_id}/run",
    "POST /api/sessions/{session_id}/pause",
    "GET /api/sessions/{session_id}/network",
    "GET /api/sessions/{session_id}/tensors",
    "GET /api/sessions/{session_id}/tensors/{name}",
    "PUT /api/sessions/{session_id}/tensors/{name}",
    "GET /api/sessions/{session_id}/verification",
    "GET /api/sessions/{session_id}/metrics",
    "POST /api/sessions/{session_id}/evaluate",
    "POST /api/sessions/{session_id}/samples",
    "PATCH /api/sessions/{session_id}/training",
}

operations = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def test_every_call_of_the_contract_is_documented() -> None:
    assert OPERATIONS.keys() >= CONTRACT


@operations
def test_every_call_is_described(operation: dict[str, Any]) -> None:
    assert operation["description"]


@operations
def test_every_parameter_is_described(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        assert parameter.get("description"), parameter["name"]


@pytest.mark.parametrize("name", MODELS)
def test_every_field_is_described(name: str) -> None:
    for field, schema in MODELS[name].get("properties", {}).items():
        referred = MODELS.get(schema.get("$ref", "").rpartition("/")[2], {})
        assert schema.get("description") or referred.get("description"), f"{name}.{field}"


@operations
def test_every_error_has_the_form_of_a_problem_and_a_meaning(operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        if status >= "400":
            assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert answer["description"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_error_that_can_be_is_documented(name: str) -> None:
    operation = OPERATIONS[name]
    documented = {int(status) for status in operation["responses"]}
    if "{session_id}" in name:
        assert 404 in documented
    if "requestBody" in operation or any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
        assert 422 in documented
    if name.endswith(("/advance", "/run", "GET /api/sessions/{session_id}/tensors/{name}", "/samples")):
        assert 409 in documented
    if name in ("POST /api/datasets", "PUT /api/sessions/{session_id}/tensors/{name}"):
        assert 413 in documented


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_call_with_nonsense_is_answered_as_documented(client: TestClient, name: str) -> None:
    method, path = name.split()
    url = path.replace("{session_id}", "nobody").replace("{name}", "nothing")
    sent = {} if method in ("GET", "DELETE") else {"content": b"\xff\x00"}
    answer = client.request(method, url, params={"format": "?", "points": "?"}, **sent)  # type: ignore[arg-type]
    assert str(answer.status_code) in OPERATIONS[name]["responses"]


def test_the_page_of_documentation_fetches_nothing_from_elsewhere(client: TestClient) -> None:
    html = client.get("/docs").text
    assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+", html) == []
    fetched = re.findall(r"""(?:src|href)="([^"]+)"|url: '([^']+)'""", html)
    assert fetched
    for url in (attribute or option for attribute, option in fetched):
        assert url.startswith("/"), url
        assert client.get(url).is_success, url
